"""Does to a ticket what a matching rule says."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.notifying import GROUPING, TELL
from domain.errors import NotFound, Refused
from domain.staff.models import StaffMember
from domain.staff.notices import NewNotice, Notices
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, Tickets
from domain.types import utc_now
from domain.workflows import rules
from domain.workflows.facts import TicketFacts
from domain.workflows.models import WorkflowRule


class Acting:
    """`act` tells what changed, in words for the log; nothing: all was so already."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, rule: WorkflowRule) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._rule = rule
        self._tickets = Tickets(session, tenant_id)

    async def act(self, ticket: Ticket, once: str) -> list[str]:
        changed: list[str] = []
        for place, action in enumerate(rules.parse_actions(self._rule.actions)):
            if isinstance(action, rules.Note):
                note = NewComment(action.text, author="system", visibility="internal")
                await self._tickets.comment(ticket, note)
                changed.append("a note")
            elif isinstance(action, rules.Notify):
                changed += await self._notify(ticket, action, f"{once}:{place}")
            else:
                changed += await self._change(ticket, action)
        return changed

    async def _change(self, ticket: Ticket, action: Any) -> list[str]:
        field, value = await self._wanted(ticket, action)
        old = getattr(ticket, field)
        if old == value:
            return []
        why = f"Rule “{self._rule.name}”, version {self._rule.version}"
        await self._tickets.change(
            ticket.number, {field: value}, actor=f"rule:{self._rule.id}", why=why
        )
        return [planned(field, old, value)]

    async def _wanted(self, ticket: Ticket, action: Any) -> tuple[str, Any]:
        if isinstance(action, rules.Assign):
            return "assignee_id", await self._assignee(action)
        if isinstance(action, rules.AddTags):
            return "tags", list(dict.fromkeys([*ticket.tags, *action.tags]))
        return ("priority" if isinstance(action, rules.SetPriority) else "status"), action.to

    async def _assignee(self, action: rules.Assign) -> UUID:
        if isinstance(action.to, UUID):
            member = await self._session.get(StaffMember, action.to)
            if member is None:
                raise NotFound("staff member", action.to)
            if member.deactivated_at is not None:
                raise Refused(f"{member.name} works here no more: change the rule.")
            return member.id
        chosen = rules.least_loaded(await TicketFacts(self._session, self._tenant_id).loads())
        if chosen is None:
            raise Refused("There is no active staff member to assign to: add one.")
        return chosen

    async def _notify(self, ticket: Ticket, action: rules.Notify, about: str) -> list[str]:
        whom = ticket.assignee_id if action.whom == "assignee" else None
        text = f"{ticket.number} · {ticket.subject} · {action.text}"
        notice = NewNotice("rules", about, text, f"ticket {ticket.number}", whom)
        if not await Notices(self._session, self._tenant_id).add(notice):
            return []
        at = utc_now() + GROUPING
        lane = queue.STAFF_LANE
        await queue.put(self._session, TELL, at=at, lane=lane, tenant_id=self._tenant_id)
        return ["staff told"]


def planned(field: str, old: Any, new: Any) -> str:
    return f"{field}: {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return str(value) if value else "nobody"
