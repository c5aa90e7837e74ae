"""Statuses in any order, repeated, together or apart: the same state, times and reasons."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from domain.conversations.intake import Intake
from domain.conversations.models import Conversation, Message, MessageStatus
from domain.conversations.reaching.standing import steps
from domain.conversations.understood import NewStatus
from domain.customers.models import Person
from domain.tenants.models import ChannelAccount
from domain.types import new_id, utc_now
from tests.conftest import Entered

SENT = utc_now().replace(microsecond=0)


def told(state: str, second: int, reason: str = "", price: str = "") -> NewStatus:
    at = SENT.replace(second=second)
    code = "131049" if reason else ""
    return NewStatus("wamid.1", state, at, code, reason, price)


_statuses = st.lists(
    st.builds(
        told,
        st.sampled_from(["sent", "delivered", "read", "failed"]),
        st.integers(0, 5),
        st.sampled_from(["", "held back", "blocked"]),
        st.sampled_from(["", "utility"]),
    ),
    min_size=1,
    max_size=6,
)


async def stored(tenant: Entered) -> tuple[Message, Intake]:
    session, own = tenant.session, {"tenant_id": tenant.tenant_id}
    account = ChannelAccount(id=new_id(), channel="whatsapp", hint=str(new_id()), **own)
    person = Person(id=new_id(), **own)
    session.add_all([account, person])
    await session.flush()
    conversation = Conversation(
        id=new_id(),
        channel_account_id=account.id,
        channel="whatsapp",
        hint="447700900001",
        person_id=person.id,
        **own,
    )
    session.add(conversation)
    await session.flush()
    message = Message(
        id=new_id(),
        conversation_id=conversation.id,
        channel_account_id=account.id,
        direction="out",
        author="staff",
        external_id="wamid.1",
        sent_at=SENT,
        state="sending",
        **own,
    )
    session.add(message)
    await session.flush()
    return message, Intake(session, tenant.tenant_id, account.id, "whatsapp")


async def outcome(tenant: Entered, message: Message, intake: Intake, batches: Any) -> str:
    """Everything that is shown of it, after these; and then it is as before."""
    session = tenant.session
    for batch in batches:
        await intake.record_statuses(batch)
    await session.refresh(message)
    found = await steps(session, [message])
    shown = {
        "state": message.state,
        "at": str(message.state_at),
        "error": message.error,
        "code": message.error_code,
        "price": message.price_category,
        "steps": [str(step) for step in found[message.id]],
    }
    await session.execute(delete(MessageStatus))
    message.state, message.state_at, message.price_category = "sending", None, ""
    message.error = message.error_code = ""
    await session.flush()
    return json.dumps(shown)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None
)
@given(statuses=_statuses, order=st.randoms(use_true_random=False), size=st.integers(1, 6))
async def test_any_order_and_repetition_ends_in_the_same(
    tenant: Entered, statuses: list[NewStatus], order: Any, size: int
) -> None:
    message, intake = await stored(tenant)
    one_by_one = await outcome(tenant, message, intake, [[status] for status in statuses])
    shuffled = [*statuses, *statuses]
    order.shuffle(shuffled)
    batches = [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
    assert await outcome(tenant, message, intake, batches) == one_by_one


async def test_a_failure_that_is_told_again_is_told_to_staff_once(tenant: Entered) -> None:
    _, intake = await stored(tenant)
    first = await intake.record_statuses([told("failed", 5, "blocked")])
    again = await intake.record_statuses([told("failed", 3, "blocked")])
    assert [one.state for one in first] == ["failed"]
    assert again == []
    rows = await tenant.session.scalars(select(MessageStatus))
    assert [row.at.second for row in rows] == [3]
