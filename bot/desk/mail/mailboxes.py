"""Mailboxes as an operator handles them: which are meant, fetching now, taking in files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.engine.apply import TURN
from bot.engine.fetching.importing import Imported
from bot.engine.fetching.parts import Fetching
from bot.engine.fetching.roster import polled_rows
from bot.engine.intake import IntakeJob
from channels.channel import Fetched
from channels.email import archives
from channels.email.settings import EmailSettings
from channels.messages import InboundEvent, InboundMessage
from domain.database import Database
from domain.errors import Refused
from domain.tenants.cursors import Cursors


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What these need of the running product."""

    database: Database
    accounts: Accounts
    fetching: Fetching
    intake: IntakeJob


@dataclass(slots=True)
class FetchedNow:
    """Of one account. `rows`: what came. `trouble`: a sentence; empty: all well."""

    account: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    trouble: str = ""


async def chosen(room: Mailroom, tenant_id: UUID, channel: str, wanted: str = "") -> list[Account]:
    """The polled accounts of a tenant (of one channel, where it is named), or the one that is
    called so (address or id)."""
    async with room.database.transaction(tenant_id) as session:
        rows = await polled_rows(session, tenant_id, room.accounts)
    rows = [row for row in rows if channel in ("", row.channel)]
    if wanted:
        rows = [row for row in rows if wanted.lower() in (row.hint.lower(), str(row.id))]
    if not rows:
        called = f"called “{wanted}”" if wanted else "set up yet"
        raise Refused(f"There is no mailbox {called}: see `frontdesk channel list`.")
    return [await room.accounts.get(tenant_id, row.id) for row in rows]


# --- fetching ---------------------------------------------------------------------------------


async def fetch(room: Mailroom, account: Account, since: date | None = None) -> FetchedNow:
    """Polls at once and takes in what came. `since`: older mail too, as history."""
    found = FetchedNow(account.hint)
    if not account.is_on:
        found.trouble = "It is switched off."
        return found

    def see(page: Fetched) -> None:
        found.rows.extend(_rows(account, page.bodies))

    is_first = not await _cursor(room, account)
    if since and not is_first:
        await _fetch_history(room, account, since, found, see)
    else:
        await _poll(room, account, found, see, since)
    pending = await room.intake.take(account.tenant_id, account.id)
    async with room.database.transaction(account.tenant_id) as session:
        for conversation_id in pending:
            tenant_id = account.tenant_id
            await queue.put(session, TURN, tenant_id=tenant_id, conversation_id=conversation_id)
    return found


async def _poll(
    room: Mailroom,
    account: Account,
    found: FetchedNow,
    see: Callable[[Fetched], None],
    since: date | None = None,
) -> None:
    poll = await room.fetching.poller.poll(account.tenant_id, account.id, since=since, seen=see)
    if poll.trouble:
        found.trouble = poll.trouble.sentence
    elif poll.is_busy:
        found.trouble = "Somebody else reads it at the moment; what came is taken in."


async def _fetch_history(
    room: Mailroom,
    account: Account,
    since: date,
    found: FetchedNow,
    see: Callable[[Fetched], None],
) -> None:
    """Of a mailbox that was read before. With the first page of the history the channel has
    fixed what counts as history; what came until then is polled before any of it is stored,
    because a mail that was stored as history would never be answered."""
    poller = room.fetching.poller
    pages = cast("Any", poller.pages(account, "", since))
    async with aclosing(pages):
        first = await anext(pages, None)
        await _poll(room, account, found, see)
        await room.intake.take(account.tenant_id, account.id)
        while first is not None and not found.trouble:
            if first.bodies:
                await poller.store(account, first)
                see(first)
            first = await anext(pages, None)


async def _cursor(room: Mailroom, account: Account) -> str:
    async with room.database.transaction(account.tenant_id) as session:
        row = await Cursors(session, account.tenant_id).of(account.id)
        return row.cursor if row else ""


def _rows(account: Account, bodies: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for body in bodies:
        events: Sequence[InboundEvent] = ()
        try:
            events = account.channel.parse(body)
        except Exception as error:  # the intake meets it too, and keeps it
            yield _row(account, reason=f"cannot be read: {error}")
        for event in events:
            if isinstance(event, InboundMessage):
                yield _row(
                    account,
                    received=event.sent_at.isoformat(timespec="seconds"),
                    sender=", ".join(address.value for address in event.sender.addresses),
                    subject=event.subject,
                    kind="history" if event.is_history else event.kind.value,
                    reason=event.reason,
                )


def _row(account: Account, **values: str) -> dict[str, Any]:
    empty = {"received": "", "sender": "", "subject": "", "kind": "", "reason": ""}
    return {"account": account.hint} | empty | values


# --- files ------------------------------------------------------------------------------------


async def import_mails(
    room: Mailroom,
    account: Account,
    paths: Sequence[Path],
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """`progress`: is told how many bytes of the files are done with."""
    settings = account.settings
    if not isinstance(settings, EmailSettings):
        raise Refused("Mails can be imported into a mailbox only.")
    try:
        archives.total(paths)
    except OSError as error:
        raise Refused(f"Cannot read {error.filename}: {error.strerror}.") from error

    def bodies() -> Iterator[bytes]:
        for mail in archives.mails(paths):
            if progress:
                progress(mail.size)
            yield archives.as_history(mail.raw, settings)

    return await room.fetching.importer.take_in(account, bodies())
