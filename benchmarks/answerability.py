"""Fits the constants of `bot/retrieval/answerability.py`, and says how well they tell.

    python -m benchmarks.answerability [--folder FOLDER]

Learns from our own questions and from the documentation of installed packages: the first
paragraph of a documented function is the question, the rest its article. Each question is asked
twice, with its article in the corpus and without; some have a few slips. FOLDER (as in
`benchmarks/search.py`) is only tested on. Weights are kept from being negative, which costs
nothing and keeps like features from cancelling each other.
"""

import argparse
import ast
import importlib.util
import random
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt

from benchmarks.search import OWN, passages_of, typos
from bot.evaluation.ranking import read_qrels, read_queries, relevant_to
from bot.model.embeddings import WordLlama
from bot.retrieval.answerability import BIAS, WEIGHTS, Features, features
from bot.retrieval.passages import IndexedPassage, PassageIndex
from domain.knowledge.documents import Document, read

PACKAGES = ("json", "sqlalchemy", "openai", "langchain_core", "numpy")
SIZES = (40, 80, 150, 300)
FOUND_WITHIN = 3
STEPS = 4_000
RIDGE = 0.002
OWN_SHARE = 2.0

Numbers = npt.NDArray[np.float64]
Labelled = tuple[Numbers, Numbers]
Question = tuple[str, frozenset[str]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path)
    chosen = arguments.parse_args()
    embedder = WordLlama()
    sets = [(observed(*labelled(OWN), embedder), OWN_SHARE)]
    for package in PACKAGES:
        parts = [observed(*documented(package, size), embedder) for size in SIZES]
        sets.append(((np.vstack([p[0] for p in parts]), np.hstack([p[1] for p in parts])), 1.0))
    bias, weights = fit(sets)
    print(f"BIAS = {bias:.3f}")
    for field, weight in zip(fields(Features), weights, strict=True):
        print(f"{field.name} = {weight:.3f}")
    shipped = (BIAS, np.array(astuple(WEIGHTS)))
    for number, ((found, answers), _) in enumerate(sets):
        rest = [s for other, s in enumerate(sets) if other != number]
        name = ("own", *PACKAGES)[number]
        print(f"{name}: left out of fitting {auroc(found, answers, *fit(rest)):.3f}")
    if chosen.folder:
        found, answers = observed(*labelled(chosen.folder), embedder, slips=False)
        print(f"{chosen.folder.name}: as shipped {auroc(found, answers, *shipped):.3f}")


def labelled(folder: Path) -> tuple[list[Document], list[Question]]:
    documents = [d for d in read(folder / "corpus.jsonl") if isinstance(d, Document)]
    qrels = read_qrels((folder / "qrels.tsv").read_text("utf-8").splitlines())
    queries = read_queries((folder / "queries.jsonl").read_text("utf-8").splitlines())
    return documents, [(query.text, relevant_to(query.id, qrels)) for query in queries]


def documented(package: str, size: int) -> tuple[list[Document], list[Question]]:
    """Half of the articles asked about, half not."""
    dice = random.Random(size)  # noqa: S311 - a benchmark must repeat itself
    found = list(_documentation(package))
    dice.shuffle(found)
    asked = [(q, d) for q, d in found if 5 <= len(q.split()) < 25][: size // 2]
    others = [d for _, d in found if d.external_id not in {a.external_id for _, a in asked}]
    documents = [d for _, d in asked] + others[: size // 2]
    return documents, [(q, frozenset({d.external_id})) for q, d in asked]


def observed(
    documents: Sequence[Document],
    questions: Sequence[Question],
    embedder: WordLlama,
    *,
    slips: bool = True,
) -> Labelled:
    """Features of each search, and whether the corpus held the answer and it was found."""
    passages = list(passages_of(documents))
    whole = PassageIndex.build(passages, embedder)
    rows, answers = [], []
    for number, (question, wanted) in enumerate(questions):
        text = typos(question, number, rate=0.03) if slips and number % 3 == 0 else question
        gone = _articles(passages, wanted)
        for index in (whole, whole.changed(gone, [])):
            scores = index.index.scores(text)
            if scores is None or (not wanted and index is not whole):
                continue
            best = index.index.ranked(scores, 6)
            is_held = bool(wanted) and index is whole
            if is_held and not gone & {r.entry.owner for r in best[:FOUND_WITHIN]}:
                continue
            rows.append(astuple(features(index.index, scores, best)))
            answers.append(float(is_held))
    return np.array(rows), np.array(answers)


def fit(sets: Sequence[tuple[Labelled, float]]) -> tuple[float, Numbers]:
    """Logistic regression by gradient ascent; every set, and in it yes and no, count alike."""
    found = np.vstack([rows for (rows, _), _ in sets])
    answers = np.concatenate([y for (_, y), _ in sets])
    shares = np.concatenate(
        [s * np.where(y == 1, 1 / y.sum(), 1 / (1 - y).sum()) for (_, y), s in sets]
    )
    shares /= shares.sum()
    centre, spread = found.mean(axis=0), found.std(axis=0) + 1e-9
    inputs = np.column_stack([np.ones(len(found)), (found - centre) / spread])
    strengths = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-inputs @ strengths))
        slope = inputs.T @ (shares * (answers - likely))
        slope[1:] -= RIDGE * strengths[1:]
        strengths += slope
        strengths[1:] = np.maximum(strengths[1:], 0)
    weights = strengths[1:] / spread
    return float(strengths[0] - weights @ centre), weights


def auroc(found: Numbers, answers: Numbers, bias: float, weights: Numbers) -> float:
    """How often an answered question scores above one that is not."""
    scores = bias + found @ weights
    yes, no = scores[answers == 1], scores[answers == 0]
    above = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    return float(above)


def _articles(passages: Sequence[IndexedPassage], wanted: frozenset[str]) -> set[UUID]:
    return {p.article_id for p in passages if p.external_id in wanted}


def _documentation(package: str) -> Iterator[tuple[str, Document]]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    folder = Path(spec.origin).parent
    folder = folder.parent if package in STANDARD else folder
    for path in sorted(folder.rglob("*.py")):
        inner = path.relative_to(folder)
        if {"test", "tests", "idlelib", "site-packages"} & set(inner.parts):
            continue
        yield from _functions(path, str(inner))


def _functions(path: Path, name: str) -> Iterator[tuple[str, Document]]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        summary, _, body = (ast.get_docstring(node) or "").partition("\n\n")
        if len(body.split()) >= 25:
            title = node.name.strip("_").replace("_", " ")
            yield " ".join(summary.split()), Document(f"{name}:{node.lineno}", title, body)


STANDARD = frozenset({"json"})
"""A package of the standard library stands for all of it."""

if __name__ == "__main__":
    main()
