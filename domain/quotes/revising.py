"""A draft's lines changed by a person: quantities, a discount, options; priced again by code.

The floor of a product's price survives every discount. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from domain.catalogue.product import Catalogue
from domain.errors import Refused
from domain.quotes import norms
from domain.quotes.pricing import QuoteLine, line_total, percentage_discount
from domain.types import Money

MOST = Decimal(100_000)


class UnderFloor(Refused):
    def __init__(self, line: QuoteLine, floor: Money) -> None:
        super().__init__(
            f"{line.description} may not be sold under {floor}: give a smaller discount."
        )


class ImpossibleQuantity(Refused):
    def __init__(self, description: str) -> None:
        super().__init__(
            f"{description}: a quantity is a number from 0 (takes the line out) to {MOST}."
        )


@dataclass(frozen=True, slots=True)
class Change:
    """`quantities`: position (from 1) → the new quantity, 0 takes the line out.

    `percent`: a discount on all lines instead of theirs. `optional`: the positions that are
    options from now on; None: as they are. `added`: priced lines more. `alternate`: as `optional`.
    `discounts`: position → an amount, or “10%”. `amount`: off the whole, shared out among the
    lines that count, instead of their discounts.
    """

    quantities: Mapping[int, Decimal] = field(default_factory=dict)
    percent: Decimal | None = None
    optional: frozenset[int] | None = None
    added: tuple[QuoteLine, ...] = ()
    alternate: frozenset[int] | None = None
    discounts: Mapping[int, str] = field(default_factory=dict)
    amount: Decimal | None = None


def revised(
    lines: tuple[QuoteLine, ...], change: Change, catalogue: Catalogue
) -> tuple[QuoteLine, ...]:
    """Labour by norm follows the goods, unless its own hours were changed.

    Raises UnderFloor, ImpossibleQuantity, or Refused of a line that is not there.
    """
    _require_lines(lines, change)
    kept: list[tuple[int, QuoteLine]] = []
    for position, line in enumerate(lines, 1):
        quantity = change.quantities.get(position, line.quantity)
        if not Decimal(0) <= quantity <= MOST:
            raise ImpossibleQuantity(line.description)
        if quantity > 0:
            kept.append((position, _requantified(line, quantity, change, position)))
    kept += [(0, line) for line in change.added]
    followed = _with_labour(kept, change, catalogue)
    discounted = tuple(_discounted(line, change.percent) for line in followed)
    if change.amount is not None:
        discounted = _shared_out(discounted, change.amount)
    for line in discounted:
        _require_floor(line, catalogue)
    return discounted


def _requantified(line: QuoteLine, quantity: Decimal, change: Change, position: int) -> QuoteLine:
    """A discount keeps its share of the line."""
    discount = line.discount
    if line.quantity and quantity != line.quantity:
        discount = (line.discount * (quantity / line.quantity)).rounded()
    if position in change.discounts:
        discount = _discount_of(line, quantity, change.discounts[position])
    alternate = line.is_alternate if change.alternate is None else position in change.alternate
    optional = line.is_optional if change.optional is None else position in change.optional
    return replace(
        line,
        quantity=quantity,
        discount=discount,
        total=line_total(quantity, line.unit_price, discount),
        is_optional=optional,
        is_alternate=alternate,
        note=line.note if quantity == line.quantity else "",
    )


def _with_labour(
    kept: list[tuple[int, QuoteLine]], change: Change, catalogue: Catalogue
) -> list[QuoteLine]:
    """Norm lines worked out again from the goods; those that a person set stay as set."""
    codes = {norm.code for norm in catalogue.norms}
    by_norm = [(p, line) for p, line in kept if _is_by_norm(line, codes)]
    goods = [line for p, line in kept if not _is_by_norm(line, codes)]
    if not by_norm:
        return goods
    sold = [(product, line) for line in goods if (product := catalogue.find(line.code))]
    known = tuple(norm for norm in catalogue.norms if norm.code in {ln.code for _, ln in by_norm})
    fresh = {
        (line.code, line.is_optional): line
        for line in norms.labour_lines(sold, known, catalogue.rates)
    }
    labour = []
    for position, line in by_norm:
        new = fresh.get((line.code, line.is_optional))
        if position in change.quantities or new is None or not _goods_changed(change, codes, kept):
            labour.append(line)
        else:
            labour.append(_requantified(line, new.quantity, Change(), position))
            labour[-1] = replace(labour[-1], rule=new.rule)
    return goods + labour


def _goods_changed(change: Change, codes: set[str], kept: list[tuple[int, QuoteLine]]) -> bool:
    labour = {position for position, line in kept if _is_by_norm(line, codes)}
    return bool(change.added) or bool(set(change.quantities) - labour)


def _is_by_norm(line: QuoteLine, codes: set[str]) -> bool:
    return line.code in codes and line.rule.startswith("norm ")


def _discounted(line: QuoteLine, percent: Decimal | None) -> QuoteLine:
    if percent is None:
        return line
    if not Decimal(0) <= percent <= 100:
        raise Refused("A discount is between 0 and 100 %.")
    discount = percentage_discount(line.quantity, line.unit_price, percent).rounded()
    return replace(
        line, discount=discount, total=line_total(line.quantity, line.unit_price, discount)
    )


def _require_lines(lines: tuple[QuoteLine, ...], change: Change) -> None:
    named = {*change.discounts, *(change.optional or ()), *(change.alternate or ())}
    for position in sorted(named):
        if not 1 <= position <= len(lines):
            raise Refused(f"There is no line {position}: the quote has {len(lines)}.")


def _discount_of(line: QuoteLine, quantity: Decimal, given: str) -> Money:
    """Raises Refused unless it is from nothing to all of the line."""
    gross = line.unit_price * quantity
    try:
        number = Decimal(given.removesuffix("%"))
    except InvalidOperation as error:
        raise Refused(f"“{given[:20]}” is no discount: give an amount, or 10%.") from error
    discount = Money(number, line.unit_price.currency)
    if given.endswith("%"):
        discount = percentage_discount(quantity, line.unit_price, number)
    if not number.is_finite() or not 0 <= discount.amount <= gross.amount:
        raise Refused(f"{line.description}: a discount is from nothing to {gross}.")
    return discount.rounded()


def _shared_out(lines: tuple[QuoteLine, ...], amount: Decimal) -> tuple[QuoteLine, ...]:
    """Each counted line gets its share of the price; what rounding leaves goes to the dearest."""
    counted = [n for n, line in enumerate(lines) if line.is_summed]
    gross = {n: lines[n].unit_price * lines[n].quantity for n in counted}
    whole = sum((one.amount for one in gross.values()), Decimal(0))
    if not 0 <= amount <= whole or not counted:
        raise Refused(f"A discount is from nothing to {whole.normalize():f}, the net of all lines.")
    if not whole:
        return lines
    shares = {n: (gross[n] * (amount / whole)).rounded() for n in counted}
    dearest = max(counted, key=lambda n: gross[n].amount)
    left = amount - sum((one.amount for one in shares.values()), Decimal(0))
    shares[dearest] = shares[dearest] + Money(left, shares[dearest].currency)
    return tuple(
        replace(
            line,
            discount=shares[n],
            total=line_total(line.quantity, line.unit_price, shares[n]),
        )
        if n in shares
        else line
        for n, line in enumerate(lines)
    )


def _require_floor(line: QuoteLine, catalogue: Catalogue) -> None:
    product = catalogue.find(line.code)
    if product is None or product.floor_price is None or not line.discount.amount:
        return
    floor = Money(product.floor_price, line.unit_price.currency)
    if line.total < (floor * line.quantity).rounded():
        raise UnderFloor(line, floor)


def difference(old: Iterable[QuoteLine], new: Iterable[QuoteLine]) -> tuple[str, ...]:
    """What changed, one sentence a line; equal lines are left out."""
    before, after = _keyed(old), _keyed(new)
    told = []
    for key, line in before.items():
        now = after.get(key)
        if now is None:
            told.append(f"− {_short(line)}: taken out ({line.total})")
        elif parts := _changes(line, now):
            told.append(f"{now.description}: {', '.join(parts)} ({line.total} → {now.total})")
    told += [f"+ {_short(line)}: {line.total}" for key, line in after.items() if key not in before]
    return tuple(told)


def _keyed(lines: Iterable[QuoteLine]) -> dict[tuple[str, str, int], QuoteLine]:
    """By product and site; the same product twice is told apart by its order."""
    keyed: dict[tuple[str, str, int], QuoteLine] = {}
    for line in lines:
        count = sum(1 for code, site, _ in keyed if (code, site) == (line.code, line.site))
        keyed[line.code, line.site, count] = line
    return keyed


def _changes(old: QuoteLine, new: QuoteLine) -> list[str]:
    parts = []
    if old.quantity != new.quantity:
        parts.append(f"{_number(old.quantity)} → {_number(new.quantity)} {new.unit}")
    if old.discount.rounded() != new.discount.rounded():
        parts.append(f"discount {old.discount.rounded()} → {new.discount.rounded()}")
    if old.unit_price != new.unit_price:
        parts.append(f"price {old.unit_price} → {new.unit_price}")
    if old.is_optional != new.is_optional:
        parts.append("optional now" if new.is_optional else "no longer optional")
    if old.is_alternate != new.is_alternate:
        parts.append("an alternative now" if new.is_alternate else "no longer an alternative")
    return parts


def _short(line: QuoteLine) -> str:
    return f"{_number(line.quantity)} × {line.description}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
