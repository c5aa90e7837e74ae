"""Brings a stored message to the customer: plan, send, record; retry, or tell a person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import stamina

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.engine.chats import reachability
from bot.engine.mailing.letters import Letters
from bot.engine.reacting.following import follow_on
from bot.engine.reacting.promising import PROMISE
from bot.engine.reacting.threads import touch, touch_on
from bot.foundation.telemetry import log, messages_sent
from channels.messages import (
    Address,
    Choice,
    OutboundAttachment,
    OutboundMessage,
    Permanent,
    Receipt,
    Temporary,
    Unreachable,
    WindowClosed,
)
from channels.rendering import render
from channels.spool import Spool
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment
from domain.conversations.outbox import (
    MAX_ATTEMPTS,
    SENDING_TIMEOUT,
    Outbox,
    record_accepted,
    record_receipt,
)
from domain.database import Database
from domain.errors import DomainError
from domain.events import Happened, record
from domain.tickets.promises import may_promise
from domain.types import utc_now

DELIVER = "deliver"
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
RECORDING_PATIENCE = 20.0
"""Seconds; less than after which the sweep takes the sender for dead."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that this job has claimed, and where it goes."""

    message_id: UUID
    conversation_id: UUID
    hint: str
    identities: tuple[tuple[str, str], ...]
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    in_reply_to: str | None = None
    attempts: int = 1
    last_inbound_at: datetime | None = None
    has_files: bool = False
    accepted: tuple[tuple[str, ...], ...] = ()
    """The ids of each part that the provider took in an earlier try."""
    muted: tuple[tuple[str, str], ...] = ()
    """Addresses of the person that take nothing more since they last wrote, and why."""

    @property
    def to(self) -> Address:
        """The address that names the thread, else the person's first one."""
        for kind, value in self.identities:
            if value == self.hint:
                return Address(kind, value)
        return Address(*self.identities[0]) if self.identities else Address("", self.hint)


class Deliverer:
    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        client: httpx.AsyncClient,
        letters: Letters,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._client = client
        self.letters = letters

    async def deliver(self, tenant_id: UUID, message_id: UUID) -> None:
        """Sends a pending message whose time has come; does nothing when another job did."""
        async with self._database.transaction(tenant_id) as session:
            row = await Outbox(session, tenant_id).claim(message_id)
        if row is None:
            return
        try:
            account = await self._accounts.get(tenant_id, row.channel_account_id)
        except DomainError as error:
            await self._give_up(tenant_id, _parcel(row), str(error), "unknown")
            return
        await self.send(account, _parcel(row))

    async def send(self, account: Account, parcel: Parcel) -> None:
        """Sends a message that is stored as `sending`, with no transaction open meanwhile."""
        name = account.channel.name
        try:
            if not account.is_on:
                raise Permanent(f"{account.channel.title} is switched off for this company.")
            self._require_window(account, parcel)
            _require_reachable(account, parcel)
            receipt = await self._hand_over(account, parcel)
        except Temporary as error:
            messages_sent.labels(name, "retried").inc()
            await self._retry(account, parcel, error)
        except Permanent as error:
            is_muted = isinstance(error, Unreachable)
            await self._give_up(account.tenant_id, parcel, str(error), name, is_muted=is_muted)
        except Exception as error:
            log.exception("delivery.failed", message=str(parcel.message_id))
            unexpected = Temporary(f"{type(error).__name__}: {error}", may_have_been_sent=True)
            await self._retry(account, parcel, unexpected)
        else:
            messages_sent.labels(name, "sent").inc()
            await self._sent(account, parcel, receipt)

    def _require_window(self, account: Account, parcel: Parcel) -> None:
        window = account.channel.capabilities.window
        if window and parcel.last_inbound_at and utc_now() - parcel.last_inbound_at > window:
            hours = round(window.total_seconds() / 3600)
            raise WindowClosed(
                f"The customer last wrote more than {hours} hours ago: {account.channel.title} "
                "takes no free text now. Call, mail, or wait until they write again."
            )

    async def _hand_over(self, account: Account, parcel: Parcel) -> Receipt:
        """Part by part where it takes several: what the provider has taken is not sent again."""
        async with self._files(account, parcel) as files:
            return await self._hand_over_with(account, parcel, files)

    async def _hand_over_with(
        self, account: Account, parcel: Parcel, files: tuple[OutboundAttachment, ...]
    ) -> Receipt:
        message = _outbound(parcel, files)
        if account.channel.capabilities.has_subject:
            message = await self.letters.addressed(
                account, message, parcel.message_id, parcel.conversation_id
            )
        parts = render(message, account.channel.capabilities) or (message,)
        accepted, at = [*parcel.accepted], utc_now()
        async with self._kept_alive(account.tenant_id, parcel):
            for part in parts[len(accepted) :]:
                if len(parts) > 1:
                    await self._note_accepted(account.tenant_id, parcel, accepted)
                try:
                    receipt = await account.channel.send(part, account.settings, self._client)
                except Permanent as error:
                    raise _unfinished(error, len(accepted), len(parts)) from error
                accepted.append(receipt.external_ids)
                at = receipt.at
        return Receipt(tuple(id_ for taken in accepted for id_ in taken), at)

    @asynccontextmanager
    async def _files(
        self, account: Account, parcel: Parcel
    ) -> AsyncIterator[tuple[OutboundAttachment, ...]]:
        """On disk before anything is sent, so that nothing is open meanwhile."""
        if not parcel.has_files:
            yield ()
            return
        limit, title = account.channel.capabilities.attachment_limit, account.channel.title
        with ExitStack() as opened:
            found = []
            async with self._database.transaction(account.tenant_id) as session:
                attachments = Attachments(session, account.tenant_id)
                for row in await attachments.of_message(parcel.message_id):
                    _require_sendable(row, limit, title)
                    spool = opened.enter_context(Spool())
                    async for piece in attachments.content(row.id):
                        spool.write(piece)
                    file = OutboundAttachment(row.filename, row.content_type, spool=spool)
                    found.append(file)
            yield tuple(found)

    @asynccontextmanager
    async def _kept_alive(self, tenant_id: UUID, parcel: Parcel) -> AsyncIterator[None]:
        """Large files may take longer than the sweep waits for a sender."""
        if not parcel.has_files:
            yield
            return

        async def renew() -> None:
            while True:
                await asyncio.sleep(SENDING_TIMEOUT.total_seconds() / 3)
                async with self._database.transaction(tenant_id) as session:
                    await Outbox(session, tenant_id).still_sending(parcel.message_id)

        keeper = asyncio.create_task(renew())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _note_accepted(
        self, tenant_id: UUID, parcel: Parcel, accepted: list[tuple[str, ...]]
    ) -> None:
        async for attempt in _patiently():
            with attempt:
                async with self._database.pipeline(tenant_id) as connection:
                    await record_accepted(connection, parcel.message_id, accepted)

    async def _sent(self, account: Account, parcel: Parcel, receipt: Receipt) -> None:
        async for attempt in _patiently():
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
        self, tenant_id: UUID, parcel: Parcel, error: str, channel: str, *, is_muted: bool = False
    ) -> None:
        """`is_muted`: the address takes nothing more from us."""
        messages_sent.labels(channel, "failed").inc()
        async with self._database.transaction(tenant_id) as session:
            await Outbox(session, tenant_id).fail(parcel.message_id, error)
            payload = {"error": error, "conversation_id": str(parcel.conversation_id)}
            record(session, tenant_id, Happened("message.failed", parcel.message_id, payload))
            if is_muted:
                to, conversation_id = parcel.to, parcel.conversation_id
                await reachability.mute(session, tenant_id, conversation_id, to, error)
            await queue.put(session, "react", tenant_id=tenant_id)


def _require_sendable(row: Attachment, limit: int, title: str) -> None:
    if row.state == "waiting":
        raise Temporary(f"The file “{row.filename}” is not there yet.")
    if row.state != "stored":
        raise Permanent(f"The file “{row.filename}” cannot be sent: {row.reason}")
    if (row.size or 0) > limit:
        raise Permanent(
            f"“{row.filename}” is larger than the {limit // 2**20} MB that {title} "
            "takes: send a link instead."
        )


def _require_reachable(account: Account, parcel: Parcel) -> None:
    """Mail has rules of its own for addresses that bounced."""
    reason = dict(parcel.muted).get(parcel.to.value, "")
    if reason and not account.channel.capabilities.has_subject:
        raise Permanent(f"Nothing more is sent to them on {account.channel.title}: {reason}")


def _patiently() -> AsyncIterator[stamina.Attempt]:
    """Only we know what was sent: a database that is away for a moment is waited for."""
    return stamina.retry_context(
        on=psycopg.OperationalError, attempts=None, timeout=RECORDING_PATIENCE, wait_max=2.0
    )


def _unfinished(error: Permanent, accepted: int, parts: int) -> Permanent:
    """Says how much of the message the customer has got."""
    if not accepted:
        return error
    told = f"{error} Of its {parts} parts {accepted} had been sent."
    return type(error)(told, code=error.code)


def pause(attempts: int, retry_after: float | None) -> timedelta:
    """Doubles with every try, up to a quarter of an hour; never sooner than the provider asks."""
    doubled: timedelta = FIRST_PAUSE * float(2 ** min(attempts - 1, 10))
    asked = timedelta(seconds=min(retry_after or 0, 3600))
    return max(min(doubled, LONGEST_PAUSE), asked)


def _outbound(parcel: Parcel, files: tuple[OutboundAttachment, ...]) -> OutboundMessage:
    return OutboundMessage(
        to=parcel.to,
        text=parcel.text,
        conversation_hint=parcel.hint,
        choices=tuple(Choice(id=id_, title=title) for id_, title in parcel.choices),
        attachments=files,
        in_reply_to=parcel.in_reply_to,
        subject=parcel.subject,
        idempotency_key=str(parcel.message_id),
    )


def _parcel(row: Any) -> Parcel:
    return Parcel(
        message_id=row.id,
        conversation_id=row.conversation_id,
        hint=row.hint,
        identities=tuple((i["kind"], i["value"]) for i in row.identities or ()),
        text=row.text,
        choices=tuple((c["id"], c["title"]) for c in row.details.get("choices", ())),
        subject=row.subject,
        in_reply_to=row.in_reply_to,
        attempts=row.attempts,
        last_inbound_at=row.last_inbound_at,
        has_files=row.has_files,
        accepted=tuple(tuple(part) for part in row.details.get("accepted", ())),
        muted=tuple((i["value"], i["muted"]) for i in row.identities or () if i["muted"]),
    )
