"""An excerpt answers, fits, and reads as the passage does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.embeddings import WordLlama
from bot.retrieval.excerpt import excerpt, pieces

PASSAGE = """\
The recorder keeps video for about three weeks, e.g. with eight cameras. The oldest is lost first.

To export a clip:
1. Choose the camera.
2. Set the start and the end.
3. Press Export. A stick is written.

Note on the form who received it. Blurring other people is done with the mask tool. \
It costs 5.50 per clip."""


@pytest.mark.parametrize(
    ("query", "limit", "picked"),
    [
        (
            "how do i export footage of a clip",
            110,
            "To export a clip:\n1. Choose the camera.\n2. Set the start and the end.\n"
            "3. Press Export. A stick is written.",
        ),
        ("how long is video kept in weeks", 80, PASSAGE.split(" The oldest")[0]),
        ("what does it cost", 40, "It costs 5.50 per clip."),
        ("blur people", 55, "Blurring other people is done with the mask tool."),
    ],
)
def test_the_part_that_answers_is_picked(
    embedder: WordLlama, query: str, limit: int, picked: str
) -> None:
    assert excerpt(query, PASSAGE, limit, embedder) == picked


def test_a_passage_that_fits_is_given_whole() -> None:
    assert excerpt("anything", f"\n{PASSAGE}\n", 5000) == PASSAGE


def test_steps_that_do_not_all_fit_begin_with_the_first() -> None:
    picked = excerpt("choose the camera", PASSAGE, 50)
    assert picked.startswith("To export a clip:\n1. Choose the camera.")


def test_a_sentence_longer_than_allowed_is_cut_between_words() -> None:
    picked = excerpt("alpha", "alpha " * 100, 50)
    assert picked.endswith("alpha…")
    assert len(picked) <= 50


def test_abbreviations_numbers_and_initials_end_no_sentence() -> None:
    text = "Use approx. 5.5 m, e.g. Cat6. Ask Dr. Hall vs. the desk. Done."
    assert [text[p.start : p.end] for p in pieces(text)] == [
        "Use approx. 5.5 m, e.g. Cat6.",
        "Ask Dr. Hall vs. the desk.",
        "Done.",
    ]


def test_scripts_without_spaces_have_sentences_too() -> None:
    text = "電源を入れます。次に番号を押します。"
    assert excerpt("番号", text, 12) == "次に番号を押します。"


@given(st.text(alphabet="ab c.!?\n-1:", max_size=400), st.integers(1, 120))
def test_an_excerpt_is_part_of_the_passage_and_never_too_long(text: str, limit: int) -> None:
    picked = excerpt("ab c", text, limit)
    assert len(picked) <= limit
    assert picked.removesuffix("…") in text
