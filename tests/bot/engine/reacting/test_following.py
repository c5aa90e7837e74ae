"""Webhooks follow messages: each that came or went once, and nothing where nobody follows."""

from typing import Any

from sqlalchemy import select

from domain.events import DomainEvent
from domain.workflows.webhooks import Webhooks
from tests.bot.engine.conftest import Company


async def told(company: Company) -> list[tuple[str, dict[str, Any]]]:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        query = select(DomainEvent).where(DomainEvent.kind.startswith("message."))
        rows = await session.scalars(query.order_by(DomainEvent.sequence))
        return [(row.kind, row.payload) for row in rows]


async def test_what_came_and_what_went_is_told_once(company: Company) -> None:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        hooks = Webhooks(session, company.tenant_id)
        await hooks.add("https://crm.example/in", ["message.*"], b"sealed")
    await company.say("When are you open?")
    await company.take()
    (came, went) = await told(company)
    assert came[0] == "message.received"
    assert (came[1]["text"], came[1]["channel"]) == ("When are you open?", "whatsapp")
    assert went[0] == "message.sent"
    assert went[1]["author"] == "bot"
    assert went[1]["conversation_id"] == came[1]["conversation_id"]
    while await company.runtime.reactions.react(company.tenant_id):
        pass
    async with company.runtime.database.transaction(company.tenant_id) as session:
        deliveries = await Webhooks(session, company.tenant_id).deliveries(10)
    assert sorted(one.kind for one in deliveries) == ["message.received", "message.sent"]


async def test_only_what_is_asked_for_is_told(company: Company) -> None:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        hooks = Webhooks(session, company.tenant_id)
        await hooks.add("https://crm.example/in", ["message.sent", "ticket.*"], b"sealed")
    await company.say("When are you open?")
    assert [kind for kind, _ in await told(company)] == ["message.sent"]


async def test_nobody_follows_and_nothing_is_written(company: Company) -> None:
    await company.say("When are you open?")
    assert await told(company) == []
