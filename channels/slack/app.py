"""Takes what Slack sends, by HTTP or by Socket Mode, behind one listener, for all workspaces.

slack_bolt and aiohttp are imported when first needed.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from channels.channel import Delivery
from channels.slack.api import WEB_API
from channels.slack.events import (
    Challenge,
    NotForUs,
    Origin,
    SlashCommand,
    StaffEvent,
    TokensRevoked,
    Uninstalled,
)
from channels.slack.inbound import parse, understood
from channels.slack.reading import fingerprint
from channels.slack.signing import is_genuine

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult
    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_bolt.response import BoltResponse
    from slack_sdk.web.async_client import AsyncWebClient

PATIENCE_SECONDS = 2.5
_UNKNOWN = "Frontdesk is not connected to this workspace. Ask an administrator to install it."
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Authorized:
    """A workspace that has installed the app."""

    bot_token: SecretStr
    bot_user: str = ""
    bot_id: str = ""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the app is given, so that it needs no database.

    `authorize(team, enterprise)`: the workspace's token, None where the app is not installed.
    `keep(key, event)`: puts the event on disk with the mark that this key was taken, in one
    atomic step, and nothing if it was taken before. An error makes Slack deliver it again.
    """

    authorize: Callable[[str, str], Awaitable[Authorized | None]]
    keep: Callable[[str, StaffEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer a request of Slack's."""

    status: int
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


class SlackApp:
    """One app for all workspaces: the token is looked up for each delivery, nothing is shared.

    A delivery is acknowledged when `keep` has it on disk, and refused after `patience` seconds
    (Slack waits three): then Slack sends it again. What still runs goes on; `close` waits for it.
    """

    def __init__(
        self,
        signing_secret: SecretStr,
        wiring: Wiring,
        *,
        api_url: str = WEB_API,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = signing_secret
        self._wiring = wiring
        self._api_url = api_url
        self._patience = patience
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._bolt: AsyncApp | None = None

    async def receive(self, delivery: Delivery) -> Answer:
        """A request by HTTP: 401 for whatever Slack did not sign, never an error for its odd."""
        if not is_genuine(delivery, self._secret, self._clock()):
            return Answer(401, "not signed by Slack")
        content_type = delivery.headers.get("content-type", "")
        try:
            event = parse(delivery.body, content_type)
        except ValueError as error:
            event = NotForUs(Origin(fingerprint(delivery.body.hex()), ""), str(error))
        if isinstance(event, Challenge):
            return Answer(200, event.answer)
        if isinstance(event, NotForUs):
            return await self._kept(event)
        bolt = self._bolt if self._bolt is not None else await asyncio.to_thread(self.bolt)
        from slack_bolt.request.async_request import AsyncBoltRequest

        request = AsyncBoltRequest(
            body=delivery.body.decode(), headers=dict(delivery.headers), mode="http"
        )
        return _as_answer(await bolt.async_dispatch(request))

    @asynccontextmanager
    async def socket(self, app_token: SecretStr) -> AsyncIterator[None]:
        """Socket Mode while inside: no address of ours needs to be reachable; reconnects."""
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

        handler = AsyncSocketModeHandler(self.bolt(), app_token.get_secret_value())
        if self._is_stand_in:
            handler.client.proxy = None
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Waits for what was acknowledged and still runs."""
        while self._running:
            await asyncio.wait(self._running)

    def bolt(self) -> "AsyncApp":
        """Slack's own framework around the one listener; the signature is checked before."""
        if self._bolt is None:
            from slack_bolt.async_app import AsyncApp

            self._bolt = AsyncApp(
                name="frontdesk",
                client=self._client(),
                signing_secret=self._secret.get_secret_value(),
                authorize=_authorizing(self._wiring),
                request_verification_enabled=False,
            )
            self._bolt.use(_listening(self))
        return self._bolt

    def _client(self) -> "AsyncWebClient":
        from slack_sdk.web.async_client import AsyncWebClient

        client = AsyncWebClient(base_url=f"{self._api_url.rstrip('/')}/")
        if self._is_stand_in:
            client.proxy = None
        return client

    @property
    def _is_stand_in(self) -> bool:
        """A server on this machine is never reached through a proxy."""
        return urlsplit(self._api_url).hostname in {"127.0.0.1", "localhost", "::1"}

    async def listen(self, event: StaffEvent, *, is_known: bool) -> Answer:
        """The one listener. A workspace without the app gets a polite no."""
        if is_known or isinstance(event, Uninstalled | TokensRevoked | NotForUs):
            return await self._kept(event)
        answer = await self._kept(NotForUs(event.origin, "the workspace has not installed the app"))
        is_answered = isinstance(event, SlashCommand) and answer.status == 200
        return Answer(200, _UNKNOWN) if is_answered else answer

    async def _kept(self, event: StaffEvent) -> Answer:
        task = asyncio.create_task(self._keep(event))
        # asyncio itself holds tasks weakly: one that nobody holds may vanish half done.
        self._running.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        is_kept = bool(done) and not task.cancelled() and task.exception() is None
        return Answer(200) if is_kept else Answer(503, "not kept; send it again")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # told in the log where it was raised

    async def _keep(self, event: StaffEvent) -> None:
        key = f"{event.origin.team}:{event.origin.event_id}"
        try:
            await self._wiring.keep(key, event)
        except BaseException:
            _LOG.exception("an event from Slack was not kept: %s", key)
            raise


def _authorizing(wiring: Wiring) -> Callable[..., Awaitable["AuthorizeResult"]]:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> "AuthorizeResult":
        from slack_bolt.authorization import AuthorizeResult

        found = await wiring.authorize(team_id or "", enterprise_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=found.bot_token.get_secret_value() if found else None,
            bot_user_id=found.bot_user or None if found else None,
            bot_id=found.bot_id or None if found else None,
        )

    return authorize


def _listening(app: SlackApp) -> Callable[..., Awaitable["BoltResponse"]]:
    async def listen(body: dict[str, Any], context: "AsyncBoltContext") -> "BoltResponse":
        from slack_bolt.response import BoltResponse

        event = understood(body)
        if isinstance(event, Challenge):
            return BoltResponse(status=200, body=event.answer)
        known = context.authorize_result is not None and bool(context.authorize_result.bot_token)
        answer = await app.listen(event, is_known=known)
        return BoltResponse(status=answer.status, body=answer.body)

    return listen


def _as_answer(response: "BoltResponse") -> Answer:
    content_type = (response.headers.get("content-type") or ["text/plain; charset=utf-8"])[0]
    return Answer(response.status, response.body or "", content_type)
