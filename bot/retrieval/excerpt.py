"""Picks the part of a passage that answers a question best, in a customer's reading size.

The choice is a run of whole sentences or lines. A list stays with the line that introduces it,
and steps with the steps around them, as far as the size allows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.model.embeddings import Embedder
from bot.retrieval import terms

_ITEM = re.compile(r"[•‣]|(?:[-*+–]|\(?\d{1,3}[.)]|[a-z][.)]|step\s+\d+[.:]?)(?=\s)", re.IGNORECASE)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|approx|incl|max|min|no|nos|vs|mr|mrs|ms|dr|st|ltd|inc|fig|tel"
    r"|ext|z\.b|[a-z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a line of a list, with its place in the passage. `group`: stay together."""

    start: int
    end: int
    group: int


def excerpt(query: str, passage: str, limit: int, embedder: Embedder | None = None) -> str:
    """At most `limit` characters of the passage, in its own words and lines.

    The whole passage when it fits. A sentence is cut only if it alone is longer than `limit`.
    """
    text = passage.strip()
    if len(text) <= limit:
        return text
    cut = pieces(text)
    scores = _scores(query, [text[p.start : p.end] for p in cut], embedder)
    first, last = _best_run(cut, scores, limit)
    return _shortened(text[cut[first].start : cut[last].end].strip(), limit)


def pieces(text: str) -> list[Piece]:
    """Sentences and lines in order. Groups: a list with its introduction; else each its own."""
    cut: list[Piece] = []
    group, was_list = 0, False
    for start, end in _lines(text):
        is_item = _ITEM.match(text, start, end) is not None
        introduces = bool(cut) and text[cut[-1].start : cut[-1].end].rstrip().endswith(":")
        if not (is_item and (was_list or introduces)):
            group += 1
        spans = [(start, end)] if is_item else _sentences(text, start, end)
        for number, (a, b) in enumerate(spans):
            group += number > 0
            cut.append(Piece(a, b, group))
        was_list = is_item
    return cut


def _lines(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\S[^\n]*", text)]


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    for match in _END.finditer(text, start, end):
        if _ABBREVIATION.search(text, start, match.end()):
            continue
        if match.end() < end:
            spans.append((start, match.end()))
            start = match.end() + (text[match.end()] == " ")
    return [*spans, (start, end)]


def _scores(query: str, parts: Sequence[str], embedder: Embedder | None) -> list[float]:
    """Weight of the question's words a part holds (rare ones more), and likeness of meaning."""
    asked = terms.words(terms.question(query))
    wanted = np.unique(terms.word_keys(terms.telling(asked)))
    held = np.array([np.isin(wanted, terms.word_keys(terms.words(part))) for part in parts])
    weights = np.log1p(len(parts) / (1 + held.sum(axis=0)))
    scores = held @ weights / max(float(weights.sum()), 1e-9)
    if embedder is not None:
        vectors = embedder.embed([" ".join(asked), *parts])
        scores = scores + np.maximum(vectors[1:] @ vectors[0], 0)
    return [float(score) for score in scores]


def _best_run(cut: Sequence[Piece], scores: Sequence[float], limit: int) -> tuple[int, int]:
    """Grows from the best part: a list from its introduction on, then what follows, then before.

    What follows a sentence explains it more often than what stands before it.
    """
    last = max(range(len(cut)), key=lambda number: (scores[number], -number))
    opening = next(n for n, piece in enumerate(cut) if piece.group == cut[last].group)
    first = opening if _fits(cut, opening, last, limit) else last
    while True:
        if _fits(cut, first, last + 1, limit):
            last += 1
        elif _fits(cut, first - 1, last, limit) and _may_open(cut, first - 1):
            first -= 1
        else:
            return first, last


def _may_open(cut: Sequence[Piece], number: int) -> bool:
    """A part within a list is no place to begin, unless the list is there from its start."""
    return number == 0 or cut[number - 1].group != cut[number].group


def _fits(cut: Sequence[Piece], first: int, last: int, limit: int) -> bool:
    return first >= 0 and last < len(cut) and cut[last].end - cut[first].start <= limit


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = text[: max(limit - 1, 0)]
    whole = head.rsplit(None, 1)[0] if any(map(str.isspace, head)) else head
    return f"{whole.rstrip()}…"
