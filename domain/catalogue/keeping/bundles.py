"""Bundles: products made of others and of work; never of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.history import PriceWatch
from domain.catalogue.keeping.rates import Norms
from domain.catalogue.models import BundlePart, ProductRecord
from domain.catalogue.product import BundleShown
from domain.catalogue.reading import DEEPEST, holding
from domain.catalogue.service import Products, next_revision
from domain.errors import Refused
from domain.types import new_id

MOST_PARTS = 100


class UnfitBundle(Refused):
    pass


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A quantity of a product (by its code) or of a norm's work (by the norm's code)."""

    quantity: Decimal
    code: str = ""
    norm: str = ""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part as it is shown: with the product's name and unit, or the norm's."""

    part: NamedPart
    name: str
    unit: str


class Bundles:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def parts(self, bundle: ProductRecord) -> list[ShownPart]:
        """In their order."""
        rows = await self._session.execute(
            select(BundlePart, ProductRecord.code, ProductRecord.name, ProductRecord.unit)
            .outerjoin(ProductRecord, ProductRecord.id == BundlePart.part_id)
            .where(BundlePart.bundle_id == bundle.id)
            .order_by(BundlePart.position)
        )
        return [
            ShownPart(
                NamedPart(part.quantity, code or "", part.norm), name or part.norm, unit or ""
            )
            for part, code, name, unit in rows
        ]

    async def make(
        self, code: str, parts: Sequence[NamedPart], shown: BundleShown, *, actor: str
    ) -> ProductRecord:
        """The product is made of just these from now on; of none it is an ordinary one again.

        Raises UnfitBundle for a bundle that would hold itself, or that cannot be one line.
        """
        bundle = await Products(self._session, self._tenant_id).get(code)
        if len(parts) > MOST_PARTS:
            raise UnfitBundle(f"A bundle has at most {MOST_PARTS} parts.")
        rows = [await self._row(bundle, part, n) for n, part in enumerate(parts, 1)]
        await self._require_no_circle(bundle, rows)
        if shown is BundleShown.LINE:
            await self._require_one_rate(bundle, rows)
        watch = PriceWatch(self._session, self._tenant_id)
        await watch.before([bundle.id])
        await self._session.execute(delete(BundlePart).where(BundlePart.bundle_id == bundle.id))
        self._session.add_all(rows)
        bundle.bundle_shown = (shown or BundleShown.LINE).value if rows else ""
        bundle.revision = await next_revision(self._session, self._tenant_id)
        await watch.after(bundle.revision, actor)
        return bundle

    async def _row(self, bundle: ProductRecord, part: NamedPart, position: int) -> BundlePart:
        if bool(part.code) == bool(part.norm):
            raise UnfitBundle(f"Part {position}: give the code of a product, or of a norm.")
        if part.quantity <= 0:
            raise UnfitBundle(f"Part {position}: how many? A quantity is more than 0.")
        row = BundlePart(
            id=new_id(),
            tenant_id=self._tenant_id,
            bundle_id=bundle.id,
            position=position,
            norm="",
            quantity=part.quantity,
        )
        if part.norm:
            row.norm = (await Norms(self._session, self._tenant_id).coded(part.norm)).code
            return row
        product = await Products(self._session, self._tenant_id).get(part.code)
        if product.retired_at is not None:
            raise UnfitBundle(f"Part {position}: {product.name} is no longer sold.")
        row.part_id = product.id
        return row

    async def _require_no_circle(self, bundle: ProductRecord, rows: Sequence[BundlePart]) -> None:
        parts = {row.part_id for row in rows if row.part_id}
        above = {bundle.id} | await holding(self._session, [bundle.id])
        if parts & above:
            raise UnfitBundle(f"{bundle.name} would be part of itself: leave that part out.")
        depth = 1 + await self._depth(parts)
        if depth + await self._height(bundle.id) > DEEPEST:
            raise UnfitBundle(f"Bundles within bundles go {DEEPEST} deep at most.")

    async def _depth(self, parts: set[UUID]) -> int:
        levels, asked = 0, parts
        while asked:
            query = select(BundlePart.part_id).where(BundlePart.bundle_id.in_(asked)).distinct()
            asked = {one for one in await self._session.scalars(query) if one}
            levels += bool(asked)
        return levels

    async def _height(self, bundle_id: UUID) -> int:
        levels, asked = 0, {bundle_id}
        while asked:
            query = select(BundlePart.bundle_id).where(BundlePart.part_id.in_(asked)).distinct()
            asked = set(await self._session.scalars(query))
            levels += bool(asked)
        return levels

    async def _require_one_rate(self, bundle: ProductRecord, rows: Sequence[BundlePart]) -> None:
        ids = [row.part_id for row in rows if row.part_id]
        query = select(ProductRecord.tax_rate, ProductRecord.currency).where(
            ProductRecord.id.in_(ids)
        )
        for rate, currency in await self._session.execute(query):
            if rate != bundle.tax_rate:
                raise UnfitBundle(
                    f"Its parts are taxed at other rates than {bundle.name} itself: show it "
                    "exploded, so that each part has its own."
                )
            if currency != bundle.currency:
                raise UnfitBundle(f"Its parts are not all priced in {bundle.currency}.")
