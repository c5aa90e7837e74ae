"""What models cost beside a turn's own thinking: asked before, recorded whatever came of it."""

from bot.agents.budget import Budget
from bot.model.turns import ConversationView, CustomerView, ModelUse, TenantView, TurnContext
from domain.database import Database
from domain.types import new_id, utc_now
from domain.usage import service as usage


class Ledger:
    """A Meter on the tenant's budget and its rows of use."""

    def __init__(self, database: Database, budget: Budget) -> None:
        self._database = database
        self._budget = budget

    async def allows(self, tenant: TenantView) -> bool:
        return await self._budget.allows(beside(tenant))

    async def record(self, tenant: TenantView, use: ModelUse) -> None:
        await self._budget.spend(beside(tenant), use)
        if not use.calls:
            return
        spent = usage.Used(use.model, use.calls, use.input_tokens, use.output_tokens, use.cost)
        async with self._database.transaction(tenant.id) as session:
            await usage.add(session, tenant.id, utc_now().date(), spent)


def beside(tenant: TenantView) -> TurnContext:
    """Whose budget counts, where there is no conversation."""
    return TurnContext(
        tenant=tenant,
        conversation=ConversationView(new_id(), "", 0),
        customer=CustomerView(new_id()),
        messages=(),
        history=(),
        tickets=(),
        quotes=(),
        now=utc_now(),
    )
