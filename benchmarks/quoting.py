"""Drafts quotes for a JSONL of requests against a catalogue's CSV, without a database.

    python -m benchmarks.quoting CATALOGUE.csv REQUESTS.jsonl [--show] > PREDICTIONS.jsonl

A request: {id, text, previous_text?}. A prediction: the answer of `frontdesk quote` with its id.
The time per request goes to stderr.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.agents.quoting.matching.index import Index
from bot.agents.quoting.understanding import understand
from domain.catalogue.price_list import read_price_list
from domain.catalogue.product import Catalogue
from domain.quotes.drafting import as_json, draft


def predictions(index: Index, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    made = []
    for request in requests:
        started = time.perf_counter()
        understood = understand(request["text"], request.get("previous_text") or "", index)
        answer = as_json(draft(understood, index.catalogue, today))
        milliseconds = (time.perf_counter() - started) * 1000
        made.append({"id": request["id"], **answer, "milliseconds": round(milliseconds, 1)})
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("requests", type=Path)
    parser.add_argument("--show", action="store_true", help="readable on stderr")
    chosen = parser.parse_args()
    price_list = read_price_list(chosen.catalogue.read_bytes(), chosen.catalogue.name)
    catalogue = Catalogue(price_list.products())
    started = time.perf_counter()
    index = Index(catalogue)
    built = (time.perf_counter() - started) * 1000
    lines = chosen.requests.read_text("utf-8").splitlines()
    made = predictions(index, [json.loads(line) for line in lines if line.strip()])
    for answer in made:
        print(json.dumps(answer, ensure_ascii=False))
        if chosen.show:
            _show(answer)
    times = sorted(answer["milliseconds"] for answer in made)
    print(
        f"{len(catalogue.products)} products, index {built:.0f} ms; {len(times)} requests, "
        f"median {times[len(times) // 2]:.1f} ms, slowest {times[-1]:.1f} ms",
        file=sys.stderr,
    )


def _show(answer: dict[str, Any]) -> None:
    print(f"{answer['id']} {'quote' if answer['is_quote'] else 'no quote'}", file=sys.stderr)
    for line in answer["lines"]:
        optional = " (optional)" if line["optional"] else ""
        rule = f"  [{line['rule']}]" if line["rule"] else ""
        print(f"   {line['quantity']:>6} {line['code']:<16}{optional} «{line['words'][:70]}»{rule}",
              file=sys.stderr)  # fmt: skip
    for question in answer["questions"]:
        print(f"        ? {question}", file=sys.stderr)


if __name__ == "__main__":
    main()
