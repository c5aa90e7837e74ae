import re

import pytest

from bot.agents.wording import LANGUAGES, say, sentences, speakable

GAP = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_with_its_gaps(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert set(GAP.findall(other[key])) == set(GAP.findall(text)), key


def test_the_ticket_number_stays_open_for_who_knows_it() -> None:
    assert "{number}" in say("ticket_urgent", "en", priority="urgent")


def test_a_value_is_never_filled_in_itself() -> None:
    assert say("ticket_updated", "en", ticket="{subject}", subject="x").count("{subject}") == 1


def test_a_language_without_words_is_answered_in_the_next_one() -> None:
    assert speakable("pl", "de") == "de"
    assert speakable("pl", "cs") == "en"
    assert say("welcome", "pl") == say("welcome", "en")
