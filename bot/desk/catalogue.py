"""The catalogue as staff and operators handle it: price lists in, and what became of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.audit.service import note
from domain.catalogue.price_list import read_price_list, rejected_as_csv
from domain.catalogue.service import Products
from domain.database import Database
from domain.errors import Refused
from domain.tenants.service import Tenants


@dataclass(frozen=True, slots=True)
class PriceListImport:
    """`is_dry_run`: nothing was stored; `added` and `changed` say what would have been."""

    added: int
    changed: int
    unchanged: int
    rejected: tuple[str, ...]
    mapping: Mapping[str, str]
    rejected_csv: str
    is_dry_run: bool

    def as_row(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": list(self.rejected),
            "mapping": dict(self.mapping),
            "dry_run": self.is_dry_run,
        }


class _Undo(Exception):
    pass


async def import_price_list(
    database: Database,
    tenant_id: UUID,
    file: tuple[str, bytes],
    *,
    partly: bool = True,
    dry_run: bool = False,
    actor: str = "command",
) -> PriceListImport:
    """A file's name and content: all good rows in one transaction.

    With `partly` off any rejected row refuses the whole.

    Raises Refused when the file cannot be read, or when nothing in it is a product.
    """
    name, content = file
    async with database.transaction(tenant_id) as session:
        settings = await Tenants(session, tenant_id).settings()
    found = await asyncio.to_thread(read_price_list, content, name, currency=settings.currency)
    told = tuple(f"row {row.row_number}: {row.reason}" for row in found.rejected)
    if told and not partly:
        raise Refused(
            f"{len(told)} rows of {name} are wrong, so nothing was imported; the first: {told[0]}"
        )
    if not found.rows:
        raise Refused(f"No row of {name} is a product" + (f"; {told[0]}" if told else "") + ".")
    counts = (0, 0, 0)
    try:
        async with database.transaction(tenant_id) as session:
            done = await Products(session, tenant_id).import_all(
                found.products(), fields={"name", *found.mapping.values()}, actor=actor
            )
            counts = (done.added, done.changed, done.unchanged)
            note(session, tenant_id, actor, "catalogue.imported", name, rows=len(found.rows))
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return PriceListImport(*counts, told, found.mapping, rejected_as_csv(found), dry_run)


def read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"Cannot read {path}: {error.strerror}.") from error
