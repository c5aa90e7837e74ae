"""What texts are matched by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.terms import (
    GRAM,
    KEY_BITS,
    QUERY_LIMIT,
    gram_keys,
    question,
    spelt_keys,
    stem,
    telling,
    word_keys,
    words,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Reset the Café-Phone!", ["reset", "the", "cafe", "phone"]),
        ("WS-C2960X_24TS/L", ["ws", "c2960x", "24ts", "l"]),
        ("ﬁle STRASSE straße", ["file", "strasse", "strasse"]),
        ("電源を", ["電源", "源を"]),
        ("", []),
    ],
)
def test_words_are_folded_and_unspaced_scripts_give_pairs(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_words_of_one_stem_share_a_key() -> None:
    assert stem("charging") == stem("charged")
    charging, charged, charter = word_keys(["charging", "charged", "charter"])
    assert charging == charged != charter


def test_a_question_of_stop_words_alone_is_still_asked() -> None:
    assert telling(["how", "are", "you"]) == ["how", "are", "you"]
    assert telling(["how", "reset"]) == ["reset"]


def test_a_long_mail_is_capped_and_odd_characters_do_no_harm() -> None:
    assert len(question("word " * 20_000)) <= QUERY_LIMIT
    assert question(" \0a\ud800b\n\tc ") == "ab c"


def test_grams_overlap_where_spelling_does() -> None:
    right, wrong = spelt_keys(["certificate"]), spelt_keys(["certifcate"])
    assert len(np.intersect1d(right, wrong)) == 4
    assert not len(np.intersect1d(right, spelt_keys(["warranty"])))


@given(st.text(max_size=60))
def test_each_five_characters_in_a_row_have_one_key(text: str) -> None:
    keys = gram_keys(text)
    clean = text.encode("utf-32-le", "replace").decode("utf-32-le")
    assert len(keys) == max(len(clean) - GRAM + 1, 0)
    assert all(int(key) < 1 << KEY_BITS for key in keys)
    for offset in range(len(keys)):
        assert gram_keys(clean[offset : offset + GRAM])[0] == keys[offset]
