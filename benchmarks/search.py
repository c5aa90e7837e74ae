"""Measures the search: quality, with typos too, time a question, time to build, and memory.

    python -m benchmarks.search [--size 10000] [--folder FOLDER]

FOLDER holds `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`; without it our own questions are
asked. `--size` adds as many synthetic passages, searched and timed by themselves.
"""

import argparse
import asyncio
import random
import string
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

from bot.evaluation.ranking import Query, Report, evaluate, read_qrels, read_queries
from bot.model.embeddings import WordLlama
from bot.retrieval import rebuilding
from bot.retrieval.passages import IndexedPassage, PassageIndex
from domain.knowledge.documents import Document, read
from domain.knowledge.passages import split

OWN = Path(__file__).with_name("questions")
TYPO_RATE = 0.1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, default=OWN)
    arguments.add_argument("--size", type=int, action="append", default=[])
    chosen = arguments.parse_args()
    embedder = WordLlama()
    print(f"memory before the word vectors: {resident_mb():.0f} MB")
    embedder.embed(["warm"])
    embedder.whole_words()
    print(f"memory with the word vectors:   {resident_mb():.0f} MB")
    quality(chosen.folder, embedder)
    for size in chosen.size:
        asyncio.run(scale(size, embedder))


def quality(folder: Path, embedder: WordLlama) -> None:
    documents = [d for d in read(folder / "corpus.jsonl") if isinstance(d, Document)]
    queries = read_queries((folder / "queries.jsonl").read_text("utf-8").splitlines())
    qrels = read_qrels((folder / "qrels.tsv").read_text("utf-8").splitlines())
    started = perf_counter()
    index = PassageIndex.build(list(passages_of(documents)), embedder)
    print(f"{len(documents)} documents, {len(index)} passages in {perf_counter() - started:.2f} s,")
    print(f"  {index.nbytes / 1e6:.0f} MB; memory now {resident_mb():.0f} MB")
    show("as asked", evaluate(index.documents, queries, qrels))
    mistyped = [Query(id=q.id, text=typos(q.text, seed)) for seed, q in enumerate(queries)]
    show("one letter in ten wrong", evaluate(index.documents, mistyped, qrels))


async def scale(size: int, embedder: WordLlama) -> None:
    documents = synthetic(size)
    passages = list(passages_of(documents))
    started = perf_counter()
    index = PassageIndex(await rebuilding.build(passages, embedder))
    built = perf_counter() - started
    started = perf_counter()
    changed = index.changed({passages[0].article_id}, passages[:1])
    updated = perf_counter() - started
    times = [seconds(changed, f"{d.title} {d.text[200:240]}") for d in documents[:40]]
    print(f"{size} synthetic passages built in {built:.1f} s, one article changed in", end=" ")
    print(f"{updated * 1000:.0f} ms, {median(times) * 1000:.1f} ms a question,", end=" ")
    print(f"{index.nbytes / 1e6:.0f} MB of our own, memory now {resident_mb():.0f} MB")


def seconds(index: PassageIndex, query: str) -> float:
    started = perf_counter()
    index.search(query)
    return perf_counter() - started


def passages_of(documents: Sequence[Document]) -> Iterator[IndexedPassage]:
    for number, document in enumerate(documents, 1):
        for position, passage in enumerate(split(document.title, document.text)):
            yield IndexedPassage(
                UUID(int=number), 1, document.external_id, document.title, passage, position
            )


def synthetic(size: int) -> list[Document]:
    """Texts of 120 made-up words, common and rare as in a language (Zipf's law)."""
    dice = random.Random(1)  # noqa: S311 - a benchmark must repeat itself
    syllables = [c + v for c in "bcdfghklmnprstvw" for v in "aeiou"]
    words = ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / rank for rank in range(10, 10 + len(words))]
    texts = (dice.choices(words, weights, k=125) for _ in range(size))
    return [
        Document(str(number), " ".join(text[:5]), " ".join(text[5:]))
        for number, text in enumerate(texts)
    ]


def typos(text: str, seed: int, rate: float = TYPO_RATE) -> str:
    """That share of the letters is left out, replaced, doubled, or preceded by another."""
    dice = random.Random(seed)  # noqa: S311 - likewise
    changed = []
    for letter in text:
        is_hit = letter.isalpha() and dice.random() < rate
        other = dice.choice(string.ascii_lowercase)
        kinds = ("", other, letter * 2, other + letter)
        changed.append(dice.choice(kinds) if is_hit else letter)
    return "".join(changed)


def show(name: str, report: Report) -> None:
    print(
        f"{name}: nDCG@10 {report.ndcg_at_10:.3f}, hit@1 {report.hit_at_1:.2f}, "
        f"recall@5 {report.recall_at_5:.3f}, MRR@10 {report.mrr_at_10:.3f}, "
        f"{report.milliseconds_median:.1f} ms a question (95 %: {report.milliseconds_p95:.1f})"
    )


def resident_mb() -> float:
    """Of this process, as Linux counts it; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmRSS")), 0.0)


if __name__ == "__main__":
    main()
