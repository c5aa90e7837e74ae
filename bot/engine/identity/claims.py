"""Finds an address that a customer says is theirs ("my mail is …"), and the wish for a code. Pure.

A claim proves nothing: it only says where a code may be sent.
"""

import re
from dataclasses import dataclass

_MAIL = r"(?P<mail>[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})"
_PHONE = r"(?P<phone>(?:\+|00)\d[\d ()./-]{6,24}\d)"
_MINE = (
    r"\b(?:my|our|mine|mi|nuestr[oa]|meine?|unsere?|mon|ma|notre|il mio|la mia|o meu|a minha"
    r"|mijn|ons)"
)
_MAIL_WORD = (
    r"(?:e-?mails?|mails?|correos?(?: electr[oó]nico)?|mail-?adresse|e-?mail-?adresse|courriels?"
    r"|adresse|address|direcci[oó]n|indirizzo|endere[cç]o|adres|mailbox|postfach)"
)
_PHONE_WORD = (
    r"(?:phone|mobile|cell|whats\s?app|telegram|number|tel[eé]fono|m[oó]vil|n[uú]mero|handy|telefon"
    r"|nummer|rufnummer|t[eé]l[eé]phone|portable|num[eé]ro|cellulare|telefono|telem[oó]vel"
    r"|telefone|mobiel|telefoonnummer)"
)
_GAP = r"[^\n@]{0,30}?"
_WHICH = (
    r"(?:(?:other|second|work|office|private|personal|business|old|new|usual|main|company|otro|otra"
    r"|nuevo|andere|zweite|private|gesch[aä]ftliche|autre|altra|altro|outro|outra|nieuwe) )?"
)
_CLAIMED = (
    re.compile(rf"{_MINE} {_WHICH}{_MAIL_WORD}\b{_GAP}{_MAIL}", re.IGNORECASE),
    re.compile(rf"\b(?:i am|i'm|ich bin|soy|je suis|sono|sou|ik ben) {_MAIL}", re.IGNORECASE),
    re.compile(rf"{_MINE} {_WHICH}{_PHONE_WORD}\b[^\n\d+]{{0,30}}?{_PHONE}", re.IGNORECASE),
)
_BARE = re.compile(
    rf"\W{{0,4}}(?:(?:e-?)?mail|it'?s|it is)?[ :]{{0,3}}{_MAIL}\W{{0,4}}", re.IGNORECASE
)
_SMALL = """
hi hello hey hola hallo bonjour ciao olá is es ist est è é it its my mail email e please por favor
bitte merci grazie thanks thank you and the address
"""
_FILLER = frozenset(_SMALL.split())
_MERE_WORDS = 3
_WISH = re.compile(
    r"\W*(?:please |yes,? |sí,? |ja,? |oui,? )?(?:send (?:me )?)?(?:the |a |un |einen |een )?"
    r"(?:code|código|codigo|codice)(?: please| bitte| por favor)?\W*",
    re.IGNORECASE,
)
LONGEST = 2000
WISH_ID = "proof.send"
"""The id of the button that asks for a code."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`is_mere`: the words say nothing else, so that nothing else waits for an answer."""

    kind: str
    value: str
    is_mere: bool = False


def claim_in(text: str, *, is_mail: bool = False) -> Claim | None:
    """The last address that the words call the writer's own. A mail address alone counts where
    people don't sign with one (`is_mail`: they do)."""
    words = text[:LONGEST]
    bare = _BARE.fullmatch(words.strip())
    if bare and not is_mail:
        return Claim("email", bare["mail"].lower().rstrip("."), is_mere=True)
    found = [match for pattern in _CLAIMED for match in pattern.finditer(words)]
    if not found:
        return None
    last = max(found, key=lambda match: match.start())
    named = last.groupdict()
    rest = words[: last.start()] + " " + words[last.end() :]
    is_mere = len(_telling(rest)) <= _MERE_WORDS
    if named.get("mail"):
        return Claim("email", named["mail"].lower().rstrip("."), is_mere)
    digits = re.sub(r"\D", "", named["phone"]).removeprefix("00")
    return Claim("phone", digits, is_mere) if 7 <= len(digits) <= 15 else None


def wishes_code(text: str, choice: str | None) -> bool:
    return choice == WISH_ID or _WISH.fullmatch(text.strip()[:80]) is not None


def _telling(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text.lower()) if word not in _FILLER]
