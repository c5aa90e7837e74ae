"""A document's content as lines of text, so that versions can be compared line by line; pure."""

from collections.abc import Iterator
from typing import Any

_SHOWN = (("discount", "less"), ("cost_price", "cost"), ("supplier", "from"), ("notes", "note"))


def as_text(content: dict[str, Any]) -> str:
    if "lines" in content:
        return "\n".join((*map(_line, content["lines"]), *_summary(content["summary"])))
    return "\n".join(
        f"## {section['title']}\n{section['content']}" for section in content["sections"]
    )


def _line(line: dict[str, Any]) -> str:
    code = f" [{line['part_number']}]" if line.get("part_number") else ""
    parts = [
        f"{line['quantity']} {line['unit']} × {line['description']}{code} "
        f"at {line['unit_price']} = {line['total']}"
    ]
    parts += [
        f"{word} {line[field]}"
        for field, word in _SHOWN
        if line.get(field) not in (None, "", "0", "0.00")
    ]
    parts += [word for word in ("optional", "alternate") if line.get(word)]
    parts += [str(line[field]) for field in ("tier", "site") if line.get(field)]
    return ", ".join(parts)


def _summary(summary: dict[str, Any]) -> Iterator[str]:
    yield f"Subtotal {summary['subtotal']} {summary['currency']}"
    for tax in summary["taxes"]:
        yield f"Tax {tax['rate']} on {tax['net']}: {tax['tax']}"
    yield f"Total {summary['total']} {summary['currency']}"
    for tier, one in summary.get("tiers", {}).items():
        yield f"Total of {tier}: {one['total']} {summary['currency']}"
