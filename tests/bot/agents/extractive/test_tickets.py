from dataclasses import replace

import pytest

from bot.model.turns import (
    CustomerView,
    HandOff,
    HandOffReason,
    OpenTicket,
    Reply,
    UpdateTicket,
)


async def test_a_dead_camera_opens_a_high_ticket(agent, turn) -> None:
    result = await agent.think(turn("the camera at the gate is dead since this morning"))
    opened = result.actions[0]
    assert isinstance(opened, OpenTicket)
    assert opened.subject == "The camera at the gate is dead since this morning"
    assert opened.priority in ("high", "urgent")
    assert "{number}" in opened.acknowledgement


async def test_the_subject_is_the_problem_not_the_greeting(agent, turn) -> None:
    text = "Hi Sam, hope you are well.\nThe printer in the hall is broken again.\nThanks, Joe"
    opened = (await agent.think(turn(text))).actions[0]
    assert isinstance(opened, OpenTicket)
    assert opened.subject == "The printer in the hall is broken again"
    assert opened.description.startswith("Hi Sam")


async def test_self_help_follows_the_ticket_and_is_cited(agent, turn) -> None:
    text = "camera offline, no power light on the camera switch port"
    opened, helping = (await agent.think(turn(text))).actions
    assert isinstance(opened, OpenTicket)
    assert isinstance(helping, Reply)
    assert helping.text.startswith("Meanwhile this may help:")
    assert helping.citations == (0,)


async def test_a_question_beside_the_problem_is_answered_too(agent, turn) -> None:
    text = "The alarm panel is broken. What are your opening hours?"
    opened, reply = (await agent.think(turn(text))).actions
    assert isinstance(opened, OpenTicket)
    assert "Monday to Friday" in reply.text


async def test_the_acknowledgement_speaks_the_customers_language(agent, turn) -> None:
    opened = (await agent.think(turn("la cámara de la entrada no funciona desde ayer"))).actions[0]
    assert isinstance(opened, OpenTicket)
    assert opened.acknowledgement.startswith("Gracias por avisarnos.")


async def test_more_about_the_same_thing_goes_to_the_open_ticket(agent, turn, ticket) -> None:
    [update] = (
        await agent.think(turn("the gate camera is still dead!", tickets=(ticket,)))
    ).actions
    assert isinstance(update, UpdateTicket)
    assert update.number == ticket.number
    assert ticket.number in update.acknowledgement


@pytest.mark.parametrize(
    "text",
    ["the printer in the hall is broken", "the camera in the yard has no picture"],
)
async def test_another_thing_gets_a_ticket_of_its_own(agent, turn, ticket, text: str) -> None:
    actions = (await agent.think(turn(text, tickets=(ticket,)))).actions
    assert isinstance(actions[0], OpenTicket)


async def test_a_stranger_never_adds_to_a_ticket(agent, turn, ticket) -> None:
    stranger = CustomerView(ticket.id, is_proven=False)
    context = turn("the gate camera is still dead!", tickets=(ticket,), customer=stranger)
    result = await agent.think(context)
    assert isinstance(result.actions[0], OpenTicket)
    assert ticket.number not in str(result.actions)


@pytest.mark.parametrize(
    "text",
    ["what about my ticket?", "any news on TKT-202611-00007", "¿qué pasa con mi ticket?"],
)
async def test_the_state_of_a_ticket_is_told(agent, turn, ticket, text: str) -> None:
    [reply] = (await agent.think(turn(text, tickets=(ticket,)))).actions
    assert isinstance(reply, Reply)
    assert "TKT-202611-00007" in reply.text
    assert "Gate camera dead" in reply.text


async def test_several_open_tickets_are_listed(agent, turn, ticket) -> None:
    other = replace(ticket, number="TKT-202611-00009", subject="Slow wifi", status="in_progress")
    context = turn("what's the status of my tickets?", tickets=(other, ticket))
    [reply] = (await agent.think(context)).actions
    assert reply.text.count("\n• ") == 2
    assert "being worked on" in reply.text


async def test_a_number_that_is_not_theirs_is_not_found(agent, turn, ticket) -> None:
    context = turn("any news on TKT-202611-00001?", tickets=(ticket,))
    [reply] = (await agent.think(context)).actions
    assert reply.text.startswith("I can't find a ticket TKT-202611-00001 of yours.")
    assert "Gate camera" not in reply.text


async def test_without_a_ticket_it_says_so(agent, turn) -> None:
    [reply] = (await agent.think(turn("what about my ticket?"))).actions
    assert "can't find an open ticket" in reply.text


async def test_private_facts_are_not_told_to_the_unproven(agent, turn, ticket) -> None:
    stranger = CustomerView(ticket.id, is_proven=False)
    context = turn("what about my ticket?", tickets=(ticket,), customer=stranger)
    [handed] = (await agent.think(context)).actions
    assert isinstance(handed, HandOff)
    assert handed.reason is HandOffReason.POLICY
    assert "Gate camera" not in handed.acknowledgement
