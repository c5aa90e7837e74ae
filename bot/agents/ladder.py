"""The degradation ladder: model → second model → extractive → honest acknowledgement.

Every turn ends in exactly one result; the notes say which steps failed on the way and why.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bot.agents.acknowledgement import acknowledgement
from bot.agents.breaker import Breaker, BreakerLimits, Circuit
from bot.agents.budget import Budget
from bot.foundation.telemetry import log
from bot.model.failures import ModelFailed, Unreachable
from bot.model.turns import Agent, HandOffReason, ModelUse, Step, TurnContext, TurnResult
from bot.model.usage import together


class ModelAgent(Protocol):
    """An agent on a model, which keeps a deadline and raises ModelFailed."""

    name: str
    step: Step

    async def think_within(self, context: TurnContext, seconds: float) -> TurnResult: ...


@dataclass(frozen=True, slots=True)
class LadderLimits:
    """Seconds. `model`: for all models of a turn together; `first_share` of it for the first.

    A first model that fails at once leaves the rest of the time to the second.
    """

    model: float = 25.0
    first_share: float = 0.6
    extractive: float = 10.0
    breaker: BreakerLimits = field(default_factory=BreakerLimits)


@dataclass(frozen=True, slots=True)
class RungState:
    step: Step
    circuit: Circuit
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LadderState:
    """`in_force`: the step that the next turn starts at, as far as is known now."""

    in_force: Step
    rungs: tuple[RungState, ...]


@dataclass(slots=True)
class _Climb:
    """One turn on its way down."""

    context: TurnContext
    ends_at: float
    notes: list[str] = field(default_factory=list)
    uses: list[ModelUse] = field(default_factory=list)
    reason: HandOffReason = HandOffReason.TOOL_FAILURE


class Ladder:
    """An agent made of agents. `models` best first; empty without a key."""

    name = "ladder"

    def __init__(
        self,
        models: Sequence[ModelAgent],
        extractive: Agent,
        budget: Budget,
        clock: Callable[[], datetime],
        *,
        limits: LadderLimits | None = None,
    ) -> None:
        self._limits = limits or LadderLimits()
        self._extractive = extractive
        self._budget = budget
        self._rungs = [(agent, Breaker(self._limits.breaker, clock)) for agent in models]

    def state(self) -> LadderState:
        rungs = tuple(
            RungState(agent.step, breaker.circuit, breaker.last_reason)
            for agent, breaker in self._rungs
        )
        usable = (rung.step for rung in rungs if rung.circuit is not Circuit.OPEN)
        return LadderState(next(usable, Step.EXTRACTIVE), rungs)

    async def think(self, context: TurnContext) -> TurnResult:
        """Raises nothing but its own cancellation."""
        climb = _Climb(context, asyncio.get_running_loop().time() + self._limits.model)
        result = await self._by_model(climb) or await self._by_extraction(climb)
        if result is None:
            result = acknowledgement(context, climb.reason)
        return replace(result, use=together(climb.uses), notes=(*climb.notes, *result.notes))

    async def _by_model(self, climb: _Climb) -> TurnResult | None:
        if not self._rungs or not await self._is_affordable(climb):
            return None
        for agent, breaker in self._rungs:
            if not breaker.admit():
                climb.notes.append(f"{agent.step}: left alone, {breaker.last_reason}")
            elif result := await self._by_one_model(climb, agent, breaker):
                return result
        return None

    async def _by_one_model(
        self, climb: _Climb, agent: ModelAgent, breaker: Breaker
    ) -> TurnResult | None:
        try:
            result = await agent.think_within(climb.context, self._seconds_for(climb, agent))
        except Unreachable as failure:
            breaker.failed(failure.reason)
            await self._fell(climb, agent, failure)
        except ModelFailed as failure:
            breaker.worked()
            await self._fell(climb, agent, failure)
        except Exception as error:
            breaker.undecided()
            log.exception("model step failed", step=agent.step)
            climb.notes.append(f"{agent.step}: {type(error).__name__}")
        except asyncio.CancelledError:
            breaker.undecided()
            raise
        else:
            breaker.worked()
            await self._spend(climb, result.use)
            return result
        return None

    def _seconds_for(self, climb: _Climb, agent: ModelAgent) -> float:
        left = climb.ends_at - asyncio.get_running_loop().time()
        is_last = agent is self._rungs[-1][0]
        return max(left if is_last else min(left, self._limits.model * self._limits.first_share), 0)

    async def _fell(self, climb: _Climb, agent: ModelAgent, failure: ModelFailed) -> None:
        log.warning("model step failed", step=agent.step, reason=failure.reason)
        climb.notes.append(f"{agent.step}: {failure.reason}")
        await self._spend(climb, failure.use)

    async def _is_affordable(self, climb: _Climb) -> bool:
        try:
            is_allowed = await self._budget.allows(climb.context)
        except Exception:
            log.exception("budget unknown")
            climb.notes.append("the budget could not be read: no model is asked")
            return False
        if not is_allowed:
            climb.notes.append("the budget is spent: no model is asked")
            climb.reason = HandOffReason.BUDGET
        return is_allowed

    async def _spend(self, climb: _Climb, use: ModelUse) -> None:
        climb.uses.append(use)
        try:
            await self._budget.spend(climb.context, use)
        except Exception:
            log.exception("model use not counted", model=use.model)
            climb.notes.append("the model's use could not be counted")

    async def _by_extraction(self, climb: _Climb) -> TurnResult | None:
        try:
            async with asyncio.timeout(self._limits.extractive):
                return await self._extractive.think(climb.context)
        except Exception as error:
            log.exception("extractive step failed")
            climb.notes.append(f"{Step.EXTRACTIVE}: {type(error).__name__}")
            return None
