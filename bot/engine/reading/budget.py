"""What a tenant's models may cost in a day: read from the usage rows, remembered for a moment."""

import time
from decimal import Decimal
from uuid import UUID

from bot.foundation.settings import Settings
from bot.model.turns import ModelUse, TurnContext
from domain.database import Database
from domain.tenants.service import Tenants
from domain.usage import service as usage

REMEMBERED_SECONDS = 15.0


class TenantBudget:
    """Turns record what they spent with what they did; here the sum of the day is compared."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._default = Decimal(str(settings.llm_daily_budget))
        self._left: dict[UUID, tuple[float, Decimal]] = {}

    async def allows(self, context: TurnContext) -> bool:
        tenant_id = context.tenant.id
        cached = self._left.get(tenant_id)
        if cached is None or cached[0] < time.monotonic():
            async with self._database.transaction(tenant_id) as session:
                settings = await Tenants(session, tenant_id).settings()
                spent = await usage.spent(session, context.now.date())
            own = settings.llm.daily_budget
            limit = self._default if own is None else Decimal(str(own))
            cached = (time.monotonic() + REMEMBERED_SECONDS, limit - spent)
            self._left[tenant_id] = cached
        return cached[1] > 0

    async def spend(self, context: TurnContext, use: ModelUse) -> None:
        """Counts at once what the rows will only show when the turn is applied."""
        if cached := self._left.get(context.tenant.id):
            self._left[context.tenant.id] = (cached[0], cached[1] - use.cost)
