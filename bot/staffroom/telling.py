"""Tells staff what happened: grouped, to the member it concerns or to the room, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from bot import queue
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short
from bot.foundation.telemetry import log
from bot.staffroom.marking import drawn
from bot.staffroom.workspaces import Workspaces
from channels.cards import Card, Section
from channels.messages import ChannelError, Permanent, Temporary
from channels.slack.events import Place
from domain.database import Database
from domain.staff.models import StaffMember, StaffNotice
from domain.staff.notices import Notices
from domain.staff.service import StaffMembers
from domain.tenants.service import Tenants
from domain.types import utc_now

TELL = "tell"
AGAIN = timedelta(minutes=1)
KEPT = timedelta(days=30)
SHOWN = 10
_TITLES = {
    "hand-offs": ("conversation", "needs a person", "need a person"),
    "failures": ("message", "could not be delivered", "could not be delivered"),
    "approvals": ("thing", "waits for approval", "wait for approval"),
    "mailboxes": ("mailbox", "has trouble", "have trouble"),
    "reminders": ("ticket", "to look at again", "to look at again"),
    "unanswered": ("list", "of the day", "of the day"),
    "sla": ("promised time", "runs out", "run out"),
    "contracts": ("contract", "to look at", "to look at"),
    "catalogue": ("thing", "about the catalogue", "about the catalogue"),
    "rules": ("word", "from a workflow rule", "from workflow rules"),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Notices of a kind for one member (None: the room), and the places to tell it at."""

    kind: str
    notices: tuple[StaffNotice, ...]
    places: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True)
class _Audience:
    company: str
    room: str
    members: dict[UUID, StaffMember]
    addresses: dict[UUID, tuple[tuple[str, Place], ...]]
    kinds: dict[str, str]
    """Workspace by team: the kind of its side."""

    def places(self, notice: StaffNotice) -> tuple[tuple[str, Place], ...]:
        """Nowhere for what its member has muted; else theirs, the room, the admins."""
        member = self.members.get(notice.staff_id) if notice.staff_id else None
        if member is not None and {notice.kind, "all"} & {*member.muted}:
            return ()
        own = self.addresses.get(member.id, ()) if member else ()
        return own or self._room() or self._admins(notice.kind)

    def _room(self) -> tuple[tuple[str, Place], ...]:
        team, _, channel = self.room.partition("/")
        kind = self.kinds.get(team)
        return ((kind, Place(team, channel)),) if kind and channel else ()

    def _admins(self, kind: str) -> tuple[tuple[str, Place], ...]:
        admins = [m for m in self.members.values() if m.role == "admin"]
        told = [m for m in admins if not {kind, "all"} & {*m.muted}]
        return tuple(place for m in told for place in self.addresses.get(m.id, ()))


class Telling:
    def __init__(self, database: Database, workspaces: Workspaces) -> None:
        self._database = database
        self._workspaces = workspaces

    async def tell(self, tenant_id: UUID) -> int:
        """Everything that was not told; the number of cards. Where nobody can be told in a staff
        channel, the notices stay for the console."""
        if not await self._workspaces.all(tenant_id):
            return 0
        audience = await self._audience(tenant_id)
        async with self._database.transaction(tenant_id) as session:
            notices = Notices(session, tenant_id)
            found = await notices.untold()
            taken = await notices.take([one.id for one in found], utc_now())
            await notices.forget_old(utc_now() - KEPT)
        groups = _grouped([one for one in found if one.id in taken], audience)
        for group in groups:
            await self._post(tenant_id, audience.company, group)
        return len(groups)

    async def _post(self, tenant_id: UUID, company: str, group: _Group) -> None:
        card = drawn(replace(_card(group), tenant=company), tenant_id)
        for kind, place in group.places:
            try:
                workspace = await self._workspaces.open(tenant_id, kind, place.team)
                await workspace.post(card, place)
            except Temporary as error:
                if not error.may_have_been_sent:
                    await self._later(tenant_id, group, error)
                return
            except Permanent as error:
                await self._failed(tenant_id, kind, place, error)

    async def _later(self, tenant_id: UUID, group: _Group, error: Temporary) -> None:
        at = utc_now() + max(AGAIN, timedelta(seconds=error.retry_after or 0))
        async with self._database.transaction(tenant_id) as session:
            await Notices(session, tenant_id).give_back([one.id for one in group.notices])
            await queue.put(session, TELL, at=at, lane=queue.STAFF_LANE, tenant_id=tenant_id)

    async def _failed(self, tenant_id: UUID, kind: str, place: Place, error: ChannelError) -> None:
        """The room is closed to us: the thread's own failure tells it; here it is on record."""
        log.warning("notice.failed", tenant=str(tenant_id), place=str(place), error=str(error))

    async def _audience(self, tenant_id: UUID) -> _Audience:
        workspaces = await self._workspaces.all(tenant_id)
        kinds = {one.team: one.kind for one in workspaces}
        async with self._database.transaction(tenant_id) as session:
            tenants = Tenants(session, tenant_id)
            company = (await tenants.get()).name
            room = (await tenants.settings()).desk.room("")
            staff = StaffMembers(session, tenant_id)
            members = {member.id: member for member in await staff.all()}
            addresses: dict[UUID, tuple[tuple[str, Place], ...]] = {}
            for kind in sorted({*kinds.values()}):
                for staff_id, values in (await staff.identities(kind, members)).items():
                    places = tuple((kind, Place.of(v)) for v in values if Place.of(v).team in kinds)
                    addresses[staff_id] = (*addresses.get(staff_id, ()), *places[:1])
        return _Audience(company, room, members, addresses, kinds)


def _grouped(notices: Sequence[StaffNotice], audience: _Audience) -> list[_Group]:
    groups: dict[tuple[str, tuple[tuple[str, Place], ...]], list[StaffNotice]] = {}
    for notice in notices:
        places = audience.places(notice)
        if places:
            groups.setdefault((notice.kind, places), []).append(notice)
    return [_Group(kind, tuple(found), places) for (kind, places), found in groups.items()]


def _card(group: _Group) -> Card:
    noun, one, several = _TITLES.get(group.kind, ("thing", "to know", "to know"))
    count = len(group.notices)
    shown = group.notices[:SHOWN]
    more = count - len(shown)
    return Card(
        title=f"{many(count, noun)} {one if count == 1 else several}",
        sections=tuple(_section(notice) for notice in shown),
        footnote=f"and {more} more" if more else "",
    )


def _section(notice: StaffNotice) -> Section:
    buttons = (run("Open", notice.command),) if notice.command else ()
    return Section(short(notice.text, 300), buttons=buttons)
