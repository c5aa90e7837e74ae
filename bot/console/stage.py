"""The demo company as the simulator plays it: its channels, its customers, its staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.console.forms import OnPage, channels_in_order
from bot.console.phone.handset import Handset
from bot.console.phone.post import Post
from bot.console.slack.side import StaffSide
from bot.demo.content import company
from bot.desk import threads
from bot.desk.cards import ThreadCard, TicketCard
from bot.engine.accounts import SIMULATED_PREFIX, Account
from bot.runtime import Runtime
from channels.standing.standin import StandIn, Writer
from domain.customers.repository import PeopleReader, Reachable
from domain.errors import NotFound
from domain.staff.models import StaffMember
from domain.staff.repository import StaffReader
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts, Tenants


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the play is on: the demo tenant and its accounts at the stand-ins, by channel."""

    runtime: Runtime
    application: Any
    tenant_id: UUID
    accounts: Mapping[str, Account]
    company: str
    time_zone: str
    staff_side: StaffSide
    patience: float

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(name for name in channels_in_order() if name in self.accounts)

    def stand_in(self, channel: str) -> StandIn:
        if channel not in self.accounts:
            raise NotFound("channel", channel)
        return self.runtime.demo.stand_ins[channel]

    async def customers(self, channel: str) -> list[Reachable]:
        """Who can be played on that channel, wherever the company knows them from."""
        stand_in = self.stand_in(channel)
        found: dict[str, Reachable] = {}
        async with self.runtime.database.transaction(self.tenant_id) as session:
            for kind in stand_in.look.kinds:
                for one in await PeopleReader(session).reachable(kind):
                    try:
                        address = stand_in.address(one.address)
                    except ValueError:
                        continue
                    known = Reachable(one.person_id, one.name, one.company, address)
                    found.setdefault(address, known)
        return list(found.values())

    async def customer(self, channel: str, address: str) -> Reachable | None:
        """Whom the company knows to be there."""
        kind = self.stand_in(channel).look.kinds[0]
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await PeopleReader(session).at(kind, address)

    async def handset(self, on_page: OnPage, people: Sequence[Reachable] = ()) -> Handset:
        """`people`: among whom to look for the customer's name."""
        stand_in = self.stand_in(on_page.on)
        known = next((one.name for one in people if one.address == on_page.phone), "")
        return Handset(
            self.runtime,
            Post(self.runtime, self.application),
            stand_in,
            self.accounts[on_page.on],
            Writer(on_page.phone, known or on_page.name),
            self.patience,
            on_page.talk or None,
        )

    async def staff(self) -> list[StaffMember]:
        """Those who may answer customers."""
        async with self.runtime.database.transaction(self.tenant_id) as session:
            members = await StaffReader(session).all()
        return [m for m in members if m.role != "readonly" and m.deactivated_at is None]

    async def thread(self, conversation_id: UUID, *, with_wire: bool) -> ThreadCard:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await threads.read(session, self.tenant_id, conversation_id, with_wire=with_wire)

    async def tickets(self, person_id: UUID) -> tuple[TicketCard, ...]:
        """Of a customer who has not written yet."""
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await threads.tickets(session, self.tenant_id, person_id)


async def set_up(runtime: Runtime, application: Any, patience: float) -> Stage | None:
    """`patience`: seconds to wait for what the product does. None: no demo company here."""
    slug = company().slug
    async with runtime.database.directory() as session:
        demo = next((t for t in await directory.tenants(session) if t.slug == slug), None)
    if demo is None:
        return None
    async with runtime.database.transaction(demo.id) as session:
        tenant = await Tenants(session, demo.id).get()
        settings = await Tenants(session, demo.id).settings()
        rows = await ChannelAccounts(session, demo.id).all()
    accounts: dict[str, Account] = {}
    for row in rows:
        is_played = row.channel in runtime.demo.stand_ins and row.channel not in accounts
        if is_played and not row.hint.startswith(SIMULATED_PREFIX):
            accounts[row.channel] = await runtime.accounts.get(demo.id, row.id)
    if not settings.is_demo or not accounts:
        return None
    side = StaffSide(runtime.demo_slack, runtime.staffroom, demo.id, patience)
    return Stage(
        runtime,
        application,
        demo.id,
        accounts,
        tenant.name,
        settings.time_zone,
        side,
        patience,
    )
