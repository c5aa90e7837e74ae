"""A mail provider on this machine: IMAP, SMTP and a login service, with accounts and faults.

mail = MailSimulator()
mail.add_account("help@firm.example")
async with mail.serve():
    settings = mail.settings_for("help@firm.example")
    anna = mail.person("anna@customer.example", "Anna")
    anna.write("help@firm.example", "Printer", "It is on fire.")
    …                                       # Email().fetch_new(settings, …)
    assert anna.received[0].text == "…"
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from aiosmtpd.smtp import SMTP

from channels.email.settings import EmailSettings
from channels.email.simulator import smtp_room, tokens, world
from channels.email.simulator.faults import Fault, Orders
from channels.email.simulator.imap_session import Session
from channels.email.simulator.people import Person
from channels.email.simulator.tap import TappedSmtp, tapped
from channels.email.simulator.tokens import TokenService
from channels.email.simulator.world import MailAccount, Mailfolder, SentMail
from channels.loopback import served
from channels.standing.wire import Wire

AUTHSERV_ID = "mx.simulator.example"
PASSWORD = "simulator-password"  # noqa: S105 - opens nothing but this simulator
HOST = "localhost"
_IPV4 = socket.AF_INET


@dataclass(frozen=True, slots=True)
class Where:
    imap_port: int
    smtp_port: int
    token_url: str


@dataclass(slots=True)
class MailSimulator:
    """`security`: how both servers are reached; other than none it needs `tls`."""

    security: Literal["tls", "starttls", "none"] = "none"
    tls: ssl.SSLContext | None = None
    has_idle: bool = True
    size_limit: int = 35 * 1024 * 1024
    accounts: dict[str, MailAccount] = field(default_factory=dict)
    outbox: list[SentMail] = field(default_factory=list)
    orders: Orders = field(default_factory=Orders)
    wire: Wire | None = None
    where: Where = Where(0, 0, "")
    is_watched: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has waited for news (IDLE)."""
    login_service: TokenService = field(init=False)
    _sessions: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.login_service = TokenService(self.orders)

    def add_account(
        self, address: str, password: str = PASSWORD, *, keeps_sent: bool = False
    ) -> MailAccount:
        self.accounts[address] = world.account(address, password, keeps_sent=keeps_sent)
        return self.accounts[address]

    def order(self, fault: Fault, times: int = 1) -> None:
        """The next occasions go wrong in this way."""
        self.orders.place(fault, times)

    def person(self, address: str, name: str = "", **habits: Any) -> Person:
        """Somebody out there. `habits`: see Person."""
        return Person(self, address, name, **habits)

    def settings_for(self, address: str, **changes: Any) -> EmailSettings:
        """By password; with `auth="xoauth2"` by a refresh token that is granted here."""
        values: dict[str, Any] = {
            "email": address,
            "imap_server": HOST,
            "imap_port": self.where.imap_port,
            "imap_security": self.security,
            "smtp_server": HOST,
            "smtp_port": self.where.smtp_port,
            "smtp_security": self.security,
            "authserv_id": AUTHSERV_ID,
            "plus_addressing": True,
        }
        if changes.get("auth") == "xoauth2":
            values |= {
                "client_id": tokens.CLIENT_ID,
                "client_secret": tokens.CLIENT_SECRET,
                "refresh_token": self.login_service.grant(address),
                "token_url": self.where.token_url,
            }
        else:
            values["password"] = self.accounts[address].password
        return EmailSettings.model_validate(values | changes)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Where]:
        """Listens on free ports of this machine."""
        at_once = self.tls if self.security == "tls" else None
        later = self.tls if self.security == "starttls" else None
        loop = asyncio.get_running_loop()
        kind = TappedSmtp.noting(self.wire) if self.wire else SMTP
        room = smtp_room.protocol(smtp_room.Room(self), self.size_limit, later, kind)
        async with AsyncExitStack() as stack:
            imap = await asyncio.start_server(self._imap, HOST, 0, family=_IPV4, ssl=at_once)
            stack.push_async_callback(self._close, imap)
            smtp = await loop.create_server(room, HOST, 0, family=_IPV4, ssl=at_once)
            stack.push_async_callback(self._close, smtp)
            token_url = await stack.enter_async_context(served(self.login_service.application()))
            self.where = Where(_port(imap), _port(smtp), f"{token_url}/token")
            yield self.where

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        later = self.tls if self.security == "starttls" else None
        task = asyncio.current_task()
        assert task
        self._sessions.add(task)
        try:
            if self.wire:
                reader, writer = tapped(reader, writer, self.wire)
            await Session(self, reader, writer, later).run()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._sessions.discard(task)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for session in list(self._sessions):
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    # --- who may come in, and where mails go ----------------------------------------------

    def by_password(self, login: str, password: str) -> MailAccount | None:
        found = self.accounts.get(login.lower())
        return found if found and found.password == password else None

    def by_token(self, login: str, token: str) -> MailAccount | None:
        found = self.accounts.get(login.lower())
        return found if found and self.login_service.opens(token, found.address) else None

    def may_send_as(self, account: MailAccount, sender: str) -> bool:
        return sender.lower() == account.address

    def deliver(self, sender: str, recipients: Iterable[str], raw: bytes) -> None:
        """From an account of ours: to other accounts here, else into the outbox."""
        account = self.accounts.get(sender.lower())
        if account and account.keeps_sent:
            account.sent.add(raw, flags=["\\Seen"])
        away = [to for to in recipients if not self._arrived(sender, to, raw, "pass")]
        if away:
            self.outbox.append(SentMail(sender, tuple(away), raw))

    def arrive(
        self, sender: str, to: str, raw: bytes, *, dmarc: str = "pass", at: datetime | None = None
    ) -> None:
        """From outside, into the inbox of `to`; KeyError for an unknown account."""
        if not self._arrived(sender, to, raw, dmarc, at):
            raise KeyError(to)

    def _arrived(
        self, sender: str, to: str, raw: bytes, dmarc: str, at: datetime | None = None
    ) -> bool:
        folder = self._inbox_of(to)
        if folder is None:
            return False
        moment = at or datetime.now(UTC)
        stamp = (
            f"Return-Path: <{sender}>\r\nDelivered-To: {to}\r\n"
            f"Received: from elsewhere by {AUTHSERV_ID}; {moment:%a, %d %b %Y %H:%M:%S %z}\r\n"
            f"Authentication-Results: {AUTHSERV_ID}; dmarc={dmarc}"
            f" header.from={sender.rpartition('@')[2]}\r\n"
        )
        folder.add(stamp.encode() + raw, moment)
        return True

    def _inbox_of(self, address: str) -> Mailfolder | None:
        """name+anything@ is name@."""
        local, _, domain = address.lower().rpartition("@")
        found = self.accounts.get(f"{local.partition('+')[0]}@{domain}")
        return found.inbox if found else None


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
