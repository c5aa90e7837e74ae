"""A person takes a conversation, answers in it, and gives it back; the bot keeps out meanwhile."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from bot.demo.seed import seed
from bot.desk import conversations
from bot.engine.accounts import Account
from bot.model.turns import Reply, Step, TurnContext, TurnResult
from bot.runtime import Runtime
from channels.standing.standin import Writer, Wrote
from domain.audit.models import AuditEntry
from domain.conversations.models import Conversation, Message, Turn
from domain.errors import NotFound, Refused
from domain.staff.models import StaffMember
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts

CUSTOMER = "447700900210"


@dataclass
class Desk:
    """A customer of the demo company has written; `work` does the worker's jobs."""

    runtime: Runtime
    account: Account
    conversation_id: UUID
    staff_id: UUID

    @property
    def tenant_id(self) -> UUID:
        return self.account.tenant_id

    async def hear(self, words: str) -> None:
        phone = self.runtime.demo.stand_ins["whatsapp"]
        writer = Writer(CUSTOMER, "Priya")
        for delivery in await phone.done(Wrote(words), writer, self.account.settings):
            await self.runtime.receiver.receive(self.account.channel, delivery)
        await self.runtime.intake.take(self.tenant_id, self.account.id)

    async def work(self) -> None:
        await self.runtime.turns.run(self.tenant_id, self.conversation_id, timedelta(0))

    async def conversation(self) -> Conversation:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await session.get_one(Conversation, self.conversation_id)

    async def messages(self, author: str) -> list[Message]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(Message).filter_by(author=author)))

    async def reply(self, words: str) -> UUID:
        return await conversations.reply(
            self.runtime.database, self.tenant_id, self.conversation_id, self.staff_id, words
        )


@pytest.fixture
async def desk(runtime: Runtime) -> Desk:
    await seed(runtime.database, runtime.accounts, runtime.vault)
    async with runtime.database.directory() as session:
        tenant = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(tenant.id) as session:
        row = (await ChannelAccounts(session, tenant.id).all("whatsapp"))[0]
        staff = await session.scalar(select(StaffMember.id).filter_by(role="staff").limit(1))
    assert staff
    account = await runtime.accounts.get(tenant.id, row.id)
    found = Desk(runtime, account, uuid4(), staff)
    await found.hear("the camera at the gate is dead since this morning")
    async with runtime.database.transaction(tenant.id) as session:
        found.conversation_id = (await session.scalars(select(Conversation.id))).one()
    return found


async def test_a_reply_is_stored_and_queued_and_takes_ownership(desk: Desk) -> None:
    await desk.work()
    before = await desk.conversation()
    message_id = await desk.reply("  I am on my way.  ")
    after = await desk.conversation()
    (message,) = await desk.messages("staff")
    assert (message.id, message.text, message.state) == (message_id, "I am on my way.", "pending")
    assert message.staff_id == desk.staff_id
    assert (after.owner, after.owner_id) == ("staff", desk.staff_id)
    assert (after.version, after.last_author) == (before.version + 1, "staff")
    async with desk.runtime.database.directory() as session:
        query = text("select args->>'message_id' from procrastinate_jobs where task_name='deliver'")
        assert str(message_id) in list(await session.scalars(query))


async def test_a_reply_reaches_the_customer(desk: Desk) -> None:
    message_id = await desk.reply("I am on my way.")
    await desk.runtime.deliverer.deliver(desk.tenant_id, message_id)
    (message,) = await desk.messages("staff")
    assert message.state == "sent"
    assert message.external_id


async def test_the_bot_says_nothing_while_a_person_answers(desk: Desk) -> None:
    await desk.reply("I am on my way.")
    await desk.hear("What do the lights on our access point mean?")
    await desk.work()
    assert await desk.messages("bot") == []
    heard = await desk.messages("customer")
    assert {message.outcome_reason for message in heard} == {"a_person_answers"}


class Interrupted:
    """Thinks, while a person takes the conversation over."""

    name = "interrupted"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def think(self, context: TurnContext) -> TurnResult:
        desk = self._desk
        await conversations.take_over(
            desk.runtime.database, desk.tenant_id, desk.conversation_id, desk.staff_id
        )
        return TurnResult((Reply("Too late."),), self.name, Step.MODEL)


async def test_what_the_bot_was_thinking_is_dropped(desk: Desk) -> None:
    runtime = desk.runtime
    runtime.turns._agent = Interrupted(desk)
    await desk.work()
    assert await desk.messages("bot") == []
    async with runtime.database.transaction(desk.tenant_id) as session:
        assert list(await session.scalars(select(Turn))) == []


async def test_handed_back_the_bot_answers_what_comes_next_and_forgets_before(desk: Desk) -> None:
    await desk.work()
    await desk.reply("I am on my way.")
    taken = await desk.conversation()
    await conversations.hand_back(
        desk.runtime.database, desk.tenant_id, desk.conversation_id, desk.staff_id
    )
    given = await desk.conversation()
    assert (given.owner, given.owner_id, given.version) == ("bot", None, taken.version + 1)
    assert given.context_since is not None
    answered = len(await desk.messages("bot"))
    await desk.hear("What do the lights on our access point mean?")
    await desk.work()
    assert len(await desk.messages("bot")) == answered + 1


async def test_every_act_is_in_the_audit_log_with_who_did_it(desk: Desk) -> None:
    database = desk.runtime.database
    await conversations.take_over(database, desk.tenant_id, desk.conversation_id, desk.staff_id)
    await desk.reply("Hello")
    await conversations.hand_back(database, desk.tenant_id, desk.conversation_id, None)
    async with database.transaction(desk.tenant_id) as session:
        entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.created_at)))
    done = [(e.action, e.actor) for e in entries if e.subject == str(desk.conversation_id)]
    assert done == [
        ("conversation.taken_over", f"staff:{desk.staff_id}"),
        ("conversation.replied", f"staff:{desk.staff_id}"),
        ("conversation.handed_back", "command"),
    ]


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 4097])
async def test_a_reply_without_words_or_too_long_is_refused(desk: Desk, words: str) -> None:
    with pytest.raises(Refused):
        await desk.reply(words)
    assert (await desk.conversation()).owner == "bot"


async def test_another_tenants_conversation_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await conversations.reply(
            desk.runtime.database, uuid4(), desk.conversation_id, None, "Hello"
        )
    assert await desk.messages("staff") == []
