"""Runs a tenant's workflow rules: on what happens, and on time that passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.acting import Acting
from bot.engine.reacting.notifying import GROUPING, TELL
from bot.foundation.telemetry import log
from domain.errors import DomainError
from domain.events import DomainEvent
from domain.staff.notices import NewNotice, Notices
from domain.types import utc_now
from domain.workflows.conditions import Group, matches
from domain.workflows.facts import Known, TicketFacts
from domain.workflows.models import WorkflowRule
from domain.workflows.service import Firing, Workflows

GENERATIONS = 5
PAGE = 500
EVENTS = {
    "ticket.opened": "created",
    "ticket.customer_replied": "customer_replied",
    "sla.warned": "sla_warning",
    "sla.breached": "sla_breach",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What a rule's change goes back to: `root` names the first event, or the passing of time."""

    root: str
    generation: int = 0
    rules: tuple[str, ...] = ()

    @classmethod
    def of(cls, event: DomainEvent) -> "Cause":
        told = event.payload.get("cause")
        if not told:
            return cls(str(event.id))
        return cls(told["root"], told["generation"], tuple(told["rules"]))

    def next(self, rule: WorkflowRule) -> dict[str, Any]:
        rules = [*self.rules, str(rule.id)]
        return {"root": self.root, "generation": self.generation + 1, "rules": rules}

    def why_not(self, rule: WorkflowRule) -> str:
        """Why this rule must not act again; empty: it may."""
        if str(rule.id) in self.rules:
            return "it set itself off again"
        if self.generation >= GENERATIONS:
            return f"{GENERATIONS} rules in a row set each other off"
        return ""


class RuleRunner:
    """Works in the caller's transaction; each rule has a savepoint of its own."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._workflows = Workflows(session, tenant_id)
        self._facts = TicketFacts(session, tenant_id)
        self.outcomes: list[str] = []
        """Of what was fired; to be counted once it is committed."""

    async def follow(self, event: DomainEvent) -> None:
        asked = _rule_event(event)
        rules = await self._workflows.of_event(asked) if asked else []
        cause = Cause.of(event)
        for rule in rules:
            known = await self._facts.of(event.subject_id)
            if known is None:
                return
            if not matches(Group.model_validate(rule.conditions), known.facts(utc_now())):
                continue
            await self._fire(rule, known, cause, f"{rule.id}:{known.ticket.id}:{cause.root}")
            if rule.stops_here:
                return

    async def pass_time(self, after: UUID | None = None) -> UUID | None:
        """A page of tickets; the last one's id, where there may be more."""
        rules = await self._workflows.of_event("time_passed")
        if not rules:
            return None
        page = await self._facts.unfinished(after, PAGE)
        keys = {_entry(rule, known) for rule in rules for known in page}
        used = await self._workflows.known(sorted(keys))
        for one in page:
            await self._pass_time_of(one, rules, used)
        return page[-1].ticket.id if len(page) == PAGE else None

    async def _pass_time_of(self, seen: Known, rules: list[WorkflowRule], used: set[str]) -> None:
        """A ticket is read again and locked only where a rule has something to do."""
        known = seen
        for rule in rules:
            key, asked = _entry(rule, known), Group.model_validate(rule.conditions)
            if not matches(asked, known.facts(utc_now())):
                continue
            if key not in used:
                locked = await self._facts.of(seen.ticket.id)
                if locked is None or not matches(asked, locked.facts(utc_now())):
                    continue
                await self._fire(rule, locked, Cause(f"time:{key}"), _entry(rule, locked))
                known = await self._facts.of(seen.ticket.id) or locked
            if rule.stops_here:
                return

    async def _fire(self, rule: WorkflowRule, known: Known, cause: Cause, once: str) -> None:
        ticket_id, number = known.ticket.id, known.ticket.number
        if why := cause.why_not(rule):
            await self._stop(rule, ticket_id, number, (once, why))
            return
        firing_id = await self._workflows.claim(Firing(rule, ticket_id, once))
        if firing_id is None:
            return
        changed: list[str] = []
        error = ""
        try:
            with self._caused(cause.next(rule)):
                async with self._session.begin_nested():
                    acting = Acting(self._session, self._tenant_id, rule)
                    changed = await acting.act(known.ticket, once)
        except DomainError as refused:
            error = str(refused)
        except Exception as broken:  # one rule's trouble must not keep the others from running
            log.exception("rule.failed", rule=str(rule.id))
            error = f"{type(broken).__name__}"
        await self._workflows.settle(firing_id, changed, error)
        self.outcomes.append("failed" if error else "done")
        if error:
            about = f"failed:{rule.id}:v{rule.version}"
            await self._tell(about, f"The rule “{rule.name}” failed on {number}: {error}")

    async def _stop(
        self, rule: WorkflowRule, ticket_id: UUID, number: str, said: tuple[str, str]
    ) -> None:
        once, why = said
        firing = Firing(rule, ticket_id, f"stopped:{once}", "stopped", error=why)
        if await self._workflows.claim(firing):
            self.outcomes.append("stopped")
            text = f"The rule “{rule.name}” was stopped on {number}: {why}."
            await self._tell(firing.once, text)

    async def _tell(self, about: str, text: str) -> None:
        notice = NewNotice("rules", about, text)
        if await Notices(self._session, self._tenant_id).add(notice):
            at = utc_now() + GROUPING
            await queue.put(
                self._session, TELL, at=at, lane=queue.STAFF_LANE, tenant_id=self._tenant_id
            )

    @contextmanager
    def _caused(self, cause: dict[str, Any]) -> Iterator[None]:
        self._session.info["cause"] = cause
        try:
            yield
        finally:
            del self._session.info["cause"]


def _rule_event(event: DomainEvent) -> str | None:
    if event.kind == "ticket.changed" and event.payload.get("field") == "status":
        return "status_changed"
    return EVENTS.get(event.kind)


def _entry(rule: WorkflowRule, known: Known) -> str:
    """Once for each time that the ticket entered the status it has."""
    return f"{rule.id}:{known.ticket.id}:{known.ticket.status}:{known.entered_at.isoformat()}"
