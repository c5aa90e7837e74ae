"""What somebody wants changed in a draft quote, from a form or from words, as lines priced anew.

Words are read as a customer's would be: the difference between what the request asked for before
and with them is laid on the present lines, so that what a person set by hand stays.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.agents.quoting.laying import laid_on, make_it
from bot.agents.quoting.matching import Index
from bot.agents.quoting.understanding import understand
from bot.desk.handling.quotes.marking import marks
from domain.errors import Refused
from domain.quotes.drafting import Draft, draft
from domain.quotes.models import Quote
from domain.quotes.pricing import QuoteLine, totals
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.revising import Change, revised
from domain.quotes.service import Drafted
from domain.types import utc_now

_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_PERCENT = rf"{_NUMBER}\s*(?:%|per ?cent\b|percent\b)"
_DISCOUNT = re.compile(
    rf"(?:\b(?:and|then|also|with|plus)\s+)*\b(?:add|give|apply|take|put|grant|make)?\s*(?:an?\s+)?"
    rf"(?:{_PERCENT}\s*(?:discount|off|rebate)|(?:discount|rebate)\s*(?:of|to|at|:)?\s*{_PERCENT}"
    rf"|minus\s+{_PERCENT})"
    r"(?:\s+(?:on|off)?\s*(?:everything|all(?: lines)?|the (?:whole )?quote))?",
    re.I,
)
_NO_DISCOUNT = re.compile(r"\b(?:no|without|remove (?:the )?|drop (?:the )?)\s*discount\b", re.I)


@dataclass(frozen=True, slots=True)
class Wish:
    """`words`: what was said, added to the request; empty for a form."""

    change: Change
    words: str = ""


def from_form(inputs: Mapping[str, str], lines: tuple[QuoteLine, ...]) -> Change:
    """Raises Refused where a number is none."""
    quantities = {}
    for position, line in enumerate(lines, 1):
        given = inputs.get(f"quantity.{position}", "").strip()
        if given and (number := _decimal(given)) != line.quantity:
            quantities[position] = number
    given = inputs.get("discount", "").strip()
    amount = marks(f"{given} off").amount if given else None
    percent = given.rstrip("%").strip() if amount is None else ""
    return Change(
        quantities,
        _decimal(percent) if percent else None,
        _chosen(inputs, "optional", [line.is_optional for line in lines]),
        alternate=_chosen(inputs, "alternate", [line.is_alternate for line in lines]),
        amount=amount,
    )


def _chosen(inputs: Mapping[str, str], name: str, present: list[bool]) -> frozenset[int] | None:
    """None: as they are."""
    if name not in inputs:
        return None
    chosen = frozenset(int(position) for position in re.findall(r"\d+", inputs[name]))
    return chosen if chosen != {n for n, is_so in enumerate(present, 1) if is_so} else None


async def from_words(
    index: Index, request: str, lines: tuple[QuoteLine, ...], words: str
) -> Change:
    """Raises Refused where nothing in the words is a change of the quote."""
    marked = marks(words)
    percent, rest = _discount(marked.rest)
    change = Change(percent=percent)
    if made := make_it(rest, lines):
        change = replace(made, percent=percent)
    elif rest:
        change = await _requantified(index, request, lines, rest, percent)
    change = marked.laid_on(change, lines)
    if change == Change():
        open_points = await _asked(index, request, rest)
        if open_points:
            raise Refused(f"That is not clear yet: {' '.join(open_points)}")
        raise Refused(
            "I did not understand the change. Try “make it 30 outlets and add 5 % discount”, "
            "“£100 off line 2” or “make line 3 optional”, or press Edit."
        )
    return change


def _discount(words: str) -> tuple[Decimal | None, str]:
    """The discount that the words give, and the other words."""
    if found := _DISCOUNT.search(words):
        given = next(group for group in found.groups() if group)
        rest = words[: found.start()] + " " + words[found.end() :]
        return _decimal(given), _trimmed(rest)
    if found := _NO_DISCOUNT.search(words):
        return Decimal(0), _trimmed(words[: found.start()] + " " + words[found.end() :])
    return None, _trimmed(words)


def _trimmed(words: str) -> str:
    plain = re.sub(r"^\W*(?:and|then)\b|\b(?:and|then|with)\W*$", " ", words.strip(), flags=re.I)
    return plain.strip(" ,.;:!")


async def _requantified(
    index: Index,
    request: str,
    lines: tuple[QuoteLine, ...],
    words: str,
    percent: Decimal | None,
) -> Change:
    before, after = await asyncio.gather(
        asyncio.to_thread(_draft, index, request, ""),
        asyncio.to_thread(_draft, index, words, request),
    )
    return laid_on(lines, before, after, percent)


async def _asked(index: Index, request: str, words: str) -> list[str]:
    """What the reader would ask about the change alone."""
    known = (await asyncio.to_thread(_draft, index, request, "")).questions
    made = await asyncio.to_thread(_draft, index, words, request)
    return [question for question in made.questions if question not in known]


def _draft(index: Index, words: str, previous: str) -> Draft:
    request = understand(words, previous, index)
    return draft(request, index.catalogue, utc_now().date())


def propose(index: Index, quote: Quote, lines: tuple[QuoteLine, ...], wish: Wish) -> Drafted:
    """The revision as it would be stored; every price by code."""
    catalogue = index.catalogue
    now = revised(lines, wish.change, catalogue)
    request = understand(quote.request, "", index)
    request = replace(
        request,
        is_quote_request=True,
        location=quote.location or request.location,
        deadline=quote.deadline or request.deadline,
        language=quote.language or request.language,
    )
    made = Draft(
        True, now, tuple(quote.open_questions), totals(now, quote.currency), quote.currency
    )
    said = "\n".join(part for part in (quote.request, _kept(wish.words)) if part)
    return Drafted(request, made, said, catalogue.revision, quote.step)


def _kept(words: str) -> str:
    """Of staff's words what asks for goods: a discount is no wish of the customer's."""
    return _discount(marks(words).rest)[1] if words else ""


def as_json(wish: Wish) -> dict[str, object]:
    """As kept until it is confirmed: codes and quantities, never a price."""
    change = wish.change
    return {
        "quantities": {str(position): str(q) for position, q in change.quantities.items()},
        "percent": str(change.percent) if change.percent is not None else None,
        "optional": sorted(change.optional) if change.optional is not None else None,
        "alternate": sorted(change.alternate) if change.alternate is not None else None,
        "discounts": {str(position): given for position, given in change.discounts.items()},
        "amount": str(change.amount) if change.amount is not None else None,
        "words": wish.words,
        "added": [
            {"code": line.code, "quantity": str(line.quantity), "words": line.words}
            | {"unit": line.unit, "site": line.site, "optional": line.is_optional}
            for line in change.added
        ],
    }


def from_json(payload: Mapping[str, Any], index: Index) -> Wish:
    """Lines that are added are priced again: nothing but their codes was kept."""
    optional, percent = payload["optional"], payload["percent"]
    alternate, amount = payload.get("alternate"), payload.get("amount")
    change = Change(
        quantities={int(p): Decimal(q) for p, q in payload["quantities"].items()},
        percent=Decimal(percent) if percent is not None else None,
        optional=frozenset(optional) if optional is not None else None,
        added=_priced(payload["added"], index),
        alternate=frozenset(alternate) if alternate is not None else None,
        discounts={int(p): str(given) for p, given in payload.get("discounts", {}).items()},
        amount=Decimal(amount) if amount is not None else None,
    )
    return Wish(change, str(payload["words"]))


def _priced(added: list[dict[str, Any]], index: Index) -> tuple[QuoteLine, ...]:
    if not added:
        return ()
    items = tuple(
        RequestedItem(
            words=one["words"],
            code=one["code"],
            quantity=Decimal(one["quantity"]),
            unit=one["unit"],
            site=one["site"],
            is_optional=one["optional"],
        )
        for one in added
    )
    request = QuoteRequest(items=items, is_quote_request=True)
    return draft(request, index.catalogue, utc_now().date()).lines


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise Refused(f"“{text[:40]}” is no number.") from error
    if not number.is_finite():
        raise Refused(f"“{text[:40]}” is no number.")
    return number
