"""Access tokens for XOAUTH2, made from a refresh token and kept until shortly before they end."""

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from channels.email.settings import EmailSettings
from channels.messages import ChannelError, Permanent, Temporary

# A token that ends while a long fetch logs in again would look like a withdrawn one.
MARGIN_SECONDS = 120.0
_SCOPES = {
    "microsoft": "https://outlook.office.com/IMAP.AccessAsUser.All"
    " https://outlook.office.com/SMTP.Send offline_access",
}
# RFC 6749, 5.2: these will not pass by themselves.
_FINAL = {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"}


class _Answer(BaseModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: float = Field(3600, gt=0, le=86_400 * 365)
    refresh_token: SecretStr | None = None


class _Refusal(BaseModel):
    error: str = Field("", pattern=r"^[A-Za-z0-9_.-]{0,64}$")


@dataclass(slots=True)
class _Grant:
    """What is known for one refresh token. `rotated`: the one that came in its place."""

    access: SecretStr | None = None
    ends_at: float = 0.0
    rotated: SecretStr | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class AccessTokens:
    """One per process; a change of the settings makes a new token by itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._grants: dict[str, _Grant] = {}

    async def current(self, settings: EmailSettings, client: httpx.AsyncClient) -> SecretStr:
        """Raises Permanent where the mailbox must be connected again, else Temporary."""
        grant = self._grants.setdefault(_key(settings), _Grant())
        async with grant.asking:
            if grant.access is None or grant.ends_at <= self._clock():
                await self._renew(grant, settings, client)
            assert grant.access is not None
            return grant.access

    def forget(self, settings: EmailSettings) -> None:
        """The mail server refused the token before its time."""
        if grant := self._grants.get(_key(settings)):
            grant.access = None

    def rotated(self, settings: EmailSettings) -> SecretStr | None:
        """The refresh token to store from now on, where the provider gave another one.

        Microsoft's end 90 days after they were made: one that is never replaced stops working.
        """
        grant = self._grants.get(_key(settings))
        return grant.rotated if grant else None

    async def _renew(
        self, grant: _Grant, settings: EmailSettings, client: httpx.AsyncClient
    ) -> None:
        newest = grant.rotated or settings.refresh_token
        answer = await _asked(settings, newest, client)
        grant.access = answer.access_token
        grant.ends_at = self._clock() + max(answer.expires_in - MARGIN_SECONDS, 30.0)
        told = answer.refresh_token
        if told and told.get_secret_value() != newest.get_secret_value():
            grant.rotated = told


async def _asked(
    settings: EmailSettings, refresh_token: SecretStr, client: httpx.AsyncClient
) -> _Answer:
    """RFC 6749, 6: a refresh request."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token.get_secret_value(),
        "client_id": settings.client_id,
        "client_secret": settings.client_secret.get_secret_value(),
        "scope": _SCOPES.get(settings.oauth_provider, ""),
    }
    try:
        response = await client.post(
            settings.oauth_token_url,
            data={name: value for name, value in form.items() if value},
            headers={"accept": "application/json"},
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        raise Temporary(
            f"The login service of {settings.email} could not be reached"
            f" ({type(error).__name__}); it is tried again.",
            code="network",
        ) from error
    if not response.is_success:
        raise _refused(settings, response)
    try:
        return _Answer.model_validate_json(response.content)
    except ValidationError:
        raise Temporary(
            f"The login service of {settings.email} gave an answer without a token;"
            " it is tried again.",
            code="answer",
        ) from None


def _refused(settings: EmailSettings, response: httpx.Response) -> ChannelError:
    try:
        code = _Refusal.model_validate_json(response.content).error
    except ValidationError:
        code = ""
    if code not in _FINAL and (response.status_code == 429 or response.status_code >= 500):
        return Temporary(
            f"The login service of {settings.email} is busy; it is tried again.",
            code=str(response.status_code),
        )
    return Permanent(
        f"Access to the mailbox {settings.email} was withdrawn or has ended"
        f" ({code or response.status_code}). Connect the mailbox again: make a new refresh token"
        " and set it with `frontdesk tenant set TENANT email_settings.refresh_token=…`.",
        code=code or str(response.status_code),
    )


def _key(settings: EmailSettings) -> str:
    """All that the grant rests on, without keeping a secret as a dictionary's key."""
    parts = (settings.oauth_token_url, settings.client_id, settings.login)
    secrets = (settings.client_secret, settings.refresh_token)
    told = "\0".join((*parts, *(s.get_secret_value() for s in secrets)))
    return hmac.new(b"oauth-grant", told.encode(), sha256).hexdigest()
