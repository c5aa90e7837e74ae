"""What a mailbox needs: the keys of `email_settings` in the tenant settings."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from channels.channel import ChannelSettings
from channels.email import hosts

Security = Literal["tls", "starttls", "none"]

_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]{1,64}@[^\s@<>()\[\]\",;:\\]{1,253}")
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[?[0-9A-Fa-f:.]+\]?")
_TOKEN_URLS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to connect."""

    server: str
    port: int
    security: Security


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value) or not value.isprintable():
        raise ValueError(f"“{value[:80]}” is no mail address; write it as name@company.example")
    return value.lower()


def _host(value: str) -> str:
    if value and not _HOST.fullmatch(value):
        raise ValueError("write the server's name only, without imap:// and without a port")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line")
    return value


def _several_lines(value: str) -> str:
    """A command line has no line breaks: `\\n` stands for one."""
    return value.replace("\\n", "\n").replace("\r\n", "\n")


def _list(value: Any) -> Any:
    """From the command line as `a@firm.example, b@firm.example`."""
    return [v for v in re.split(r"[,\s]+", value) if v] if isinstance(value, str) else value


def _if_any(value: Any) -> Any:
    """`KEY=` takes a setting back."""
    return None if isinstance(value, str) and not value.strip() else value


def _stripped(secret: SecretStr) -> SecretStr:
    """Secrets are pasted, and line breaks come along."""
    value = secret.get_secret_value().strip()
    if not value.isprintable():
        raise ValueError("must be one line")
    return SecretStr(value)


Secret = Annotated[SecretStr, AfterValidator(_stripped)]
MailAddress = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
Port = Annotated[PortNumber | None, BeforeValidator(_if_any)]
Line = Annotated[str, AfterValidator(_one_line)]
Lines = Annotated[str, AfterValidator(_several_lines)]


class EmailSettings(ChannelSettings):
    """One mailbox. Kept as it was given: what follows from it are the properties below.

    Where each value is found: README.md beside this file.
    """

    account_field: ClassVar[str] = "email"

    email: MailAddress = Field(title="Address", description="customers write to it")
    password: Secret = Field(SecretStr(""), title="Password", description="an app password")
    imap_server: Host = Field("", title="IMAP server", description="empty: by the address")
    imap_port: Port = Field(None, title="IMAP port")
    imap_security: Annotated[Security | None, BeforeValidator(_if_any)] = Field(
        None, title="IMAP security"
    )
    folder: Line = Field("INBOX", title="Folder", min_length=1)
    sent_folder: Line = Field("", title="Sent folder", description="empty: found by its flag")
    smtp_server: Host = Field("", title="SMTP server", description="empty: beside the IMAP server")
    smtp_port: Port = Field(None, title="SMTP port")
    smtp_security: Annotated[Security | None, BeforeValidator(_if_any)] = Field(
        None, title="SMTP security"
    )
    username: Line = Field("", title="User name", description="empty: the address")
    auth: Literal["password", "xoauth2"] = Field("password", title="Login by")
    provider: Annotated[
        Literal["google", "microsoft", "custom"] | None, BeforeValidator(_if_any)
    ] = Field(None, title="OAuth provider", description="empty: by the IMAP server")
    client_id: Line = Field("", title="OAuth client ID")
    client_secret: Secret = Field(SecretStr(""), title="OAuth client secret")
    refresh_token: Secret = Field(SecretStr(""), title="OAuth refresh token")
    token_url: str = Field("", title="OAuth token address", description="custom provider only")
    aliases: Annotated[tuple[MailAddress, ...], BeforeValidator(_list)] = Field(
        (), title="Further addresses of this mailbox"
    )
    authserv_id: Line = Field("", title="Who vouches for senders (authserv-id)")
    plus_addressing: Annotated[bool | None, BeforeValidator(_if_any)] = Field(
        None, title="Replies to name+…@", description="empty: where the provider delivers them"
    )
    from_name: Line = Field("", title="Sender name")
    signature: Lines = Field("", title="Signature")
    footer: Lines = Field("", title="Footer", description="legal details")
    dkim_selectors: Annotated[tuple[Line, ...], BeforeValidator(_list)] = Field(
        (), title="DKIM selectors"
    )
    poll_minutes: int = Field(5, ge=1, le=1440, title="Minutes between polls")

    @field_validator("token_url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        is_local = parts.scheme == "http" and hosts.is_loopback(parts.hostname or "")
        if value and not (parts.hostname and (parts.scheme == "https" or is_local)):
            raise ValueError("the token address must begin with https://")
        return value

    @model_validator(mode="after")
    def _is_enough(self) -> Self:
        if not self.host.imap_server and not self.imap_server:
            raise ValueError(
                f"Set email_settings.imap_server: the server of {self.email} is not known."
                " Google Workspace: imap.gmail.com; Microsoft 365: outlook.office365.com."
            )
        for name, endpoint in (("imap", self.imap), ("smtp", self.smtp)):
            if endpoint.security == "none" and not hosts.is_loopback(endpoint.server):
                raise ValueError(
                    f"Set email_settings.{name}_security to tls or starttls: without it the"
                    f" password would cross the network in the clear."
                )
        if missing := self._missing():
            raise ValueError(missing)
        return self

    def _missing(self) -> str:
        if self.auth == "password":
            has_password = bool(self.password.get_secret_value())
            return "" if has_password else "Set email_settings.password (an app password)."
        wanted = {
            "client_id": self.client_id,
            "refresh_token": self.refresh_token.get_secret_value(),
            "token_url": self.oauth_token_url,
        }
        keys = [f"email_settings.{name}" for name, value in wanted.items() if not value]
        return f"Login by xoauth2 also needs {' and '.join(keys)}." if keys else ""

    # --- what follows -------------------------------------------------------------------

    @property
    def host(self) -> hosts.MailHost:
        """The provider, by the server where one is set, else by the address."""
        if self.imap_server:
            return hosts.of_server(self.imap_server)
        return hosts.of_address(self.email)

    @property
    def imap(self) -> Endpoint:
        security = self.imap_security or ("starttls" if self.imap_port == 143 else "tls")
        port = self.imap_port or (993 if security == "tls" else 143)
        return Endpoint(self.imap_server or self.host.imap_server, port, security)

    @property
    def smtp(self) -> Endpoint:
        """Its server is empty where it cannot be told."""
        server = self.smtp_server or hosts.smtp_beside(self.imap.server)
        security = self.smtp_security or ("tls" if self.smtp_port == 465 else "starttls")
        port = self.smtp_port or (465 if security == "tls" else 587)
        return Endpoint(server, port, security if server else "tls")

    @property
    def login(self) -> str:
        return self.username or self.email

    @property
    def own_addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.email, *self.aliases)))

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]

    @property
    def trusted_authserv_id(self) -> str:
        return self.authserv_id or self.host.authserv_id

    @property
    def has_plus_addresses(self) -> bool:
        if self.plus_addressing is not None:
            return self.plus_addressing
        return self.host.delivers_plus and self.login.lower() == self.email

    @property
    def oauth_provider(self) -> str:
        return self.provider or self.host.oauth or "custom"

    @property
    def oauth_token_url(self) -> str:
        return self.token_url or _TOKEN_URLS.get(self.oauth_provider, "")
