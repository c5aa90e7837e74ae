"""Plants the demo company's products, suppliers, their prices, rates and norms."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import content
from domain.catalogue.models import (
    DayRate,
    NormRecord,
    ProductRecord,
    Supplier,
    SupplierPriceRecord,
)
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from domain.types import new_id


async def plant_catalogue(session: AsyncSession, tenant_id: UUID) -> None:
    """Suppliers first: products and prices name them."""
    suppliers = {
        one.name: Supplier(
            id=new_id(),
            tenant_id=tenant_id,
            name=one.name,
            email=one.email,
            phone=one.phone,
            is_own_products=one.is_own_products,
            is_verified=one.is_verified,
            lead_time_days=one.lead_time_days,
        )
        for one in content.suppliers()
    }
    session.add_all(suppliers.values())
    await session.flush()
    await Products(session, tenant_id).import_all(_products())
    rows = await session.execute(select(ProductRecord.code, ProductRecord.id))
    ids = {row.code: row.id for row in rows}
    for price in content.supplier_prices():
        session.add(
            SupplierPriceRecord(
                id=new_id(),
                tenant_id=tenant_id,
                supplier_id=suppliers[price.supplier].id,
                product_id=ids[price.code],
                cost=price.cost_price,
                valid_from=price.valid_from,
                valid_until=price.valid_to,
                is_verified=price.is_verified,
            )
        )
    _plant_work(session, tenant_id)
    await session.flush()


def _plant_work(session: AsyncSession, tenant_id: UUID) -> None:
    """Day rates and labour norms."""
    for position, rate in enumerate(content.day_rates()):
        session.add(
            DayRate(
                id=new_id(),
                tenant_id=tenant_id,
                name=rate.name,
                people=rate.people,
                price=rate.price,
                hours_per_day=rate.hours_per_day,
                overtime_factor=rate.overtime_factor,
                is_default=position == 0,
            )
        )
    for norm in content.norms():
        session.add(
            NormRecord(
                id=new_id(),
                tenant_id=tenant_id,
                code=norm.code,
                applies_to=norm.applies_to,
                per_unit_hours=norm.per_unit_hours,
                fixed_hours=norm.fixed_hours,
                description=norm.description,
            )
        )


def _products() -> list[Product]:
    return [
        Product(
            code=one.code,
            name=one.name,
            description=one.description,
            category=one.category,
            unit=one.unit,
            cost_price=one.cost_price,
            base_price=one.base_price,
            supplier=one.supplier,
            part_number=one.part_number,
            is_service=one.is_service,
            tax_rate=one.tax_rate,
        )
        for one in content.products()
    ]
