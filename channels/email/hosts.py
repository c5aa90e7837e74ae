"""What is known of mail providers, so that a mailbox needs few settings. Pure."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class MailHost:
    """A provider. `authserv_id`: how its servers sign Authentication-Results, where they do.

    `delivers_plus`: whether mail to name+anything@ reaches name@ without being switched on.
    `keeps_sent`: whether what goes out by its SMTP server shows in the Sent folder by itself.
    `spf`: what a domain that sends through it puts into its SPF record.
    """

    imap_server: str
    smtp_server: str
    oauth: str = ""
    authserv_id: str = ""
    delivers_plus: bool = False
    keeps_sent: bool = False
    spf: str = ""
    domains: tuple[str, ...] = ()


GOOGLE = MailHost(
    "imap.gmail.com",
    "smtp.gmail.com",
    oauth="google",
    authserv_id="mx.google.com",
    delivers_plus=True,
    keeps_sent=True,
    spf="include:_spf.google.com",
    domains=("gmail.com", "googlemail.com"),
)
MICROSOFT = MailHost(
    "outlook.office365.com",
    "smtp.office365.com",
    oauth="microsoft",
    delivers_plus=True,
    keeps_sent=True,
    spf="include:spf.protection.outlook.com",
    domains=("outlook.com", "hotmail.com", "live.com", "msn.com"),
)
_OTHERS = (
    MailHost(
        "imap.fastmail.com",
        "smtp.fastmail.com",
        delivers_plus=True,
        spf="include:spf.messagingengine.com",
        domains=("fastmail.com",),
    ),
    MailHost(
        "imap.mail.me.com",
        "smtp.mail.me.com",
        delivers_plus=True,
        spf="include:icloud.com",
        domains=("icloud.com", "me.com", "mac.com"),
    ),
    MailHost("imap.mail.yahoo.com", "smtp.mail.yahoo.com", domains=("yahoo.com",)),
    MailHost("imap.gmx.net", "mail.gmx.net", domains=("gmx.de", "gmx.net")),
    MailHost("imap.web.de", "smtp.web.de", domains=("web.de",)),
)
_KNOWN = (GOOGLE, MICROSOFT, *_OTHERS)
_UNKNOWN = MailHost("", "")


def of_address(address: str) -> MailHost:
    """Who keeps the mail of this address, as far as its domain tells."""
    domain = address.rpartition("@")[2].lower()
    return next((host for host in _KNOWN if domain in host.domains), _UNKNOWN)


def of_server(imap_server: str) -> MailHost:
    return next((host for host in _KNOWN if host.imap_server == imap_server.lower()), _UNKNOWN)


def smtp_beside(imap_server: str) -> str:
    """The server that sends for the one that keeps; empty where it cannot be told."""
    if known := of_server(imap_server).smtp_server:
        return known
    first, dot, rest = imap_server.partition(".")
    if first.lower() == "imap" and dot:
        return f"smtp.{rest}"
    return imap_server if first.lower() in {"mail", "mx"} or is_loopback(imap_server) else ""


def is_loopback(server: str) -> bool:
    if server.lower() == "localhost":
        return True
    try:
        return ip_address(server.strip("[]")).is_loopback
    except ValueError:
        return False
