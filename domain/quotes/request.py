"""What a customer asked for, in their words: the one type that every way of reading gives.

The extractive agent and a model both end here. Nothing in it is a price: code prices.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Ask(StrEnum):
    """Why something cannot be priced yet, the most important first."""

    QUANTITY = "quantity"
    LENGTH = "length"
    DURATION = "duration"
    VARIANT = "variant"
    MISSING = "missing"
    """Not in the catalogue."""
    PRICE = "price"
    """In the catalogue, without a price of any source."""
    CONFIRM = "confirm"
    """Priced on an assumption that the customer may correct."""
    WHAT = "what"
    """A quote is wanted, and nothing says of what."""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something to ask about one thing. `subject` is the customer's word for it."""

    ask: Ask
    subject: str
    options: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RequestedItem:
    """One thing asked for. `words` stand literally in the customer's text.

    `quantity` is in the customer's `unit` (empty: pieces); `code` is None while it is open
    which product is meant. `rule` names the reason of an item that follows from another
    ("one test per port"), whose words are then those that call for it.
    """

    words: str
    description: str = ""
    code: str | None = None
    quantity: Decimal | None = None
    unit: str = ""
    quantity_range: tuple[Decimal, Decimal] | None = None
    is_optional: bool = False
    site: str = ""
    rule: str = ""
    open_points: tuple[OpenPoint, ...] = ()
    candidates: tuple[str, ...] = ()
    source: str = ""
    """Where the words stand, if in a file: "list.xlsx, row 7"."""


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """Everything one or several messages of a customer ask to be priced."""

    items: tuple[RequestedItem, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    is_quote_request: bool = False
    is_installation: bool = False
    """Whether work on site is asked for, not only goods."""
    already_said: frozenset[str] = field(default_factory=frozenset)
    """Topics of an installer's questions that the customer spoke of (see questions.py)."""
    kinds_of_work: frozenset[str] = field(default_factory=frozenset)
    sites: tuple[str, ...] = ()
    location: str = ""
    deadline: str = ""
    budget: str = ""
    language: str = "en"
    text: str = ""
