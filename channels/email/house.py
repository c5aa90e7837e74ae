"""The demo's mail provider: real IMAP and SMTP on loopback sockets, begun when first needed."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from datetime import date
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from channels.channel import Fetched
from channels.email.adapter import Email
from channels.email.settings import EmailSettings
from channels.messages import OutboundMessage, Receipt

if TYPE_CHECKING:
    from channels.email import dns
    from channels.email.simulator import MailSimulator
    from channels.standing.wire import Wire

KEPT_MAILS = 200
"""In each folder, and of what was sent to people outside."""


class DemoMail:
    """One provider for all demo mailboxes. In memory only: after a restart they are empty."""

    def __init__(self, wire: "Wire | None" = None) -> None:
        """`wire`: notes what goes over it."""
        self._open = AsyncExitStack()
        self._starting = asyncio.Lock()
        self._simulator: MailSimulator | None = None
        self._wire = wire

    @property
    def begun(self) -> "MailSimulator | None":
        """None as long as nobody needed it."""
        return self._simulator

    async def simulator(self) -> "MailSimulator":
        """Begun by whoever asks first: a process without a demo listens on no port for it."""
        async with self._starting:
            if self._simulator is None:
                from channels.email.simulator import MailSimulator

                # aiosmtpd warns at each login of a name of its own.
                logging.getLogger("mail.log").setLevel(logging.ERROR)
                begun = MailSimulator(wire=self._wire)
                await self._open.enter_async_context(begun.serve())
                self._simulator = begun
            return self._simulator

    async def reached(self, settings: EmailSettings) -> EmailSettings:
        """The same mailbox here, whatever provider the stored settings name."""
        simulator = await self.simulator()
        if settings.email not in simulator.accounts:
            _open_mailbox(simulator, settings.email)
        self.trim()
        here = simulator.settings_for(settings.email)
        return settings.model_copy(
            update={name: getattr(here, name) for name in here.model_fields_set}
            | {"username": "", "auth": "password", "provider": None, "folder": "INBOX"}
            | {"sent_folder": "", "refresh_token": SecretStr("")}
        )

    def trim(self) -> None:
        """Forgets the oldest, so that a demo may run for weeks."""
        if self._simulator is None:
            return
        del self._simulator.outbox[:-KEPT_MAILS]
        for account in self._simulator.accounts.values():
            for folder in account.folders.values():
                if len(folder.mails) > KEPT_MAILS:
                    folder.remove(mail.uid for mail in folder.mails[:-KEPT_MAILS])

    async def close(self) -> None:
        await self._open.aclose()
        self._simulator = None


def _open_mailbox(simulator: "MailSimulator", address: str) -> None:
    # UIDs begin again after a restart: another UIDVALIDITY tells stored cursors so.
    number = secrets.randbelow(2**32 - 1) + 1
    for folder in simulator.add_account(address).folders.values():
        folder.uidvalidity = number


class DemoEmail(Email):
    """Email that speaks to the demo's provider only."""

    def __init__(self, mail: DemoMail) -> None:
        super().__init__()
        self._mail = mail

    async def fetch_new(
        self,
        settings: EmailSettings,
        cursor: str,
        client: httpx.AsyncClient,
        *,
        since: date | None = None,
    ) -> AsyncGenerator[Fetched, None]:
        here = await self._mail.reached(settings)
        async with aclosing(super().fetch_new(here, cursor, client, since=since)) as pages:
            async for page in pages:
                yield page

    async def acknowledge(
        self, settings: EmailSettings, page: Fetched, client: httpx.AsyncClient
    ) -> None:
        await super().acknowledge(await self._mail.reached(settings), page, client)

    async def wait(self, settings: EmailSettings, cursor: str, seconds: float) -> bool:
        return await super().wait(await self._mail.reached(settings), cursor, seconds)

    async def check(self, settings: EmailSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        return await super().check(await self._mail.reached(settings), client)

    async def check_domain(
        self, settings: EmailSettings, lookup: "dns.Lookup | None" = None
    ) -> "tuple[dns.Finding, ...]":
        """Its domain is in no DNS, and nobody outside gets its mails."""
        return ()

    async def send(
        self, message: OutboundMessage, settings: EmailSettings, client: httpx.AsyncClient
    ) -> Receipt:
        return await super().send(message, await self._mail.reached(settings), client)
