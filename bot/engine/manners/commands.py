"""STOP and START, in the languages the assistant speaks: only as a whole message. Pure.

Many languages take over STOP itself; what stands here are the words that operators' guides and
unsubscribe links make people write, not every way of saying it.
"""

import unicodedata

_AMBIGUOUS = """
    stop stopp stoppen stopall quit end
    alto parar pare detener basta
    halt aufhören schluss
    arrêt arrêter arrêtez
    ferma fermare smetti
    sair
    ophouden
"""
"""Could be an answer to what we asked: then they are one."""
_PLAIN = """
    unsubscribe
    unsubscribe me
    opt out
    optout
    stop messages
    stop messaging me
    no more messages
    do not contact me
    remove me
    baja
    darme de baja
    dar de baja
    dame de baja
    cancelar suscripción
    no más mensajes
    abmelden
    abbestellen
    austragen
    keine nachrichten mehr
    désabonner
    me désabonner
    se désabonner
    désinscription
    me désinscrire
    plus de messages
    disiscrivimi
    cancellami
    annulla iscrizione
    niente più messaggi
    cancelar inscrição
    cancelar subscrição
    descadastrar
    remover
    afmelden
    uitschrijven
    geen berichten meer
"""
_START = """
    start
    unstop
    resume
    subscribe
    opt in
    alta
    reanudar
    iniciar
    anmelden
    fortsetzen
    reprendre
    démarrer
    riprendi
    inizia
    retomar
    começar
    hervatten
    aanmelden
"""
_TOO_LONG = 40


def _folded(text: str) -> str:
    """Lower case, without accents, marks and surplus space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() or c.isspace() else " " for c in plain if not _is_accent(c))
    return " ".join(kept.split())


def _is_accent(char: str) -> bool:
    return bool(unicodedata.combining(char))


_MAYBE = frozenset(map(_folded, [*_AMBIGUOUS.split(), "stop all"]))
_SURELY = frozenset(filter(None, map(_folded, _PLAIN.splitlines())))
_BACK = frozenset(filter(None, map(_folded, _START.splitlines())))


def opts_out(text: str, *, answers_us: bool = False) -> bool:
    """`answers_us`: something of ours waits for an answer, so that “stop” may be one."""
    if not 0 < len(text.strip()) <= _TOO_LONG:
        return False
    words = _folded(text)
    return words in _SURELY or (words in _MAYBE and not answers_us)


def opts_in(text: str) -> bool:
    return 0 < len(text.strip()) <= _TOO_LONG and _folded(text) in _BACK
