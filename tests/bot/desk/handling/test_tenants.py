"""Two companies at one desk never see, nor touch, what is the other's."""

import asyncio

import pytest

from bot.desk.command import Place
from bot.desk.desk import REACTIONS
from channels.cards import Card, Used
from domain.errors import NotFound
from tests.bot.desk.handling.conftest import Counter, pressed, text_of


@pytest.fixture
async def theirs(counter: Counter, rivals: Counter) -> dict[str, str]:
    """What the rival has: a ticket, a conversation, a draft, a quote, an open question."""
    await rivals.company.teach("Opening hours", "We are open Monday to Friday, secretly.")
    await rivals.company.say("I want to speak to a person about the secret")
    await rivals.say("live whatsapp off", "admin")
    await rivals.say("hand-back 1")
    await rivals.company.say("when are you open?")
    quote = (await rivals.say("quote new Customer of rival: 24 Cat6 double outlets")).title.split()[
        0
    ]
    (draft,) = await rivals.company.messages(state="draft")
    (conversation,) = await rivals.company.conversations()
    asked = await rivals.say(f"quote edit {quote} make it 30")
    return {
        "ticket": (await rivals.company.tickets())[0].number,
        "conversation": str(conversation.id),
        "draft": str(draft.id),
        "quote": quote,
        "question": pressed(asked, "Make it so").value,
    }


async def test_no_command_reaches_another_companys_rows(
    counter: Counter, theirs: dict[str, str]
) -> None:
    for text in (
        f"ticket {theirs['ticket']}", "ticket 1", f"thread {theirs['conversation']}",
        f"reply {theirs['conversation']} hello", f"take {theirs['conversation']}",
        f"assign {theirs['ticket']} me", f"close {theirs['ticket']}",
        f"quote show {theirs['quote']}", f"quote approve {theirs['quote']}",
        f"pause {theirs['conversation']}", "quote new Customer of rival: 24 outlets",
    ):  # fmt: skip
        card = await counter.say(text, "admin")
        assert card.is_error, text
        assert "secret" not in text_of(card), text
        assert card.tenant == "acme Ltd"
    for text in ("inbox", "drafts", "find customer person", "lost", "quote list", "kb search open"):
        shown = text_of(await counter.say(text, "admin"))
        assert "secret" not in shown, text
        assert theirs["quote"] not in shown, text


async def test_no_button_reaches_another_companys_rows(
    counter: Counter, rivals: Counter, theirs: dict[str, str]
) -> None:
    before = len(counter.company.graph.sent)
    for action in (*REACTIONS, "confirm"):
        for value in (*theirs.values(), f"{theirs['quote']}:1", f"{theirs['conversation']}:1"):
            inputs = {"text": "stolen", "reason": "stolen", "title": "", "quantity.1": "1"}
            used = Used(action, value, "x", inputs=inputs)
            answer = await counter.desk.use(used, counter.staff["admin"])
            assert isinstance(answer, Card), (action, value)
            assert answer.is_error, (action, value)
    assert len(counter.company.graph.sent) == before
    (draft,) = await rivals.company.messages(state="draft")
    assert str(draft.id) == theirs["draft"]


async def test_the_thread_of_another_company_is_not_found(
    counter: Counter, rivals: Counter, theirs: dict[str, str]
) -> None:
    (conversation,) = await rivals.company.conversations()
    with pytest.raises(NotFound):
        await counter.desk.thread(conversation.id, counter.staff["admin"])
    answer = await counter.desk.hear("take", counter.staff["admin"], Place(conversation.id))
    assert isinstance(answer, Card)
    assert answer.is_error


async def test_interactions_at_once_stay_apart(counter: Counter, rivals: Counter) -> None:
    async def one(number: int) -> None:
        desk = (counter, rivals)[number % 2]
        name = ("acme", "rival")[number % 2]
        card = await desk.say(f"quote new Customer of {name}: {number + 1} Cat6 double outlets")
        assert card.tenant == f"{name} Ltd"
        assert f"Customer of {name}" in text_of(card)

    await asyncio.gather(*(one(number) for number in range(16)))
