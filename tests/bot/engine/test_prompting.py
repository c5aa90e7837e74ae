"""What agents are given: the version in force, else the file."""

from uuid import UUID, uuid4

import pytest

from bot.engine.reading.prompting import TenantPrompts
from bot.model.prompts import shipped
from domain.database import Database
from domain.prompts.service import NewBody, Prompts
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings

BODY = "Sort it, {{ company }}.\n"


@pytest.fixture
async def tenant_id(database: Database) -> UUID:
    tenant_id = uuid4()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(f"t{tenant_id.hex[:8]}", "T", TenantSettings())
    return tenant_id


async def published(database: Database, tenant_id: UUID, body: str) -> int:
    async with database.transaction(tenant_id) as session:
        prompts = Prompts(session, tenant_id, lambda name, body: ())
        saved = await prompts.save(NewBody("triage", body, "n"), author="sam")
        await prompts.publish("triage", saved.version, author="sam")
        return saved.version


async def test_without_a_version_in_force_it_is_the_file(
    database: Database, tenant_id: UUID
) -> None:
    source = TenantPrompts(database)
    assert await source.get(tenant_id, "triage") == (0, shipped()["triage"].body)


async def test_the_version_in_force_is_given_to_its_tenant_only(
    database: Database, tenant_id: UUID
) -> None:
    await published(database, tenant_id, BODY)
    source = TenantPrompts(database)
    assert await source.get(tenant_id, "triage") == (1, BODY)
    assert (await source.get(uuid4(), "triage"))[0] == 0


async def test_what_is_remembered_can_be_forgotten(database: Database, tenant_id: UUID) -> None:
    source = TenantPrompts(database, seconds=3600)
    assert (await source.get(tenant_id, "triage"))[0] == 0
    await published(database, tenant_id, BODY)
    assert (await source.get(tenant_id, "triage"))[0] == 0
    source.forget(tenant_id)
    assert (await source.get(tenant_id, "triage"))[0] == 1


async def test_a_version_that_an_upgrade_made_wrong_gives_way_to_the_file(
    database: Database, tenant_id: UUID
) -> None:
    await published(database, tenant_id, "{{ gone_since }} {{ company }}")
    assert (await TenantPrompts(database).get(tenant_id, "triage"))[0] == 0
