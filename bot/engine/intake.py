"""From raw bytes to stored messages: parse, file, wake the conversation."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.engine.chats import presses, reachability
from bot.engine.delivering.hearing import note_template_news, release_answered, replan
from bot.engine.mailing.sent import SentMails
from bot.engine.mailing.tokens import ThreadTokens
from bot.engine.mailing.understanding import OWN_COPY, MailReader, status_of
from bot.engine.manners.listening import Listener
from bot.engine.media import attach, clean
from bot.engine.reacting.following import follow
from bot.engine.reacting.threads import touch
from bot.foundation.telemetry import jobs_failed, log, messages_received
from channels.channel import PolledChannel, ReadsByAccount
from channels.messages import (
    Author,
    EventKind,
    Ignored,
    InboundEvent,
    InboundMessage,
    StatusUpdate,
    TemplateNews,
)
from domain.conversations import ledger
from domain.conversations.chats import moving, revisions
from domain.conversations.intake import Intake
from domain.conversations.understood import FinishedEvent, NewMessage, NewStatus, Stored
from domain.database import Database
from domain.events import Happened, record
from domain.types import new_id, utc_now

TOO_OLD = timedelta(hours=24)
BATCH = 50
HEAVY = 256 * 1024
Foreseen = Mapping[bytes, Sequence[InboundEvent]]
NOTHING_FORESEEN: Foreseen = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Understood:
    """A raw event and what it says to this account."""

    event: ledger.WaitingEvent
    messages: tuple[tuple[NewMessage, InboundMessage], ...] = ()
    statuses: tuple[NewStatus, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    """Hints of conversations that go on under another one."""
    templates: tuple[TemplateNews, ...] = ()
    copies: tuple[str, ...] = ()
    """Ids of mails of ours that have come back: they have left."""
    ignored: str = ""
    is_quarantined: bool = False


class IntakeJob:
    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        tokens: ThreadTokens,
        client: httpx.AsyncClient,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._tokens = tokens
        self._client = client

    async def take(
        self,
        tenant_id: UUID,
        account_id: UUID,
        *,
        carefully: bool = False,
        foreseen: Foreseen = NOTHING_FORESEEN,
        at_once: int = BATCH,
    ) -> frozenset[UUID]:
        """Takes in all that waits for the account; the conversations that now need a turn.

        `carefully`: one by one with every attempt counted, for what a job has left behind.
        `foreseen`: what bodies were parsed as before, elsewhere.
        """
        account = await self._accounts.get(tenant_id, account_id)
        pending: set[UUID] = set()
        while not carefully:
            try:
                count, woken = await self._batch(account, at_once, foreseen=foreseen)
            except Exception:
                # One event spoils the batch: alone, it cannot hold up the others.
                log.exception("intake.batch_failed", tenant=str(tenant_id))
                break
            pending |= woken
            if count < at_once:
                return frozenset(pending)
        return frozenset(pending | await self._one_by_one(account))

    async def _one_by_one(self, account: Account) -> set[UUID]:
        pending: set[UUID] = set()
        tried: set[UUID] = set()
        while True:
            async with self._database.transaction(account.tenant_id) as session:
                begun = await ledger.begin_attempt(session, account.id)
                if begun and begun[1] > ledger.MAX_ATTEMPTS:
                    await ledger.bury(session, begun[0], utc_now())
                    continue
            if begun is None or begun[0] in tried:
                return pending
            tried.add(begun[0])
            pending |= await self._alone(account, begun[0])

    async def _alone(self, account: Account, event_id: UUID) -> frozenset[UUID]:
        try:
            return (await self._batch(account, 1, event_id))[1]
        except Exception as error:
            jobs_failed.labels("take").inc()
            log.exception("intake.event_failed", tenant=str(account.tenant_id))
            async with self._database.transaction(account.tenant_id) as session:
                reason = clean(f"{type(error).__name__}: {error}")
                await ledger.note_failure(session, event_id, reason)
            return frozenset()

    async def _batch(
        self,
        account: Account,
        limit: int,
        event_id: UUID | None = None,
        foreseen: Foreseen = NOTHING_FORESEEN,
    ) -> tuple[int, frozenset[UUID]]:
        async with self._database.transaction(account.tenant_id) as session:
            events = await ledger.claim(session, account.tenant_id, account.id, limit, event_id)
            if not events:
                return 0, frozenset()
            reader = MailReader(account, self._tokens)

            def understand() -> list[_Understood]:
                return [_understand(reader, event, foreseen) for event in events]

            # Large bodies are parsed in a thread: the loop must not stand still for them.
            is_heavy = sum(len(event.body) for event in events) > HEAVY
            understood = await asyncio.to_thread(understand) if is_heavy else understand()
            stored = await self._store(session, account, understood)
        new = [o for one in understood for n, o in one.messages if n.id in stored.message_ids]
        await presses.hear(account, new, self._client)
        return len(events), stored.pending

    async def _store(
        self, session: AsyncSession, account: Account, understood: list[_Understood]
    ) -> Stored:
        intake = Intake(
            session,
            account.tenant_id,
            account.id,
            account.channel.name,
            one_thread_per_person=not account.channel.capabilities.has_subject,
        )
        messages = [new for one in understood for new, _ in one.messages]
        for old, new in (move for one in understood for move in one.moves):
            await moving.move(session, account.id, clean(old), clean(new))
        sent = SentMails(session, account)
        await sent.have_left([copy for one in understood for copy in one.copies])
        stored = await intake.store(messages, [_finished(one) for one in understood])
        messages_received.labels(account.channel.name).inc(len(stored.message_ids))
        originals = [
            (new, original)
            for one in understood
            for new, original in one.messages
            if new.id in stored.message_ids
        ]
        await attach(session, account, [(new.id, original) for new, original in originals])
        await _revise(session, account, [original for _, original in originals], stored.replaced)
        await reachability.note(session, account.tenant_id, account.id, originals)
        await sent.were_reported_on(originals)
        await Listener(session, account).hear([new for new, _ in originals], stored.surveyed)
        statuses = [status for one in understood for status in one.statuses]
        if statuses:
            await self._record_statuses(session, account, intake, statuses)
        await release_answered(session, account.tenant_id, stored.answered)
        news = [one for each in understood for one in each.templates]
        if news:
            await note_template_news(session, account, news)
        live = [new.id for new, _ in originals if new.is_live]
        await follow(session, account.tenant_id, live)
        await session.flush()
        if session.info.pop("has_events", False):
            await queue.put(session, "react", tenant_id=account.tenant_id)
        await touch(session, account.tenant_id, stored.conversations, account.tenant.desk.rooms)
        return stored

    async def _record_statuses(
        self, session: AsyncSession, account: Account, intake: Intake, statuses: list[NewStatus]
    ) -> None:
        for change in await intake.record_statuses(statuses):
            if change.state == "failed" and await replan(session, account, change):
                continue
            if change.state == "failed":
                payload = {"error": change.error, "conversation_id": str(change.conversation_id)}
                happened = Happened("message.failed", change.message_id, payload, "provider")
                record(session, account.tenant_id, happened)
                await queue.put(session, "react", tenant_id=account.tenant_id)


def _understand(reader: MailReader, event: ledger.WaitingEvent, foreseen: Foreseen) -> _Understood:
    account = reader.account
    try:
        parsed = foreseen.get(event.body) or _parsed(account, event.body)
    except ValueError as error:
        # What was fetched is the account's own: it is kept for a person to look at.
        is_ours = isinstance(account.channel, PolledChannel)
        return _Understood(event, ignored=str(error) or "Not understood.", is_quarantined=is_ours)
    mine = [one for one in parsed if one.account in ("", account.hint, *account.further_hints)]
    said = [one for one in mine if isinstance(one, InboundMessage)]
    copies = [one for one in said if reader.is_own_copy(one)]
    if copies:
        ids = tuple(clean(one.thread.message_id) for one in copies if one.thread)
        return _Understood(event, copies=ids, ignored=OWN_COPY)
    messages = [(reader.threaded(_new_message(account, event, one), one), one) for one in said]
    statuses = [_new_status(one) for one in mine if isinstance(one, StatusUpdate)]
    statuses += [status for one in said if (status := status_of(one))]
    return _Understood(
        event,
        tuple(messages),
        tuple(statuses),
        moves=tuple(one.moves for one in mine if isinstance(one, Ignored) and one.moves),
        templates=tuple(one for one in mine if isinstance(one, TemplateNews)),
        ignored=_reason(mine),
    )


def _parsed(account: Account, body: bytes) -> Sequence[InboundEvent]:
    channel = account.channel
    if isinstance(channel, ReadsByAccount):
        return channel.parse_for(body, account.settings)
    return channel.parse(body)


def _reason(events: Sequence[InboundEvent]) -> str:
    if any(isinstance(one, InboundMessage | StatusUpdate) for one in events):
        return ""
    reasons = [one.reason for one in events if not isinstance(one, StatusUpdate)]
    return "; ".join(dict.fromkeys(filter(None, reasons))) or "Nothing in it for this account."


def _finished(one: _Understood) -> FinishedEvent:
    state = "failed" if one.is_quarantined else "ignored" if one.ignored else "taken"
    return FinishedEvent(one.event.id, state, clean(one.ignored)[:500], len(one.messages))


def _new_message(
    account: Account, event: ledger.WaitingEvent, message: InboundMessage
) -> NewMessage:
    is_staff = message.author is Author.STAFF
    customer = message.addressee if is_staff else message.sender
    new = NewMessage(
        id=new_id(),
        raw_event_id=event.id,
        hint=clean(message.conversation_hint),
        addresses=tuple((a.kind, clean(a.value)) for a in customer.addresses),
        name=clean(customer.name)[:200],
        author=message.author.value,
        content_kind=message.content_kind,
        external_id=clean(message.external_id),
        sent_at=_sent_at(message, event.received_at),
        text=clean(message.text),
        full_text=clean(message.full_text) if message.full_text != message.text else "",
        subject=clean(message.subject)[:500],
        in_reply_to=clean(message.in_reply_to) if message.in_reply_to else None,
        replaces=clean(message.replaces) if message.replaces else None,
        choice=clean(message.choice) if message.choice else None,
        details={clean(k): clean(v) for k, v in message.details.items()}
        | reachability.told_by(message),
        takes_over=is_staff and not message.is_history,
        is_live=not message.is_history,
    )
    reason = _unanswerable(account, message, new.sent_at)
    if reason is None:
        return new
    outcome = "ignored" if message.kind in (EventKind.AUTOMATIC, EventKind.BOUNCE) else "attached"
    return replace(new, wakes=False, outcome=outcome, outcome_reason=reason)


def _unanswerable(account: Account, message: InboundMessage, sent_at: datetime) -> str | None:
    """Why the bot must not answer by itself; None when it may."""
    rules = (
        (message.is_history, "history"),
        (message.details.get("sent_at") == "unknown", "sent_at_an_unknown_time"),
        (message.author is Author.STAFF, "staff"),
        (message.kind in (EventKind.AUTOMATIC, EventKind.BOUNCE), message.reason or "automatic"),
        (message.kind is EventKind.REACTION, "no_reply"),
        (message.deletes is not None, "no_reply"),
        (not account.tenant.features.bot, "bot_off"),
        (sent_at < utc_now() - TOO_OLD, "older_than_24_hours"),
        (_before_going_live(account, sent_at), "before_going_live"),
    )
    return next((reason for applies, reason in rules if applies), None)


def _before_going_live(account: Account, sent_at: datetime) -> bool:
    # Providers tell whole seconds, so the second of going live counts as after it.
    live_since = account.live_since
    return live_since is not None and sent_at < live_since.replace(microsecond=0)


def _new_status(status: StatusUpdate) -> NewStatus:
    return NewStatus(
        external_id=clean(status.external_id),
        state=status.state.value,
        at=_plausible(status.at, utc_now()),
        error_code=clean(status.error_code),
        error_text=clean(status.error_text),
        price_category=clean(status.price_category),
        idempotency_key=_uuid_or_empty(status.idempotency_key),
    )


async def _revise(
    session: AsyncSession,
    account: Account,
    messages: Sequence[InboundMessage],
    replaced: Sequence[str],
) -> None:
    """Of a message that was edited only its newest version is heard; of a deleted one, none.

    `replaced`: those of these messages of which a newer version had come before.
    """
    edited = {*replaced, *(one.replaces for one in messages if one.replaces)}
    if edited:
        await revisions.settle(session, account.id, sorted(edited))
    deleted = {one.deletes for one in messages if one.deletes}
    if deleted:
        await revisions.delete(session, account.id, sorted(deleted))


def _sent_at(message: InboundMessage, received_at: datetime) -> datetime:
    # Some have no time of their own (a pressed button), of others it is not known.
    if message.details.get("sent_at") in ("unknown", "on_arrival"):
        return received_at
    return _plausible(message.sent_at, received_at)


def _plausible(at: datetime, received_at: datetime) -> datetime:
    """A provider's clock may be wrong, but nobody writes in the future."""
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(at, received_at + timedelta(minutes=1))


def _uuid_or_empty(value: str) -> str:
    try:
        return str(UUID(value)) if value else ""
    except ValueError:
        return ""
