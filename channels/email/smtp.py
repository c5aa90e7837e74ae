"""Sends a mail by SMTP, and says in plain words what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import httpx
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
)

from channels.email import delivery_codes
from channels.email.oauth import AccessTokens
from channels.email.settings import EmailSettings
from channels.messages import Permanent, Temporary

CONNECT_SECONDS = 20.0
# After the last byte a server may filter for viruses first (RFC 5321, 4.5.3.2.6: ten minutes).
DATA_SECONDS = 180.0


async def send(
    mail: EmailMessage,
    to: str,
    settings: EmailSettings,
    tokens: AccessTokens,
    client: httpx.AsyncClient,
) -> None:
    """Returns when the server has taken it. Raises Temporary or Permanent."""
    raw = mail.as_bytes()
    async with connected(settings, tokens, client) as smtp:
        await _announce(smtp, to, len(raw), settings)
        await _hand_over(smtp, raw, settings)


@asynccontextmanager
async def connected(
    settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
) -> AsyncIterator[SMTP]:
    """Logged in; nothing is sent by that."""
    smtp = await _open(settings)
    try:
        await _log_in(smtp, settings, tokens, client)
        yield smtp
        await _quit(smtp)
    finally:
        smtp.close()


async def _open(settings: EmailSettings) -> SMTP:
    endpoint = settings.smtp
    if not endpoint.server:
        raise Permanent(
            "Set email_settings.smtp_server: without it nothing can be sent from"
            f" {settings.email}.",
            code="smtp_server",
        )
    smtp = SMTP(
        hostname=endpoint.server.strip("[]"),
        port=endpoint.port,
        use_tls=endpoint.security == "tls",
        start_tls=endpoint.security == "starttls",
        # A name that is asked for takes long where there is none; the server knows who we are.
        local_hostname="[127.0.0.1]",
        timeout=CONNECT_SECONDS,
    )
    try:
        await smtp.connect()
    except (SMTPException, OSError, ValueError) as error:
        smtp.close()
        raise delivery_codes.unconnected(error, endpoint) from error
    except BaseException:
        smtp.close()
        raise
    return smtp


async def _log_in(
    smtp: SMTP, settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
) -> None:
    """An access token that was refused is replaced once."""
    try:
        if settings.auth == "password":
            await _by_password(smtp, settings)
            return
        for is_last in (False, True):
            token = await tokens.current(settings, client)
            try:
                await smtp.auth_xoauth2(settings.login, token.get_secret_value())
                return
            except SMTPAuthenticationError as error:
                if is_last or error.code < 500:
                    raise
                tokens.forget(settings)
    except (SMTPException, OSError) as error:
        raise delivery_codes.not_let_in(error, settings) from error


async def _by_password(smtp: SMTP, settings: EmailSettings) -> None:
    """One try: a wrong password tried in every way there is locks accounts."""
    secret = settings.password.get_secret_value()
    ways = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    if not smtp.server_auth_methods:
        await smtp.ehlo()
    for name, way in ways.items():
        if name in smtp.server_auth_methods:
            await way(settings.login, secret)
            return
    raise SMTPNotSupported("no AUTH that goes with a password")


async def _announce(smtp: SMTP, to: str, size: int, settings: EmailSettings) -> None:
    """Sender and recipient: what is refused here was certainly not sent."""
    limit = smtp.esmtp_extensions.get("size", "").strip()
    if limit.isdigit() and 0 < int(limit) < size:
        raise delivery_codes.too_large(size, int(limit))
    is_ascii = to.isascii() and settings.email.isascii()
    if not is_ascii and not smtp.supports_extension("smtputf8"):
        raise Permanent(
            f"The mail server {settings.smtp.server} cannot write to addresses with letters"
            f" beyond ASCII ({to}): ask the customer for another one.",
            code="smtputf8",
        )
    options = [f"SIZE={size}"] if "size" in smtp.esmtp_extensions else []
    options += [] if is_ascii else ["SMTPUTF8"]
    encoding = "ascii" if is_ascii else "utf-8"
    try:
        await smtp.mail(settings.email, options=options, encoding=encoding)
        await smtp.rcpt(to, encoding=encoding)
    except (SMTPException, OSError) as error:
        raise delivery_codes.refused(error, settings, to) from error


async def _hand_over(smtp: SMTP, raw: bytes, settings: EmailSettings) -> None:
    try:
        await smtp.data(raw, timeout=DATA_SECONDS)
    except SMTPResponseException as error:
        raise delivery_codes.refused(error, settings) from error
    except (SMTPException, OSError) as error:
        raise Temporary(
            f"The connection to {settings.smtp.server} broke while the mail was handed over: it"
            " may have been sent.",
            code="network",
            may_have_been_sent=True,
        ) from error


async def _quit(smtp: SMTP) -> None:
    """The mail is taken by now: a failure to say goodbye changes nothing."""
    try:
        await smtp.quit(timeout=5)
    except (SMTPException, OSError):
        return
