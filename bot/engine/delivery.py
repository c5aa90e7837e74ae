"""Brings a stored message to the customer: plan, send, record; retry, or tell a person."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.engine.chats import reachability
from bot.engine.delivering.diverting import Diverter
from bot.engine.delivering.handing import HandingOver, patiently
from bot.engine.delivering.parcel import Parcel, parcel_of, template_of
from bot.engine.delivering.planning import Plan, is_open
from bot.engine.delivering.signs import Signs
from bot.engine.delivering.template_office import TemplateOffice
from bot.engine.mailing.letters import Letters
from bot.engine.reacting.following import follow_on
from bot.engine.reacting.promising import PROMISE
from bot.engine.reacting.threads import touch, touch_on
from bot.foundation.telemetry import log, messages_sent
from channels.channel import ExplainsFailures
from channels.messages import (
    AccessRefused,
    Blocked,
    ChannelError,
    Permanent,
    Receipt,
    Temporary,
    Unreachable,
    WindowClosed,
)
from domain.conversations.models import Message
from domain.conversations.outbox import (
    MAX_ATTEMPTS,
    Outbox,
    record_receipt,
)
from domain.conversations.reaching.pacing import TRY_AGAIN, Pace
from domain.database import Database
from domain.errors import DomainError
from domain.events import Happened, record
from domain.tickets.promises import may_promise
from domain.types import utc_now

DELIVER = "deliver"
PAUSED = "paused"
"""The code of what waits because its account's access is refused."""
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
UNWANTED = "The customer has written STOP: nothing automatic goes there."


class Deliverer:
    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        client: httpx.AsyncClient,
        letters: Letters,
    ) -> None:
        self._diverter = Diverter(database, accounts)
        self.templates = TemplateOffice(database, accounts, client)
        self._database = database
        self._accounts = accounts
        self._client = client
        self._handing = HandingOver(database, client, letters)
        self.letters = letters
        self.signs = Signs(client)

    async def deliver(self, tenant_id: UUID, message_id: UUID) -> None:
        """Sends a pending message whose time has come; does nothing when another job did."""
        async with self._database.transaction(tenant_id) as session:
            outbox = Outbox(session, tenant_id)
            row = await outbox.claim(message_id)
            if row is not None and row.is_unwanted:
                await outbox.drop(message_id, UNWANTED)
        if row is None or row.is_unwanted:
            return
        try:
            account = await self._accounts.get(tenant_id, row.channel_account_id)
        except DomainError as error:
            await self._give_up(tenant_id, parcel_of(row), str(error), "unknown")
            return
        parcel = parcel_of(row)
        admission = await self._admitted(account, parcel)
        if admission is not None:
            await self.send(account, replace(parcel, is_probe=admission))

    async def send(self, account: Account, parcel: Parcel) -> None:
        """Sends a message that is stored as `sending`, with no transaction open meanwhile."""
        name = account.channel.name
        if not _goes_here(account, parcel):
            await self._divert(account, parcel, None)
            return
        try:
            receipt = await self._handing.hand_over(account, parcel)
        except Temporary as error:
            messages_sent.labels(name, "retried").inc()
            await self._retry(account, parcel, error)
        except AccessRefused as error:
            messages_sent.labels(name, "retried").inc()
            await self._pause(account, parcel, error)
        except Permanent as error:
            await self._refused(account, parcel, error)
        except Exception as error:
            log.exception("delivery.failed", message=str(parcel.message_id))
            unexpected = Temporary(f"{type(error).__name__}: {error}", may_have_been_sent=True)
            await self._retry(account, parcel, unexpected)
        else:
            messages_sent.labels(name, "sent").inc()
            await self._sent(account, parcel, receipt)
            await self.signs.read(account, parcel.answers)

    async def foresee(self, tenant_id: UUID, account_id: UUID, conversation_id: UUID) -> Plan:
        """How a reply of staff would go, were it written now."""
        account = await self._accounts.get(tenant_id, account_id)
        return await self._diverter.foresee(account, conversation_id)

    async def replan(self, tenant_id: UUID, message_id: UUID, code: str, words: str) -> None:
        """A provider took a message and told later that it was not delivered."""
        async with self._database.transaction(tenant_id) as session:
            row = await session.get(Message, message_id)
            if row is None or row.state != "failed":
                return
            account_id, conversation_id = row.channel_account_id, row.conversation_id
            parcel = Parcel(
                message_id=message_id,
                conversation_id=conversation_id,
                hint="",
                identities=(),
                text=row.text,
                template=template_of(row.details),
                stands_for_id=row.stands_for_id,
                accepted=tuple((one,) for one in row.details.get("parts", ())),
            )
        account = await self._accounts.get(tenant_id, account_id)
        channel = account.channel
        if not isinstance(channel, ExplainsFailures):
            return
        error = channel.failure(code, words)
        # By now it is too late to try again, whatever the code means at the time of sending.
        told = error if isinstance(error, Permanent) else Permanent(str(error), code=code)
        await self._refused(account, parcel, told)

    async def _refused(self, account: Account, parcel: Parcel, error: Permanent) -> None:
        if isinstance(error, Blocked):
            await self._mute(account.tenant_id, parcel, str(error))
        is_asking = parcel.template is not None
        if parcel.may_be_diverted and (isinstance(error, WindowClosed | Unreachable) or is_asking):
            await self._divert(account, parcel, error)
            return
        name = account.channel.name
        await self._give_up(account.tenant_id, parcel, str(error), name, error.code)

    async def _mute(self, tenant_id: UUID, parcel: Parcel, reason: str) -> None:
        """The address takes nothing more from us."""
        async with self._database.transaction(tenant_id) as session:
            await reachability.mute(session, tenant_id, parcel.conversation_id, parcel.to, reason)

    async def _divert(self, account: Account, parcel: Parcel, error: ChannelError | None) -> None:
        """Plan B, once; where there is none, a person is told."""
        diverted = await self._diverter.divert(account, parcel.message_id, error)
        if diverted.is_settled:
            messages_sent.labels(account.channel.name, "diverted").inc()
            return
        failed = replace(parcel, message_id=diverted.message_id)
        name = account.channel.name
        await self._give_up(account.tenant_id, failed, diverted.told, name, diverted.code)

    async def _admitted(self, account: Account, parcel: Parcel) -> bool | None:
        """Whether it may leave now: None when it waits, True when it tries a paused account."""
        rate = account.channel.capabilities.messages_per_second
        if rate is None:
            return False
        now = utc_now()
        async with self._database.transaction(account.tenant_id) as session:
            admission = await Pace(session, account.tenant_id).admit(account.id, rate, now)
            if admission.wait is None:
                return admission.is_paused
            code = PAUSED if admission.is_paused else "pace"
            await self._let_wait(
                session, account, parcel, now + admission.wait, (admission.reason, code)
            )
        return None

    async def _pause(self, account: Account, parcel: Parcel, error: AccessRefused) -> None:
        """Everything of the account waits until its access is renewed; staff are told once."""
        now, tenant_id = utc_now(), account.tenant_id
        async with self._database.transaction(tenant_id) as session:
            is_news = await Pace(session, tenant_id).pause(account.id, str(error), now)
            if is_news:
                payload = {
                    "channel": account.channel.title,
                    "account": account.hint,
                    "error": str(error),
                    "since": now.isoformat(),
                }
                record(session, tenant_id, Happened("account.paused", account.id, payload))
                await queue.put(session, "react", tenant_id=tenant_id)
            told = (str(error), PAUSED)
            await self._let_wait(session, account, parcel, now + TRY_AGAIN, told)

    async def _let_wait(
        self,
        session: AsyncSession,
        account: Account,
        parcel: Parcel,
        at: datetime,
        why: tuple[str, str],
    ) -> None:
        tenant_id = account.tenant_id
        await Outbox(session, tenant_id).wait(parcel.message_id, at, *why)
        await queue.put(session, DELIVER, at=at, tenant_id=tenant_id, message_id=parcel.message_id)
        await touch(session, tenant_id, (parcel.conversation_id,), account.tenant.desk.rooms)

    async def _sent(self, account: Account, parcel: Parcel, receipt: Receipt) -> None:
        async for attempt in patiently():
            with attempt:
                async with self._database.pipeline(account.tenant_id) as connection:
                    await record_receipt(
                        connection, parcel.message_id, receipt.external_ids, receipt.at
                    )
                    await touch_on(
                        connection,
                        account.tenant_id,
                        (parcel.conversation_id,),
                        account.tenant.desk.rooms,
                    )
                    await follow_on(connection, account.tenant_id, (parcel.message_id,))
                    if may_promise(parcel.text):
                        await queue.put_on(
                            connection,
                            PROMISE,
                            tenant_id=account.tenant_id,
                            message_id=parcel.message_id,
                        )
        if parcel.is_probe:
            await self.resume(account.tenant_id, account.id)

    async def resume(self, tenant_id: UUID, account_id: UUID) -> None:
        """The account's access works again: what waits for it leaves."""
        async with self._database.transaction(tenant_id) as session:
            for message_id in await Pace(session, tenant_id).resume(account_id, utc_now()):
                await queue.put(session, DELIVER, tenant_id=tenant_id, message_id=message_id)

    async def _retry(self, account: Account, parcel: Parcel, error: Temporary) -> None:
        tenant_id = account.tenant_id
        if parcel.attempts >= MAX_ATTEMPTS:
            told = f"Given up after {parcel.attempts} tries: {error}"
            await self._give_up(tenant_id, parcel, told, account.channel.name)
            return
        at = utc_now() + pause(parcel.attempts, error.retry_after)
        async with self._database.transaction(tenant_id) as session:
            await Outbox(session, tenant_id).retry(
                parcel.message_id,
                at,
                str(error),
                may_have_been_sent=error.may_have_been_sent or bool(error.accepted),
            )
            await queue.put(
                session, DELIVER, at=at, tenant_id=tenant_id, message_id=parcel.message_id
            )
            rooms = account.tenant.desk.rooms
            await touch(session, tenant_id, (parcel.conversation_id,), rooms)

    async def _give_up(
        self, tenant_id: UUID, parcel: Parcel, error: str, channel: str, code: str = ""
    ) -> None:
        messages_sent.labels(channel, "failed").inc()
        async with self._database.transaction(tenant_id) as session:
            await Outbox(session, tenant_id).fail(parcel.message_id, error, code)
            payload = {"error": error, "conversation_id": str(parcel.conversation_id)}
            record(session, tenant_id, Happened("message.failed", parcel.message_id, payload))
            await queue.put(session, "react", tenant_id=tenant_id)


def pause(attempts: int, retry_after: float | None) -> timedelta:
    """Doubles with every try, up to a quarter of an hour; never sooner than the provider asks."""
    doubled: timedelta = FIRST_PAUSE * float(2 ** min(attempts - 1, 10))
    asked = timedelta(seconds=min(retry_after or 0, 3600))
    return max(min(doubled, LONGEST_PAUSE), asked)


def _goes_here(account: Account, parcel: Parcel) -> bool:
    """Whether the channel simply takes it, as far as we know."""
    if not account.is_on or parcel.is_kept_from_address:
        return False
    if parcel.elsewhere is not None:  # asked when it is addressed
        return True
    window = account.channel.capabilities.window
    return parcel.template is not None or is_open(window, parcel.last_inbound_at, utc_now())


__all__ = ["Deliverer", "Parcel", "pause"]
