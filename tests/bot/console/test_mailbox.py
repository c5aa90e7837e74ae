"""The customer's mail program on the simulator: by real SMTP and IMAP, through the product."""

import re
from datetime import timedelta
from html import unescape

import pytest
from httpx import Response
from sqlalchemy import select

from domain.conversations.models import Conversation
from domain.tenants.service import ChannelAccounts
from tests.bot.console.conftest import Visitor

MAIL = "/simulator/mail"
QUESTION = "How do I reset the password of my recorder?"


class MailVisitor:
    """Writes and reads; `work` does what the worker would."""

    def __init__(self, visitor: Visitor, who: str) -> None:
        self._visitor = visitor
        self.who = who

    async def page(self) -> str:
        opened = await self._visitor.client.get(MAIL, params={"who": self.who})
        assert opened.status_code == 200, opened.text
        return opened.text

    async def send(self, text: str, subject: str = "", **fields: str) -> Response:
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', await self.page())
        assert csrf
        form = {"csrf": csrf[1], "who": self.who, "subject": subject, "text": text} | fields
        origin = {"origin": str(self._visitor.client.base_url).rstrip("/")}
        return await self._visitor.client.post(MAIL, data=form, headers=origin)

    async def work(self) -> None:
        runtime, tenant_id = self._visitor.runtime, self._visitor.tenant_id
        async with runtime.database.transaction(tenant_id) as session:
            account = (await ChannelAccounts(session, tenant_id).all("email"))[0]
        for conversation_id in await runtime.intake.take(tenant_id, account.id):
            await runtime.turns.run(tenant_id, conversation_id, timedelta(0))

    async def conversations(self) -> list[Conversation]:
        runtime, tenant_id = self._visitor.runtime, self._visitor.tenant_id
        async with runtime.database.transaction(tenant_id) as session:
            query = select(Conversation).where(Conversation.channel == "email")
            return list(await session.scalars(query))


@pytest.fixture
async def priya(visitor: Visitor) -> MailVisitor:
    opened = await visitor.client.get(MAIL)
    who = re.search(r'<option value="([^"]+)"', opened.text)
    assert who
    return MailVisitor(visitor, unescape(who[1]))


async def test_a_mail_is_answered_with_its_source_and_a_reply_joins_it(priya: MailVisitor) -> None:
    assert "No mail yet" in await priya.page()
    sent = await priya.send(QUESTION, "Recorder")
    assert sent.status_code == 303
    await priya.work()
    page = unescape(await priya.page())
    assert QUESTION in page
    assert "Resetting the password" in page
    await priya.send("Thank you. And when are you open?")
    await priya.work()
    page = unescape(await priya.page())
    assert page.count("<article") == 4
    assert len(await priya.conversations()) == 1


async def test_the_list_changes_only_when_a_mail_comes(
    priya: MailVisitor, visitor: Visitor
) -> None:
    await priya.send(QUESTION, "Recorder")
    client = visitor.client
    same = await client.get(f"{MAIL}/list", params={"who": priya.who, "seen": 1})
    assert same.status_code == 204
    await priya.work()
    news = await client.get(f"{MAIL}/list", params={"who": priya.who, "seen": 1})
    assert news.status_code == 200
    assert news.text.count("<article") == 2


async def test_hostile_words_are_shown_as_words(priya: MailVisitor) -> None:
    await priya.send("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>')
    page = await priya.page()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "alert(1)" in page


async def test_nothing_to_answer_is_said_and_a_forged_form_is_refused(
    priya: MailVisitor, visitor: Visitor
) -> None:
    assert (await priya.send("Hello?")).status_code == 400
    assert (await priya.send("Hello", "Subject", csrf="0" * 64)).status_code == 403
    assert (await visitor.client.get(MAIL, params={"who": "eve@x.example"})).status_code == 404


async def test_another_machine_sees_nothing(visitor: Visitor) -> None:
    elsewhere = await visitor.client.get(MAIL, headers={"x-forwarded-for": "203.0.113.9"})
    assert elsewhere.status_code == 404
