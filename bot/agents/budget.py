"""What may be spent on models: asked before a model thinks, told after."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from bot.model.failures import ModelFailed
from bot.model.structured import StructuredModel
from bot.model.turns import ModelUse, TenantView, TurnContext

Form = TypeVar("Form", bound=BaseModel)


class Budget(Protocol):
    """`allows` sees the whole turn, so that conversation and customer can have limits too."""

    async def allows(self, context: TurnContext) -> bool: ...

    async def spend(self, context: TurnContext, use: ModelUse) -> None:
        """Told once per model asked, also when its answer was of no use."""
        ...


class DailyBudget:
    """Dollars and tokens a tenant and UTC day, counted in this process."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        cost: Decimal | None = None,
        tokens: int | None = None,
    ) -> None:
        self._clock = clock
        self._cost = cost
        self._tokens = tokens
        self._day: date | None = None
        self._spent: dict[UUID, tuple[Decimal, int]] = {}

    async def allows(self, context: TurnContext) -> bool:
        cost, tokens = self.spent(context.tenant.id)
        return (self._cost is None or cost < self._cost) and (
            self._tokens is None or tokens < self._tokens
        )

    async def spend(self, context: TurnContext, use: ModelUse) -> None:
        cost, tokens = self.spent(context.tenant.id)
        used = use.input_tokens + use.output_tokens
        self._spent[context.tenant.id] = (cost + use.cost, tokens + used)

    def spent(self, tenant_id: UUID) -> tuple[Decimal, int]:
        """Dollars and tokens of today."""
        today = self._clock().date()
        if today != self._day:
            self._day, self._spent = today, {}
        return self._spent.get(tenant_id, (Decimal(0), 0))


class Meter(Protocol):
    """The budget of models that think beside a turn's own: whose use is recorded at once."""

    async def allows(self, tenant: TenantView) -> bool: ...

    async def record(self, tenant: TenantView, use: ModelUse) -> None: ...


class MeteredModel:
    """Fills in forms while the tenant's budget lasts; without a meter, always."""

    def __init__(self, model: StructuredModel, meter: Meter | None) -> None:
        self._model = model
        self._meter = meter

    async def ask(
        self, tenant: TenantView, instructions: str, text: str, form: type[Form], seconds: float
    ) -> tuple[Form, ModelUse]:
        """Raises ModelFailed, also where the budget is spent; what a failure cost counts too."""
        if self._meter is None:
            return await self._model.ask(instructions, text, form, seconds)
        if not await self._meter.allows(tenant):
            raise ModelFailed("today's budget for models is spent")
        try:
            filled, use = await self._model.ask(instructions, text, form, seconds)
        except ModelFailed as failure:
            await self._meter.record(tenant, failure.use)
            raise
        await self._meter.record(tenant, use)
        return filled, use
