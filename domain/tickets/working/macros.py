"""Macros: canned replies with variables, and what they change."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Person
from domain.errors import Conflict, NotFound, Refused
from domain.tenants.models import Tenant
from domain.tickets import lifecycle
from domain.tickets.models import Macro, Ticket
from domain.tickets.working.wording import filled, require_known
from domain.types import new_id

LONGEST_NAME = 60


class Actions(BaseModel):
    """A fixed list; whatever else is sent is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    add_tags: tuple[str, ...] = Field(default=(), max_length=20)
    team_id: UUID | None = None
    assign_to_me: bool = False

    def changes(self, ticket: Ticket, staff_id: UUID | None) -> dict[str, Any]:
        """As `Tickets.change` takes them."""
        wanted: dict[str, Any] = {
            name: value
            for name in ("status", "priority", "type", "team_id")
            if (value := getattr(self, name)) is not None
        }
        tags = [tag for tag in self.add_tags if tag not in ticket.tags]
        if tags:
            wanted["tags"] = [*ticket.tags, *tags]
        if self.assign_to_me and staff_id is not None:
            wanted["assignee_id"] = staff_id
        return wanted


class Macros:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self) -> list[Macro]:
        query = select(Macro).where(Macro.tenant_id == self._tenant_id)
        return list(await self._session.scalars(query.order_by(Macro.name)))

    async def get(self, macro_id: UUID) -> Macro:
        macro = await self._session.get(Macro, macro_id)
        if macro is None:
            raise NotFound("macro", macro_id)
        return macro

    async def named(self, name: str) -> Macro:
        macro = await self._known(name)
        if macro is None:
            raise NotFound("macro", name)
        return macro

    async def save(
        self, name: str, text: str, actions: dict[str, Any], *, actor: str, is_new: bool = False
    ) -> Macro:
        """By its name. Raises Refused for an unknown variable or action, Conflict if not new."""
        words = " ".join(name.split())
        if not words or len(words) > LONGEST_NAME:
            raise Refused(f"A macro's name has 1 to {LONGEST_NAME} characters.")
        require_known(text)
        checked = actions_of(actions)
        if not text.strip() and checked == Actions():
            raise Refused("A macro needs words, or something that it changes.")
        macro = await self._known(words)
        if macro is not None and is_new:
            raise Conflict(f"There is a macro “{words}” already.")
        if macro is None:
            macro = Macro(id=new_id(), tenant_id=self._tenant_id, name=words, created_by=actor)
            self._session.add(macro)
        macro.text, macro.actions = text.strip(), checked.model_dump(mode="json")
        await self._session.flush()
        return macro

    async def remove(self, macro_id: UUID) -> None:
        await self._session.delete(await self.get(macro_id))
        await self._session.flush()

    async def filled(self, macro: Macro, ticket: Ticket, staff: str) -> str:
        """The words for this ticket."""
        person = await self._session.get(Person, ticket.person_id) if ticket.person_id else None
        company = await self._session.get(Company, ticket.company_id) if ticket.company_id else None
        tenant = await self._session.get_one(Tenant, self._tenant_id)
        values = {
            "customer": person.name if person and person.name else "there",
            "company": company.name if company else "",
            "number": ticket.number,
            "subject": ticket.subject,
            "status": ticket.status.replace("_", " "),
            "priority": ticket.priority,
            "staff": staff,
            "tenant": tenant.name,
        }
        return filled(macro.text, values)

    async def _known(self, name: str) -> Macro | None:
        query = select(Macro).where(
            Macro.tenant_id == self._tenant_id, func.lower(Macro.name) == name.strip().lower()
        )
        return (await self._session.scalars(query.limit(1))).one_or_none()


def actions_of(stored: dict[str, Any]) -> Actions:
    """Raises Refused for what is not on the list."""
    try:
        actions = Actions.model_validate(stored)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"The action “{where}” is wrong: {first['msg'].lower()}.") from error
    for field, value, allowed in (
        ("status", actions.status, lifecycle.STATUSES),
        ("priority", actions.priority, lifecycle.PRIORITIES),
        ("type", actions.type, lifecycle.TYPES),
    ):
        if value is not None:
            lifecycle.require(field, value, allowed)
    return actions
