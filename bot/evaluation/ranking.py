"""How well a search ranks, from labelled questions: nDCG@10, hit@1, recall@5, MRR@10, time."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from statistics import fmean, median
from time import perf_counter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

DEPTH = 10

Qrels = Mapping[str, Mapping[str, float]]
"""By question: the documents that answer it, and how well (above 0)."""


class Query(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)
    id: Annotated[str, Field(alias="_id", coerce_numbers_to_str=True)]
    text: str


class Unreadable(ValueError):
    """A file of questions or labels is not what it should be; the message names the line."""


@dataclass(frozen=True, slots=True)
class Report:
    """Means over the questions that have labels; `milliseconds` of one search."""

    queries: int
    unlabelled: int
    ndcg_at_10: float
    hit_at_1: float
    recall_at_5: float
    mrr_at_10: float
    milliseconds_median: float
    milliseconds_p95: float


def ndcg(ranking: Sequence[str], gains: Mapping[str, float], depth: int = DEPTH) -> float:
    """Discounted gain (linear in the label) over that of the ideal order, 0 to 1."""
    ideal = sorted((gain for gain in gains.values() if gain > 0), reverse=True)
    best = _discounted(ideal[:depth])
    found = [max(gains.get(document, 0.0), 0.0) for document in _distinct(ranking)[:depth]]
    return _discounted(found) / best if best else 0.0


def hit(ranking: Sequence[str], relevant: Iterable[str]) -> float:
    return float(bool(ranking) and ranking[0] in set(relevant))


def recall(ranking: Sequence[str], relevant: Iterable[str], depth: int = 5) -> float:
    wanted = set(relevant)
    return len(wanted & set(ranking[:depth])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranking: Sequence[str], relevant: Iterable[str], depth: int = DEPTH) -> float:
    wanted = set(relevant)
    places = (place for place, document in enumerate(ranking[:depth], 1) if document in wanted)
    return 1 / next(places, float("inf"))


def evaluate(
    search: Callable[[str, int], Sequence[str]], queries: Iterable[Query], qrels: Qrels
) -> Report:
    """`search(text, limit)` gives ids of documents, best first. Needs a labelled question."""
    asked = list(queries)
    labelled = [query for query in asked if relevant_to(query.id, qrels)]
    if not labelled:
        raise Unreadable("No question has a label: the ids of the two files do not agree.")
    search(labelled[0].text, DEPTH)
    rankings, times = [], []
    for query in labelled:
        started = perf_counter()
        rankings.append(list(search(query.text, DEPTH)))
        times.append((perf_counter() - started) * 1000)
    return _report(labelled, rankings, qrels, times, len(asked) - len(labelled))


def relevant_to(query_id: str, qrels: Qrels) -> frozenset[str]:
    return frozenset(d for d, gain in qrels.get(query_id, {}).items() if gain > 0)


def read_queries(lines: Iterable[str]) -> list[Query]:
    """JSON lines `{_id, text}`; other keys are ignored, empty lines skipped."""
    return [_query(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def read_qrels(lines: Iterable[str]) -> dict[str, dict[str, float]]:
    """`query-id corpus-id score`, tab-separated, with or without a header; no score means 1.

    Also takes the four columns of TREC (`query-id 0 corpus-id score`).
    """
    qrels: dict[str, dict[str, float]] = {}
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in {"query-id", "query_id", "qid"}):
            continue
        query, document, gain = _label(number, cells)
        qrels.setdefault(query, {})[document] = gain
    return qrels


def _query(number: int, line: str) -> Query:
    try:
        return Query.model_validate(json.loads(line.removeprefix("\ufeff")))
    except (ValueError, ValidationError) as error:
        raise Unreadable(f"Line {number} of the questions is no {{_id, text}} in JSON.") from error


def _label(number: int, cells: list[str]) -> tuple[str, str, float]:
    if len(cells) == 4:
        cells = [cells[0], *cells[2:]]
    try:
        query, document, gain = (*cells, "1")[:3] if len(cells) in {2, 3} else ("", "", "")
        return query, document, float(gain)
    except ValueError as error:
        raise Unreadable(
            f"Line {number} of the labels is not “query-id, corpus-id, score” with tabs between."
        ) from error


def _report(
    labelled: Sequence[Query],
    rankings: Sequence[Sequence[str]],
    qrels: Qrels,
    times: Sequence[float],
    unlabelled: int,
) -> Report:
    pairs = [(r, relevant_to(q.id, qrels)) for q, r in zip(labelled, rankings, strict=True)]
    return Report(
        queries=len(labelled),
        unlabelled=unlabelled,
        ndcg_at_10=fmean(ndcg(r, qrels[q.id]) for q, r in zip(labelled, rankings, strict=True)),
        hit_at_1=fmean(hit(ranking, wanted) for ranking, wanted in pairs),
        recall_at_5=fmean(recall(ranking, wanted) for ranking, wanted in pairs),
        mrr_at_10=fmean(reciprocal_rank(ranking, wanted) for ranking, wanted in pairs),
        milliseconds_median=median(times),
        milliseconds_p95=sorted(times)[ceil(0.95 * len(times)) - 1],
    )


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, 1))


def _distinct(ranking: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ranking))
