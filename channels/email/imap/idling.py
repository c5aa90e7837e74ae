"""Waits for new mail on a connection that the server speaks up on (IDLE, RFC 2177)."""

import asyncio
import imaplib
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from channels.email.imap.cursor import Cursor
from channels.email.imap.mailbox import Mailbox
from channels.email.imap.refusals import explained
from channels.email.imap.visit import Visit
from channels.email.oauth import AccessTokens
from channels.email.settings import EmailSettings

# Servers end a silent session after 29 minutes, and firewalls forget one long before.
ROUND_SECONDS = 24 * 60.0
_NEWS = re.compile(rb"\* \d+ (EXISTS|RECENT)\b", re.I)
_BYE = re.compile(rb"\* BYE\b", re.I)


async def wait(
    settings: EmailSettings,
    cursor: str,
    seconds: float,
    tokens: AccessTokens,
    client: httpx.AsyncClient,
) -> bool:
    """Whether the inbox has what the cursor has not; False at once where the server can't IDLE.

    Raises Temporary or Permanent. Each round is a connection of its own, and a thread of its
    own: those that all share are few, and here one is held for long.
    """
    until = time.monotonic() + seconds
    while True:
        remaining = min(until - time.monotonic(), ROUND_SECONDS)
        async with Visit.of(settings, tokens, client) as visit:
            if await visit.ask(lambda mailbox: _has_news(mailbox, settings, cursor)):
                return True
            if not await visit.ask(lambda mailbox: bool(mailbox.wire.has_capability("IDLE"))):
                return False
            if await _round(visit, max(remaining, 0.0)):
                return True
        if time.monotonic() >= until:
            return False


def _has_news(mailbox: Mailbox, settings: EmailSettings, cursor: str) -> bool:
    """Asked once the folder is selected: what comes after that the server tells of itself."""
    told = mailbox.select(settings.folder)
    place = Cursor.read(cursor).at(settings.folder)
    if place is None or place.uidvalidity != told.uidvalidity:
        return True
    return bool(mailbox.uids(place.uid))


async def _round(visit: Visit, seconds: float) -> bool:
    with ThreadPoolExecutor(1, "imap-idle") as thread:
        listening = asyncio.get_running_loop().run_in_executor(
            thread, _listen, visit.mailbox, seconds
        )
        try:
            return await listening
        except asyncio.CancelledError:
            visit.mailbox.wire.sever()
            raise
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            raise explained(error, visit.settings.imap) from error
        finally:
            visit.is_over = True


def _listen(mailbox: Mailbox, seconds: float) -> bool:
    """The connection is of no use afterwards."""
    until = time.monotonic() + seconds
    if mailbox.wire.has_grown():
        return True
    try:
        mailbox.wire.idle()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        # News that came between the command and the server's consent to it.
        return "EXISTS" in str(error)
    while (remaining := until - time.monotonic()) > 0:
        try:
            line = mailbox.wire.next_line(remaining)
        except TimeoutError:
            return False
        if _NEWS.match(line):
            return True
        if _BYE.match(line):
            raise ConnectionError("the server ended the session")
    return False
