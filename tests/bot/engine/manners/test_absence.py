"""How a time is told to a customer, and the words around it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.agents.wording import LANGUAGES
from bot.engine.manners.absence import PROMPT, when
from bot.model.prompts import render, shipped

NOW = datetime(2026, 11, 27, 20, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Monday at 09:00"),
        ("es", "el lunes a las 09:00"),
        ("de", "Montag um 09:00 Uhr"),
        ("fr", "lundi à 09:00"),
        ("nl", "maandag om 09:00 uur"),
    ],
)
def test_the_day_in_the_customers_words_and_the_companys_time(language: str, told: str) -> None:
    assert when(MONDAY, NOW, ZoneInfo("UTC"), language) == told
    assert "10:00" in when(MONDAY, NOW, ZoneInfo("Europe/Madrid"), language)


def test_a_day_far_away_has_its_date() -> None:
    far = MONDAY + timedelta(days=28)
    assert when(far, NOW, ZoneInfo("UTC"), "en") == "Monday 28.12. at 09:00"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_when_and_whether_the_bot_goes_on(language: str) -> None:
    values: dict[str, str | int | bool | tuple[str, ...]] = {
        "company": "Acme",
        "language": language,
        "back": "at nine",
        "bot_answers": True,
    }
    with_bot = render(shipped()[PROMPT].body, values)
    without = render(shipped()[PROMPT].body, values | {"bot_answers": False})
    assert "Acme" in with_bot
    assert "at nine" in with_bot
    assert with_bot.startswith(without.strip())
    assert len(with_bot) > len(without)
