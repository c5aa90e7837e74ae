"""Lets time pass for the rules that wait for it; every tenant by itself."""

from uuid import UUID

from bot import queue
from bot.engine.reacting.rules import RuleRunner
from bot.foundation.telemetry import log, rules_fired
from domain.database import Database
from domain.tenants import directory

REACT = "react"


class RuleTimer:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def pass_time(self) -> None:
        """Safe to run twice at once: what a rule does happens once for each state of a ticket."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                await self.pass_time_of(tenant.id)
            except Exception:
                log.exception("rules.failed", tenant=tenant.slug)

    async def pass_time_of(self, tenant_id: UUID) -> None:
        """A transaction for each page, so that no lock is held for long."""
        after: UUID | None = None
        while True:
            async with self._database.transaction(tenant_id) as session:
                runner = RuleRunner(session, tenant_id)
                after = await runner.pass_time(after)
                await session.flush()
                if session.info.pop("has_events", False):
                    await queue.put(session, REACT, tenant_id=tenant_id)
            for outcome in runner.outcomes:
                rules_fired.labels(outcome).inc()
            if after is None:
                return
