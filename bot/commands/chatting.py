"""The terminal as a customer's phone: the same wire, the same engine, a simulated provider."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import typer

from bot.demo.provider import simulated_settings
from bot.engine.accounts import SIMULATED_PREFIX, Account
from bot.foundation.security import new_token
from bot.runtime import Runtime
from channels.standing.standin import Collected, Writer, Wrote
from domain.conversations.models import Message
from domain.conversations.repository import ConversationReader
from domain.errors import Refused
from domain.tenants.service import ChannelAccounts, Tenants
from domain.types import utc_now

PHONE = "447700900999"
PATIENCE = 60.0


async def converse(
    runtime: Runtime, tenant_id: UUID, channel: str, name: str, messages: list[str] | None
) -> None:
    """Reads lines until there are none, or says the ones given."""
    account = await _simulated_account(runtime, tenant_id, channel)
    for line in messages if messages is not None else _lines():
        if not line.strip():
            break
        await _say(runtime, account, name, line)


async def _say(runtime: Runtime, account: Account, name: str, line: str) -> None:
    seen = await _last_sequence(runtime, account)
    stand_in = runtime.demo.stand_ins[account.channel.name]
    for delivery in await stand_in.done(Wrote(line), Writer(PHONE, name), account.settings):
        await runtime.receiver.receive(account.channel, delivery)
    for conversation in await runtime.intake.take(account.tenant_id, account.id):
        await runtime.turns.run(account.tenant_id, conversation, timedelta(0))
    async with asyncio.timeout(PATIENCE):
        while not (answers := await _answers(runtime, account, seen)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    for answer in answers:
        typer.echo(answer)


async def _answers(runtime: Runtime, account: Account, seen: int) -> list[str]:
    async with runtime.database.transaction(account.tenant_id) as session:
        reader = ConversationReader(session)
        conversation = await reader.by_hint(account.id, PHONE)
        thread = await reader.thread(conversation.id, after=seen) if conversation else []
    said = [_shown(m) for m in thread if m.direction == "out" and m.state != "pending"]
    settled = [m for m in thread if m.direction == "in" and m.outcome != "waiting"]
    return said or (["(no answer)"] if settled else [])


async def _last_sequence(runtime: Runtime, account: Account) -> int:
    async with runtime.database.transaction(account.tenant_id) as session:
        reader = ConversationReader(session)
        conversation = await reader.by_hint(account.id, PHONE)
        thread = await reader.thread(conversation.id, limit=100_000) if conversation else []
    return thread[-1].sequence if thread else 0


async def _simulated_account(runtime: Runtime, tenant_id: UUID, channel: str) -> Account:
    """An account of the tenant that leads to the simulator: nothing reaches a real customer."""
    spoken = {
        name: runtime.accounts.simulated[name]
        for name, one in runtime.demo.stand_ins.items()
        if not isinstance(one, Collected)
    }
    known = spoken.get(channel)
    if known is None:
        names = ", ".join(spoken)
        raise Refused(f"There is no channel “{channel}” to chat on; there is {names}.")
    hint = f"{SIMULATED_PREFIX}{tenant_id.hex[:12]}"
    async with runtime.database.transaction(tenant_id) as session:
        accounts = ChannelAccounts(session, tenant_id)
        row = next((a for a in await accounts.all(channel) if a.hint == hint), None)
        tenant = await Tenants(session, tenant_id).get()
    if row is None:
        made = {name: new_token() for name in ("verify_token", "app_secret", "webhook_secret")}
        asked = known.settings_model.model_fields
        fields = {k: v for k, v in (made | dict(simulated_settings(channel))).items() if k in asked}
        fields |= {known.settings_model.account_field: hint}
        row = await runtime.accounts.configure(tenant_id, known, fields, None)
        async with runtime.database.transaction(tenant.id) as session:
            await ChannelAccounts(session, tenant_id).go_live(row.id, "automatic", utc_now())
        runtime.accounts.forget()
    return await runtime.accounts.get(tenant_id, row.id)


def _shown(message: Message) -> str:
    choices = "".join(f"\n  [{choice['title']}]" for choice in message.details.get("choices", ()))
    sources = [c["title"] for c in message.details.get("citations", ())]
    cited = f"\n  (from: {'; '.join(sources)})" if sources else ""
    return f"{message.text}{choices}{cited}"


def _lines() -> Iterator[str]:
    while True:
        if sys.stdin.isatty():
            typer.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.rstrip("\n")
