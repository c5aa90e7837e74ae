"""An answer to “how did it go?”: numbers, words, stars, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.agents.wording import LANGUAGES, say
from bot.engine.manners.scores import (
    CHOICE,
    Scored,
    is_remark,
    pressed,
    score_in,
    titles,
)
from channels.messages import Choice
from channels.rendering import fits_list
from channels.whatsapp.adapter import CHANNEL


@pytest.mark.parametrize(
    ("text", "score", "comment"),
    [
        ("5", 5, ""),
        (" 4. ", 4, ""),
        ("5/5", 5, ""),
        ("4 out of 5", 4, ""),
        ("3 von 5", 3, ""),
        ("2 de 5", 2, ""),
        ("9/10", 4, ""),
        ("10/10", 5, ""),
        ("4 stars", 4, ""),
        ("cinco", 5, ""),
        ("Fünf", 5, ""),
        ("very good", 5, ""),
        ("Sehr schlecht!", 1, ""),
        ("excelente", 5, ""),
        ("⭐⭐⭐⭐⭐", 5, ""),
        ("★★☆☆☆", 2, ""),
        ("★★★★ good", 4, ""),
        ("5️⃣", 5, ""),
        ("👍", 5, ""),
        ("👍🏽", 5, ""),
        ("😡😡", 1, ""),
        ("5, the engineer was very kind", 5, "the engineer was very kind"),
        ("1\nNobody came.", 1, "Nobody came."),
        ("⭐ too late", 1, "too late"),
    ],
)
def test_what_says_a_score(text: str, score: int, comment: str) -> None:
    assert score_in(text) == Scored(score, comment)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "6", "24", "11/10", "2 cameras are dead", "I need 5 outlets", "3pm", "12:30"),
        *(
            "thanks",
            "good morning, when are you open?",
            "👍😡",
            "⭐⭐⭐⭐⭐⭐",
            "not good",
            "5 or 4",
        ),
        *("TKT-202611-00004", "5 %", "5th floor"),
    ],
)
def test_what_does_not(text: str) -> None:
    assert score_in(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_is_understood_pressed_typed_or_numbered(language: str) -> None:
    shown = titles(language)
    assert [score_in(title) for title in shown] == [Scored(n) for n in range(1, 6)]
    typed = [score_in(say(f"csat_{n}", language)) for n in range(1, 6)]
    assert typed == [Scored(n) for n in range(1, 6)]
    choices = tuple(Choice(f"{CHOICE}x:{n}", title) for n, title in enumerate(shown, start=1))
    assert fits_list(choices, CHANNEL.capabilities)


def test_a_button_names_its_survey() -> None:
    assert pressed("csat:6f1c:4") == ("6f1c", 4)
    assert [pressed(one) for one in ("csat:6f1c:9", "csat::4", "article:1", "csat:4")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Nobody called before the visit.", True),
        ("Der Techniker war sehr freundlich", True),
        ("It is still broken", False),
        ("When are you open?", False),
        ("please quote 24 outlets", False),
        ("I want to talk to a person", False),
        ("...", False),
    ],
)
def test_a_remark_asks_for_nothing(text: str, is_one: bool) -> None:
    assert is_remark(text) is is_one


@given(some.text(max_size=300))
def test_whatever_is_written_gives_a_score_of_the_scale_or_none(text: str) -> None:
    scored = score_in(text)
    assert scored is None or 1 <= scored.score <= 5
