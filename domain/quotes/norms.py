"""Labour that goods bring with them, by the installer's norms: hours told with their rule."""

import re
from collections.abc import Iterable
from decimal import Decimal

from domain.catalogue.product import Norm, Product, Rates
from domain.quotes import bundles
from domain.quotes.pricing import PriceSource, QuoteLine, hourly_rate, line_total
from domain.types import Money

INSTALLER_NORMS = (
    Norm("outlet", "outlet", Decimal("0.4"), description="Outlet: cable, terminate, label"),
    Norm("outlet-test", "outlet", Decimal("0.1"), description="Outlet: test and record"),
    Norm("access-point", "access point", Decimal(2), description="Access point: fix, commission"),
    Norm("camera", "camera", Decimal("1.5"), description="Camera: fix, aim, commission"),
    Norm("set-up", "", fixed_hours=Decimal(4), description="Site set-up and clearing"),
)
"""0.4 h an outlet and 0.1 h testing, 2 h an access point, 1.5 h a camera, 4 h set-up."""

_ACCESSORIES = re.compile(
    r"\b(box|bracket|mount|plate|faceplate|junction|sign|licen[cs]e|lead|housing|lens|cable)\b",
    re.I,
)
_INSTALLED = re.compile(r"\b(installed|fitted|installation|install|incl\w* labour)\b", re.I)


def includes_work(product: Product) -> bool:
    """Whether the product's own price holds the labour, so that a norm would count it twice."""
    return product.is_service or bool(_INSTALLED.search(f"{product.name} {product.description}"))


def labour_lines(
    sold: Iterable[tuple[Product, QuoteLine]], norms: tuple[Norm, ...], rates: Rates
) -> tuple[QuoteLine, ...]:
    """One line a norm over all goods it applies to; optional goods bring optional labour.

    Goods in bundles count too, unless the bundle holds their labour.
    """
    pairs = tuple(one for product, line in sold for one in bundles.goods(product, line))
    lines: list[QuoteLine] = []
    for norm in (n for n in norms if n.applies_to):
        for optional in (False, True):
            matching = [
                line
                for product, line in pairs
                if line.is_optional is optional and _applies(norm, product, pairs)
            ]
            if matching:
                lines.append(_line(norm, matching, rates))
    if any(not line.is_optional for line in lines):
        lines += [_line(norm, [], rates) for norm in norms if not norm.applies_to]
    return tuple(lines)


def _applies(norm: Norm, product: Product, pairs: tuple[tuple[Product, QuoteLine], ...]) -> bool:
    if includes_work(product) or _ACCESSORIES.search(product.name):
        return False
    text = f"{product.name} {product.category}".casefold()
    words = [word.strip().casefold() for word in norm.applies_to.split("|")]
    if not any(word in text for word in words):
        return False
    return not any(
        other.is_service and any(word in other.name.casefold() for word in words)
        for other, _ in pairs
    )


def _line(norm: Norm, goods: list[QuoteLine], rates: Rates) -> QuoteLine:
    count = sum((line.quantity for line in goods), Decimal(0))
    hours = norm.fixed_hours + norm.per_unit_hours * count
    price = hourly_rate(rates)
    return QuoteLine(
        code=norm.code,
        description=norm.description or norm.code,
        quantity=hours,
        unit="hour",
        unit_price=price,
        discount=Money(Decimal(0), rates.currency),
        total=line_total(hours, price),
        tax_rate=rates.tax_rate,
        category="Labour",
        rule=_rule(norm, count),
        price_source=PriceSource.DAY_RATE,
        is_optional=any(line.is_optional for line in goods),
    )


def _rule(norm: Norm, count: Decimal) -> str:
    parts = []
    if norm.per_unit_hours:
        parts.append(f"{norm.per_unit_hours} h × {count.normalize():f}")
    if norm.fixed_hours:
        parts.append(f"{norm.fixed_hours} h once")
    return f"norm {norm.code}: {' + '.join(parts)}"
