"""Does to a ticket what a matching rule says."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.notifying import GROUPING, TELL
from domain.errors import NotFound, Refused
from domain.staff.models import StaffMember
from domain.staff.notices import NewNotice, Notices
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, Tickets
from domain.tickets.working.waiting import Waiting
from domain.types import utc_now
from domain.workflows import actions, rules
from domain.workflows.facts import TicketFacts
from domain.workflows.models import WorkflowRule
from domain.workflows.trying import is_to_be_reminded, spell
from domain.workflows.webhooks import RULE_FIRED, Told, Webhooks

WEBHOOK = "webhook"


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
            changed += await self._done(ticket, action, f"{once}:{place}")
        return changed

    async def _done(self, ticket: Ticket, action: Any, about: str) -> list[str]:
        """`about`: what this is done once for."""
        match action:
            case actions.Note():
                note = NewComment(action.text, author="system", visibility="internal")
                await self._tickets.comment(ticket, note)
                return ["a note"]
            case actions.Notify():
                return await self._notify(ticket, action, about)
            case actions.FollowUp():
                return await self._follow_up(ticket, action)
            case actions.Webhook():
                return await self._call(ticket, action, about)
        return await self._change(ticket, action)

    async def _change(self, ticket: Ticket, action: Any) -> list[str]:
        field, value = await self._wanted(ticket, action)
        old = getattr(ticket, field)
        if old == value:
            return []
        why = f"Rule “{self._rule.name}”, version {self._rule.version}"
        await self._tickets.change(ticket.number, {field: value}, actor=self._actor, why=why)
        return [planned(field, old, value)]

    @property
    def _actor(self) -> str:
        return f"rule:{self._rule.id}"

    async def _wanted(self, ticket: Ticket, action: Any) -> tuple[str, Any]:
        match action:
            case actions.Assign():
                return "assignee_id", await self._assignee(action)
            case actions.AddTags():
                return "tags", list(dict.fromkeys([*ticket.tags, *action.tags]))
            case actions.RemoveTags():
                return "tags", [tag for tag in ticket.tags if tag not in action.tags]
        is_priority = isinstance(action, actions.SetPriority)
        return ("priority" if is_priority else "status"), action.to

    async def _assignee(self, action: actions.Assign) -> UUID:
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

    async def _follow_up(self, ticket: Ticket, action: actions.FollowUp) -> list[str]:
        """A reminder that is still to come stays as it is, whoever set it."""
        if is_to_be_reminded(ticket):
            return []
        at = utc_now() + timedelta(minutes=action.minutes)
        waiting = Waiting(self._session, self._tenant_id)
        await waiting.follow_up(ticket, at, action.text, None, actor=self._actor)
        return [f"a reminder in {spell(action.minutes)}"]

    async def _call(self, ticket: Ticket, action: actions.Webhook, about: str) -> list[str]:
        """Its id follows from what it is done once for: a repeated firing is the same event."""
        webhooks = Webhooks(self._session, self._tenant_id)
        to = await webhooks.named(action.to)
        event_id = uuid5(self._rule.id, about)
        told = Told(event_id, RULE_FIRED, utc_now(), ticket.id, self._data(ticket))
        delivery_id = await webhooks.tell(to.id, told)
        if delivery_id is None:
            return []
        await queue.put(self._session, WEBHOOK, tenant_id=self._tenant_id, delivery_id=delivery_id)
        return [f"the webhook “{action.to}” told"]

    def _data(self, ticket: Ticket) -> dict[str, object]:
        """No words of the customer: deliveries are kept. Who may read them asks for the ticket."""
        rule = self._rule
        return {
            "rule": {"id": str(rule.id), "name": rule.name, "version": rule.version},
            "event": rule.event,
            "number": ticket.number,
            "status": ticket.status,
            "priority": ticket.priority,
            "type": ticket.type,
            "tags": list(ticket.tags),
            "assignee_id": str(ticket.assignee_id) if ticket.assignee_id else None,
        }

    async def _notify(self, ticket: Ticket, action: actions.Notify, about: str) -> list[str]:
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
