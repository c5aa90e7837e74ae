"""The demo company's bot, and the terminal as a customer of it: no real Telegram is reached."""

from datetime import timedelta

import pytest

from bot.commands.chatting import converse
from bot.demo.seed import seed
from bot.desk import doctor
from bot.engine.accounts import Account
from bot.runtime import Runtime
from channels.messages import Choice
from channels.standing.standin import Pressed, Writer, Wrote
from domain.conversations.models import Message
from domain.conversations.repository import ConversationReader
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts

PHONE = "447700900777"


async def bot(runtime: Runtime) -> Account:
    await seed(runtime.database, runtime.accounts, runtime.vault)
    async with runtime.database.directory() as session:
        tenant = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(tenant.id) as session:
        (row,) = await ChannelAccounts(session, tenant.id).all("telegram")
    return await runtime.accounts.get(tenant.id, row.id)


async def said(runtime: Runtime, account: Account) -> list[Message]:
    async with runtime.database.transaction(account.tenant_id) as session:
        reader = ConversationReader(session)
        conversation = await reader.by_hint(account.id, PHONE)
        return await reader.thread(conversation.id) if conversation else []


async def test_the_demo_companys_bot_answers_in_this_process(runtime: Runtime) -> None:
    account = await bot(runtime)
    assert account.answers_by_itself
    phone = runtime.demo.stand_ins[account.channel.name]
    robin, yes = Writer(PHONE, "Robin"), Choice("yes", "Yes")
    for deed in (Wrote("When are you open?"), Pressed(yes, (yes,), "")):
        for delivery in await phone.done(deed, robin, account.settings):
            await runtime.receiver.receive(account.channel, delivery)
        for conversation_id in await runtime.intake.take(account.tenant_id, account.id):
            await runtime.turns.run(account.tenant_id, conversation_id, timedelta(0))
    thread = await said(runtime, account)
    assert [m.choice for m in thread if m.direction == "in"] == [None, "yes"]
    assert {m.state for m in thread if m.direction == "out"} == {"sent"}


async def test_nobody_polls_it_and_the_doctor_finds_it_well(runtime: Runtime) -> None:
    account = await bot(runtime)
    polled = await runtime.fetching.roster.of_tenant(account.tenant_id)
    assert account.id not in {one.account_id for one in polled}
    found = await doctor.of_tenant(runtime.database, runtime.accounts, account.tenant_id)
    states = {one.what: one.state for one in found}
    assert states[f"demo: telegram {account.hint}"] == "ok"


async def test_the_terminal_talks_as_a_customer_on_telegram(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    account = await bot(runtime)
    await converse(runtime, account.tenant_id, "telegram", "Robin", ["When are you open?"])
    await converse(runtime, account.tenant_id, "telegram", "Robin", ["Do you repair cameras?"])
    told = capsys.readouterr().out
    assert "from:" in told
