"""The demo company as the simulator plays it: its number, its customers' phones, its staff."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from bot.console.slack.side import StaffSide
from bot.demo.content import company
from bot.demo.provider import pressed, written
from bot.desk import threads
from bot.desk.cards import ThreadCard, TicketCard
from bot.engine.accounts import SIMULATED_PREFIX, Account
from bot.runtime import Runtime
from channels.channel import Delivery
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.simulator import signed, status
from domain.conversations.repository import ConversationReader
from domain.customers.repository import PeopleReader, Reachable
from domain.errors import Refused
from domain.staff.models import StaffMember
from domain.staff.repository import StaffReader
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts, Tenants

CHANNEL = "whatsapp"
PHONE = "phone"
LOOK_AGAIN = 0.02


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the play is on: the demo tenant and its simulated number."""

    runtime: Runtime
    account: Account
    company: str
    time_zone: str
    staff_side: StaffSide

    @property
    def tenant_id(self) -> UUID:
        return self.account.tenant_id

    async def customers(self) -> list[Reachable]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await PeopleReader(session).reachable(PHONE)

    async def customer(self, phone: str) -> Reachable | None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await PeopleReader(session).at(PHONE, phone)

    async def staff(self) -> list[StaffMember]:
        """Those who may answer customers."""
        async with self.runtime.database.transaction(self.tenant_id) as session:
            members = await StaffReader(session).all()
        return [m for m in members if m.role != "readonly" and m.deactivated_at is None]

    async def conversation(self, phone: str) -> UUID | None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            found = await ConversationReader(session).by_hint(self.account.id, phone)
        return found.id if found else None

    async def pulse(self, conversation_id: UUID | None) -> str:
        if conversation_id is None:
            return ""
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await threads.pulse(session, conversation_id)

    async def thread(self, conversation_id: UUID, *, with_wire: bool) -> ThreadCard:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await threads.read(session, self.tenant_id, conversation_id, with_wire=with_wire)

    async def tickets(self, person_id: UUID) -> tuple[TicketCard, ...]:
        """Of a customer who has not written yet."""
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await threads.tickets(session, self.tenant_id, person_id)

    # --- what a phone does ------------------------------------------------------------------

    async def write(self, phone: str, name: str, text: str, patience: float) -> None:
        await self._deliver(written(self._settings, phone, name, text), phone, patience)

    async def press(self, phone: str, name: str, choice: str, patience: float) -> None:
        """A button of the last message; others a phone does not offer."""
        conversation_id = await self.conversation(phone)
        offered = await self._choices(conversation_id) if conversation_id else {}
        if choice not in offered:
            raise Refused("That button is not there any more.")
        delivery = pressed(self._settings, phone, name, (choice, offered[choice]))
        await self._deliver(delivery, phone, patience)

    async def look(self, phone: str) -> None:
        """The phone shows the messages: it reports them read, as WhatsApp does."""
        conversation_id = await self.conversation(phone)
        if conversation_id is None:
            return
        async with self.runtime.database.transaction(self.tenant_id) as session:
            unread = [
                message.external_id
                for message in await ConversationReader(session).latest(conversation_id)
                if message.state in ("sent", "delivered") and message.external_id
            ]
        for external_id in unread:
            number = self._settings.phone_number_id
            body = status(number, external_id, "read", recipient=phone)
            await self._receive(
                Delivery(body, signed(body, self._settings.app_secret.get_secret_value()))
            )

    async def _choices(self, conversation_id: UUID) -> dict[str, str]:
        return dict((await self.thread(conversation_id, with_wire=False)).choices)

    async def _deliver(self, delivery: Delivery, phone: str, patience: float) -> None:
        """Through the front door, as the provider would; then waits until it is in the thread."""
        before = await self.pulse(await self.conversation(phone))
        await self._receive(delivery)
        for _ in range(round(patience / LOOK_AGAIN)):
            if await self.pulse(await self.conversation(phone)) != before:
                return
            await asyncio.sleep(LOOK_AGAIN)

    async def _receive(self, delivery: Delivery) -> None:
        await self.runtime.receiver.receive(self.account.channel, delivery)

    @property
    def _settings(self) -> WhatsAppSettings:
        assert isinstance(self.account.settings, WhatsAppSettings)
        return self.account.settings


async def set_up(runtime: Runtime, patience: float) -> Stage | None:
    """`patience`: seconds that staff wait at Slack. None: there is no demo company here."""
    slug = company().slug
    async with runtime.database.directory() as session:
        demo = next((t for t in await directory.tenants(session) if t.slug == slug), None)
    if demo is None:
        return None
    async with runtime.database.transaction(demo.id) as session:
        tenant = await Tenants(session, demo.id).get()
        settings = await Tenants(session, demo.id).settings()
        rows = await ChannelAccounts(session, demo.id).all(CHANNEL)
    numbers = [row for row in rows if not row.hint.startswith(SIMULATED_PREFIX)]
    if not settings.is_demo or not numbers:
        return None
    account = await runtime.accounts.get(demo.id, numbers[0].id)
    side = StaffSide(runtime.demo_slack, runtime.staffroom, demo.id, patience)
    return Stage(runtime, account, tenant.name, settings.time_zone, side)
