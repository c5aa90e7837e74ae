"""Passages cover the article, keep its words and lines, and stay of a size."""

from hypothesis import given
from hypothesis import strategies as st

from domain.knowledge.passages import OVERLAP_WORDS, WINDOW_WORDS, indexed, split


def numbered(count: int) -> str:
    return " ".join(f"w{n}" for n in range(count))


def test_a_short_article_is_one_passage_with_its_line_breaks() -> None:
    assert split("Reset", "  First line.\n\n- item\n") == ("First line.\n\n- item",)


def test_two_hundred_words_stay_whole_and_one_more_are_cut() -> None:
    assert len(split("", numbered(200))) == 1
    assert len(split("", numbered(201))) == 2


def test_windows_of_plain_words_have_150_words_and_share_30() -> None:
    first, second, third = split("", numbered(320))
    assert len(first.split()) == WINDOW_WORDS
    assert second.split()[:OVERLAP_WORDS] == first.split()[-OVERLAP_WORDS:]
    assert third.split()[-1] == "w319"


def test_a_window_starts_where_a_sentence_does() -> None:
    sentences = [f"This is sentence number {n} of it." for n in range(60)]
    passages = split("", " ".join(sentences))
    assert len(passages) > 2
    assert all(p.startswith("This is sentence") and p.endswith("of it.") for p in passages)


def test_an_article_without_text_is_found_by_its_title() -> None:
    assert split(" Opening hours ", " \n ") == ("Opening hours",)
    assert split("", "") == ()


def test_text_without_spaces_is_cut_too() -> None:
    passages = split("", "電源を入れてください" * 100)
    assert len(passages) > 2
    assert max(map(len, passages)) <= 400


def test_a_passage_is_indexed_under_its_title() -> None:
    assert indexed("Reset", "Press it.") == "Reset\nPress it."


@given(st.text(alphabet="ab .!\n", max_size=3000))
def test_every_word_is_in_a_passage_and_every_passage_is_in_the_text(text: str) -> None:
    passages = split("", text)
    assert all(passage in text for passage in passages)
    assert {w for p in passages for w in p.split()} == set(text.split())
    assert all(len(p.split()) <= max(200, WINDOW_WORDS) for p in passages)
