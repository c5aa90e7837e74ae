"""Mails a second from files to messages: dedup, threading, attachments; beside parsing alone."""

import asyncio
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage

from benchmarks.figures import Figure
from benchmarks.letters import FIRM, letters
from benchmarks.premises import Premises
from bot.desk import tenants as desk
from bot.engine.fetching.importing import Imported
from bot.foundation.installation import Installation
from bot.runtime import running
from channels.email.archives import as_history

MAILS = 1000
ROUNDS = 3


def measure(made: Premises) -> list[Figure]:
    """The best round of each, taken in turns: the machine may be busy with other things."""
    mails = list(letters(MAILS))
    alone = imported = again = 0.0
    for number in range(ROUNDS):
        alone = max(alone, parsed_a_second(mails))
        first, second = asyncio.run(imported_a_second(made.installation, mails, number))
        imported, again = max(imported, first), max(again, second)
    bare = f"parsing alone {alone:,.0f}"
    return [
        Figure("mails imported", imported, "a second", bare, "≥ 200"),
        Figure("  of parsing alone", imported / alone, "×", "standard library", "≥ 0.4"),
        Figure("  the same mails again", again, "a second"),
    ]


def parsed_a_second(mails: Sequence[bytes]) -> float:
    """What any importer must at least do: headers, words and files, by the standard library."""
    started = time.perf_counter()
    for raw in mails:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        for name in ("From", "To", "Subject", "Date", "Message-ID", "References"):
            str(mail[name])
        if body := mail.get_body(("plain", "html")):
            body.get_content()
        for file in mail.iter_attachments():
            file.get_content()  # type: ignore[attr-defined]
    return len(mails) / (time.perf_counter() - started)


async def imported_a_second(
    installation: Installation, mails: Sequence[bytes], number: int
) -> tuple[float, float]:
    """Of a new tenant; then the same once more, which stores nothing."""
    async with running(installation) as runtime:
        tenant_id = await desk.add(runtime.database, f"mails-{number}", "Mails Ltd")
        channel = runtime.channels["email"]
        fields = {"email": FIRM, "password": "none", "imap_server": "imap.firm.example"}
        row = await runtime.accounts.configure(tenant_id, channel, fields, None)
        account = await runtime.accounts.get(tenant_id, row.id)
        rates = []
        for stored in (len(mails), 0):
            bodies = (as_history(raw, account.settings) for raw in mails)  # type: ignore[arg-type]
            started = time.perf_counter()
            done = await runtime.fetching.importer.take_in(account, bodies)
            rates.append(len(mails) / (time.perf_counter() - started))
            if done != Imported(len(mails), stored, 0):
                raise RuntimeError(f"{done} of {len(mails)} mails")
    return rates[0], rates[1]
