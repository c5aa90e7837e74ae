import pytest

from bot.agents.triage import Urgency, language_of, urgency_of
from bot.model.turns import Intent


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can i check in in the morning", "en"),
        ("wifi dead on 2nd floor", "en"),
        ("la cámara no funciona desde ayer", "es"),
        ("Können Sie uns ein Angebot schicken?", "de"),
        ("Das Internet geht nicht", "de"),
        ("le wifi ne marche pas depuis hier", "fr"),
        ("la stampante non funziona da ieri", "it"),
        ("não consigo entrar na minha conta", "pt"),
        ("de camera doet het niet sinds gisteren", "nl"),
        ("nie działa internet od wczoraj", "pl"),
        ("не работает камера", "ru"),
        ("カメラが動かない", "ja"),
        ("الكاميرا لا تعمل", "ar"),
        ("η κάμερα δεν λειτουργεί", "el"),
    ],
)
def test_the_language_is_named(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_text_that_says_nothing_keeps_the_language_spoken_so_far() -> None:
    assert language_of("NVR-16?", default="de") == "de"
    assert language_of("👍", default="fr") == "fr"


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("the camera at the gate is dead since this morning", Urgency.HIGH),
        ("smoke is coming out of the rack", Urgency.URGENT),
        ("the internet is down and nobody can work", Urgency.URGENT),
        ("24 people cant work, the wifi is dead", Urgency.URGENT),
        ("there was a burglary last night and the recorder is gone", Urgency.URGENT),
        ("El wifi no funciona y nadie puede trabajar", Urgency.URGENT),
        ("the server is down, please come asap", Urgency.URGENT),
        ("the label on port 3 is wrong", Urgency.MEDIUM),
        ("one camera is a bit blurry, no rush", Urgency.LOW),
        ("Der Drucker ist kaputt", Urgency.HIGH),
    ],
)
def test_a_problem_is_as_urgent_as_it_sounds(text: str, urgency: Urgency) -> None:
    assert urgency_of(text, Intent.PROBLEM) is urgency


def test_a_question_about_fire_alarms_is_no_emergency() -> None:
    assert urgency_of("do you install fire alarms?", Intent.QUESTION) is Urgency.MEDIUM
