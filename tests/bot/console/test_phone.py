"""A customer's phone on every channel, with the worker's jobs done by hand."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import select

from bot.agents.extractive.answers import CHOICE
from bot.desk import tenants
from bot.runtime import Runtime
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment, Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.customers.models import Person
from domain.tenants.service import ChannelAccounts
from domain.types import new_id
from tests.bot.console.conftest import HTMX, PRIYA, Visitor

pytestmark = pytest.mark.full

MAIL = "priya.nandakumar@hollinmarsh.example"
ROOF = ("roof.png", b"\x89PNG\r\n\x1a\n" + b"roof" * 20, "image/png")
NOTE = ("note.ogg", b"OggS" + b"hello" * 20, "audio/ogg")
QUESTION = "How do I reset the password of my recorder?"
ADDRESSES = {"whatsapp": PRIYA, "telegram": PRIYA, "email": MAIL}


@dataclass
class Phone:
    """Priya's, on one channel."""

    visitor: Visitor
    on: str
    account_id: UUID

    @property
    def runtime(self) -> Runtime:
        return self.visitor.runtime

    async def page(self, **query: str) -> str:
        address = ADDRESSES[self.on]
        return unescape(await self.visitor.open(address, on=self.on, **query))

    async def post(self, path: str, files: tuple[Any, ...] = (), **fields: str) -> Response:
        if not self.visitor.csrf:
            await self.page()
        form = {"on": self.on, "as": ADDRESSES[self.on], "csrf": self.visitor.csrf, "view": "wire"}
        return await self.visitor.client.post(
            f"/simulator/{path}",
            data=form | fields,
            files=[("file", one) for one in files] or None,
            headers=HTMX,
        )

    async def say(self, text: str, files: tuple[Any, ...] = (), **fields: str) -> str:
        """The page after the worker did its work."""
        sent = await self.post("messages", files, text=text, **fields)
        assert sent.status_code == 200, sent.text
        return await self.work()

    async def work(self) -> str:
        await self.visitor.work(self.account_id)
        for row in await self.rows(Attachment):
            await self.runtime.media.fetch(self.visitor.tenant_id, row.id)
        return await self.page()

    async def rows(self, kind: type[Any], **filters: object) -> list[Any]:
        async with self.runtime.database.transaction(self.visitor.tenant_id) as session:
            query = select(kind).filter_by(**filters)
            order = kind.sequence if kind is Message else kind.created_at
            return list(await session.scalars(query.order_by(order)))

    async def message(self, **filters: object) -> Message:
        found: Message = (await self.rows(Message, **filters))[-1]
        return found

    async def offer(self, words: str, *choices: dict[str, str]) -> None:
        """Writes with buttons, as the engine does."""
        (conversation,) = await self.rows(Conversation, channel=self.on)
        async with self.runtime.database.transaction(self.visitor.tenant_id) as session:
            reply = NewReply(conversation.id, self.account_id, "bot", words, choices=choices)
            row = Outbox(session, self.visitor.tenant_id).put(reply)
        await self.runtime.deliverer.deliver(self.visitor.tenant_id, row.id)

    async def wire(self) -> str:
        page = await self.page(view="wire")
        return page.partition('id="wire-list"')[2]


async def phone_on(visitor: Visitor, channel: str) -> Phone:
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        (row,) = await ChannelAccounts(session, visitor.tenant_id).all(channel)
    return Phone(visitor, channel, row.id)


@pytest.fixture
async def whatsapp(visitor: Visitor) -> Phone:
    return await phone_on(visitor, "whatsapp")


@pytest.fixture
async def telegram(visitor: Visitor) -> Phone:
    return await phone_on(visitor, "telegram")


@pytest.fixture
async def mail(visitor: Visitor) -> Phone:
    return await phone_on(visitor, "email")


# --- every channel ----------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
async def test_a_question_is_answered_on_every_channel(visitor: Visitor, channel: str) -> None:
    phone = await phone_on(visitor, channel)
    page = await phone.say(QUESTION, subject="Recorder" if channel == "email" else "")
    assert f"on {phone.runtime.channels[channel].title} · Frontdesk" in page
    assert page.count('class="bubble mine') == 1
    assert "Resetting the password" in page.partition('id="desk"')[0]
    shown = await phone.wire()
    assert QUESTION in shown
    assert "Resetting the password" in shown


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
async def test_files_go_over_the_wire_and_can_be_opened(visitor: Visitor, channel: str) -> None:
    phone = await phone_on(visitor, channel)
    for file in (ROOF, NOTE):
        begins = channel == "email" and file is ROOF
        await phone.say(QUESTION, (file,), subject="Files" if begins else "")
    page = await phone.page()
    places = re.findall(r'src="(/simulator/files/[0-9a-f-]+)"', page)
    assert len(places) == 2
    for place, (_, content, kind) in zip(places, (ROOF, NOTE), strict=True):
        opened = await visitor.client.get(place)
        assert opened.content == content
        # Of a photo Telegram says that it is a JPEG, whatever it was.
        assert opened.headers["content-type"].partition("/")[0] == kind.partition("/")[0]
        assert opened.headers["content-security-policy"].startswith("sandbox")


async def test_a_file_that_could_run_is_handed_out_to_be_kept(whatsapp: Phone) -> None:
    await whatsapp.say("", (("page.html", b"<script>alert(1)</script>", "text/html"),))
    (file,) = await whatsapp.rows(Attachment)
    opened = await whatsapp.visitor.client.get(f"/simulator/files/{file.id}")
    assert opened.headers["content-type"] == "application/octet-stream"
    assert opened.headers["content-disposition"].startswith("attachment")


async def test_a_file_of_another_tenant_is_not_there(whatsapp: Phone) -> None:
    runtime = whatsapp.runtime
    other = await tenants.add(runtime.database, "other", "Other Ltd")
    await whatsapp.say("", (ROOF,))
    (file,) = await whatsapp.rows(Attachment)
    theirs = await planted(runtime, other)
    client = whatsapp.visitor.client
    assert (await client.get(f"/simulator/files/{file.id}")).status_code == 200
    assert (await client.get(f"/simulator/files/{theirs}")).status_code == 404


async def planted(runtime: Runtime, tenant_id: UUID) -> UUID:
    """A stored file in a conversation of that tenant."""
    names = {"whatsapp_config.phone_number_id": "other-number", "whatsapp_config.access_token": "t"}
    names |= {f"whatsapp_config.{one}": "word" for one in ("verify_token", "app_secret")}
    await tenants.change(runtime.database, runtime.accounts, tenant_id, names)
    async with runtime.database.transaction(tenant_id) as session:
        (account,) = await ChannelAccounts(session, tenant_id).all("whatsapp")
        person = Person(id=new_id(), tenant_id=tenant_id, name="Eve")
        session.add(person)
        await session.flush()
        talk = Conversation(
            id=new_id(),
            tenant_id=tenant_id,
            channel_account_id=account.id,
            channel="whatsapp",
            hint=PRIYA,
            person_id=person.id,
        )
        session.add(talk)
        await session.flush()
        note = Outbox(session, tenant_id).put(NewReply(talk.id, account.id, "bot", "A file"))
        await session.flush()
        files = Attachments(session, tenant_id)
        file = files.add(note.id, "secret.png", "image/png")
        await session.flush()
        await files.store(file.id, b"secret")
        return file.id


async def test_more_files_than_the_channel_takes_are_refused(whatsapp: Phone) -> None:
    refused = await whatsapp.post("messages", (ROOF, ROOF), text="Two")
    assert refused.status_code == 400
    assert refused.json()["detail"] == "WhatsApp takes one file at a time."


async def test_another_channel_keeps_the_staffs_side_as_it_is(whatsapp: Phone) -> None:
    page = await whatsapp.page(view="wire")
    tabs = page.partition('aria-label="Channel"')[2].partition("</nav>")[0]
    assert re.findall(r">(\w+)</a>", tabs) == ["WhatsApp", "Email", "Telegram"]
    assert tabs.count("view=wire") == 3
    assert [MAIL.replace("@", "%40") in tabs, tabs.count(PRIYA)] == [True, 2]  # the same person


async def test_a_channel_that_there_is_not_is_refused(visitor: Visitor) -> None:
    refused = await visitor.client.get("/", params={"on": "pigeon"})
    assert refused.status_code == 404


# --- what a chat shows ------------------------------------------------------------------------


async def test_a_reaction_stands_at_its_message_and_can_be_taken_back(whatsapp: Phone) -> None:
    await whatsapp.say(QUESTION)
    answer = await whatsapp.message(direction="out")
    await whatsapp.post("reactions", message=str(answer.id), emoji="👍")
    page = await whatsapp.work()
    assert page.count('aria-label="Reactions"') == 1
    assert page.count('class="bubble mine') == 1  # a reaction is no message of its own
    await whatsapp.post("reactions", message=str(answer.id), emoji="")
    assert 'aria-label="Reactions"' not in await whatsapp.work()


async def test_a_quoted_message_stands_above_the_answer(telegram: Phone) -> None:
    await telegram.say(QUESTION)
    answer = await telegram.message(direction="out")
    assert answer.text.split("\n")[0][:40] in await telegram.page(quote=str(answer.id))
    page = await telegram.say("Thank you for this", quote=str(answer.id))
    assert page.count('class="quoted"') == 1


async def test_a_message_can_be_changed_and_only_ones_own(telegram: Phone) -> None:
    await telegram.say("Could you quote 30 Cat6 outlets?")
    mine = await telegram.message(direction="in")
    ours = await telegram.message(direction="out")
    refused = await telegram.post("edits", message=str(ours.id), text="You owe me")
    assert refused.status_code == 400
    changed = await telegram.post("edits", message=str(mine.id), text="Could you quote 20?")
    assert changed.status_code == 200
    await telegram.work()
    phone = (await telegram.page()).partition('id="desk"')[0]
    assert phone.count('class="bubble mine') == 1
    assert "Could you quote 20?" in phone
    assert 'class="meta">edited' in phone


async def test_pictures_sent_together_stand_in_one_album(telegram: Phone) -> None:
    page = await telegram.say("The roof", (ROOF, ROOF, ROOF))
    assert page.count('class="album"') == 1
    assert page.count('class="bubble mine') == 1
    assert "The roof" in page


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
@pytest.mark.parametrize("count", [2, 5])
async def test_buttons_and_lists_can_be_pressed(visitor: Visitor, channel: str, count: int) -> None:
    phone = await phone_on(visitor, channel)
    await phone.say("the camera at the gate is dead since this morning")
    choices = [{"id": f"{CHOICE}{n}", "title": f"Site {n}"} for n in range(count)]
    await phone.offer("Which site?", *choices)
    assert "Site 1" in await phone.page()
    await phone.post("choices", choice=f"{CHOICE}1")
    await phone.work()
    pressed = await phone.message(direction="in")
    assert (pressed.choice, pressed.text) == (f"{CHOICE}1", "Site 1")


# --- mail -------------------------------------------------------------------------------------


async def test_an_answer_to_a_mail_joins_its_thread_and_a_subject_begins_another(
    mail: Phone,
) -> None:
    await mail.say(QUESTION, subject="Recorder")
    await mail.say("Thank you. And when are you open?")
    assert len(await mail.rows(Conversation, channel="email")) == 1
    page = await mail.say("Do you install cameras?", subject="Cameras")
    threads = page.partition('aria-label="Mail threads"')[2].partition("</nav>")[0]
    assert "Recorder" in threads
    assert "Cameras" in threads
    first, _ = await mail.rows(Conversation, channel="email")
    assert "And when are you open?" in await mail.page(talk=str(first.id))
    assert "And when are you open?" not in await mail.page()


async def test_there_is_nothing_to_answer_in_an_empty_mailbox(mail: Phone) -> None:
    refused = await mail.post("messages", text="Hello?")
    assert refused.status_code == 400
    assert "give it a subject" in refused.json()["detail"]


async def test_passwords_do_not_show_on_the_wire(mail: Phone) -> None:
    await mail.say(QUESTION, subject="Recorder")
    shown = await mail.wire()
    assert "LOGIN support@brackwelltern.example ••••••" in shown
    assert "simulator-password" not in shown


# --- what is ordered --------------------------------------------------------------------------


async def test_a_closed_window_sends_the_words_another_way_and_staff_see_it(
    whatsapp: Phone,
) -> None:
    ordered = await whatsapp.post("faults", fault="131047")
    assert "1 ordered" in ordered.text
    page = await whatsapp.say(QUESTION)
    assert "by Email instead" in page
    assert "131047" in await whatsapp.wire()
    refused = (await whatsapp.rows(Message, direction="out", state="held"))[-1]
    assert refused.details["went"]["by"] == "elsewhere"


async def test_a_lost_answer_is_marked_as_perhaps_sent_twice(whatsapp: Phone) -> None:
    await whatsapp.post("faults", fault="timeout")
    await whatsapp.say(QUESTION)
    assert (await whatsapp.message(direction="out")).is_maybe_repeated
    assert "no answer" in await whatsapp.wire()


async def test_a_failure_is_reported_after_the_message_was_taken(whatsapp: Phone) -> None:
    await whatsapp.post("faults", fault="fails-later")
    await whatsapp.say(QUESTION)
    assert (await whatsapp.message(direction="out")).state == "sent"
    await whatsapp.post("read")
    assert "Not delivered." in await whatsapp.work()


async def test_what_comes_twice_is_stored_once(telegram: Phone) -> None:
    await telegram.post("faults", fault="twice")
    page = await telegram.say(QUESTION)
    assert page.count('class="bubble mine') == 1
    assert (await telegram.wire()).count("/api/v1/telegram/webhook") == 2


async def test_an_overtaken_message_arrives_after_the_next(telegram: Phone) -> None:
    await telegram.post("faults", fault="overtaken")
    page = await telegram.say("First")
    assert "1 held back" in page
    assert 'class="bubble mine' not in page
    page = await telegram.say("Second")
    assert page.count('class="bubble mine') == 2


async def test_late_statuses_wait_until_all_goes_well(whatsapp: Phone) -> None:
    await whatsapp.say(QUESTION)
    await whatsapp.post("faults", fault="late-statuses")
    await whatsapp.post("read")
    await whatsapp.work()
    assert (await whatsapp.message(direction="out")).state == "sent"
    await whatsapp.post("faults/none")
    await whatsapp.work()
    assert (await whatsapp.message(direction="out")).state == "read"


async def test_a_day_later_the_window_is_shut(whatsapp: Phone) -> None:
    early = await whatsapp.post("day")
    assert early.status_code == 400
    await whatsapp.say(QUESTION)
    assert (await whatsapp.post("day")).status_code == 200
    await whatsapp.offer("Are you still there?")
    late = await whatsapp.message(direction="out", state="held")
    assert late.details["went"]["why"] == "window closed"


async def test_news_of_a_template_reach_the_ledger(whatsapp: Phone) -> None:
    ordered = await whatsapp.post("faults", fault="template-approved")
    assert ordered.status_code == 200
    assert "message_template_status_update" in await whatsapp.wire()


async def test_a_customer_who_blocks_the_bot_is_not_written_to(telegram: Phone) -> None:
    await telegram.say(QUESTION)
    await telegram.post("faults", fault="blocks")
    await telegram.work()
    await telegram.offer("Are you still there?")
    assert (await telegram.message(direction="out")).state == "failed"


async def test_a_fault_that_there_is_not_is_not_found(whatsapp: Phone) -> None:
    assert (await whatsapp.post("faults", fault="flood")).status_code == 404


async def test_the_wire_is_live_and_can_be_emptied(whatsapp: Phone) -> None:
    await whatsapp.say(QUESTION)
    assert 'class="exchange"' in await whatsapp.wire()
    emptied = await whatsapp.post("wire/none")
    assert "Nothing yet" in emptied.text
