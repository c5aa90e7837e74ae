"""The four documents of a quote as JSON text, from its lines and the customer's words; pure.

A section is `{id, title, content, order}`. The build document is internal and never leaves.
"""

import json
from decimal import ROUND_UP, Decimal
from typing import Any

from domain.quotes.drafting import Draft
from domain.quotes.pricing import PriceSource, QuoteLine
from domain.quotes.request import QuoteRequest
from domain.types import Money

TYPES = ("parts_list", "technical", "overview", "build")
INTERNAL = frozenset({"build"})
HOURS_PER_DAY = Decimal(8)


def written(title: str, request: QuoteRequest, made: Draft) -> dict[str, str]:
    """Document type → content."""
    contents = {
        "parts_list": _parts_list(made),
        "technical": _technical(request, made),
        "overview": _overview(title, request, made),
        "build": _build(request, made),
    }
    return {kind: json.dumps(content, ensure_ascii=False) for kind, content in contents.items()}


def _parts_list(made: Draft) -> dict[str, Any]:
    return {
        "lines": [_line(number, line) for number, line in enumerate(made.lines, 1)],
        "summary": {
            "subtotal": _amount(made.subtotal),
            "taxes": [
                {"rate": str(sum_.rate), "net": _amount(sum_.net), "tax": _amount(sum_.tax)}
                for sum_ in made.totals.taxes
            ],
            "tax": _amount(made.tax),
            "total": _amount(made.total),
            "currency": made.currency,
        },
    }


def _line(number: int, line: QuoteLine) -> dict[str, Any]:
    return {
        "line_number": number,
        "description": line.description,
        "part_number": line.code,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "unit_price": _amount(line.unit_price),
        "cost_price": _amount(line.unit_cost) if line.unit_cost else None,
        "discount": _amount(line.discount),
        "total": _amount(line.total),
        "category": _category(line),
        "optional": line.is_optional,
        "source": line.words or line.rule,
        "notes": line.note,
        "price_source": line.price_source.value,
    }


def _technical(request: QuoteRequest, made: Draft) -> dict[str, Any]:
    goods = [line for line in made.lines if not _is_labour(line)]
    tests = [line for line in made.lines if _is_test(line)]
    return _sections(
        ("specifications", "Specifications", _bullets(goods)),
        ("deliverables", "Deliverables", _bullets(line for line in goods if not line.is_optional)),
        ("requirements", "Requirements", _requirements(request, made)),
        (
            "testing",
            "Testing and certification",
            _bullets(tests) or "No testing or certification has been asked for.",
        ),
    )


def _overview(title: str, request: QuoteRequest, made: Draft) -> dict[str, Any]:
    optional = [line for line in made.lines if line.is_optional]
    assumed = [f"Still open: {question}" for question in made.questions]
    return _sections(
        ("summary", "Executive summary", _summary(title, request, made)),
        ("options", "Options", _bullets(optional) or "None."),
        ("assumptions", "Assumptions", _listed(assumed) or "None."),
        (
            "exclusions",
            "Exclusions",
            "Whatever is not listed is not included: building work, asbestos and fire-stopping, "
            "power supplies and out-of-hours work unless a line names them.",
        ),
        ("next_steps", "Next steps", "We answer the open points, then send the final quote."),
    )


def _build(request: QuoteRequest, made: Draft) -> dict[str, Any]:
    labour = [line for line in made.lines if _is_labour(line)]
    hours = sum((line.quantity for line in labour if _is_hours(line)), Decimal(0))
    days = (hours / HOURS_PER_DAY).quantize(Decimal("0.1"), ROUND_UP)
    resources = (
        f"{_plain(hours)} hours of a pair of engineers: {_plain(days)} days of 8 hours."
        if hours
        else "No labour has been priced."
    )
    steps = [
        f"Install {_plain(line.quantity)} {line.unit} of {line.description}"
        for line in made.lines
        if not _is_labour(line) and not line.is_optional
    ]
    return _sections(
        ("steps", "Installation steps", _listed(steps) or "Delivery only."),
        ("resources", "Resources", resources),
        ("timeline", "Timeline", request.deadline or "No date has been asked for."),
        ("dependencies", "Dependencies", _listed(made.questions) or "None known."),
        ("risks", "Risks", _listed(line.note for line in made.lines if line.note) or "None known."),
    )


def _summary(title: str, request: QuoteRequest, made: Draft) -> str:
    where = f" at {request.location}" if request.location else ""
    count = len([line for line in made.lines if line.is_summed])
    return (
        f"{title}{where}: {count} {'line' if count == 1 else 'lines'}, "
        f"{made.subtotal} before tax, {made.total} in all."
    )


def _requirements(request: QuoteRequest, made: Draft) -> str:
    said = [
        f"Site: {request.location}" if request.location else "",
        f"Wanted by: {request.deadline}" if request.deadline else "",
        *(f"To be settled: {question}" for question in made.questions),
    ]
    return _listed(text for text in said if text) or "None named."


def _sections(*parts: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "sections": [
            {"id": id_, "title": title, "content": content, "order": order}
            for order, (id_, title, content) in enumerate(parts, 1)
        ]
    }


def _bullets(lines: Any) -> str:
    return _listed(f"{_plain(line.quantity)} {line.unit} · {line.description}" for line in lines)


def _listed(texts: Any) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _category(line: QuoteLine) -> str:
    if "travel" in f"{line.category} {line.description}".lower():
        return "Travel"
    return "Labour" if _is_labour(line) else "Materials"


def _is_labour(line: QuoteLine) -> bool:
    is_norm = line.price_source in (PriceSource.DAY_RATE, PriceSource.NORM)
    return is_norm or "labour" in line.category.lower()


def _is_hours(line: QuoteLine) -> bool:
    return line.unit.lower().startswith(("h", "std"))


def _is_test(line: QuoteLine) -> bool:
    return any(word in line.description.lower() for word in ("test", "certif"))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _amount(money: Money) -> str:
    return str(money.rounded().amount)
