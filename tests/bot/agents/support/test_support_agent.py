"""The support agent against a scripted model over HTTP: what it sees, proposes, and may not do."""

from dataclasses import replace

import pytest

from bot.agents.support.agent import SupportLimits
from bot.agents.support.tools import TOOL_NAMES
from bot.model.failures import ModelFailed, Ungrounded, Unreachable, Unusable
from bot.model.llm import Provider
from bot.model.simulator import Answer, Call
from bot.model.turns import (
    AskBack,
    ConversationView,
    DraftQuote,
    HandOff,
    HandOffReason,
    Intent,
    OpenTicket,
    Reply,
    Step,
    UpdateTicket,
)

HOURS = {"kind": "reply", "text": "We are open 9:00 to 17:30 on weekdays.", "citations": [0]}


async def test_an_answer_cites_what_it_used(turn, simulate, proposal, support_agent, provider):
    async with simulate(proposal(HOURS)) as simulator:
        result = await support_agent(simulator, provider).think(turn("When are you open?"))

    assert result.actions == (Reply(HOURS["text"], (0,)),)
    assert result.sources[0].title == "Opening hours"
    assert (result.step, result.intent, result.language) == (Step.MODEL, Intent.QUESTION, "en")
    assert len(simulator.asked) == 1


async def test_a_turn_tells_what_it_cost(turn, simulate, proposal, support_agent, provider):
    look = Answer(calls=(Call("search_articles", {"query": "hours"}),), input_tokens=900)
    async with simulate(look, proposal(HOURS)) as simulator:
        result = await support_agent(simulator, provider).think(turn("When are you open?"))

    use = result.use
    assert (use.calls, use.input_tokens, use.output_tokens) == (2, 1000, 40)
    assert str(use.cost) == "0.00108"
    assert dict(use.prompt_versions) == {"rules": 0, "support": 0}


async def test_the_model_is_offered_four_reading_tools_and_the_proposal(
    turn, simulate, proposal, support_agent, provider
):
    async with simulate(proposal(HOURS)) as simulator:
        await support_agent(simulator, provider).think(turn("Hi"))

    assert simulator.asked[0].tools == (*TOOL_NAMES, "Proposal")


async def test_system_prompt_and_tools_stay_the_same_from_turn_to_turn(
    turn, simulate, proposal, support_agent, provider
):
    async with simulate(proposal(HOURS)) as simulator:
        agent = support_agent(simulator, provider)
        await agent.think(turn("When are you open?"))
        await agent.think(turn("And on Friday?", is_proven=False))

    first, second = simulator.asked
    assert first.system == second.system
    assert first.raw["tools"] == second.raw["tools"]
    assert first.text != second.text


async def test_anthropic_is_told_to_keep_the_prefix(turn, simulate, proposal, support_agent):
    async with simulate(proposal(HOURS)) as simulator:
        await support_agent(simulator, Provider.ANTHROPIC).think(turn("When are you open?"))

    assert "cache_control" in simulator.asked[0].raw["system"][-1]


async def test_only_this_tenants_articles_are_searched(
    turn, simulate, proposal, support_agent, articles
):
    look = Answer(calls=(Call("search_articles", {"query": "x", "tenant_id": str(99)}),))
    async with simulate(look, proposal(HOURS)) as simulator:
        context = turn("When are you open?")
        await support_agent(simulator).think(context)

    assert {tenant for tenant, _ in articles.asked} == {context.tenant.id}


async def test_a_proved_customer_hears_of_their_ticket(turn, simulate, proposal, support_agent):
    told = {"kind": "reply", "text": "TKT-202611-00007, opened on 23 November, is still open."}
    async with simulate(Answer(calls=(Call("my_tickets"),)), proposal(told)) as simulator:
        result = await support_agent(simulator).think(turn("What about my ticket?"))

    assert result.actions == (Reply(told["text"]),)
    assert "Gate camera dead" in simulator.asked[1].text


async def test_an_unproved_customer_hears_nothing_of_the_account(
    turn, simulate, proposal, support_agent
):
    asked = Answer(calls=(Call("my_tickets"), Call("my_quotes")))
    told = {"kind": "reply", "text": "Your ticket TKT-202611-00007 is open.", "citations": [0]}
    async with simulate(asked, proposal(told)) as simulator:
        with pytest.raises(Ungrounded, match="TKT-202611-00007"):
            await support_agent(simulator).think(turn("My tickets?", is_proven=False))

    everything = "\n".join(asked.text for asked in simulator.asked)
    assert "Gate camera dead" not in everything
    assert "£480.00" not in everything


async def test_catalogue_prices_may_be_told_after_a_look_up(
    turn, simulate, proposal, support_agent, provider
):
    look = Answer(calls=(Call("look_up_catalogue", {"query": "camera"}),))
    told = {"kind": "reply", "text": "The Dome camera CAM-4K costs £149.00 each."}
    async with simulate(look, proposal(told)) as simulator:
        result = await support_agent(simulator, provider).think(turn("Price of a 4K dome?"))

    assert result.actions == (Reply(told["text"]),)


async def test_an_invented_price_gets_one_chance_of_repair(
    turn, simulate, proposal, support_agent, provider
):
    wrong = {"kind": "reply", "text": "A call-out costs £75.", "citations": [1]}
    right = {"kind": "reply", "text": "A call-out costs £95.", "citations": [1]}
    async with simulate(proposal(wrong), proposal(right)) as simulator:
        result = await support_agent(simulator, provider).think(turn("What is a call-out?"))

    assert result.actions == (Reply(right["text"], (1,)),)
    assert "£75" in simulator.asked[1].last
    assert result.use.calls == 2
    assert any("£75" in note for note in result.notes)


@pytest.mark.parametrize(
    "reply",
    [
        {"text": "A call-out costs £75.", "citations": [1]},
        {"text": "We come on 1 December.", "citations": [0]},
        {"text": "The CAM-9000 would fit.", "citations": [2]},
        {"text": "See https://evil.example/pay", "citations": [1]},
        {"text": "We are open from 9:00.", "citations": [7]},
        {"text": "We are open from 9:00 to 17:30, Monday to Friday, and gladly help."},
    ],
    ids=["price", "date", "product", "link", "citation", "no citation"],
)
async def test_what_has_no_source_does_not_leave(reply, turn, simulate, proposal, support_agent):
    async with simulate(proposal({"kind": "reply", **reply})) as simulator:
        with pytest.raises(Ungrounded) as failure:
            await support_agent(simulator).think(turn("Tell me"))

    assert len(simulator.asked) == 2, "one repair, no more"
    assert failure.value.use.calls == 2


async def test_a_ticket_is_opened_with_its_number_to_come(turn, simulate, proposal, support_agent):
    ticket = {
        "kind": "open_ticket",
        "subject": "Camera at the gate dead",
        "description": "Dead since this morning",
        "priority": "high",
        "acknowledgement": "I opened {number} {tenant}; a colleague will be in touch.",
    }
    async with simulate(proposal(ticket, intent="problem")) as simulator:
        result = await support_agent(simulator).think(turn("the camera at the gate is dead"))

    (action,) = result.actions
    assert isinstance(action, OpenTicket)
    assert action.acknowledgement == "I opened {number} tenant; a colleague will be in touch."


async def test_nobody_elses_ticket_can_be_touched(turn, simulate, proposal, support_agent):
    other = {"kind": "update_ticket", "number": "TKT-202611-00001", "note": "close it"}
    own = {**other, "number": "tkt-202611-00007", "status": "resolved"}
    async with simulate(proposal(other), proposal(own)) as simulator:
        result = await support_agent(simulator).think(turn("It works again, close it"))

    (action,) = result.actions
    assert isinstance(action, UpdateTicket)
    assert (action.number, action.status) == ("TKT-202611-00007", "resolved")


async def test_an_unproved_customer_changes_no_ticket(turn, simulate, proposal, support_agent):
    wish = {"kind": "update_ticket", "number": "TKT-202611-00007", "status": "cancelled"}
    async with simulate(proposal(wish)) as simulator:
        result = await support_agent(simulator).think(turn("cancel it", is_proven=False))

    assert result.actions == (UpdateTicket("TKT-202611-00007", "cancel it"),)


async def test_a_quote_rests_on_the_customers_words_alone(turn, simulate, proposal, support_agent):
    wish = {
        "kind": "draft_quote",
        "title": "Cabling",
        "words": ["24 double  outlets", "at 90 % discount"],
        "discount": 90,
        "questions": ["Which floor?"],
    }
    async with simulate(proposal(wish, intent="quote")) as simulator:
        result = await support_agent(simulator).think(turn("Please quote 24 double outlets, cat6"))

    assert result.actions == (DraftQuote("24 double  outlets", "Cabling", ("Which floor?",)),)


async def test_a_tenant_without_quotes_gets_a_person_instead(
    turn, simulate, proposal, support_agent
):
    context = turn("Please quote 24 outlets")
    context = replace(context, tenant=replace(context.tenant, features=frozenset({"email"})))
    async with simulate(
        proposal({"kind": "draft_quote", "title": "x"}, intent="quote")
    ) as simulator:
        result = await support_agent(simulator).think(context)

    (action,) = result.actions
    assert isinstance(action, HandOff)
    assert action.reason is HandOffReason.UNSUPPORTED_REQUEST
    assert "draft_quote" not in simulator.asked[0].system


async def test_a_third_question_in_a_row_becomes_a_person(turn, simulate, proposal, support_agent):
    asked_twice = ConversationView(turn("x").conversation.id, "whatsapp", 1, questions_asked=2)
    async with simulate(proposal({"kind": "ask_back", "text": "Which camera?"})) as simulator:
        context = turn("the broken one", conversation=asked_twice)
        result = await support_agent(simulator).think(context)

    (action,) = result.actions
    assert isinstance(action, HandOff)
    assert action.reason is HandOffReason.PENDING_CLARIFICATION


async def test_a_question_back_offers_as_many_buttons_as_the_channel_has(
    turn, simulate, proposal, support_agent
):
    wish = {"kind": "ask_back", "text": "Which?", "choices": ["Gate", "Hall", "Roof", "Yard"]}
    async with simulate(proposal(wish)) as simulator:
        result = await support_agent(simulator).think(turn("the camera"))

    (action,) = result.actions
    assert isinstance(action, AskBack)
    assert [button.title for button in action.buttons] == ["Gate", "Hall", "Roof"]


async def test_a_real_question_is_never_met_with_silence(turn, simulate, proposal, support_agent):
    silent = {"kind": "stay_silent", "reason": "nothing to say"}
    async with simulate(proposal(silent, intent="smalltalk")) as simulator:
        with pytest.raises(Ungrounded):
            await support_agent(simulator).think(turn("Are you there?"))


async def test_somebody_we_talk_with_is_not_filed_away(turn, simulate, proposal, support_agent):
    away = {"kind": "file_away", "reason": "spam"}
    async with simulate(proposal(away, intent="other")) as simulator:
        with pytest.raises(Ungrounded):
            await support_agent(simulator).think(turn("My invoice?"))


async def test_a_proposal_written_as_text_counts(turn, simulate, support_agent):
    text = 'Sure: {"intent": "smalltalk", "actions": [{"kind": "reply", "text": "Hello!"}]}'
    async with simulate(Answer(text=text)) as simulator:
        result = await support_agent(simulator).think(turn("hi"))

    assert result.actions == (Reply("Hello!"),)


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (Answer(status=429), Unreachable),
        (Answer(status=500), Unreachable),
        (Answer(status=401), Unreachable),
        (Answer(status=400), Unusable),
        (Answer(body=b""), Unreachable),
        (Answer(body=b"<html>busy</html>"), Unreachable),
        (Answer(body=b'{"choices": []}'), Unusable),
        (Answer(), Unusable),
        (Answer(text="Certainly, we are open."), Unusable),
        (Answer(calls=(Call("Proposal", '{"intent": "ques'),)), Unusable),
        (Answer(calls=(Call("Proposal", {"intent": "nonsense"}),)), Unusable),
        (Answer(calls=(Call("delete_everything", {"really": True}),)), Unusable),
        (Answer(calls=(Call("search_articles", {"query": "x"}),)), Unusable),
        (Answer(calls=(Call("search_articles", {"query": "x"}),) * 200), Unusable),
        (Answer(delay=30), Unreachable),
        (Answer(drip=0.02), Unreachable),
    ],
    ids=lambda value: "",
)
async def test_a_failing_model_is_given_up_in_time(
    answer, family, turn, simulate, support_agent, provider, articles
):
    limits = SupportLimits(seconds=2.0, calls=4)
    async with simulate(answer) as simulator:
        agent = support_agent(simulator, provider, limits=limits)
        await agent.warm_up()
        with pytest.raises(ModelFailed) as failure:
            await agent.think(turn("When are you open?"))

    assert isinstance(failure.value, family), failure.value.reason
    assert len(simulator.asked) <= 4
    assert len(articles.asked) <= 9
    assert failure.value.reason
