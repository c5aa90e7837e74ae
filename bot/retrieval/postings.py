"""An inverted index in numpy arrays, and BM25 over several of them as if they were one.

Scores are computed from counts when a question comes, so that a small segment added later, or
an entry masked out, changes the statistics exactly as a rebuild would.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.retrieval.terms import Keys

Floats = npt.NDArray[np.float32]
Alive = npt.NDArray[np.bool_]

K1 = 1.2
B = 0.75
SEGMENT_LIMIT = 1 << 16
"""Entries of a segment: their numbers fit 16 bits."""
_ENTRY_BITS = np.uint64(24)
_ENTRY_MASK = np.uint64((1 << 24) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Which entries hold a term, and how often. `ends[i]` is where the i-th term's run ends."""

    keys: Keys
    ends: npt.NDArray[np.uint32]
    entries: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.uint32]

    @property
    def size(self) -> int:
        return len(self.lengths)

    @property
    def nbytes(self) -> int:
        parts = (self.keys, self.ends, self.entries, self.counts, self.lengths)
        return sum(part.nbytes for part in parts)


def build(terms: Iterable[Keys]) -> Postings:
    """`terms`: the keys of each entry, in order, at most 65,536 entries."""
    found = list(terms)
    if len(found) > SEGMENT_LIMIT:
        raise ValueError(f"A segment holds at most {SEGMENT_LIMIT} entries, not {len(found)}")
    lengths = np.array([len(keys) for keys in found], np.uint32)
    packed = np.concatenate([*found, np.zeros(0, np.uint64)]) << _ENTRY_BITS
    packed |= np.repeat(np.arange(len(found), dtype=np.uint64), lengths)
    packed.sort()
    starts = np.flatnonzero(np.concatenate([[True], packed[1:] != packed[:-1]])[: len(packed)])
    counts = np.diff(starts, append=len(packed))
    pairs = packed[starts]
    keys, firsts = np.unique(pairs >> _ENTRY_BITS, return_index=True)
    return Postings(
        keys=keys,
        ends=np.append(firsts[1:], len(pairs))[: len(keys)].astype(np.uint32),
        entries=(pairs & _ENTRY_MASK).astype(np.uint16),
        counts=np.minimum(counts, 255).astype(np.uint8),
        lengths=lengths,
    )


@dataclass(frozen=True, slots=True)
class Matched:
    """BM25 of one question: a score per entry, and per distinct term its weight and reach.

    `share`: the part of the living entries that hold the term, 0 where none does.
    """

    scores: Floats
    weights: Floats
    repeats: Floats
    share: Floats


def match(segments: Sequence[Postings], alive: Alive, query: Keys) -> Matched:
    """`alive`: one flag per entry over all segments; the dead count for nothing."""
    terms, repeats = np.unique(query, return_counts=True)
    hits, entries, counts = _gather(segments, terms)
    if not alive.all():
        kept = alive[entries]
        hits, entries, counts = hits[kept], entries[kept], counts[kept]
    living = max(int(alive.sum()), 1)
    reach = np.bincount(hits, minlength=len(terms))
    weights = np.log1p((living - reach + 0.5) / (reach + 0.5)).astype(np.float32)
    damping = _damping(segments, alive)
    gains = counts / (counts + damping[entries]) * (weights * repeats)[hits]
    scores = np.bincount(entries, gains, minlength=len(alive)).astype(np.float32)
    return Matched(scores, weights, repeats.astype(np.float32), (reach / living).astype(np.float32))


def holds(segments: Sequence[Postings], alive: Alive, terms: Keys) -> bool:
    """Whether a living entry holds one of the terms."""
    _, entries, _ = _gather(segments, terms)
    return bool(alive[entries].any())


def _damping(segments: Sequence[Postings], alive: Alive) -> Floats:
    """How far an entry's length damps its counts: long texts need more of a word."""
    lengths = np.concatenate([s.lengths for s in segments]).astype(np.float32)
    average = max(float(lengths[alive].mean()) if alive.any() else 1.0, 1.0)
    return (K1 * (1 - B + B * lengths / average)).astype(np.float32)


_Hits = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]


def _gather(segments: Sequence[Postings], terms: Keys) -> _Hits:
    """Every posting of the terms: which term, which entry (over all segments), how often."""
    hits, entries, counts, offset = [], [], [], 0
    for segment in segments:
        at, runs = _runs(segment, terms)
        hits.append(at)
        entries.append(segment.entries[runs].astype(np.intp) + offset)
        counts.append(segment.counts[runs].astype(np.float32))
        offset += segment.size
    return np.concatenate(hits), np.concatenate(entries), np.concatenate(counts)


def _runs(segment: Postings, terms: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Positions of all postings of the terms, with the number of the term each belongs to."""
    places = np.searchsorted(segment.keys, terms)
    known = np.flatnonzero(places < len(segment.keys))
    known = known[segment.keys[places[known]] == terms[known]]
    places = places[known]
    ends = segment.ends[places].astype(np.intp)
    starts = np.where(places > 0, segment.ends[places - 1], 0).astype(np.intp)
    sizes = ends - starts
    shifts = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]])[: len(sizes)], sizes)
    return np.repeat(known, sizes), np.arange(int(sizes.sum())) + shifts
