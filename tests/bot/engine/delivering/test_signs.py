"""What a customer on a chat sees beside words: that somebody types, that it was read."""

import asyncio

import pytest

from bot.desk.conversations import Sending, reply
from bot.engine.delivering.signs import Signs
from channels.whatsapp.simulator import Fault
from domain.errors import NotFound
from tests.bot.engine.conftest import Company

QUESTION = "when are you open?"


async def test_what_was_answered_is_shown_as_read(company: Company) -> None:
    await company.say(QUESTION)
    [asked] = await company.messages(direction="in")
    assert [one["message_id"] for one in company.graph.read] == [asked.external_id]
    assert "typing_indicator" not in company.graph.read[0], "the answer is there already"


async def test_staff_who_answer_have_read(company: Company) -> None:
    await company.say(QUESTION)
    await company.hear("and on Sundays?")
    await company.take()
    [conversation] = await company.conversations()
    sent = await reply(
        company.runtime.database, company.tenant_id, conversation.id, None, "Closed on Sundays."
    )
    await company.runtime.deliverer.deliver(company.tenant_id, sent)
    latest = (await company.messages(direction="in"))[-1]
    assert company.graph.read[-1]["message_id"] == latest.external_id


async def test_typing_is_shown_while_somebody_thinks_and_no_longer(company: Company) -> None:
    account = await company.runtime.accounts.get(company.tenant_id, company.account_id)
    signs = Signs(company.runtime.deliverer.signs._client, patience=0)
    async with asyncio.timeout(20), signs.typing(account, "wamid.asked"):
        while not company.graph.read:  # noqa: ASYNC110 - the simulator has no event for it
            await asyncio.sleep(0)
    assert company.graph.read[0]["typing_indicator"] == {"type": "text"}
    assert company.graph.read[0]["message_id"] == "wamid.asked"


async def test_a_sign_that_is_refused_costs_no_answer(company: Company) -> None:
    company.graph.order(Fault.NONE)
    company.graph.order(Fault.SERVER_ERROR)
    assert await company.say(QUESTION)
    [answer] = await company.messages(author="bot")
    assert answer.state == "sent"
    assert not company.graph.read


async def test_a_reply_is_put_under_what_it_answers(company: Company, rival: Company) -> None:
    await company.say(QUESTION)
    await company.say("do you sell cameras?")
    [conversation] = await company.conversations()
    first = (await company.messages(direction="in"))[0]
    sent = await reply(
        company.runtime.database,
        company.tenant_id,
        conversation.id,
        None,
        "From eight to five.",
        Sending(answers=first.id),
    )
    await company.runtime.deliverer.deliver(company.tenant_id, sent)
    assert company.graph.sent[-1].body["context"] == {"message_id": first.external_id}
    await rival.say(QUESTION)
    [theirs] = await rival.messages(direction="in")
    with pytest.raises(NotFound):
        await reply(
            company.runtime.database,
            company.tenant_id,
            conversation.id,
            None,
            "From eight to five.",
            Sending(answers=theirs.id),
        )
