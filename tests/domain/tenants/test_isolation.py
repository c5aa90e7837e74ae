"""A tenant never sees another's rows, whatever the query."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.database import Database
from domain.metadata import DIRECTORY_TABLES, metadata
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.service import NewTicket, Tickets


async def founded(database: Database, slug: str) -> object:
    tenant_id = uuid4()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(slug, slug, TenantSettings())
        await Tickets(session, tenant_id).open(NewTicket(f"secret of {slug}"))
    return tenant_id


async def test_rows_of_another_tenant_do_not_exist(database: Database) -> None:
    await founded(database, "acme")
    rival = await founded(database, "rival")
    async with database.transaction(rival) as session:  # type: ignore[arg-type]
        rows = await session.execute(text("select subject from tickets"))
        assert [subject for (subject,) in rows] == ["secret of rival"]


async def test_without_a_tenant_there_are_no_rows(database: Database) -> None:
    await founded(database, "acme")
    async with database.directory() as session:
        for table in metadata.sorted_tables:
            if table.name not in DIRECTORY_TABLES:
                counted = await session.scalar(text(f"select count(*) from {table.name}"))
                assert counted == 0, table.name


async def test_a_row_cannot_be_written_for_another_tenant(database: Database) -> None:
    acme = await founded(database, "acme")
    rival = await founded(database, "rival")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(acme) as session:  # type: ignore[arg-type]
            await Tickets(session, rival).open(NewTicket("planted"))  # type: ignore[arg-type]


async def test_numbers_start_anew_for_each_tenant(database: Database) -> None:
    numbers = []
    for slug in ("acme", "rival"):
        tenant_id = await founded(database, slug)
        async with database.transaction(tenant_id) as session:  # type: ignore[arg-type]
            numbers.append(await session.scalar(text("select number from tickets")))
    assert numbers[0] == numbers[1]


async def test_the_tenant_ends_with_the_transaction(database: Database) -> None:
    acme = await founded(database, "acme")
    async with database.transaction(acme) as session:  # type: ignore[arg-type]
        await session.execute(text("select 1"))
    async with database.directory() as session:
        assert await session.scalar(text("select count(*) from tickets")) == 0
