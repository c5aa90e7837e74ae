"""Ranks entries for a question by three scores and the title; a base with what changed since.

Each score becomes a z-score over all living entries, so that none needs calibrating:
BM25 of stemmed words, BM25 of character 5-grams, cosine of vectors, one to one to one. The title
counts again as a little of its own, words and vector at 0.3: over seven question sets of manuals
and FAQs that gave 0.018 nDCG, and lost 0.001 where titles say nothing. Its words are capped at
six deviations, since one rare word in a title would outweigh the text.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic

import numpy as np
import numpy.typing as npt

from bot.model.embeddings import Embedder
from bot.retrieval import segments, spelling, terms
from bot.retrieval.postings import Alive, Floats, Matched, holds, match
from bot.retrieval.segments import EntryT, Segment
from bot.retrieval.terms import Keys

TITLE_WEIGHT = 0.3
TITLE_CAP = 6.0
_SPARE = 20
"""Entries sorted per result wanted: an owner's other entries stand between the owners."""
_FLAT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One number per entry of the index in each; `fused` is -inf for entries that are gone."""

    question: str
    """As it was searched for: capped, slips put right."""
    found: list[str]
    """Its words."""
    fused: Floats
    words: Matched
    grams: Matched
    cosines: Floats


@dataclass(frozen=True, slots=True)
class Ranked(Generic[EntryT]):
    entry: EntryT
    score: float
    row: int


class Index(Generic[EntryT]):
    """Immutable: `changed` gives a new index that shares what stayed. Safe between threads."""

    def __init__(self, parts: Sequence[Segment[EntryT]], alive: Alive, embedder: Embedder) -> None:
        self._parts = tuple(parts)
        self._alive = alive
        self._embedder = embedder
        self.entries: tuple[EntryT, ...] = tuple(e for part in parts for e in part.entries)

    @classmethod
    def build(cls, entries: Sequence[EntryT], embedder: Embedder) -> "Index[EntryT]":
        """Entries of one owner must follow each other."""
        parts = [segments.build(chunk, embedder) for chunk in segments.chunks(entries)]
        return cls(parts, np.ones(len(entries), np.bool_), embedder)

    def __len__(self) -> int:
        return int(self._alive.sum())

    @property
    def stale(self) -> int:
        """Entries outside the base, and masked ones: what a rebuild would put in order."""
        base = sum(part.size for part in self._parts if part.size >= segments.SIZE)
        first = self._parts[0].size if self._parts else 0
        return len(self.entries) - max(base, first) + len(self.entries) - len(self)

    @property
    def nbytes(self) -> int:
        """About what it holds in memory of our own, texts included."""
        return sum(part.nbytes for part in self._parts)

    def changed(self, gone: Iterable[Hashable], new: Sequence[EntryT]) -> "Index[EntryT]":
        """Without the entries of the owners `gone`, with `new` ones, as if built afresh."""
        masked = set(gone)
        kept = np.array([e.owner not in masked for e in self.entries], np.bool_) & self._alive
        parts, alive = list(self._parts), [kept]
        for chunk in segments.chunks(new):
            parts.append(segments.build(chunk, self._embedder))
            alive.append(np.ones(len(chunk), np.bool_))
        return Index(parts, np.concatenate(alive), self._embedder)

    def living(self) -> list[EntryT]:
        return [
            entry for entry, is_alive in zip(self.entries, self._alive, strict=True) if is_alive
        ]

    def scores(self, query: str) -> Scores | None:
        """None when there is nothing to search, or nothing to search for."""
        asked = terms.question(query)
        if not asked or not len(self):
            return None
        asked = spelling.corrected(asked, [p.terms.vocabulary for p in self._parts], self._is_known)
        found = terms.words(asked)
        telling = terms.word_keys(terms.telling(found))
        words = match([p.terms.words for p in self._parts], self._alive, telling)
        grams = match([p.terms.grams for p in self._parts], self._alive, terms.spelt_keys(found))
        vector = self._embedder.embed([asked])[0]
        cosines = np.concatenate([p.terms.vectors @ vector for p in self._parts])
        text = sum(map(self._standard, (words.scores, grams.scores, cosines)))
        fused = np.where(self._alive, text + self._title(telling, vector), -np.inf)
        return Scores(asked, found, fused.astype(np.float32), words, grams, cosines)

    def search(self, query: str, limit: int, per_owner: int = 1) -> list[Ranked[EntryT]]:
        """Best first. An owner ranks by its best entry, and gives at most `per_owner`."""
        scores = self.scores(query)
        return [] if scores is None else self.ranked(scores, limit, per_owner)

    def search_many(self, queries: Iterable[str], limit: int) -> list[list[Ranked[EntryT]]]:
        return [self.search(query, limit) for query in queries]

    def ranked(self, scores: Scores, limit: int, per_owner: int = 1) -> list[Ranked[EntryT]]:
        taken: dict[Hashable, int] = {}
        best: list[Ranked[EntryT]] = []
        for row in _descending(scores.fused, limit * _SPARE):
            entry = self.entries[row]
            if len(best) == limit or not self._alive[row]:
                break
            if taken.get(entry.owner, 0) < per_owner:
                taken[entry.owner] = taken.get(entry.owner, 0) + 1
                best.append(Ranked(entry, float(scores.fused[row]), row))
        return best

    def first(self, scores: Floats) -> int:
        """The row of the living entry with the highest of these scores."""
        return int(np.argmax(np.where(self._alive, scores, -np.inf)))

    def _title(self, telling: Keys, vector: Floats) -> Floats:
        rows, alive = self._titles
        words = match([p.terms.titles for p in self._parts], alive, telling).scores[rows]
        cosines = np.concatenate([p.terms.title_vectors @ vector for p in self._parts])[rows]
        capped = np.minimum(self._standard(words), TITLE_CAP)
        return TITLE_WEIGHT * (capped + self._standard(cosines))

    @cached_property
    def _titles(self) -> tuple[npt.NDArray[np.intp], Alive]:
        """Which title each entry has, over all segments, and which titles have living entries."""
        rows, offset = [], 0
        for part in self._parts:
            rows.append(part.terms.owners.astype(np.intp) + offset)
            offset += part.terms.titles.size
        together = np.concatenate(rows)
        return together, np.bincount(together, self._alive, minlength=offset) > 0

    def _standard(self, scores: Floats) -> Floats:
        living = scores[self._alive]
        spread = float(living.std())
        centred = scores - living.mean()
        return centred / spread if spread > _FLAT else np.zeros_like(scores)

    def _is_known(self, word: str) -> bool:
        if word in self._embedder.whole_words():
            return True
        return holds([p.terms.words for p in self._parts], self._alive, terms.word_keys([word]))


def _descending(scores: Floats, enough: int) -> Iterator[int]:
    """Rows by score, ties in their order; sorts no more than is asked for."""
    if len(scores) > enough:
        bound = np.partition(scores, -enough)[-enough]
        top = np.flatnonzero(scores > bound)
        yield from top[np.argsort(-scores[top], kind="stable")].tolist()
        rest = np.flatnonzero(scores <= bound)
    else:
        rest = np.arange(len(scores))
    yield from rest[np.argsort(-scores[rest], kind="stable")].tolist()
