"""A segment: some entries with everything they are found by. Never changed once built."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from bot.model.embeddings import Embedder, Vectors
from bot.retrieval import postings, spelling, terms
from bot.retrieval.postings import Postings
from bot.retrieval.spelling import Vocabulary

SIZE = 16_384
"""Entries of a segment of the base."""
_LARGE = 4_096
"""Entries from which a word that one alone holds is no model for the spelling of others."""
_ENTRY_BYTES = 200
"""What an entry takes besides its letters, about."""


class Entry(Protocol):
    """What can be searched: a passage of an article, a product. One owner has one title."""

    @property
    def owner(self) -> Hashable: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What a segment's entries are found by, as arrays alone: these can be kept in files.

    `owners[i]` is the row of `titles` and `title_vectors` that belongs to entry i.
    """

    words: Postings
    grams: Postings
    titles: Postings
    vectors: Vectors
    title_vectors: Vectors
    owners: npt.NDArray[np.int32]
    vocabulary: Vocabulary
    is_mapped: bool = False

    @property
    def nbytes(self) -> int:
        """In memory of our own; what is mapped from files is the system's."""
        if self.is_mapped:
            return 0
        parts = (self.words, self.grams, self.titles, self.vectors, self.title_vectors)
        return sum(part.nbytes for part in parts)


@dataclass(frozen=True, slots=True, eq=False)
class Segment(Generic[EntryT]):
    entries: tuple[EntryT, ...]
    terms: Terms
    text_bytes: int

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def nbytes(self) -> int:
        return self.text_bytes + self.terms.nbytes


def segment(entries: Sequence[EntryT], described: Terms) -> Segment[EntryT]:
    texts = sum(len(entry.text) + len(entry.title) + _ENTRY_BYTES for entry in entries)
    return Segment(tuple(entries), described, texts)


def build(entries: Sequence[EntryT], embedder: Embedder) -> Segment[EntryT]:
    """Entries of one owner must follow each other."""
    return segment(entries, describe(entries, embedder))


def describe(entries: Sequence[Entry], embedder: Embedder) -> Terms:
    texts = [f"{entry.title}\n{entry.text}" for entry in entries]
    words = [terms.words(text) for text in texts]
    owners, titles = _owners(entries)
    title_words = [terms.telling(terms.words(title)) for title in titles]
    return Terms(
        words=postings.build(terms.word_keys(terms.telling(w)) for w in words),
        grams=postings.build(terms.spelt_keys(w) for w in words),
        titles=postings.build(map(terms.word_keys, title_words)),
        vectors=embedder.embed(texts),
        title_vectors=embedder.embed(titles),
        owners=owners,
        vocabulary=spelling.vocabulary(words, 1 if len(entries) < _LARGE else 2),
    )


def chunks(entries: Sequence[EntryT]) -> list[Sequence[EntryT]]:
    """Cut where a segment is full, but never within an owner's entries."""
    cuts, start = [], 0
    while start < len(entries):
        end = min(start + SIZE, len(entries))
        while end < len(entries) and entries[end].owner == entries[end - 1].owner:
            end += 1
        cuts.append(entries[start:end])
        start = end
    return cuts


def _owners(entries: Sequence[Entry]) -> tuple[npt.NDArray[np.int32], list[str]]:
    rows: dict[Hashable, int] = {}
    titles: list[str] = []
    for entry in entries:
        if entry.owner not in rows:
            rows[entry.owner] = len(titles)
            titles.append(entry.title)
    return np.array([rows[entry.owner] for entry in entries], np.int32), titles
