"""Saved views: a name for a list of filters, one's own or everybody's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.tickets import lifecycle
from domain.tickets.listing import Wanted
from domain.tickets.models import SavedView
from domain.types import new_id

LONGEST_NAME = 60


class Filters(BaseModel):
    """A fixed, typed list. `assignee`: me, nobody or a staff member's id."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    statuses: tuple[str, ...] = Field(default=(), max_length=10)
    priorities: tuple[str, ...] = Field(default=(), max_length=10)
    types: tuple[str, ...] = Field(default=(), max_length=10)
    tags: tuple[str, ...] = Field(default=(), max_length=20)
    channels: tuple[str, ...] = Field(default=(), max_length=10)
    assignee: str = Field(default="", max_length=40)
    team_id: UUID | None = None
    person_id: UUID | None = None
    company_id: UUID | None = None
    opened_within_days: int | None = Field(default=None, ge=1, le=3650)
    words: str = Field(default="", max_length=200)
    any_status: bool = False
    with_snoozed: bool = False

    def wanted(self, staff_id: UUID | None, now: datetime) -> Wanted:
        assignee: UUID | None = None
        if self.assignee == "me":
            assignee = staff_id
        elif self.assignee not in ("", "nobody"):
            assignee = UUID(self.assignee)
        days = self.opened_within_days
        return Wanted(
            statuses=self.statuses,
            priorities=self.priorities,
            types=self.types,
            tags=self.tags,
            channels=self.channels,
            assignee_id=assignee,
            is_unassigned=self.assignee == "nobody",
            opened_since=now - timedelta(days=days) if days else None,
            any_status=self.any_status,
            team_id=self.team_id,
            person_id=self.person_id,
            company_id=self.company_id,
            words=self.words,
            with_snoozed=self.with_snoozed,
        )


def filters_of(stored: dict[str, Any]) -> Filters:
    """Raises Refused for what is not on the list."""
    try:
        filters = Filters.model_validate(stored)
        if filters.assignee not in ("", "me", "nobody"):
            UUID(filters.assignee)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"The filter “{where}” is wrong: {first['msg'].lower()}.") from error
    except ValueError as error:
        raise Refused("The filter “assignee” is me, nobody or a staff member's id.") from error
    for field, values, allowed in (
        ("status", filters.statuses, lifecycle.STATUSES),
        ("priority", filters.priorities, lifecycle.PRIORITIES),
        ("type", filters.types, lifecycle.TYPES),
    ):
        for value in values:
            lifecycle.require(field, value, allowed)
    return filters


class SavedViews:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, staff_id: UUID | None) -> list[SavedView]:
        """Everybody's, and that member's own."""
        query = select(SavedView).where(
            SavedView.tenant_id == self._tenant_id,
            or_(SavedView.owner_id.is_(None), SavedView.owner_id == staff_id),
        )
        return list(await self._session.scalars(query.order_by(SavedView.name)))

    async def get(self, view_id: UUID) -> SavedView:
        """One that is everybody's."""
        view = await self._session.get(SavedView, view_id)
        if view is None or view.owner_id is not None:
            raise NotFound("view", view_id)
        return view

    async def named(self, name: str, staff_id: UUID | None) -> SavedView:
        """One's own comes before everybody's."""
        wanted = name.strip().lower()
        found = [view for view in await self.all(staff_id) if view.name.lower() == wanted]
        if not found:
            raise NotFound("view", name)
        return sorted(found, key=lambda view: view.owner_id is None)[0]

    async def save(self, name: str, filters: dict[str, Any], owner_id: UUID | None) -> SavedView:
        words = " ".join(name.split())
        if not words or len(words) > LONGEST_NAME:
            raise Refused(f"A view's name has 1 to {LONGEST_NAME} characters.")
        checked = filters_of(filters).model_dump(mode="json", exclude_defaults=True)
        query = select(SavedView).where(
            SavedView.tenant_id == self._tenant_id,
            SavedView.owner_id.is_not_distinct_from(owner_id),
            func.lower(SavedView.name) == words.lower(),
        )
        view = (await self._session.scalars(query.limit(1))).one_or_none()
        if view is None:
            view = SavedView(id=new_id(), tenant_id=self._tenant_id, owner_id=owner_id, name=words)
            self._session.add(view)
        view.filters = checked
        await self._session.flush()
        return view

    async def remove(self, view_id: UUID) -> None:
        await self._session.delete(await self.get(view_id))
        await self._session.flush()
