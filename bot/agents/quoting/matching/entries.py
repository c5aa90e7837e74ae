"""A product as the matcher keeps it: read once, with the same eyes as the customer's words."""

import re
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import utils

from bot.agents.quoting.language.text import fold
from bot.agents.quoting.reading import Reading, read
from domain.catalogue.product import Product
from domain.catalogue.units import canonical, package_size

_SEVERAL = re.compile(r"\b(?:per|to|for|with|in|on|by|and|cable up)\b")


@dataclass
class Entry:
    """A product as the matcher keeps it."""

    product: Product
    position: int
    head: str
    families: frozenset[str]
    attributes: dict[str, frozenset[str]]
    """From the name, where they bind; from the description they only support."""
    described: dict[str, frozenset[str]]
    words: frozenset[str]
    name_words: frozenset[str]
    sizes: frozenset[str]
    metres: Decimal | None
    unit: str
    package: Decimal | None


def entry_of(product: Product, position: int) -> Entry:
    name, description = fold(product.name), fold(product.description)
    title = _SEVERAL.split(name, maxsplit=1)[0] or name
    whole, told = read(name, ""), read(description, "")
    head = whole if title == name else read(title, "")
    families = frozenset(
        [t.value for t in whole.families] + whole.objects + [t.value for t in head.families]
    )
    support = frozenset(_service_objects(product, told))
    metres = whole.amount("metres") if canonical(product.unit) not in {"m"} else None
    package = package_size(product)
    return Entry(
        product=product,
        position=position,
        head=head.head or whole.head,
        families=(families | support) - {head.head or whole.head},
        attributes=_bound(product, whole),
        described=told.attributes,
        words=frozenset(
            utils.default_process(f"{name} {description} {fold(product.category)}").split()
        ),
        name_words=frozenset(whole.residual),
        sizes=whole.sizes | told.sizes,
        metres=metres,
        unit=canonical(product.unit),
        package=package[0] if package else None,
    )  # fmt: skip


def _bound(product: Product, whole: Reading) -> dict[str, frozenset[str]]:
    told = {"installed", "certified"} if product.is_service else frozenset[str]()
    return {key: values for key, values in whole.attributes.items() if key not in told}


def _service_objects(product: Product, told: Reading) -> list[str]:
    return [t.value for t in told.families] + told.objects if product.is_service else []
