"""The lines of a revision as they are kept with it, and back; pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from domain.quotes.models import QuoteRevision
from domain.quotes.pricing import QuoteLine
from domain.quotes.writing.linework import CONFIDENTIAL, line_content, line_kept
from domain.quotes.writing.repricing import without_confidential

PRODUCT_CATEGORY = "product_category"


def lines_kept(lines: Iterable[QuoteLine]) -> list[dict[str, Any]]:
    """With what only staff may see: whoever shows them goes through `customer_view`."""
    return [
        line_content(number, line) | {PRODUCT_CATEGORY: line.category}
        for number, line in enumerate(lines, 1)
    ]


def lines_of(sent: QuoteRevision) -> tuple[QuoteLine, ...]:
    return tuple(
        replace(line_kept(content, sent.currency), category=content[PRODUCT_CATEGORY])
        for content in sent.lines
    )


def for_customer(content: dict[str, Any]) -> dict[str, Any]:
    """A document without what the customer never sees."""
    return without_confidential(content, CONFIDENTIAL) if "lines" in content else content
