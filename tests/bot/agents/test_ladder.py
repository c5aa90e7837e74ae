"""The ladder: each failure of a model moves one step down, within the deadline, with one result."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.agents.breaker import BreakerLimits, Circuit
from bot.agents.budget import DailyBudget
from bot.agents.ladder import Ladder, LadderLimits
from bot.agents.support.agent import SupportLimits
from bot.model.failures import Unreachable, Unusable
from bot.model.simulator import Answer, Call
from bot.model.turns import (
    HandOff,
    HandOffReason,
    ModelUse,
    Reply,
    Step,
    TurnContext,
    TurnResult,
)

HOURS = {"kind": "reply", "text": "We are open from 9:00.", "citations": [0]}
USE = ModelUse(model="m", input_tokens=100, output_tokens=10, calls=1, cost=Decimal("0.5"))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Extractive:
    """Answers from the articles, or fails."""

    error: Exception | None = None
    delay: float = 0
    name: str = "extractive"
    turns: int = 0

    async def think(self, context: TurnContext) -> TurnResult:
        self.turns += 1
        await asyncio.sleep(self.delay)
        if self.error:
            raise self.error
        return TurnResult((Reply("From the article.", (0,)),), self.name, Step.EXTRACTIVE)


@dataclass
class Model:
    """A model step that does what the list says, the last for ever."""

    outcomes: list[Exception | str]
    step: Step = Step.MODEL
    name: str = "support"
    seconds: list[float] = field(default_factory=list)

    async def think_within(self, context: TurnContext, seconds: float) -> TurnResult:
        self.seconds.append(seconds)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return TurnResult((Reply(outcome),), self.name, self.step, use=USE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ladder(models, clock, *, extractive=None, budget=None, limits=None) -> Ladder:
    return Ladder(
        models,
        extractive or Extractive(),
        budget or DailyBudget(clock),
        clock,
        limits=limits or LadderLimits(model=2.0, extractive=0.2),
    )


async def test_the_model_answers_while_it_can(turn, clock):
    result = await ladder([Model(["Hello"])], clock).think(turn("hi"))

    assert (result.step, result.actions, result.notes) == (Step.MODEL, (Reply("Hello"),), ())
    assert result.use == USE


async def test_without_a_key_the_extractive_agent_answers(turn, clock):
    steps = ladder([], clock)

    assert (await steps.think(turn("hi"))).step is Step.EXTRACTIVE
    assert steps.state().in_force is Step.EXTRACTIVE


async def test_the_second_model_answers_for_the_first(turn, clock):
    first = Model([Unreachable("refused with status 500", USE)])
    second = Model(["Hello"], Step.SECOND_MODEL)
    result = await ladder([first, second], clock).think(turn("hi"))

    assert result.step is Step.SECOND_MODEL
    assert result.notes == ("model: refused with status 500",)
    assert (result.use.calls, result.use.cost) == (2, Decimal("1.0"))


async def test_the_first_model_leaves_time_for_the_second(turn, clock):
    first = Model([Unusable("nonsense")])
    second = Model(["Hello"], Step.SECOND_MODEL)
    await ladder([first, second], clock, limits=LadderLimits(model=20)).think(turn("hi"))

    assert first.seconds == [pytest.approx(12, abs=0.1)]
    assert second.seconds == [pytest.approx(20, abs=0.5)], "what the first left over"


async def test_an_unexpected_error_moves_down_too(turn, clock):
    result = await ladder([Model([KeyError("x")])], clock).think(turn("hi"))

    assert result.step is Step.EXTRACTIVE
    assert result.notes == ("model: KeyError",)


@pytest.mark.parametrize("extractive", [Extractive(error=OSError("down")), Extractive(delay=5)])
async def test_when_nothing_works_a_person_is_told_and_the_customer_too(turn, clock, extractive):
    steps = ladder([Model([Unusable("nonsense")])], clock, extractive=extractive)
    result = await steps.think(turn("Ist jemand da?", customer=turn("").customer))

    (action,) = result.actions
    assert isinstance(action, HandOff)
    assert result.step is Step.ACKNOWLEDGEMENT
    assert action.reason is HandOffReason.TOOL_FAILURE
    assert "Ist jemand da?" in action.note
    assert action.acknowledgement.startswith("Thank you")
    assert len(result.notes) == 2


async def test_a_cancelled_turn_stays_cancelled(turn, clock):
    steps = ladder([], clock, extractive=Extractive(delay=5), limits=LadderLimits(extractive=9))
    thinking = asyncio.create_task(steps.think(turn("hi")))
    await asyncio.sleep(0)
    thinking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await thinking


async def test_a_model_that_is_down_is_left_alone_for_a_while(turn, clock):
    down = Model([Unreachable("no answer in time")])
    steps = ladder([down], clock)
    for _ in range(5):
        await steps.think(turn("hi"))

    assert len(down.seconds) == 3, "the circuit opened after three"
    assert steps.state().in_force is Step.EXTRACTIVE
    assert steps.state().rungs[0].circuit is Circuit.OPEN
    assert steps.state().rungs[0].reason == "no answer in time"


async def test_after_the_pause_one_turn_tries_and_all_return(turn, clock):
    model = Model([*[Unreachable("busy")] * 3, "Back again"])
    steps = ladder([model], clock)
    for _ in range(3):
        await steps.think(turn("hi"))
    clock.forward(seconds=31)

    assert steps.state().in_force is Step.MODEL
    assert (await steps.think(turn("hi"))).step is Step.MODEL
    assert steps.state().rungs[0].circuit is Circuit.CLOSED


async def test_a_failed_trial_doubles_the_pause(turn, clock):
    model = Model([Unreachable("busy")])
    steps = ladder([model], clock, limits=LadderLimits(breaker=BreakerLimits(failures=1)))
    await steps.think(turn("hi"))
    clock.forward(seconds=31)
    await steps.think(turn("hi"))
    clock.forward(seconds=31)
    await steps.think(turn("hi"))
    assert len(model.seconds) == 2
    clock.forward(seconds=30)
    await steps.think(turn("hi"))
    assert len(model.seconds) == 3


async def test_while_one_turn_tries_no_other_does(turn, clock):
    released = asyncio.Event()

    class Slow(Model):
        async def think_within(self, context, seconds):
            await released.wait()
            return await super().think_within(context, seconds)

    model = Slow([Unreachable("busy"), "Back"])
    steps = ladder([model], clock, limits=LadderLimits(breaker=BreakerLimits(failures=1)))
    released.set()
    await steps.think(turn("hi"))
    clock.forward(seconds=31)
    released.clear()
    trying = asyncio.create_task(steps.think(turn("hi")))
    await asyncio.sleep(0)
    assert (await steps.think(turn("hi"))).step is Step.EXTRACTIVE
    released.set()
    assert (await trying).step is Step.MODEL


async def test_nonsense_does_not_open_the_circuit_for_others(turn, clock):
    steps = ladder([Model([Unusable("nonsense")])], clock)
    for _ in range(9):
        await steps.think(turn("obey me"))

    assert steps.state().in_force is Step.MODEL


async def test_a_spent_budget_asks_no_model_until_tomorrow(turn, clock):
    model = Model(["Hello"])
    budget = DailyBudget(clock, cost=Decimal("0.9"))
    steps = ladder([model], clock, budget=budget)
    steps_taken = [(await steps.think(turn("hi"))).step for _ in range(3)]
    clock.forward(days=1)
    steps_taken.append((await steps.think(turn("hi"))).step)

    assert steps_taken == [Step.MODEL, Step.MODEL, Step.EXTRACTIVE, Step.MODEL]


async def test_one_tenants_budget_is_not_anothers(turn, clock):
    from dataclasses import replace
    from uuid import UUID

    budget = DailyBudget(clock, tokens=50)
    steps = ladder([Model(["Hello"])], clock, budget=budget)
    own = turn("hi")
    other = replace(own, tenant=replace(own.tenant, id=UUID(int=2)))
    await steps.think(own)

    assert (await steps.think(own)).step is Step.EXTRACTIVE
    assert (await steps.think(other)).step is Step.MODEL


async def test_what_a_failed_model_used_is_counted(turn, clock):
    budget = DailyBudget(clock)
    context = turn("hi")
    await ladder([Model([Unusable("nonsense", USE)])], clock, budget=budget).think(context)

    assert budget.spent(context.tenant.id) == (Decimal("0.5"), 110)


async def test_a_budget_that_cannot_be_read_asks_no_model(turn, clock):
    class Broken(DailyBudget):
        async def allows(self, context):
            raise OSError("no database")

    result = await ladder([Model(["Hello"])], clock, budget=Broken(clock)).think(turn("hi"))
    assert result.step is Step.EXTRACTIVE


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=429),
        Answer(status=500),
        Answer(body=b""),
        Answer(body=b"not json"),
        Answer(),
        Answer(calls=(Call("Proposal", '{"oops'),)),
        Answer(calls=(Call("wire_money", {}),)),
        Answer(calls=(Call("search_articles", {"query": "x"}),)),
        Answer(delay=60),
        Answer(drip=0.02),
        Answer(
            calls=(
                Call(
                    "Proposal",
                    {
                        "intent": "question",
                        "actions": [{"kind": "reply", "text": "It costs £1.", "citations": [1]}],
                    },
                ),
            )
        ),
    ],
    ids=[
        "429",
        "500",
        "empty body",
        "no json",
        "empty",
        "cut json",
        "unknown tool",
        "endless tools",
        "time-out",
        "slow body",
        "invented price",
    ],
)
async def test_whatever_fails_on_the_wire_the_second_model_answers(
    answer, turn, clock, simulate, proposal, support_agent, provider
):
    limits = SupportLimits(calls=3)
    async with simulate(answer) as bad, simulate(proposal(HOURS)) as good:
        first = support_agent(bad, provider, limits=limits)
        second = support_agent(good, step=Step.SECOND_MODEL)
        await first.warm_up()
        await second.warm_up()
        steps = ladder([first, second], clock, limits=LadderLimits(model=3.0, first_share=0.3))
        started = time.monotonic()
        result = await steps.think(turn("When are you open?"))

    assert time.monotonic() - started < 3.0
    assert result.step is Step.SECOND_MODEL
    assert result.actions == (Reply(HOURS["text"], (0,)),)
    assert len(result.notes) == 1
    assert len(good.asked) == 1


async def test_a_refused_connection_moves_down(turn, clock, simulate, proposal, support_agent):
    async with simulate(proposal(HOURS)) as gone:
        agent = support_agent(gone)
        await agent.warm_up()
    result = await ladder([agent], clock).think(turn("When are you open?"))

    assert result.step is Step.EXTRACTIVE
    assert "no connection" in result.notes[0]
