"""Builds a big index in a process of its own, and maps its arrays from files.

The event loop and the other tenants' searches keep both cores; the memory of building goes with
the process, and the operating system may drop and reload the mapped arrays as it needs.
"""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bot.model.embeddings import Embedder
from bot.retrieval import segments
from bot.retrieval.index import Index
from bot.retrieval.postings import Postings
from bot.retrieval.segments import Entry, EntryT, Segment, Terms

APART_FROM = 5_000
"""Entries from which a build is worth a process: below, a thread takes about two seconds."""

_POSTINGS = ("words", "grams", "titles")
_PARTS = tuple(field.name for field in fields(Postings))
_ARRAYS = ("vectors", "title_vectors", "owners")
_PAGE = 4096


async def build(
    entries: Sequence[EntryT], embedder: Embedder, *, apart_from: int | None = None
) -> Index[EntryT]:
    """Off the event loop either way; cancelling it ends the process with the chunk at hand."""
    if len(entries) < (APART_FROM if apart_from is None else apart_from):
        return await asyncio.to_thread(Index.build, entries, embedder)
    loop = asyncio.get_running_loop()
    parts: list[Segment[EntryT]] = []
    with TemporaryDirectory(prefix="frontdesk-index-") as name:
        process = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
        try:
            for number, chunk in enumerate(segments.chunks(entries)):
                folder = Path(name, str(number))
                await loop.run_in_executor(process, describe_into, folder, chunk, embedder)
                parts.append(segments.segment(chunk, await asyncio.to_thread(load, folder)))
        finally:
            process.shutdown(wait=False, cancel_futures=True)
    return Index(parts, np.ones(len(entries), np.bool_), embedder)


def describe_into(folder: Path, entries: Sequence[Entry], embedder: Embedder) -> None:
    """Runs in the other process."""
    folder.mkdir()
    save(segments.describe(entries, embedder), folder)


def save(described: Terms, folder: Path) -> None:
    for name in _POSTINGS:
        postings = getattr(described, name)
        for part in _PARTS:
            np.save(folder / f"{name}-{part}.npy", getattr(postings, part))
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(described, name))
    (folder / "vocabulary.json").write_text(json.dumps(described.vocabulary), "utf-8")


def load(folder: Path) -> Terms:
    """The files may be removed afterwards: what is mapped stays until it is let go."""
    vocabulary = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    words, grams, titles = (
        Postings(**{part: _mapped(folder / f"{name}-{part}.npy") for part in _PARTS})
        for name in _POSTINGS
    )
    return Terms(
        words=words,
        grams=grams,
        titles=titles,
        vectors=_mapped(folder / "vectors.npy"),
        title_vectors=_mapped(folder / "title_vectors.npy"),
        owners=_mapped(folder / "owners.npy"),
        vocabulary={int(length): found for length, found in vocabulary.items()},
        is_mapped=True,
    )


def _mapped(path: Path) -> npt.NDArray[Any]:
    """Small arrays, which may be empty, are read instead."""
    mode: Literal["r"] | None = "r" if path.stat().st_size > _PAGE else None
    return np.asarray(np.load(path, mmap_mode=mode))
