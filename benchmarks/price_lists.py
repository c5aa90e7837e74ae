"""A supplier's list of 50,000 rows: read, compared and imported, CSV and xlsx; seconds and memory.

python -m benchmarks price_lists
"""

import asyncio
import io
import resource
from time import perf_counter

from benchmarks.figures import Figure
from benchmarks.premises import Premises
from bot.desk.pricing.price_lists import File, import_previewed, preview
from bot.runtime import running
from domain.catalogue.keeping.suppliers import Suppliers
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.types import new_id

ROWS = 50_000


def measure(made: Premises) -> list[Figure]:
    return asyncio.run(_measure(made))


async def _measure(made: Premises) -> list[Figure]:
    async with running(made.installation) as runtime:
        tenant_id = new_id()
        async with runtime.database.transaction(tenant_id) as session:
            await Tenants(session, tenant_id).add("lists", "Lists", TenantSettings())
            supplier = await Suppliers(session, tenant_id).add({"name": "Wholesale"})
        figures = []
        for label, listed in (
            ("price list of 50,000 new rows, CSV", File("list.csv", _csv(1))),
            ("price list of 50,000 changed rows, xlsx", File("list.xlsx", _xlsx(2))),
        ):
            started = perf_counter()
            seen = await preview(runtime.database, tenant_id, supplier.id, listed, actor="bench")
            looked = perf_counter()
            await import_previewed(
                runtime.database, tenant_id, supplier.id, seen.record.id, actor="bench"
            )
            done = perf_counter()
            figures += [
                Figure(f"{label}: preview", looked - started, "s"),
                Figure(f"{label}: import", done - looked, "s"),
            ]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*figures, Figure("price lists: memory at most", most, "MB")]


def _rows(price: int) -> list[tuple[str, str, str, float]]:
    return [
        (f"W-{n:05d}", f"Article {n} of the wholesaler", f"MPN-{n:06d}/A", price + n % 97 / 100)
        for n in range(ROWS)
    ]


def _csv(price: int) -> bytes:
    body = "\n".join(f"{a},{b},{c},{d:.2f}" for a, b, c, d in _rows(price))
    return f"Code,Name,MPN,Cost\n{body}\n".encode()


def _xlsx(price: int) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Prices")
    for row in [("Code", "Name", "MPN", "Cost"), *_rows(price)]:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
