"""What a failure of a mail server means: try again, or tell staff what to do. Pure."""

import imaplib
import re
import socket
import ssl

from imapclient.exceptions import CapabilityError

from channels.email.advice import login_advice, spoken
from channels.email.settings import EmailSettings, Endpoint
from channels.messages import ChannelError, Permanent, Temporary

# RFC 5530's codes, and the words of servers that use none.
_PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA|THROTTLED)|too many|try again|temporar"
    r"|simultaneous|rate limit|throttl|not available|maximum number of connections",
    re.I,
)
# What comes out of a broken connection, a refusal, and a response that cannot be parsed.
FAULTS = (OSError, imaplib.IMAP4.error, ValueError, LookupError, TypeError)


class LoginRefused(Exception):
    """The server said no to this user and secret."""


def unreachable(error: OSError, endpoint: Endpoint) -> ChannelError:
    """No connection, or a broken one."""
    where = f"{endpoint.server}:{endpoint.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Permanent(
            f"The certificate of {where} is not trusted ({error.verify_message}). Set the server's"
            " name as it stands in its certificate, or let the server have a valid one.",
            code="certificate",
        )
    if isinstance(error, ssl.SSLError) and "WRONG_VERSION_NUMBER" in str(error):
        return Permanent(
            f"{where} does not begin with TLS: set its security to starttls, or another port.",
            code="tls",
        )
    if isinstance(error, socket.gaierror):
        words = f"The mail server {endpoint.server} was not found; check its name."
        return Temporary(f"{words} It is tried again.", code="name")
    kind = "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
    return Temporary(
        f"The mail server {where} could not be reached ({kind}); it is tried again.",
        code="network",
    )


def login_refused(error: Exception, settings: EmailSettings) -> ChannelError:
    words = spoken(error)
    if _PASSING.search(words):
        return Temporary(
            f"The mail server does not let {settings.login} in at the moment ({words});"
            " it is tried again.",
            code="login",
        )
    return Permanent(
        f"The mail server refuses the login of {settings.login} ({words})."
        f" {login_advice(settings)}",
        code="login",
    )


def breaks_connection(error: Exception) -> bool:
    return isinstance(error, OSError | imaplib.IMAP4.abort)


def explained(error: Exception, endpoint: Endpoint) -> ChannelError:
    """Anything that goes wrong beside the login."""
    if isinstance(error, OSError):
        return unreachable(error, endpoint)
    words = spoken(error)
    if isinstance(error, CapabilityError) and "STARTTLS" in words:
        return Permanent(
            f"{endpoint.server}:{endpoint.port} offers no STARTTLS: set"
            " email_settings.imap_security to tls, or another port.",
            code="tls",
        )
    if not isinstance(error, imaplib.IMAP4.error):
        return Temporary(
            f"The mail server {endpoint.server} sent what is not IMAP ({words}); it is tried"
            " again.",
            code="protocol",
        )
    if isinstance(error, imaplib.IMAP4.abort):
        return Temporary(
            f"The mail server {endpoint.server} broke off ({words}); it is tried again.",
            code="network",
        )
    return Temporary(
        f"The mail server {endpoint.server} refused a command ({words}); it is tried again.",
        code="refused",
    )
