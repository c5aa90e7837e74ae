"""A customer whose own channel does not take the answer: by template, by mail, never pretended."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.desk import tenants as desk
from bot.desk.conversations import reply, take_back
from channels.email.simulator import MailSimulator
from channels.whatsapp.simulator import Fault, status
from domain.conversations.models import Conversation, Message
from domain.staff.models import StaffMember
from domain.types import new_id
from tests.bot.engine.conftest import Company, company, graph, rival, runtime
from tests.bot.engine.mailing.conftest import FIRM, Firm, mail

__all__ = ["company", "graph", "mail", "rival", "runtime"]

ANNA = "anna@customer.example"
WORDS = "The engineer comes on Thursday at nine."
OPENING = "Please call me about the camera at the gate, I want to talk to a person."


@dataclass
class Shop:
    """A company with a WhatsApp number, and a mailbox where the test adds one."""

    company: Company
    firm: Firm | None = None

    async def answer_next_day(self, words: str = WORDS) -> UUID:
        """The customer wrote at nine; staff answer the day after, at half past nine."""
        await self.company.say(OPENING)
        await self.company.execute(
            "update conversations set last_inbound_at = now() - interval '24 hours 30 minutes'"
        )
        return await self.staff_say(words)

    async def staff_say(self, words: str) -> UUID:
        [conversation] = await self.whatsapp()
        company = self.company
        database = company.runtime.database
        message_id = await reply(database, company.tenant_id, conversation.id, None, words)
        await self.deliver_all()
        return message_id

    async def deliver_all(self) -> None:
        """As the `deliver` and `replan` jobs would, until nothing is left to do."""
        for _ in range(6):
            waiting = [m for m in await self.company.messages() if m.state == "pending"]
            for message in waiting:
                await self.company.runtime.deliverer.deliver(self.company.tenant_id, message.id)

    async def replan_all(self) -> None:
        async with self.company.runtime.database.directory() as session:
            rows = await session.execute(
                text("select args from procrastinate_jobs where task_name = 'replan'")
            )
            jobs = [row.args for row in rows]
        for job in jobs:
            await self.company.runtime.deliverer.replan(
                UUID(job["tenant_id"]), UUID(job["message_id"]), job["code"], job["words"]
            )
        await self.deliver_all()

    async def message(self, message_id: UUID) -> Message:
        [found] = await self.company.messages(id=message_id)
        return found

    async def whatsapp(self) -> list[Conversation]:
        return [c for c in await self.company.conversations() if c.channel == "whatsapp"]

    async def by_mail(self) -> Conversation:
        [found] = [c for c in await self.company.conversations() if c.channel == "email"]
        return found

    def texts(self) -> list[str]:
        return [
            sent.body["text"]["body"]
            for sent in self.company.graph.sent
            if sent.body["type"] == "text"
        ]

    def templates(self) -> list[dict[str, Any]]:
        sent = self.company.graph.sent
        return [dict(one.body["template"]) for one in sent if one.body["type"] == "template"]

    async def approve_templates(self) -> None:
        """Submitted through the API and approved by Meta; news of it come by the list."""
        company = self.company
        business = {"business_account_id": "102290129340398"}
        channel = company.runtime.channels["whatsapp"]
        await company.runtime.accounts.configure(
            company.tenant_id, channel, business, company.account_id
        )
        company.graph.templates.decides_at_once = True
        done = await company.runtime.templates.submit(company.tenant_id)
        assert len(done) == 24
        assert {one.trouble for one in done} == {""}

    async def open_mailbox(self, mail: MailSimulator) -> Firm:
        mail.add_account(FIRM, keeps_sent=True)
        runtime, tenant_id = self.company.runtime, self.company.tenant_id
        values = mail.settings_for(FIRM).model_dump(exclude_none=True)
        values["password"] = mail.accounts[FIRM].password
        values.pop("client_secret"), values.pop("refresh_token")
        account = await runtime.accounts.configure(
            tenant_id, runtime.channels["email"], values, None
        )
        await desk.go_live(runtime.database, runtime.accounts, tenant_id, "email", "automatic")
        self.firm = Firm(runtime, mail, tenant_id, account.id, FIRM)
        await self.firm.fetch()
        return self.firm

    async def prove_mail(self, address: str = ANNA) -> None:
        await self.company.execute(
            "insert into identities (id, tenant_id, person_id, kind, value, muted_reason, "
            "proven_at, created_at) select gen_random_uuid(), p.tenant_id, p.id, 'email', "
            ":address, '', now(), now() from people p",
            address=address,
        )


@pytest.fixture
def shop(company: Company, rival: Company) -> Shop:
    return Shop(company)


async def test_the_answer_of_the_next_day_asks_by_template_and_leaves_when_they_reply(
    shop: Shop,
) -> None:
    await shop.approve_templates()
    before = len(shop.texts())
    message_id = await shop.answer_next_day()
    held = await shop.message(message_id)
    assert held.state == "held"
    assert held.details["went"]["why"] == "window closed"
    [sent] = shop.templates()
    assert sent["name"] == "frontdesk_reply_waiting"
    assert sent["language"] == {"code": "en"}
    [asked] = await shop.company.messages(content_kind="template")
    assert asked.state == "sent"
    assert "has an answer to your message" in asked.text
    assert "acme Ltd" in asked.text

    second = await shop.staff_say("And he brings a ladder.")
    assert (await shop.message(second)).state == "held"
    assert len(shop.templates()) == 1, "asked once is enough"
    assert len(shop.texts()) == before + 1, "only the bot's own answer before"

    await shop.company.hear("Show the answer")
    await shop.company.take()
    await shop.deliver_all()
    assert shop.texts()[-2:] == [WORDS, "And he brings a ladder."]
    assert (await shop.message(message_id)).state == "sent"


async def test_the_answer_of_the_next_day_goes_by_mail_where_the_address_is_proven(
    shop: Shop, mail: MailSimulator
) -> None:
    await shop.approve_templates()
    firm = await shop.open_mailbox(mail)
    await shop.company.say("hello")
    await shop.prove_mail()
    message_id = await shop.answer_next_day()

    original = await shop.message(message_id)
    assert original.state == "sent"
    assert original.details["went"]["channel"] == "Email"
    assert original.details["went"]["why"] == "window closed"
    assert shop.templates() == []
    [letter] = firm.sent_to(ANNA)
    anna = firm.person()
    assert WORDS in anna.received[-1].text
    assert "continues our conversation on WhatsApp" in anna.received[-1].text
    assert letter.sender == FIRM

    # Her answer by mail joins the thread that goes on with the one on WhatsApp, and its ticket.
    anna.reply(anna.received[-1], "Thursday is fine.")
    await firm.work()
    [whatsapp] = await shop.whatsapp()
    there = await shop.by_mail()
    assert there.continues_id == whatsapp.id
    assert there.ticket_id == whatsapp.ticket_id
    assert there.person_id == whatsapp.person_id
    said = await shop.company.messages(conversation_id=there.id)
    assert [m.author for m in said] == ["staff", "customer"]
    assert whatsapp.last_inbound_at is not None
    assert (await shop.whatsapp())[0].last_inbound_at == whatsapp.last_inbound_at, "no window"


async def test_an_address_nobody_proved_gets_nothing(shop: Shop, mail: MailSimulator) -> None:
    firm = await shop.open_mailbox(mail)
    await shop.company.say("hello")
    await shop.prove_mail()
    await shop.company.execute("update identities set proven_at = null where kind = 'email'")
    message_id = await shop.answer_next_day()
    assert (await shop.message(message_id)).state == "failed"
    assert firm.sent_to(ANNA) == []


async def test_refused_text_is_never_shown_as_sent_and_says_what_to_do(shop: Shop) -> None:
    await shop.company.say(OPENING)
    shop.company.graph.order(Fault.WINDOW_CLOSED)
    message_id = await shop.staff_say(WORDS)
    refused = await shop.message(message_id)
    assert refused.state == "failed"
    assert "templates submit" in refused.error
    assert WORDS not in shop.texts()
    while await shop.company.runtime.reactions.react(shop.company.tenant_id):
        pass
    [ticket] = await shop.company.tickets()
    assert ticket.person_id is not None


async def test_text_that_meta_refuses_goes_to_plan_b_by_itself(shop: Shop) -> None:
    await shop.approve_templates()
    await shop.company.say(OPENING)
    shop.company.graph.order(Fault.WINDOW_CLOSED)
    message_id = await shop.staff_say(WORDS)
    assert (await shop.message(message_id)).state == "held"
    assert len(shop.templates()) == 1


async def test_who_is_not_on_whatsapp_is_written_to_by_mail_once(
    shop: Shop, mail: MailSimulator
) -> None:
    firm = await shop.open_mailbox(mail)
    await shop.company.say(OPENING)
    await shop.prove_mail()
    shop.company.graph.order(Fault.NOT_ON_WHATSAPP)
    message_id = await shop.staff_say(WORDS)
    assert (await shop.message(message_id)).state == "sent"
    assert len(firm.sent_to(ANNA)) == 1
    assert "no WhatsApp" in (await shop.message(message_id)).details["went"]["why"]


async def test_text_that_was_taken_and_refused_later_goes_to_plan_b_too(
    shop: Shop, mail: MailSimulator
) -> None:
    firm = await shop.open_mailbox(mail)
    await shop.company.say(OPENING)
    await shop.prove_mail()
    message_id = await shop.staff_say(WORDS)
    sent = shop.company.graph.sent[-1]
    error = {"code": 131047, "title": "Re-engagement message"}
    for _ in range(3):
        body = status(sent.phone_number_id, sent.id, "failed", recipient=sent.to, errors=[error])
        await shop.company.receive(body)
        await shop.company.take()
    refused = await shop.message(message_id)
    assert (refused.state, refused.error_code) == ("failed", "131047")
    await shop.replan_all()
    await shop.replan_all()
    assert (await shop.message(message_id)).state == "sent"
    assert len(firm.sent_to(ANNA)) == 1


async def test_a_late_refusal_told_ten_times_at_once_is_one_mail(
    shop: Shop, mail: MailSimulator
) -> None:
    firm = await shop.open_mailbox(mail)
    await shop.company.say(OPENING)
    await shop.prove_mail()
    message_id = await shop.staff_say(WORDS)
    await shop.company.execute("update messages set state = 'failed' where id = :id", id=message_id)
    deliverer, tenant_id = shop.company.runtime.deliverer, shop.company.tenant_id
    await asyncio.gather(
        *(deliverer.replan(tenant_id, message_id, "131047", "Re-engagement") for _ in range(10))
    )
    await shop.deliver_all()
    assert len(firm.sent_to(ANNA)) == 1
    assert (await shop.message(message_id)).state == "sent"


async def test_a_held_reply_can_be_taken_back(shop: Shop) -> None:
    await shop.approve_templates()
    message_id = await shop.answer_next_day()
    company = shop.company
    async with company.runtime.database.transaction(company.tenant_id) as session:
        sam = StaffMember(
            id=new_id(), tenant_id=company.tenant_id, name="Sam", email="sam@acme.example"
        )
        session.add(sam)
    await take_back(company.runtime.database, company.tenant_id, message_id, sam.id)
    await company.hear("Show the answer")
    await company.take()
    await shop.deliver_all()
    assert WORDS not in shop.texts()
    assert (await shop.message(message_id)).state == "cancelled"


async def test_a_refused_template_lets_the_words_go_by_mail(
    shop: Shop, mail: MailSimulator
) -> None:
    await shop.approve_templates()
    firm = await shop.open_mailbox(mail)
    await desk.change(
        shop.company.runtime.database,
        shop.company.runtime.accounts,
        shop.company.tenant_id,
        {"desk.outside_window": "template"},
    )
    await shop.company.say("hello")
    await shop.prove_mail()
    shop.company.graph.templates.decide("frontdesk_reply_waiting", "PAUSED")
    message_id = await shop.answer_next_day()
    assert (await shop.message(message_id)).state == "sent"
    assert len(firm.sent_to(ANNA)) == 1
    [asked] = await shop.company.messages(content_kind="template")
    assert asked.state == "failed"


async def test_a_mail_that_fails_makes_the_words_failed_not_sent(
    shop: Shop, mail: MailSimulator
) -> None:
    firm = await shop.open_mailbox(mail)
    await shop.company.say("hello")
    await shop.prove_mail("nobody@nowhere.invalid")
    await shop.company.execute(
        "update channel_accounts set is_enabled = true where channel = 'email'"
    )
    message_id = await shop.answer_next_day()
    await shop.company.execute(
        "update messages set state = 'failed', error = 'no such person' where stands_for_id = :id",
        id=message_id,
    )
    lost = await shop.message(message_id)
    assert (lost.state, lost.error) == ("failed", "no such person")
    assert firm.address == FIRM
