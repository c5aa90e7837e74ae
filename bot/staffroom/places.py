"""Whose an event is and what it is about: from a button's mark, the thread, the room, the person.

A workspace may serve several companies. What a button or form carries names its company; it is
believed only where that company works in the workspace, and rights are asked for again.
"""

import time
from dataclasses import dataclass, replace
from uuid import UUID

from bot.desk.command import Place, StaffView
from bot.desk.desk import Desk
from bot.staffroom.marking import mark
from bot.staffroom.threads import Threads
from bot.staffroom.workspaces import Workspaces
from channels.cards import Button, Card, Section
from channels.messages import Permanent
from channels.slack.events import Origin
from domain.database import Database
from domain.tenants.service import Tenants

REMEMBERED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who spoke, for which company, about what."""

    by: StaffView
    place: Place


@dataclass(frozen=True, slots=True)
class SeveralCompanies:
    """The person works for all of these: they must say for which."""

    names: tuple[tuple[UUID, str], ...]


class Nobody:
    """No company of this workspace knows the person."""


def which_company(several: SeveralCompanies, action: str, words: str) -> Card:
    """The question; a press gives the same words for the company chosen."""
    return Card(
        title="For which company?",
        sections=(Section("You work for several in this workspace."),),
        buttons=tuple(
            Button(action, name, mark(words, tenant_id)) for tenant_id, name in several.names
        ),
        is_private=True,
    )


class Places:
    def __init__(
        self, database: Database, desk: Desk, workspaces: Workspaces, threads: Threads
    ) -> None:
        self._database = database
        self._desk = desk
        self._workspaces = workspaces
        self._threads = threads
        self._strangers: dict[tuple[UUID, str], float] = {}

    async def somebody(
        self, kind: str, origin: Origin, meant: UUID | None = None
    ) -> Somebody | SeveralCompanies | Nobody:
        """`meant`: the company that a button or form named."""
        tenants = await self._workspaces.tenants(kind, origin.team)
        located = await self._threads.located(kind, origin.place) if origin.thread else None
        place = Place(room=f"{origin.team}/{origin.channel}" if origin.channel else "")
        if (
            located is not None
            and located.tenant_id in tenants
            and meant
            in (
                None,
                located.tenant_id,
            )
        ):
            place = replace(place, conversation_id=located.conversation_id, ticket=located.ticket)
            return Somebody(await self.member(kind, located.tenant_id, origin), place)
        if meant is not None:
            if meant not in tenants:
                return Nobody()
            return Somebody(await self.member(kind, meant, origin), place)
        return await self._by_room(kind, origin, place, tenants)

    async def _by_room(
        self, kind: str, origin: Origin, place: Place, tenants: tuple[UUID, ...]
    ) -> Somebody | SeveralCompanies | Nobody:
        of_room = await self._shown_in(place.room, tenants) if len(tenants) > 1 else tenants
        known = []
        for tenant_id in of_room or tenants:
            by = await self.member(kind, tenant_id, origin)
            if by.id is not None:
                known.append(by)
        if len(known) == 1:
            return Somebody(known[0], place)
        if known:
            names = [(by.tenant_id, await self.name(by.tenant_id)) for by in known]
            return SeveralCompanies(tuple(sorted(names, key=lambda each: each[1])))
        return Somebody(StaffView(of_room[0]), place) if len(of_room) == 1 else Nobody()

    async def member(self, kind: str, tenant_id: UUID, origin: Origin) -> StaffView:
        """By what the staff channel calls them; at first by the address it vouches for."""
        guest = StaffView(tenant_id)
        if origin.is_stranger or not origin.person:
            return guest
        value = f"{origin.team}/{origin.person}"
        known = await self._desk.member(tenant_id, kind, value)
        if known.id is not None or self._is_stranger(tenant_id, value):
            return known
        email = await self._address(kind, tenant_id, origin)
        by_address = await self._desk.member(tenant_id, "email", email) if email else guest
        if by_address.id is None:
            self._strangers[tenant_id, value] = time.monotonic() + REMEMBERED_SECONDS
            return guest
        await self._desk.link(tenant_id, by_address.id, kind, value)
        return by_address

    async def _address(self, kind: str, tenant_id: UUID, origin: Origin) -> str:
        """Empty for guests, bots and those who left: nothing vouches for them."""
        try:
            workspace = await self._workspaces.open(tenant_id, kind, origin.team)
            person = await workspace.person(origin.person)
        except Permanent:
            return ""
        is_full = not (person.is_guest or person.is_bot or person.is_gone)
        return person.email if is_full else ""

    def _is_stranger(self, tenant_id: UUID, value: str) -> bool:
        """Asked a moment ago: not everything said by a guest asks Slack again."""
        if len(self._strangers) > 10_000:
            self._strangers.clear()
        return self._strangers.get((tenant_id, value), 0.0) > time.monotonic()

    async def _shown_in(self, room: str, tenants: tuple[UUID, ...]) -> tuple[UUID, ...]:
        """Those whose conversations are shown in the room."""
        shown = []
        for tenant_id in tenants:
            async with self._database.transaction(tenant_id) as session:
                rooms = (await Tenants(session, tenant_id).settings()).desk.rooms
            if room and room in rooms.values():
                shown.append(tenant_id)
        return tuple(shown)

    async def name(self, tenant_id: UUID) -> str:
        async with self._database.transaction(tenant_id) as session:
            return (await Tenants(session, tenant_id).get()).name
