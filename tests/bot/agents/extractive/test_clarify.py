import re
from uuid import UUID

import pytest

from bot.agents.extractive import ExtractiveAgent, Thresholds
from bot.agents.triage import Triage
from bot.model.embeddings import WordLlama
from bot.model.turns import AskBack, HandOff, HandOffReason, OpenTicket, Reply, Searcher

QUESTION = "how do I get the recorder going with the camera?"


@pytest.fixture(scope="module")
def unsure(shelf: Searcher) -> ExtractiveAgent:
    """The same desk, but it takes nothing for a certain answer."""
    return ExtractiveAgent(shelf, Triage(WordLlama()), Thresholds(answer=2.0, ask=0.01))


@pytest.fixture
async def asked(unsure: ExtractiveAgent, turn) -> AskBack:
    [asked] = (await unsure.think(turn(QUESTION))).actions
    assert isinstance(asked, AskBack)
    return asked


def titles(asked: AskBack) -> list[str]:
    """Of the articles offered: they stand above the buttons, numbered."""
    return re.findall(r"^\d\. (.+)$", asked.text, re.MULTILINE)


async def test_unsure_offers_up_to_three_articles(asked: AskBack) -> None:
    assert len(asked.buttons) == 3
    assert all(UUID(button.id.removeprefix("article:")) for button in asked.buttons)
    assert len(titles(asked)) == 3
    assert [button.title for button in asked.buttons] == ["1", "2", "3"]


async def test_without_buttons_the_choices_are_numbered_only(unsure, turn) -> None:
    [asked] = (await unsure.think(turn(QUESTION, buttons=0))).actions
    assert asked.buttons == ()
    assert "\n2. " in asked.text


@pytest.mark.parametrize("answer", ["2", " 2. ", "number 2", "the second one", "#2"])
async def test_a_number_picks_the_article(unsure, turn, asked: AskBack, answer: str) -> None:
    context = turn(answer, open_question=asked.about, questions_asked=1)
    [reply] = (await unsure.think(context)).actions
    assert isinstance(reply, Reply)
    assert titles(asked)[1] in reply.text


async def test_a_button_picks_the_article(unsure, turn, asked: AskBack) -> None:
    button = asked.buttons[2]
    context = turn(button.title[:20], choice=button.id, open_question=asked.about)
    [reply] = (await unsure.think(context)).actions
    assert isinstance(reply, Reply)
    assert titles(asked)[2] in reply.text


async def test_words_of_one_title_pick_it(unsure, turn, asked: AskBack) -> None:
    word = max(titles(asked)[0].split(), key=len)
    context = turn(f"the {word.lower()}", open_question=asked.about, questions_asked=1)
    [action] = (await unsure.think(context)).actions
    assert isinstance(action, Reply)
    assert titles(asked)[0] in action.text


async def test_none_of_them_is_asked_once_more_then_handed_off(unsure, turn, asked) -> None:
    context = turn("none of these", open_question=asked.about, questions_asked=1)
    [again] = (await unsure.think(context)).actions
    assert isinstance(again, AskBack)
    assert again.about == QUESTION
    context = turn("none of these", open_question=asked.about, questions_asked=2)
    [handed] = (await unsure.think(context)).actions
    assert isinstance(handed, HandOff)
    assert handed.reason is HandOffReason.PENDING_CLARIFICATION


async def test_more_words_are_read_with_the_question_before(agent, turn) -> None:
    context = turn("the password of the recorder", open_question="how do I reset it?")
    [reply] = (await agent.think(context)).actions
    assert isinstance(reply, Reply)
    assert "Forgot password" in reply.text


async def test_a_customer_may_move_on_instead_of_answering(agent, turn) -> None:
    context = turn("the camera at the gate is dead since this morning", open_question="reset it?")
    actions = (await agent.think(context)).actions
    assert isinstance(actions[0], OpenTicket)


async def test_a_choice_that_is_no_article_breaks_nothing(agent, turn) -> None:
    result = await agent.think(turn("Opening hours", choice="article:nonsense"))
    assert result.actions
