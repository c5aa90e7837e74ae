"""Fits the triage weights to the example phrases: `python -m bot.agents.triage.train`.

Run it after a change of the phrases, markers or features; a test says when that is due.
"""

import hashlib
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np

from bot.agents.triage import features, markers, phrasebook
from bot.agents.triage.features import Matrix
from bot.model.embeddings import Embedder, WordLlama
from bot.model.turns import Intent

INTENTS = tuple(Intent)
_ROUNDS = 350
_SHRINK = 3e-5
_PACE = 0.02


def fingerprint() -> str:
    """Changes whenever the shipped weights would."""
    package = files("bot.agents.triage")
    parts = [(package / name).read_bytes() for name in ("features.py", "markers.py")]
    parts += ["\n".join(phrasebook.lines(intent)).encode() for intent in INTENTS]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def fit(rows: Matrix, labels: list[int], weights: Matrix) -> Matrix:
    """Multinomial logistic regression by Adam over all rows: shape (intents, WIDTH)."""
    wanted = np.eye(len(INTENTS), dtype=np.float32)[labels]
    w = np.zeros((len(INTENTS), rows.shape[1]), np.float32)
    slow, wide = np.zeros_like(w), np.zeros_like(w)
    share = (weights / weights.sum())[:, None]
    for step in range(1, _ROUNDS + 1):
        gap = (probabilities(rows @ w.T) - wanted) * share
        slope = gap.T @ rows + _SHRINK * w
        slow = 0.9 * slow + 0.1 * slope
        wide = 0.999 * wide + 0.001 * slope**2
        pace = _PACE * min(1.0, 2 * (1 - step / (_ROUNDS + 1)))
        w -= pace * (slow / (1 - 0.9**step)) / (np.sqrt(wide / (1 - 0.999**step)) + 1e-8)
    return w


def probabilities(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def balance(examples: list[phrasebook.Example]) -> Matrix:
    """Every intent weighs the same, and a line with many combinations no more than a few."""
    per_line: dict[tuple[Intent, int], int] = {}
    for example in examples:
        key = (example.intent, example.line)
        per_line[key] = per_line.get(key, 0) + 1
    raw = [per_line[(e.intent, e.line)] ** -0.5 for e in examples]
    total = {i: sum(r for r, e in zip(raw, examples, strict=True) if e.intent == i) for i in Intent}
    shares = [r / max(total[e.intent], 1e-9) for r, e in zip(raw, examples, strict=True)]
    return np.asarray(shares, np.float32)


def train(embedder: Embedder) -> Matrix:
    examples = phrasebook.examples()
    texts = [example.text for example in examples]
    rows = features.table(texts, embedder.embed(texts))
    labels = [INTENTS.index(example.intent) for example in examples]
    return fit(rows, labels, balance(examples))


def main(target: Path) -> None:
    embedder = WordLlama()
    weights = train(embedder)
    np.savez_compressed(
        target,
        weights=weights.astype(np.float16),
        fingerprint=np.array(fingerprint()),
        embedder=np.array(embedder.name),
        markers=np.array(markers.NAMES),
    )
    sys.stdout.write(f"{target.name}: {weights.shape}, {target.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main(Path(str(files("bot.agents.triage") / "weights.npz")))
