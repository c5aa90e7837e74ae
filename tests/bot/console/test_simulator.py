"""What a newcomer does at the page, with the worker's jobs done by hand."""

import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from fastapi import FastAPI
from markupsafe import escape
from sqlalchemy import select

from bot.agents.extractive.answers import CHOICE
from bot.desk import conversations, tenants
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.knowledge.models import Article
from domain.tickets.models import Ticket
from tests.bot.console.conftest import HTMX, PRIYA, Visitor, browser, pulse_of

pytestmark = pytest.mark.full

QUESTION = "What do the lights on our access point mean?"
FAULT = "the camera at the gate is dead since this morning"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)//<a href='javascript:alert(1)'>x</a>",
    "*<b>bold</b>* _<i onclick=alert(1)>x</i>_",
    "{{ 7*7 }}{% for x in ().__class__ %}",
    "<div hx-get='/simulator/live' hx-trigger='load'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


async def test_without_a_demo_company_the_page_says_how_to_plant_it(app: FastAPI) -> None:
    async with browser(app) as client:
        page = await client.get("/")
    assert page.status_code == 200
    assert "frontdesk seed-demo" in page.text
    assert 'href="/docs"' in page.text


async def test_a_tenant_that_only_has_the_demos_name_is_left_alone(app: FastAPI) -> None:
    await tenants.add(app.state.runtime.database, "demo", "A real company")
    async with browser(app) as client:
        assert "frontdesk seed-demo" in (await client.get("/")).text
        assert (await client.get("/simulator/live?as=447700900210")).status_code == 404


async def test_the_page_offers_the_demo_companys_customers(visitor: Visitor) -> None:
    page = await visitor.open()
    assert "Priya Nandakumar" in page
    assert "Hollin &amp; Marsh Solicitors LLP" in page
    assert "Tom Eastcote" in page


async def test_a_question_is_answered_with_its_source(visitor: Visitor) -> None:
    page = await visitor.say(QUESTION)
    assert "a steady red light means no network connection" in page
    assert "What the lights on access points mean" in page
    assert "cited · version 1" in page
    assert "If several go red together" in page  # the passage itself, further than the answer
    assert "Confidence" in page
    assert re.search(r"\d\.\d s</dd>", page)


async def test_the_dead_camera_becomes_a_ticket(visitor: Visitor) -> None:
    page = await visitor.say(FAULT)
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        ticket = await session.scalar(select(Ticket).order_by(Ticket.created_at.desc()))
    assert ticket is not None
    assert page.count(ticket.number) >= 2  # told the customer, and shown beside the thread
    assert "this conversation" in page
    assert 'class="tag status open"' in page
    assert f'class="tag priority {ticket.priority}"' in page


@pytest.mark.parametrize("payload", HOSTILE)
async def test_hostile_words_stay_words(visitor: Visitor, payload: str) -> None:
    newcomer = "447700900955"
    page = await visitor.say(payload, newcomer, name=payload[:80])
    page += await visitor.open(newcomer, wire="1", name=payload[:80])
    page += (await visitor.client.get(f"/simulator/live?as={newcomer}&wire=1")).text
    assert str(escape(payload)) in page
    without_own = re.sub(r'<script src="/static/[a-z.]+" defer></script>', "", page)
    for tag in (
        "<script",
        "<img src=x",
        "<svg/onload",
        "<b>",
        "<i ",
        "<a href='java",
        "<div hx-get",
    ):
        assert tag not in without_own
    assert "49" not in re.findall(r"<p>([^<]*)</p>", page)


async def test_a_button_of_the_last_answer_can_be_pressed(visitor: Visitor) -> None:
    await visitor.say(FAULT)
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        title = "What the lights on access points mean"
        article = await session.scalar(select(Article.id).filter_by(title=title))
        conversation = (await session.scalars(select(Conversation))).one()
        question = NewReply(
            conversation_id=conversation.id,
            channel_account_id=visitor.account_id,
            author="bot",
            text="Do you mean this one?",
            state="sent",
            choices=({"id": f"{CHOICE}{article}", "title": "Lights"},),
        )
        Outbox(session, visitor.tenant_id).put(question)
    assert 'aria-label="Buttons of the last message"' in await visitor.open()
    await visitor.post("choices", choice=f"{CHOICE}{article}")
    await visitor.work()
    page = await visitor.open()
    assert "a steady red light" in page
    assert 'aria-label="Buttons of the last message"' not in page


async def test_a_button_that_was_never_offered_is_refused(visitor: Visitor) -> None:
    await visitor.say(FAULT)
    refused = await visitor.post("choices", choice="article:made-up")
    assert refused.status_code == 400


async def test_nothing_is_sent_again_while_nothing_changed(visitor: Visitor) -> None:
    page = await visitor.say(FAULT)
    query = {"as": PRIYA, "view": "inside", "seen": pulse_of(page)}
    assert (await visitor.client.get("/simulator/live", params=query)).status_code == 204
    await visitor.post("messages", text="And the one at the door too")
    await visitor.work()
    changed = await visitor.client.get("/simulator/live", params=query)
    assert changed.status_code == 200
    assert "And the one at the door too" in changed.text
    assert "hx-swap-oob" in changed.text


async def test_while_the_bot_has_something_to_read_it_is_typing(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.post("messages", text=QUESTION)
    await visitor.runtime.intake.take(visitor.tenant_id, visitor.account_id)
    page = await visitor.open()
    assert "typing…" in page
    assert "every 150ms" in page
    answered = await visitor.say("one more thing")
    assert "typing…" not in answered


async def test_without_javascript_a_form_leads_back_to_the_page(visitor: Visitor) -> None:
    await visitor.open()
    form = {"as": PRIYA, "csrf": visitor.csrf, "text": "Hello", "wire": "1"}
    sent = await visitor.client.post("/simulator/messages", data=form)
    assert sent.status_code == 303
    assert parse_qs(urlsplit(sent.headers["location"]).query) == {"as": [PRIYA], "wire": ["1"]}


async def test_somebody_new_writes_from_a_number_typed_as_people_type(visitor: Visitor) -> None:
    page = await visitor.open("07700 900 777", name="Alex Morgan")
    assert "Alex Morgan" in page
    page = await visitor.say(FAULT, "07700 900 777", name="Alex Morgan")
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        hints = list(await session.scalars(select(Conversation.hint)))
    assert hints == ["447700900777"]
    assert "Alex Morgan" in await visitor.open()  # now one of the people to choose from


async def test_the_wire_is_shown_to_the_curious_only(visitor: Visitor) -> None:
    plain = await visitor.say(FAULT)
    curious = await visitor.open(wire="1")
    assert "whatsapp_business_account" not in plain
    assert "whatsapp_business_account" in curious
    assert "app_secret" not in curious


async def test_a_phone_reports_what_it_showed_as_read(visitor: Visitor) -> None:
    await visitor.say(FAULT)
    assert (await visitor.post("read")).status_code == 204
    await visitor.work()
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        states = list(await session.scalars(select(Message.state).filter_by(direction="out")))
    assert states == ["read"]
    assert 'class="ticks read"' in await visitor.open()


async def test_a_staff_reply_takes_over_and_the_bot_stays_out(visitor: Visitor) -> None:
    page = await visitor.say(FAULT)
    callum = re.search(r'<option value="([0-9a-f-]+)">Callum Adeyemi', page)
    assert callum
    replied = await visitor.post("reply", reply="I am on my way.", staff=callum.group(1))
    assert "Callum Adeyemi answers" in replied.text
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        message = await session.scalar(select(Message).filter_by(author="staff"))
    assert message is not None
    await visitor.runtime.deliverer.deliver(visitor.tenant_id, message.id)
    page = await visitor.say(QUESTION)
    assert page.count("I am on my way.") == 2  # on the phone and at the desk
    assert "a steady red light" not in page
    await visitor.post("hand-back")
    assert "a steady red light" in await visitor.say(QUESTION)


async def test_nobody_writes_first_on_whatsapp(visitor: Visitor) -> None:
    await visitor.open()
    refused = await visitor.post("reply", reply="Hello?")
    assert refused.status_code == 400
    assert "they write first" in refused.json()["detail"]


async def test_a_readonly_colleague_is_not_offered_for_replies(visitor: Visitor) -> None:
    assert "Ruth Penhale" not in await visitor.open()


async def test_a_draft_is_approved_as_changed_or_rejected(visitor: Visitor) -> None:
    runtime = visitor.runtime
    changes = {"features.auto_answer": "false"}
    await tenants.change(runtime.database, runtime.accounts, visitor.tenant_id, changes)
    page = await visitor.say(QUESTION)
    draft = _draft_in(page)
    phone, desk = page.split('id="desk"', 1)
    assert "a steady red light" not in phone
    assert "a steady red light" in desk
    await visitor.post("drafts/approve", draft=draft, text="Red means trouble.", proposed="…")
    page = await visitor.open()
    assert "Red means trouble." in page.split('id="desk"', 1)[0]
    page = await visitor.say(FAULT)
    await visitor.post("drafts/reject", draft=_draft_in(page))
    assert "rejected" in await visitor.open()
    again = await visitor.post("drafts/approve", draft=draft)
    assert again.status_code == 409


def _draft_in(page: str) -> str:
    found = re.search(r'name="draft" value="([0-9a-f-]+)"', page)
    assert found
    return found.group(1)


async def test_what_belongs_to_another_tenant_is_not_there(visitor: Visitor) -> None:
    other = await tenants.add(visitor.runtime.database, "other", "Other Ltd")
    await visitor.say(FAULT)
    async with visitor.runtime.database.transaction(visitor.tenant_id) as session:
        conversation = await session.scalar(select(Conversation))
    assert conversation is not None
    with pytest.raises(Exception, match="There is no conversation"):
        await conversations.take_over(visitor.runtime.database, other, conversation.id, None)
    await visitor.open()
    missing = await visitor.post("drafts/approve", draft=str(uuid4()))
    assert missing.status_code == 404


async def test_the_vendored_script_comes_with_its_licence(visitor: Visitor) -> None:
    script = await visitor.client.get("/static/htmx.min.js", headers=HTMX)
    licence = await visitor.client.get("/static/htmx.LICENSE.txt")
    assert 'version:"2.0.11"' in script.text
    assert "Zero-Clause BSD" in licence.text
