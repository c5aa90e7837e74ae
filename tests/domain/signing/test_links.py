"""Links: the same until revoked, found by a hash alone; another tenant's are its own."""

import asyncio
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.foundation.security import Vault
from domain.database import Database
from domain.errors import NotFound
from domain.quotes.models import Quote
from domain.quotes.service import QuoteFor, Quotes
from domain.signing.links import Links, link_for, opened
from domain.signing.models import SigningLink
from domain.tenants.models import DirectoryEntry
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from tests.conftest import Entered
from tests.domain.quotes.test_documents import drafted

COLUMNS = tuple(column.key for column in SigningLink.__table__.columns)


async def a_quote(tenant: Entered) -> Quote:
    quotes = Quotes(tenant.session, tenant.tenant_id)
    return await quotes.draft(QuoteFor("Outlets"), drafted(), actor="test")


async def test_a_link_stays_the_same_and_is_stored_nowhere(tenant: Entered, vault: Vault) -> None:
    quote = await a_quote(tenant)
    path = await link_for(tenant.session, vault, quote)
    assert re.fullmatch(r"/q/[A-Za-z0-9_-]{32}", path)
    assert await link_for(tenant.session, vault, quote) == path
    token = path.removeprefix("/q/")
    rows = list(await tenant.session.scalars(select(SigningLink)))
    kept = [str(getattr(row, name)) for row in rows for name in COLUMNS]
    entries = await tenant.session.scalars(select(DirectoryEntry.digest))
    assert token not in kept
    assert token.encode() not in set(entries)
    found = await opened(tenant.session, vault, token)
    assert found is not None
    assert (found.tenant_id, found.link_id) == (tenant.tenant_id, rows[0].id)


async def test_a_revoked_link_opens_nothing_and_the_next_is_another(
    tenant: Entered, vault: Vault
) -> None:
    quote = await a_quote(tenant)
    links = Links(tenant.session, tenant.tenant_id, vault)
    first = await links.of_quote(quote.id, "test")
    assert await links.revoke(quote_id=quote.id)
    assert not await links.revoke(quote_id=quote.id)
    assert await opened(tenant.session, vault, first.token) is None
    with pytest.raises(NotFound):
        await links.get(first.row.id)
    second = await links.of_quote(quote.id, "test")
    assert second.token != first.token


@pytest.mark.parametrize("token", ["", "x", "é" * 32, "a" * 65, "../../etc", "' or 1=1"])
async def test_what_is_no_link_opens_nothing(tenant: Entered, vault: Vault, token: str) -> None:
    assert await opened(tenant.session, vault, token) is None


async def test_two_at_once_get_one_link_and_no_tenant_sees_anothers(
    database: Database, vault: Vault
) -> None:
    tenant_id, other_id = uuid4(), uuid4()
    for one, slug in ((tenant_id, "first"), (other_id, "second")):
        async with database.transaction(one) as session:
            await Tenants(session, one).add(slug, slug, TenantSettings())
    async with database.transaction(tenant_id) as session:
        quote = await a_quote(Entered(tenant_id, session))

    async def made() -> str:
        async with database.transaction(tenant_id) as session:
            return (await Links(session, tenant_id, vault).of_quote(quote.id, "test")).token

    tokens = await asyncio.gather(*(made() for _ in range(5)))
    assert len(set(tokens)) == 1
    async with database.directory() as session:
        found = await opened(session, vault, tokens[0])
    assert found is not None
    async with database.transaction(other_id) as session:
        with pytest.raises(NotFound):
            await Links(session, other_id, vault).get(found.link_id)
        assert not await Links(session, other_id, vault).revoke(quote_id=quote.id)
