"""What an SMTP server's refusal means for us: try again, or tell staff what to do. Pure.

Reply codes as in RFC 5321, enhanced ones (`5.1.1`) as in RFC 3463 and 5248.
"""

import re
import ssl

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPSenderRefused,
)

from channels.email.advice import login_advice, spoken
from channels.email.settings import EmailSettings, Endpoint
from channels.messages import ChannelError, Permanent, Temporary

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# Gmail refuses for good (5.4.5) what goes through again tomorrow.
_QUOTA = re.compile(r"(daily|hourly|sending|rate)[^.]{0,40}(limit|quota)|5\.4\.5", re.I)
_QUOTA_PAUSE = 3600.0
_FULL = re.compile(r"(mailbox|storage|quota)[^.]{0,20}(full|exceed)|over ?quota", re.I)
_UNKNOWN = re.compile(
    r"unknown|no such|not exist|not found|no mailbox|invalid (recipient|mailbox)|unrouteable"
    r"|recipient address rejected|user unavailable",
    re.I,
)
_MEGABYTE = 1024 * 1024


def refused(error: Exception, settings: EmailSettings, to: str = "") -> ChannelError:
    """To whatever was said after the login. `to`: while the recipient was named."""
    server = settings.smtp.server
    if not isinstance(error, SMTPResponseException):
        return Temporary(
            f"The connection to {server} broke before the mail was handed over"
            f" ({type(error).__name__}); it is tried again.",
            code="network",
        )
    code, words = _code(error), spoken(Exception(error.message))
    if error.code < 500:
        return Temporary(
            f"{server} does not take the mail at the moment ({error.code} {words}); it is tried"
            " again.",
            code=code,
        )
    if _QUOTA.search(words):
        return Temporary(
            f"{server} takes no more mails from {settings.email} for now ({words}); it is tried"
            " again in an hour.",
            code=code,
            retry_after=_QUOTA_PAUSE,
        )
    return Permanent(f"{_sentence(error, words, settings, to)} ({error.code} {words})", code=code)


def _sentence(error: SMTPResponseException, words: str, settings: EmailSettings, to: str) -> str:
    enhanced, who = _code(error), to or "the customer"
    if error.code in {530, 534, 535, 538} or enhanced in {"5.7.8", "5.7.9"}:
        return f"{settings.smtp.server} asks for a login. {login_advice(settings)}"
    if enhanced in {"5.3.4", "5.2.3"} or (error.code == 552 and not _FULL.search(words)):
        return "The mail is too large for the mail server: send fewer or smaller files."
    if isinstance(error, SMTPSenderRefused):
        return (
            f"{settings.smtp.server} does not let {settings.login} send as {settings.email}: set"
            " email_settings.email to an address of this mailbox."
        )
    if enhanced == "5.2.2" or _FULL.search(words):
        return f"The mailbox of {who} is full: use another channel, or try again later."
    if enhanced.startswith("5.1.") or (error.code in {550, 551, 553} and _UNKNOWN.search(words)):
        return f"There is no mailbox of {who}: ask the customer for another address."
    if enhanced.startswith("5.7.") or error.code == 554:
        return (
            "The mail server refuses this mail as unwanted: see `frontdesk doctor` for SPF, DKIM"
            f" and DMARC of {settings.domain}."
        )
    return f"The mail to {who} was refused."


def _code(error: SMTPResponseException) -> str:
    found = _ENHANCED.search(error.message)
    return found[1] if found else str(error.code)


def too_large(size: int, limit: int) -> Permanent:
    return Permanent(
        f"The mail has {size / _MEGABYTE:.1f} MB and the mail server takes"
        f" {limit / _MEGABYTE:.1f} MB at most: send fewer or smaller files.",
        code="5.3.4",
    )


def not_let_in(error: Exception, settings: EmailSettings) -> ChannelError:
    server = settings.smtp.server
    if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
        words = spoken(Exception(error.message))
        return Permanent(
            f"{server} refuses the login of {settings.login} ({error.code} {words})."
            f" {login_advice(settings)}",
            code=_code(error),
        )
    if isinstance(error, SMTPException) and not isinstance(error, OSError):
        if isinstance(error, SMTPResponseException):
            return refused(error, settings)
        return Permanent(
            f"{server} offers no way to log in that is known here ({spoken(error)}): check"
            " email_settings.smtp_port and smtp_security.",
            code="login",
        )
    return Temporary(
        f"{server} broke off during the login ({type(error).__name__}); it is tried again.",
        code="network",
    )


def unconnected(error: Exception, endpoint: Endpoint) -> ChannelError:
    where = f"{endpoint.server}:{endpoint.port}"
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Permanent(
            f"The certificate of {where} is not trusted ({cause.verify_message}). Set the server's"
            " name as it stands in its certificate, or let the server have a valid one.",
            code="certificate",
        )
    if isinstance(cause, ssl.SSLError) and "WRONG_VERSION_NUMBER" in str(cause):
        return Permanent(
            f"{where} does not begin with TLS: set email_settings.smtp_security to starttls, or"
            " another port.",
            code="tls",
        )
    if isinstance(error, SMTPException) and "STARTTLS" in str(error):
        return Permanent(
            f"{where} offers no STARTTLS: set email_settings.smtp_security to tls, or another"
            " port.",
            code="tls",
        )
    if isinstance(error, SMTPResponseException) and error.code >= 500:
        return Permanent(
            f"{where} turns us away ({error.code} {spoken(Exception(error.message))}).",
            code=str(error.code),
        )
    return Temporary(
        f"The mail server {where} could not be reached ({type(error).__name__}); it is tried"
        " again.",
        code="network",
    )
