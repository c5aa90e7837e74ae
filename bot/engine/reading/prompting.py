"""Where agents get a tenant's prompts from: the version in force, else the shipped file."""

import time
from uuid import UUID

from bot.foundation.telemetry import log
from bot.model.prompts import SHIPPED_VERSION, check, shipped
from domain.database import Database
from domain.prompts.service import Prompts

CACHE_SECONDS = 5.0
CACHED_TENANTS = 1_000

InForce = dict[str, tuple[int, str]]


class TenantPrompts:
    """A `PromptSource`. Remembers a tenant's versions for a few seconds."""

    def __init__(self, database: Database, *, seconds: float = CACHE_SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._known: dict[UUID, tuple[float, InForce]] = {}

    async def get(self, tenant_id: UUID, name: str) -> tuple[int, str]:
        """(version, body). Raises KeyError for a name that no file has."""
        file = shipped()[name]
        in_force = await self._in_force(tenant_id)
        return in_force.get(name, (SHIPPED_VERSION, file.body))

    def forget(self, tenant_id: UUID) -> None:
        """So that this process uses what was just published."""
        self._known.pop(tenant_id, None)

    async def _in_force(self, tenant_id: UUID) -> InForce:
        known = self._known.get(tenant_id)
        if known and known[0] > time.monotonic():
            return known[1]
        async with self._database.transaction(tenant_id) as session:
            rows = await Prompts(session, tenant_id, check).all_current()
        in_force: InForce = {}
        for row in rows:
            problems = check(row.name, row.body)
            if problems:  # an upgrade changed the variables: the file works, the override may not
                log.warning("prompt.outdated", name=row.name, version=row.version, why=problems[0])
            else:
                in_force[row.name] = (row.version, row.body)
        if len(self._known) > CACHED_TENANTS:
            self._known.clear()
        self._known[tenant_id] = (time.monotonic() + self._seconds, in_force)
        return in_force
