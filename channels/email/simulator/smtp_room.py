"""The simulated SMTP server: who may send, and where it goes."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.email.simulator.faults import Fault, Orders
from channels.email.simulator.world import MailAccount

# What a provider says in each case; the first that was ordered is said.
_AT_RCPT = {
    Fault.SMTP_BUSY: "451 4.7.1 Greylisted, please try again later",
    Fault.SMTP_NO_MAILBOX: "550 5.1.1 The email account that you tried to reach does not exist",
    Fault.SMTP_QUOTA: "550 5.4.5 Daily user sending limit exceeded",
}
_AT_DATA = {
    Fault.SMTP_TOO_LARGE: "552 5.3.4 Your message exceeds the size limit",
    Fault.SMTP_SPAM: "554 5.7.1 Message rejected as unsolicited mail",
}


class Post(Protocol):
    """Who knows the accounts and takes the mails."""

    orders: Orders

    def by_password(self, login: str, password: str) -> MailAccount | None: ...

    def by_token(self, login: str, token: str) -> MailAccount | None: ...

    def may_send_as(self, account: MailAccount, sender: str) -> bool: ...

    def deliver(self, sender: str, recipients: list[str], raw: bytes) -> None: ...


class Room:
    """aiosmtpd's hooks. Names are its own."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        shown = base64.b64decode(args[1]).decode()
        fields = dict(part.split("=", 1) for part in shown.split("\1") if part)
        token = fields["auth"].removeprefix("Bearer ")
        return self._let_in(self._post.by_token(fields["user"], token))

    def by_password(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, shown: Any
    ) -> AuthResult:
        assert isinstance(shown, LoginPassword)
        login, password = shown.login.decode(), shown.password.decode()
        return self._let_in(self._post.by_password(login, password))

    def _let_in(self, account: MailAccount | None) -> AuthResult:
        if account is None or self._post.orders.take(Fault.REFUSE_LOGIN):
            words = "535 5.7.8 Username and Password not accepted"
            return AuthResult(success=False, handled=False, message=words)
        return AuthResult(success=True, auth_data=account)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        account = session.auth_data
        if not isinstance(account, MailAccount) or not self._post.may_send_as(account, address):
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._post.orders.take(Fault.SMTP_DROP_ON_RCPT):
            await _dropped(server)
        for fault, words in _AT_RCPT.items():
            if self._post.orders.take(fault):
                return words
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        for fault, words in _AT_DATA.items():
            if self._post.orders.take(fault):
                return words
        raw = envelope.content
        assert isinstance(raw, bytes)
        self._post.deliver(envelope.mail_from or "", envelope.rcpt_tos, raw)
        if self._post.orders.take(Fault.SMTP_DROP_AFTER_DATA):
            await _dropped(server)
        return "250 2.0.0 OK queued"


async def _dropped(server: SMTP) -> None:
    """Ends when the server notices: it cancels whoever waits here."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    await asyncio.Event().wait()


def protocol(
    room: Room, size_limit: int, tls: Any = None, kind: type[SMTP] = SMTP
) -> Callable[[], SMTP]:
    """`tls`: an SSL context, to be begun by STARTTLS."""
    return lambda: kind(
        room,
        data_size_limit=size_limit,
        enable_SMTPUTF8=True,
        hostname="mail.simulator.example",
        tls_context=tls,
        require_starttls=tls is not None,
        auth_require_tls=False,
        authenticator=room.by_password,
        loop=asyncio.get_running_loop(),
    )
