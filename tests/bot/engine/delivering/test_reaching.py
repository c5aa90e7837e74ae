"""Small things of delivery: reactions, reminders, what staff see, consent, price, pace."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk import tenants as desk
from bot.desk import threads
from bot.desk.conversations import Sending, reply
from bot.engine.delivering.reacting import react
from channels.whatsapp.simulator import status
from domain.conversations.models import Conversation
from domain.conversations.reaching.pacing import Pace
from domain.customers.models import Identity
from domain.customers.optouts import Address, OptOuts
from domain.errors import NotFound, Refused
from domain.staff.models import StaffNotice
from domain.types import new_id, utc_now
from tests.bot.engine.conftest import CUSTOMER, OTHER, Company
from tests.conftest import Entered

QUESTION = "when are you open?"


async def put_reaction(company: Company, emoji: str) -> None:
    [conversation] = await company.conversations()
    able = company.runtime.channels["whatsapp"].capabilities
    async with company.runtime.database.transaction(company.tenant_id) as session:
        found = await session.get_one(Conversation, conversation.id)
        put = await react(session, found, able, emoji)
    await company.runtime.deliverer.deliver(company.tenant_id, put.id)


async def test_staff_react_to_the_customers_last_words(company: Company) -> None:
    await company.say(QUESTION)
    await put_reaction(company, "👍")
    [asked] = await company.messages(direction="in")
    sent = company.graph.sent[-1].body
    assert sent["reaction"] == {"message_id": asked.external_id, "emoji": "👍"}
    assert "context" not in sent
    [conversation] = await company.conversations()
    assert conversation.owner == "bot", "a thumb takes nothing over"


async def test_a_word_is_no_reaction(company: Company) -> None:
    await company.say(QUESTION)
    with pytest.raises(Refused):
        await put_reaction(company, "ok")
    await company.execute("update messages set direction = 'out'")
    with pytest.raises(NotFound):
        await put_reaction(company, "👍")


async def notices(company: Company) -> list[str]:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        rows = await session.scalars(select(StaffNotice).where(StaffNotice.kind == "reminders"))
        return [row.text for row in rows]


async def test_staff_are_reminded_once_before_the_window_closes(
    company: Company, rival: Company
) -> None:
    await company.say("can I talk to a person please")
    await company.hear("anybody there?")
    await company.take()
    reminders = company.runtime.reminders
    assert await reminders.remind_tenant(company.tenant_id) == 0
    await company.execute(
        "update conversations set last_inbound_at = now() - interval '22 hours 30 minutes'"
    )
    assert await reminders.remind_tenant(company.tenant_id) == 1
    assert await reminders.remind_tenant(company.tenant_id) == 0
    [told] = await notices(company)
    assert "window for free text closes" in told
    assert await reminders.remind_tenant(rival.tenant_id) == 0


async def test_the_reminder_can_be_switched_off(company: Company) -> None:
    await company.say("can I talk to a person please")
    await company.hear("anybody there?")
    await company.take()
    await company.execute(
        "update conversations set last_inbound_at = now() - interval '22 hours 30 minutes'"
    )
    runtime = company.runtime
    never = {"desk.window_reminder_minutes": "0"}
    await desk.change(runtime.database, runtime.accounts, company.tenant_id, never)
    assert await runtime.reminders.remind_tenant(company.tenant_id) == 0


async def test_who_wrote_first_agreed_to_be_answered(company: Company) -> None:
    await company.say(QUESTION)
    async with company.runtime.database.transaction(company.tenant_id) as session:
        [identity] = await session.scalars(select(Identity).where(Identity.kind == "phone"))
    assert identity.opt_in_source == "wrote first"
    assert identity.opt_in_at is not None


async def test_price_and_steps_are_kept_and_shown(company: Company) -> None:
    await company.say(QUESTION)
    sent = company.graph.sent[0]
    for state in ("sent", "delivered"):
        pricing = {"billable": True, "pricing_model": "PMP", "category": "service"}
        await company.receive(
            status(sent.phone_number_id, sent.id, state, recipient=sent.to, pricing=pricing)
        )
        await company.take()
    [message] = await company.messages(direction="out")
    assert message.price_category == "service"
    async with company.runtime.database.transaction(company.tenant_id) as session:
        card = await threads.read(session, company.tenant_id, message.conversation_id)
    assert [step.state for step in card.messages[-1].steps] == ["sent", "delivered"]


async def test_an_opted_out_customer_gets_nothing_automatic_but_a_persons_words(
    company: Company,
) -> None:
    await company.say(QUESTION)
    async with company.runtime.database.transaction(company.tenant_id) as session:
        optouts = OptOuts(session, company.tenant_id)
        await optouts.begin(Address("whatsapp", CUSTOMER), "customer")
    await company.execute("update messages set state = 'pending' where direction = 'out'")
    [automatic] = await company.messages(direction="out")
    await company.runtime.deliverer.deliver(company.tenant_id, automatic.id)
    [automatic] = await company.messages(direction="out")
    assert automatic.state == "cancelled"
    assert "written STOP" in automatic.error
    database = company.runtime.database
    message_id = await reply(
        database,
        company.tenant_id,
        automatic.conversation_id,
        None,
        "Sam here.",
        Sending(despite_opt_out=True),
    )
    await company.runtime.deliverer.deliver(company.tenant_id, message_id)
    assert company.graph.texts()[-1] == "Sam here."
    assert OTHER not in {sent.to for sent in company.graph.sent}


async def paced(tenant: Entered, company_account: object = None) -> tuple[Pace, object]:
    from domain.tenants.models import ChannelAccount

    account = ChannelAccount(
        id=new_id(), tenant_id=tenant.tenant_id, channel="whatsapp", hint=str(new_id())
    )
    tenant.session.add(account)
    await tenant.session.flush()
    return Pace(tenant.session, tenant.tenant_id), account.id


async def test_an_account_sends_no_faster_than_its_rate(tenant: Entered) -> None:
    pace, account = await paced(tenant)
    now = utc_now()
    admitted = [await pace.admit(account, 3.0, now) for _ in range(5)]  # type: ignore[arg-type]
    assert [one.wait is None for one in admitted] == [True, True, True, False, False]
    waits = admitted[3].wait
    assert waits is not None
    assert timedelta(seconds=0.3) < waits < timedelta(seconds=0.4)
    later = now + waits + timedelta(milliseconds=1)
    assert (await pace.admit(account, 3.0, later)).wait is None  # type: ignore[arg-type]
    assert (await pace.admit(account, 3.0, later)).wait is not None  # type: ignore[arg-type]
