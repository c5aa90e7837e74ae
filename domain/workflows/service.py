"""Keeps a tenant's workflow rules, in their order, and the log of what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.following import Since
from domain.tickets.models import Ticket
from domain.types import new_id, utc_now
from domain.workflows.models import WorkflowFiring, WorkflowRule
from domain.workflows.rules import RuleBody

MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class Firing:
    """What a rule did to a ticket. `outcome`: done, failed or stopped."""

    rule: WorkflowRule
    ticket_id: UUID
    once: str
    outcome: str = "done"
    changed: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Logged:
    """A firing with what its rule and ticket are called."""

    firing: WorkflowFiring
    rule: str
    number: str


class Workflows:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, since: Since | None = None) -> list[WorkflowRule]:
        query = select(WorkflowRule).order_by(WorkflowRule.place, WorkflowRule.id)
        if since:
            query = since.of(query, WorkflowRule.updated_at, WorkflowRule.id)
        return list(await self._session.scalars(query))

    async def of_event(self, event: str) -> list[WorkflowRule]:
        """Those that are on, in their order."""
        query = (
            select(WorkflowRule)
            .where(
                WorkflowRule.tenant_id == self._tenant_id,
                WorkflowRule.event == event,
                WorkflowRule.is_on,
            )
            .order_by(WorkflowRule.place, WorkflowRule.id)
        )
        return list(await self._session.scalars(query))

    async def get(self, rule_id: UUID, *, for_change: bool = False) -> WorkflowRule:
        rule = await self._session.get(WorkflowRule, rule_id, with_for_update=for_change)
        if rule is None:
            raise NotFound("workflow rule", rule_id)
        return rule

    async def add(self, body: RuleBody, *, is_on: bool = False) -> WorkflowRule:
        """At the end of the order. A new rule is off unless told otherwise: try it first."""
        count, last = (
            await self._session.execute(
                select(func.count(), func.coalesce(func.max(WorkflowRule.place), 0)).where(
                    WorkflowRule.tenant_id == self._tenant_id
                )
            )
        ).one()
        if count >= MOST_RULES:
            raise Refused(f"There are {MOST_RULES} rules already: delete one first.")
        rule = WorkflowRule(
            id=new_id(), tenant_id=self._tenant_id, place=last + 1, is_on=is_on, version=1
        )
        _write(rule, body)
        self._session.add(rule)
        await self._session.flush()
        return rule

    async def change(self, rule_id: UUID, body: RuleBody) -> WorkflowRule:
        rule = await self.get(rule_id)
        _write(rule, body)
        rule.version += 1
        rule.updated_at = utc_now()
        await self._session.flush()
        return rule

    async def switch(self, rule_id: UUID, *, is_on: bool) -> WorkflowRule:
        rule = await self.get(rule_id)
        rule.is_on, rule.updated_at = is_on, utc_now()
        await self._session.flush()
        return rule

    async def delete(self, rule_id: UUID) -> None:
        await self._session.delete(await self.get(rule_id))

    async def order(self, ids: Sequence[UUID]) -> list[WorkflowRule]:
        """`ids`: every rule, in the new order."""
        rules = {rule.id: rule for rule in await self.all()}
        if unknown := [one for one in ids if one not in rules]:
            raise NotFound("workflow rule", unknown[0])
        if len(ids) != len(rules) or len(set(ids)) != len(rules):
            raise Refused(f"Name each of the {len(rules)} rules once, in the new order.")
        for place, rule_id in enumerate(ids, 1):
            rules[rule_id].place = place
        await self._session.flush()
        return [rules[one] for one in ids]

    async def claim(self, firing: Firing) -> UUID | None:
        """The row's id; None when it happened already (by this job or by another)."""
        values = {
            "id": new_id(),
            "tenant_id": self._tenant_id,
            "created_at": utc_now(),
            "rule_id": firing.rule.id,
            "rule_version": firing.rule.version,
            "event": firing.rule.event,
            "ticket_id": firing.ticket_id,
            "once": firing.once,
            "outcome": firing.outcome,
            "changed": list(firing.changed),
            "error": firing.error[:500],
        }
        statement = insert(WorkflowFiring).values(**values).on_conflict_do_nothing()
        return await self._session.scalar(statement.returning(WorkflowFiring.id))

    async def settle(self, firing_id: UUID, changed: Sequence[str], error: str = "") -> None:
        await self._session.execute(
            update(WorkflowFiring)
            .where(WorkflowFiring.id == firing_id)
            .values(changed=list(changed), error=error[:500], outcome="failed" if error else "done")
        )

    async def known(self, keys: Sequence[str]) -> set[str]:
        """Those of the once keys that were used."""
        query = select(WorkflowFiring.once).where(
            WorkflowFiring.tenant_id == self._tenant_id, WorkflowFiring.once.in_(keys)
        )
        return set(await self._session.scalars(query))

    async def firings(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        rule_id: UUID | None = None,
        since: Since | None = None,
    ) -> list[WorkflowFiring]:
        """Newest first; a firing is never changed once its transaction is over."""
        at, row_id = WorkflowFiring.created_at, WorkflowFiring.id
        query = select(WorkflowFiring).order_by(at.desc(), row_id.desc()).limit(limit)
        if before:
            query = query.where(tuple_(at, row_id) < before)
        if rule_id:
            query = query.where(WorkflowFiring.rule_id == rule_id)
        if since:
            query = since.of(query, at, row_id)
        return list(await self._session.scalars(query))

    async def latest_firings(self, limit: int, rule_id: UUID | None = None) -> list[Logged]:
        """Newest first."""
        query = (
            select(WorkflowFiring, WorkflowRule.name, Ticket.number)
            .join(WorkflowRule, WorkflowRule.id == WorkflowFiring.rule_id)
            .join(Ticket, Ticket.id == WorkflowFiring.ticket_id)
            .where(WorkflowFiring.tenant_id == self._tenant_id)
            .order_by(WorkflowFiring.created_at.desc(), WorkflowFiring.id.desc())
            .limit(limit)
        )
        if rule_id:
            query = query.where(WorkflowFiring.rule_id == rule_id)
        return [Logged(*row) for row in await self._session.execute(query)]


def _write(rule: WorkflowRule, body: RuleBody) -> None:
    said = body.model_dump(mode="json")
    rule.name, rule.event, rule.stops_here = body.name, body.event, body.stops_here
    rule.conditions, rule.actions = said["conditions"], said["actions"]
