"""Slips are put right, real words are left alone."""

import pytest

from bot.retrieval.spelling import corrected, nearest, vocabulary

TEXTS = [["certificate", "router"], ["certificate", "cabling"], ["routes", "voicemail"]]
KNOWN = {"please", "table"}


@pytest.mark.parametrize(
    ("asked", "read_as"),
    [
        ("Please renew the certifcate!", "Please renew the certificate!"),
        ("VOCIEMAIL gone", "voicemail gone"),
        ("cabeling", "cabling"),
        ("table", "table"),
        ("MX-210 abc x9", "MX-210 abc x9"),
        ("something entirely different", "something entirely different"),
    ],
)
def test_only_what_is_near_a_word_of_the_texts_is_replaced(asked: str, read_as: str) -> None:
    held = {word for text in TEXTS for word in text} | KNOWN
    assert corrected(asked, [vocabulary(TEXTS)], held.__contains__) == read_as


def test_of_words_as_near_the_first_letter_decides_then_how_common_they_are() -> None:
    known = vocabulary([["fitter"], ["fitter"], ["litter"]])
    assert nearest("lfitter", [known]) == "litter"
    assert nearest("bitter", [known]) == "fitter"


def test_a_page_of_gibberish_costs_a_bounded_number_of_look_ups() -> None:
    asked_about: list[str] = []

    def is_known(word: str) -> bool:
        asked_about.append(word)
        return False

    gibberish = " ".join(f"{'abcdefgh'[n % 8] * 3}{chr(97 + n // 8) * 5}zq" for n in range(60))
    assert corrected(gibberish, [vocabulary(TEXTS)], is_known) == gibberish


def test_words_that_one_text_alone_holds_can_be_left_out() -> None:
    words = vocabulary(TEXTS, least=2)
    assert {w for same in words.values() for w in same} == {"certificate"}
