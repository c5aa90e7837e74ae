"""Measures triage on labelled texts: macro-F1, what lands in *other*, time and memory.

`python -m benchmarks.triage INTENTS.tsv [--requests RFQS.jsonl] [--questions Q.jsonl] [--wrong]`
"""

import argparse
import csv
import json
import time
from collections import Counter
from pathlib import Path

from bot.agents.triage import Triage, Triaged
from bot.model.embeddings import WordLlama

REAL = ("question", "problem", "quote")


def labelled(
    intents: Path | None, requests: Path | None, questions: Path | None
) -> list[list[str]]:
    """[label, text] of every sample."""
    pairs: list[list[str]] = []
    if intents:
        with intents.open(encoding="utf-8") as opened:
            rows = csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE)
            pairs += [[row["label"], row["text"]] for row in rows]
    if requests:
        for line in requests.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            pairs.append(["quote" if row["is_quote_request"] else "problem", row["text"]])
    if questions:
        lines = questions.read_text(encoding="utf-8").splitlines()
        pairs += [["question", json.loads(line)["text"]] for line in lines]
    return pairs


def f1(label: str, wanted: list[str], given: list[str]) -> float:
    hits = sum(w == g == label for w, g in zip(wanted, given, strict=True))
    return 2 * hits / max(1, wanted.count(label) + given.count(label))


def resident() -> int:
    """Megabytes of this process."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def report(pairs: list[list[str]], answers: list[Triaged], show_wrong: bool) -> None:
    wanted = [label for label, _ in pairs]
    given = [answer.intent.value for answer in answers]
    scores = {label: f1(label, wanted, given) for label in sorted(set(wanted))}
    for label, score in scores.items():
        print(f"{label:10} n={wanted.count(label):4} F1 {score:.3f}")
    print(f"macro-F1   {sum(scores.values()) / len(scores):.3f}")
    real = [g for w, g in zip(wanted, given, strict=True) if w in REAL]
    print(f"real enquiries in other: {real.count('other')} of {len(real)}")
    print("languages:", dict(Counter(answer.language for answer in answers).most_common(6)))
    if show_wrong:
        for (label, text), answer in zip(pairs, answers, strict=True):
            if label != answer.intent:
                print(f"{label} -> {answer.intent} {answer.confidence:.2f} | {text[:100]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("intents", type=Path, nargs="?")
    parser.add_argument("--requests", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--wrong", action="store_true")
    chosen = parser.parse_args()
    pairs = labelled(chosen.intents, chosen.requests, chosen.questions)
    before = resident()
    started = time.perf_counter()
    triage = Triage(WordLlama())
    triage.triage("hello")
    warm = time.perf_counter()
    answers = triage.triage_many([text for _, text in pairs])
    took = time.perf_counter() - warm
    report(pairs, answers, chosen.wrong)
    print(
        f"first text {1000 * (warm - started):.0f} ms, then {1000 * took / len(pairs):.2f} ms each"
    )
    print(f"memory {resident() - before} MB with the word vectors")


if __name__ == "__main__":
    main()
