"""STOP and START by themselves: whole messages only, in every language we speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.engine.manners.commands import opts_in, opts_out


@pytest.mark.parametrize(
    "words",
    [
        *("STOP", "stop", "Stop.", " “Stop!” ", "*STOP*", "STOPP", "stop all", "Unsubscribe"),
        *("opt-out", "Opt out!", "Baja", "darme de baja", "no mas mensajes", "Abmelden"),
        *("Keine Nachrichten mehr", "Arrêt", "ARRET", "Désabonner", "se desabonner"),
        *("disiscrivimi", "Annulla iscrizione", "Parar", "cancelar inscrição", "Uitschrijven"),
    ],
)
def test_these_opt_out(words: str) -> None:
    assert opts_out(words)
    assert not opts_in(words)


@pytest.mark.parametrize(
    "words",
    [
        *("", "?", "please stop the recorder", "Stop, I mean the other one", "It stops at night"),
        *("bus stop", "don't stop", "cancel", "never mind", "stop stop stop it now please ok"),
        *("How do I unsubscribe from alarms?", "baja tensión", "no", "end of line", "1"),
    ],
)
def test_these_do_not(words: str) -> None:
    assert not opts_out(words)


def test_stop_may_answer_a_question_of_ours_but_unsubscribe_answers_none() -> None:
    assert not opts_out("Stop", answers_us=True)
    assert not opts_out("parar", answers_us=True)
    assert opts_out("unsubscribe", answers_us=True)


@pytest.mark.parametrize("words", ["START", "resume", "Alta", "fortsetzen", "Reprendre", "retomar"])
def test_these_take_it_back(words: str) -> None:
    assert opts_in(words)
    assert not opts_out(words)


@given(some.text(max_size=200))
def test_no_text_is_both(words: str) -> None:
    assert not (opts_out(words) and opts_in(words))


@given(some.text(alphabet="abc stop", min_size=1, max_size=30))
def test_marks_around_it_change_nothing(words: str) -> None:
    assert opts_out(words) == opts_out(f"  {words}!! ")
