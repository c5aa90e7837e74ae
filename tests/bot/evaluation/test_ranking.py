"""Measures of a ranking, and the files they are taken from."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.ranking import (
    Query,
    Unreadable,
    evaluate,
    hit,
    ndcg,
    read_qrels,
    read_queries,
    recall,
    reciprocal_rank,
)


@pytest.mark.parametrize(
    ("ranking", "gains", "expected"),
    [
        (["a", "b"], {"a": 1}, 1.0),
        (["b", "a"], {"a": 1}, 1 / log2(3)),
        (["b", "a"], {"a": 2, "b": 1}, (1 + 2 / log2(3)) / (2 + 1 / log2(3))),
        (["x"], {"a": 1}, 0.0),
        ([], {"a": 1}, 0.0),
        (["a"], {}, 0.0),
        (["a", "a"], {"a": 1, "b": 1}, 1 / (1 + 1 / log2(3))),
        ([*"bcdefghijk", "a"], {"a": 1}, 0.0),
    ],
)
def test_ndcg(ranking: list[str], gains: dict[str, float], expected: float) -> None:
    assert ndcg(ranking, gains) == pytest.approx(expected)


def test_hit_recall_and_reciprocal_rank() -> None:
    ranking = ["x", "a", "y", "z", "w", "b"]
    assert hit(ranking, {"a"}) == 0
    assert hit(["a"], {"a"}) == 1
    assert hit([], {"a"}) == 0
    assert recall(ranking, {"a", "b"}) == 0.5
    assert recall(ranking, ()) == 0
    assert reciprocal_rank(ranking, {"a", "b"}) == 0.5
    assert reciprocal_rank(["x"] * 10 + ["a"], {"a"}) == 0


def test_questions_and_labels_are_read_with_and_without_a_header() -> None:
    queries = read_queries(['\ufeff{"_id": 1, "text": "how?", "answer": "so"}', "", " "])
    assert queries == [Query(id="1", text="how?")]
    expected = {"1": {"a": 1.0, "b": 0.0}, "2": {"c": 1.0}}
    assert read_qrels(["query-id\tcorpus-id\tscore", "1\ta\t1", "1\tb\t0", "2\tc"]) == expected
    assert read_qrels(["1\t0\ta\t1", "1\t0\tb\t0\n", "", "2\t0\tc\t1"]) == expected


@pytest.mark.parametrize("line", ["{", "[]", '{"_id": "1"}', '{"text": "x"}'])
def test_a_question_that_cannot_be_read_is_told_by_line(line: str) -> None:
    with pytest.raises(Unreadable, match="Line 2"):
        read_queries(['{"_id": "1", "text": "x"}', line])


@pytest.mark.parametrize("line", ["only", "a\tb\tmuch", "a\tb\t1\t2\t3"])
def test_a_label_that_cannot_be_read_is_told_by_line(line: str) -> None:
    with pytest.raises(Unreadable, match="Line 2"):
        read_qrels(["q\td\t1", line])


def test_a_search_is_measured_over_labelled_questions_alone() -> None:
    queries = [Query(id="1", text="a"), Query(id="2", text="b"), Query(id="3", text="c")]
    report = evaluate(lambda text, _: [text, "a"], queries, {"1": {"a": 1}, "2": {"a": 1}})
    assert (report.queries, report.unlabelled) == (2, 1)
    assert report.hit_at_1 == 0.5
    assert report.recall_at_5 == 1
    assert report.mrr_at_10 == 0.75
    assert report.ndcg_at_10 == pytest.approx((1 + 1 / log2(3)) / 2)
    assert 0 <= report.milliseconds_median <= report.milliseconds_p95


def test_labels_of_other_questions_are_told() -> None:
    with pytest.raises(Unreadable, match="No question has a label"):
        evaluate(lambda *_: [], [Query(id="1", text="a")], {"9": {"a": 1}})


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.sets(st.sampled_from("abcdef")))
def test_measures_lie_between_0_and_1_and_agree_on_nothing_found(
    ranking: list[str], wanted: set[str]
) -> None:
    measures = [
        ndcg(ranking, dict.fromkeys(wanted, 1.0)),
        recall(ranking, wanted, 10),
        reciprocal_rank(ranking, wanted),
    ]
    assert all(0 <= measure <= 1 + 1e-9 for measure in measures)
    assert len({measure > 0 for measure in measures}) == 1
