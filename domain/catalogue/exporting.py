"""Products as a CSV sheet that can be imported again, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from domain.catalogue.price_list import safe
from domain.catalogue.product import Product
from domain.catalogue.reading import FIELDS


def products_as_csv(products: Iterable[Product]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["code", *FIELDS])
    for product in products:
        writer.writerow([safe(product.code), *(_cell(getattr(product, name)) for name in FIELDS)])
    return written.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe(str(value)) if value is not None else ""
