"""BM25 over segments is BM25 over their sum."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.postings import K1, SEGMENT_LIMIT, B, build, holds, match
from bot.retrieval.terms import Keys


def keys(*numbers: int) -> Keys:
    return np.array(numbers, np.uint64)


def reference(texts: list[list[int]], query: list[int], entry: int) -> float:
    average = max(sum(map(len, texts)) / len(texts), 1)
    score = 0.0
    for term in query:
        reach = sum(term in text for text in texts)
        idf = log(1 + (len(texts) - reach + 0.5) / (reach + 0.5))
        count = texts[entry].count(term)
        damping = K1 * (1 - B + B * len(texts[entry]) / average)
        score += idf * count / (count + damping) if count else 0
    return score


TEXTS = st.lists(st.lists(st.integers(0, 9), max_size=12), min_size=1, max_size=12)


@given(TEXTS, st.lists(st.integers(0, 11), max_size=6), st.data())
def test_segments_and_masked_entries_score_as_a_rebuild_would(
    texts: list[list[int]], query: list[int], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(texts)))
    alive = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    alive[data.draw(st.integers(0, len(texts) - 1))] = True
    parts = [build(keys(*t) for t in part) for part in (texts[:cut], texts[cut:]) if part]
    found = match(parts, alive, keys(*query))
    living = [text for text, is_alive in zip(texts, alive, strict=True) if is_alive]
    expected = [reference(living, query, entry) for entry in range(len(living))]
    assert found.scores[alive] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_a_term_counts_as_held_only_by_the_living() -> None:
    part = build([keys(1), keys(2)])
    assert holds([part], np.array([True, False]), keys(1))
    assert not holds([part], np.array([True, False]), keys(2))
    assert not holds([part], np.array([True, True]), keys(3))


def test_a_segment_refuses_more_entries_than_it_can_number() -> None:
    with pytest.raises(ValueError, match="at most"):
        build([keys()] * (SEGMENT_LIMIT + 1))


def test_a_term_repeated_a_thousand_times_is_counted_up_to_255() -> None:
    part = build([keys(*[5] * 1000)])
    assert part.counts.tolist() == [255]
    assert part.lengths.tolist() == [1000]
