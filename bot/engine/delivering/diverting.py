"""Plan B: what its own channel does not take goes by template or elsewhere, waits, or is told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.agents.wording import say, speakable
from bot.engine.accounts import Account, Accounts
from bot.engine.delivering.gathering import facts
from bot.engine.delivering.planning import (
    Elsewhere,
    OfferedTemplate,
    Plan,
    Refusal,
    Way,
    decide,
    refusal_of,
)
from bot.engine.reacting.threads import touch
from channels.messages import ChannelError
from channels.templates import Purpose, WrongParameters, filled, one_line
from domain.conversations.reaching.carrying import Asking, Carrying, Road, Went
from domain.conversations.reaching.situation import Situation, of_a_reply, situation
from domain.database import Database
from domain.errors import DomainError
from domain.tenants.service import ChannelAccounts
from domain.types import utc_now

DELIVER = "deliver"
ASKING = (Purpose.REPLY_WAITING, Purpose.QUOTE_READY)
"""They ask for an answer, and what they announce waits for it."""
UNDECIDED = ("sending", "failed")


@dataclass(frozen=True, slots=True)
class Diverted:
    """`is_settled`: nothing more is to do. Else `told`: why it cannot reach the customer, and
    `message_id`: the message of which that is to be said."""

    is_settled: bool
    message_id: UUID
    told: str = ""
    code: str = ""


class Diverter:
    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def foresee(self, account: Account, conversation_id: UUID) -> Plan:
        """How a reply of staff would go, were it written now."""
        others = await self._others(account.tenant_id, account.id)
        async with self._database.transaction(account.tenant_id) as session:
            found = await of_a_reply(session, account.tenant_id, conversation_id)
            return decide(facts(account, found, others, None, utc_now()))

    async def divert(
        self, account: Account, message_id: UUID, error: ChannelError | None = None
    ) -> Diverted:
        """Decides and carries out in one transaction. `error`: the provider's refusal."""
        tenant_id = account.tenant_id
        others = await self._others(tenant_id, account.id)
        async with self._database.transaction(tenant_id) as session:
            found = await situation(session, tenant_id, message_id)
            if found is None or found.message.state not in UNDECIDED:
                return Diverted(True, message_id)  # another job was first
            if found.message.content_kind == "template" and found.message.stands_for_id:
                # The template that asked was refused: what waits for it needs another way.
                waiting = await situation(session, tenant_id, found.message.stands_for_id)
                if waiting is None or waiting.message.state != "held":
                    return Diverted(False, message_id, str(error), error.code if error else "")
                found.message.state, found.message.error = "failed", str(error)
                found.message.state_at = utc_now()
                found = waiting
            is_own = found.message.id == message_id
            if not is_own:
                error = None if error is None or refusal_of(error) is Refusal.NONE else error
            diverted = await self._carry_out(session, account, found, others, error)
            rooms = account.tenant.desk.rooms
            await touch(session, tenant_id, (found.conversation.id,), rooms)
        return diverted

    async def _carry_out(
        self,
        session: AsyncSession,
        account: Account,
        found: Situation,
        others: list[Account],
        error: ChannelError | None,
    ) -> Diverted:
        known = facts(account, found, others, error, utc_now())
        plan = decide(known)
        message = found.message
        if plan.way is Way.HERE and error is not None:
            return Diverted(False, message.id, str(error), error.code)
        work = _Work(session, account, found, plan)
        try:
            await work.carry_out()
        except WrongParameters as wrong:
            told = f"The template “{plan.template.name if plan.template else ''}” cannot be filled"
            return Diverted(False, message.id, f"{told}: {wrong}")
        if plan.way is Way.REFUSE:
            told = f"{plan.reason} {plan.advice}".strip()
            return Diverted(False, message.id, told, error.code if error else "")
        return Diverted(True, message.id)

    async def _others(self, tenant_id: UUID, own: UUID) -> list[Account]:
        """Opened with no transaction of ours open: each asks for itself."""
        async with self._database.transaction(tenant_id) as session:
            rows = await ChannelAccounts(session, tenant_id).all()
        found = []
        for row in rows:
            if row.id == own or not row.is_enabled:
                continue
            try:
                found.append(await self._accounts.get(tenant_id, row.id))
            except (DomainError, ValueError):  # not set up completely: nothing goes there
                continue
        return found


@dataclass(frozen=True, slots=True)
class _Work:
    """One plan, being carried out."""

    session: AsyncSession
    account: Account
    found: Situation
    plan: Plan

    @property
    def carrying(self) -> Carrying:
        return Carrying(self.session, self.account.tenant_id)

    async def carry_out(self) -> None:
        plan, message = self.plan, self.found.message
        if plan.way is Way.HERE:
            message.state, message.state_at, message.next_attempt_at = "pending", utc_now(), None
            await self._put(message.id)
        elif plan.way is Way.TEMPLATE and plan.template:
            await self._by_template(plan.template)
        elif plan.way is Way.ELSEWHERE and plan.elsewhere:
            await self._elsewhere(plan.elsewhere)
        elif plan.way is Way.HOLD:
            self.carrying.hold(self.found, self._went("template"))

    async def _by_template(self, offered: OfferedTemplate) -> None:
        message = self.found.message
        asking = _filled(offered, self._parameters(offered))
        went = self._went("template", offered)
        says_all = (
            offered.purpose == message.details.get("purpose") and offered.purpose not in ASKING
        )
        if says_all:
            self.carrying.become(message, asking, went)
            await self._put(message.id)
            return
        self.carrying.hold(self.found, went)
        asked = await self.carrying.ask(self.found, asking)
        await self._put(asked.id)

    async def _elsewhere(self, way: Elsewhere) -> None:
        language = self._language()
        here = self.account.channel.title
        road = Road(
            account_id=way.account_id,
            channel=await self._channel_of(way.account_id),
            conversation_id=way.conversation_id,
            address=way.to.value if way.to.kind else "",
            subject=say("continues_subject", language, company=self.found.company)
            if way.has_subject
            else "",
            lead=say("continues", language, channel=here),
        )
        went = Went("elsewhere", way.title, self.plan.reason)
        self.carrying.hold(self.found, went)
        carried = await self.carrying.carry(self.found, road)
        told = self.found.message.details["went"] | {
            "conversation_id": str(carried.conversation_id)
        }
        self.found.message.details = self.found.message.details | {"went": told}
        await self.session.flush()
        await self._put(carried.id)
        rooms = self.account.tenant.desk.rooms
        await touch(self.session, self.account.tenant_id, (carried.conversation_id,), rooms)

    async def _channel_of(self, account_id: UUID) -> str:
        return next(one.channel for one in self.found.accounts if one.id == account_id)

    def _parameters(self, offered: OfferedTemplate) -> tuple[str, ...]:
        details = self.found.message.details
        if offered.purpose == details.get("purpose") and offered.purpose != Purpose.REPLY_WAITING:
            return tuple(str(one) for one in details.get("parameters", ()))
        return (one_line(self.found.company), self._day())

    def _day(self) -> str:
        """The day on which they wrote, by the tenant's calendar."""
        at = self.found.conversation.last_inbound_at or utc_now()
        return f"{_local(at, self.account.tenant.time_zone):%Y-%m-%d}"

    def _went(self, by: str, offered: OfferedTemplate | None = None) -> Went:
        title, why = self.account.channel.title, self.plan.reason
        if offered is None:
            return Went(by, title, why)
        return Went(by, title, why, offered.name, offered.language)

    def _language(self) -> str:
        wishes = (self.found.conversation.language, self.found.person.language)
        return speakable(*wishes, self.account.tenant.language)

    async def _put(self, message_id: UUID) -> None:
        await self.session.flush()
        tenant_id = self.account.tenant_id
        await queue.put(self.session, DELIVER, tenant_id=tenant_id, message_id=message_id)


def _filled(offered: OfferedTemplate, parameters: tuple[str, ...]) -> Asking:
    return Asking(
        name=offered.name,
        language=offered.language,
        category=offered.category,
        purpose=offered.purpose,
        parameters=parameters,
        text=filled(offered.body, parameters),
    )


def _local(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(UTC)
