"""How likely a question is answered by what was found: soft evidence, 0 to 1, not a gate.

A logistic regression on nine features of a search. Its constants were fitted by
`benchmarks/answerability.py` on questions of which half had their gold text taken out of the
corpus: an FAQ written for it, and the summaries of documented functions as questions about the
rest of their documentation.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from math import exp, log1p

import numpy as np

from bot.retrieval import terms
from bot.retrieval.index import Index, Ranked, Scores
from bot.retrieval.postings import Matched
from bot.retrieval.segments import EntryT

RIVALS = 5
"""Owners after the best that it is compared with."""


@dataclass(frozen=True, slots=True)
class Features:
    height: float
    """Fused z-score of the best, as a logarithm: it grows with the number of entries."""
    lead: float
    """The best minus the mean of the next five."""
    gap: float
    """The best minus the second."""
    words: float
    """BM25 of the best, as a share of what the question's words weigh."""
    grams: float
    """The same for 5-grams."""
    coverage: float
    """Share of the question's weight whose words the best entry holds at all."""
    proximity: float
    """How close together those words stand in it, 1 side by side."""
    agreement: float
    """How many of the three scores put the same owner first, 1 all."""
    cosine: float


BIAS = -3.129
WEIGHTS = Features(
    height=0.0,
    lead=0.888,
    gap=0.0,
    words=0.0,
    grams=0.0,
    coverage=0.882,
    proximity=0.096,
    agreement=0.202,
    cosine=2.029,
)
"""None is negative: each feature speaks for an answer. The zeros say what others say too."""


def features(index: Index[EntryT], scores: Scores, best: Sequence[Ranked[EntryT]]) -> Features:
    """`best`: at least six owners where there are that many, one entry each."""
    top, rest = best[0], [ranked.score for ranked in best[1 : RIVALS + 1]]
    places, coverage = _found(scores, f"{top.entry.title}\n{top.entry.text}")
    return Features(
        height=log1p(max(top.score, 0.0)),
        lead=log1p(max(top.score - float(np.mean(rest or [0.0])), 0.0)),
        gap=log1p(max(top.score - max(rest, default=0.0), 0.0)),
        words=_share(scores.words, top.row),
        grams=_share(scores.grams, top.row),
        coverage=coverage,
        proximity=_proximity(places),
        agreement=_agreement(index, scores, top),
        cosine=float(scores.cosines[top.row]),
    )


def likelihood(found: Features) -> float:
    strength = BIAS + sum(w * f for w, f in zip(astuple(WEIGHTS), astuple(found), strict=True))
    return 1 / (1 + exp(-strength))


def answerability(index: Index[EntryT], scores: Scores, best: Sequence[Ranked[EntryT]]) -> float:
    return likelihood(features(index, scores, best)) if best else 0.0


def _share(matched: Matched, row: int) -> float:
    total = float((matched.weights * matched.repeats).sum())
    return float(matched.scores[row]) / total if total else 0.0


def _found(scores: Scores, text: str) -> tuple[list[list[int]], float]:
    """Where each word of the question stands in the text, and the share of weight found."""
    asked = np.unique(terms.word_keys(terms.telling(scores.found)))
    held = terms.word_keys(terms.words(text))
    places = [np.flatnonzero(held == key).tolist() for key in asked]
    weights = scores.words.weights
    total = float(weights.sum())
    found = sum(float(w) for w, at in zip(weights, places, strict=True) if at)
    return [at for at in places if at], found / total if total else 0.0


def _proximity(places: list[list[int]]) -> float:
    """Mean closeness of each found word to the nearest other one; 0 for a lone word."""
    if len(places) < 2:
        return 0.0
    everywhere = sorted((at, word) for word, places_of in enumerate(places) for at in places_of)
    nearest = [float("inf")] * len(places)
    for (at, word), (next_at, next_word) in pairwise(everywhere):
        if word != next_word:
            nearest[word] = min(nearest[word], next_at - at)
            nearest[next_word] = min(nearest[next_word], next_at - at)
    return float(np.mean([1 / distance for distance in nearest]))


def _agreement(index: Index[EntryT], scores: Scores, top: Ranked[EntryT]) -> float:
    owner = top.entry.owner
    firsts = [index.first(s) for s in (scores.words.scores, scores.grams.scores, scores.cosines)]
    return sum(index.entries[row].owner == owner for row in firsts) / len(firsts)
