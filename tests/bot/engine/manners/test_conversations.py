"""Whole conversations without a model, line by line, in three languages."""

from dataclasses import dataclass

import pytest

from tests.bot.engine.conftest import Company, company, graph, rival, runtime

__all__ = ["company", "graph", "rival", "runtime"]


@dataclass(frozen=True)
class Line:
    """What a customer writes, and what must come of it. `says`: in the answer, in any case.

    `tickets` and `owner`: how things stand afterwards. `burst`: further messages in one go.
    """

    words: str
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    is_silent: bool = False
    tickets: int = 0
    owner: str = "bot"
    language: str = ""
    burst: tuple[str, ...] = ()


ARTICLES = {
    "en": (),
    "es": (
        ("Horario", "Abrimos de lunes a viernes de 9:00 a 17:00. Los festivos cerramos."),
        (
            "Restablecer la contraseña del grabador",
            "Para restablecer la contraseña de su grabador, mantenga pulsado el botón diez"
            " segundos.",
        ),
    ),
    "de": (
        (
            "Öffnungszeiten",
            "Wir haben Montag bis Freitag von 9:00 bis 17:00 Uhr geöffnet. An Feiertagen ist"
            " geschlossen.",
        ),
        (
            "Passwort des Rekorders zurücksetzen",
            "Um das Passwort Ihres Rekorders zurückzusetzen, halten Sie die Taste zehn Sekunden.",
        ),
    ),
}

TALKS: dict[str, tuple[str, tuple[Line, ...]]] = {
    "en: greeting, question, thanks, thumbs up": (
        "en",
        (
            Line("hello", ("How can I help", "automated assistant")),
            Line("when are you open", ("9:00", "Opening hours"), ("automated assistant",)),
            Line("thanks!", ("welcome",)),
            Line("thanks", is_silent=True),
            Line("👍", is_silent=True),
        ),
    ),
    "en: several questions, each with its source": (
        "en",
        (
            Line(
                "how do I reset the password of my recorder? and when are you open?",
                ("reset button", "9:00", "[1]", "[2]", "Opening hours"),
            ),
        ),
    ),
    "en: a question without an answer is named": (
        "en",
        (
            Line(
                "how do I reset the password of my recorder? and do you sell unicorn saddles?",
                ("reset button", "no reliable answer to", "unicorn saddles"),
                tickets=1,
            ),
            Line("when are you open?", ("9:00",), tickets=1),
        ),
    ),
    "en: a burst with a correction is one turn": (
        "en",
        (
            Line(
                "please quote 20 double cat6 outlets",
                ("drafted a quote",),
                burst=("no, 30 not 20",),
                tickets=1,
            ),
            Line("no, 40 not 30", ("noted the change",), tickets=1),
        ),
    ),
    "en: an interruption is answered, and the quote goes on": (
        "en",
        (
            Line("please quote 20 double cat6 outlets", ("drafted a quote",), tickets=1),
            Line("when are you open?", ("9:00",), tickets=1),
            Line("no, 30 not 20", ("noted the change",), tickets=1),
        ),
    ),
    "en: never mind is noted on the ticket and opens none": (
        "en",
        (
            Line("the camera at the gate is dead", ("ticket TKT-",), tickets=1),
            Line("never mind", ("leave it at that",), ("TKT-",), tickets=1),
            Line("forget it, thanks", ("leave it at that",), tickets=1),
        ),
    ),
    "en: asked twice in vain, then a person": (
        "en",
        (
            Line("what about it?", ("could you say a little more",)),
            Line("that one", ("?",)),
            Line("the other one", ("colleague",), tickets=1, owner="staff"),
            Line("hello?", is_silent=True, tickets=1, owner="staff"),
        ),
    ),
    "en: the same question again has the same answer": (
        "en",
        (
            Line("when are you open?", ("9:00",)),
            Line("when are you open?", ("9:00",)),
            Line("WHEN ARE YOU OPEN", ("9:00",)),
        ),
    ),
    "en: human": ("en", (Line("human", ("colleague",), tickets=1, owner="staff"),)),
    "es: greeting, question, thanks": (
        "es",
        (
            Line("hola", ("¡Hola!", "asistente automático"), language="es"),
            Line(
                "¿Cómo restablezco la contraseña de mi grabador?",
                ("mantenga pulsado", "de «Restablecer"),
            ),
            Line("gracias", ("De nada",), language="es"),
            Line("👍", is_silent=True),
        ),
    ),
    "es: a question without an answer is named": (
        "es",
        (
            Line(
                "¿Cómo restablezco la contraseña de mi grabador? ¿Y venden unicornios azules?",
                ("mantenga pulsado", "unicornios azules", "respuesta fiable"),
                tickets=1,
            ),
        ),
    ),
    "es: a correction of a quote, and never mind": (
        "es",
        (
            Line("quiero un presupuesto de 20 tomas dobles cat6", ("borrador",), tickets=1),
            Line("no, 30 no 20", ("presupuesto QT-",), tickets=1, language="es"),
            Line("da igual, olvídalo", never=("Va bene",), tickets=1, language="es"),
        ),
    ),
    "es: a person": (
        "es",
        (Line("quiero hablar con una persona", ("compañero",), tickets=1, owner="staff"),),
    ),
    "de: greeting, question, thanks": (
        "de",
        (
            Line("Hallo", ("Guten Tag", "automatische Assistent"), language="de"),
            Line("Wann haben Sie geöffnet?", ("9:00", "aus „Öffnungszeiten“")),
            Line("Danke", ("Gern geschehen",), language="de"),
            Line("👍", is_silent=True),
        ),
    ),
    "de: several questions, each with its source": (
        "de",
        (
            Line(
                "Wie setze ich das Passwort meines Rekorders zurück? Wann haben Sie geöffnet?",
                ("zehn Sekunden", "9:00", "[2]"),
            ),
        ),
    ),
    "de: a correction of a quote, and never mind": (
        "de",
        (
            Line("Bitte ein Angebot für 20 Doppeldosen Cat6", ("Angebot entworfen",), tickets=1),
            Line("nein, 30 statt 20", ("Änderung",), ("We do not",), tickets=1, language="de"),
            Line("vergessen Sie es", ("lasse es dabei",), tickets=1),
        ),
    ),
    "de: a person": ("de", (Line("Mensch", ("Kolleg",), tickets=1, owner="staff"),)),
    "a change of language is followed, and what is in another is said to be": (
        "en",
        (
            Line("when are you open?", ("9:00",), language="en"),
            Line(
                "Und wie setze ich das password meines recorder zurück, reset button?",
                ("auf Englisch", "reset button"),
                language="de",
            ),
            Line("ok", language="de"),
        ),
    ),
}


@pytest.mark.parametrize("name", TALKS)
async def test_a_conversation_goes_as_it_should(company: Company, name: str) -> None:
    language, lines = TALKS[name]
    for title, words in ARTICLES[language]:
        await company.teach(title, words)
    for line in lines:
        for further in (line.words, *line.burst)[:-1]:
            await company.hear(further)
        answers = await company.say((line.words, *line.burst)[-1])
        told = "\n".join(answers)
        assert bool(answers) != line.is_silent or not (line.is_silent or line.says), line
        assert len(answers) <= 1, line
        for wanted in line.says:
            assert wanted.lower() in told.lower(), (line.words, told)
        for unwanted in line.never:
            assert unwanted.lower() not in told.lower(), (line.words, told)
        [conversation] = await company.conversations()
        assert len(await company.tickets()) == line.tickets, (line.words, told)
        assert conversation.owner == line.owner, (line.words, told)
        assert line.language in ("", conversation.language), (line.words, told)


async def test_a_reaction_opens_nothing_and_reopens_nothing(company: Company) -> None:
    await company.say("the camera at the gate is dead")
    await company.execute("update tickets set status = 'resolved', resolved_at = now()")
    for words in ("👍", "❤️", "ok thanks"):
        await company.say(words)
    [ticket] = await company.tickets()
    assert ticket.status == "resolved"


async def test_buttons_too_long_for_a_channel_are_numbers_above_which_the_titles_stand(
    company: Company,
) -> None:
    await company.teach("Resetting the password of a camera", "Hold the camera's button.")
    await company.teach("Resetting the password of an intercom", "Hold the intercom's button.")
    [answer] = await company.say("resetting of passwords, which one was it, saddles?")
    if "[" not in answer and "—" not in answer:
        assert answer.count("Resetting the password of a camera") == 1
