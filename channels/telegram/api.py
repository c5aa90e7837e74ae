"""The Bot API through python-telegram-bot, over the client that all channels share.

Imports the library, which takes a while: imported itself only when something is to be called.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from channels.messages import ChannelError, Temporary
from channels.telegram.errors import Refusal, error_for, unreachable
from channels.telegram.reading.payload import Node, document, integer, node, text

UPLOAD_SECONDS = 120.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Refused(TelegramError):
    """The server's own words, before they are translated."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.description)
        self.refusal = refusal


class Unanswered(TelegramError):
    """No answer came. `is_unsent`: surely the request had not left."""

    def __init__(self, error: httpx.TransportError) -> None:
        super().__init__(type(error).__name__)
        self.is_unsent = isinstance(error, _NOT_SENT)


class SharedClient(BaseRequest):
    """How the library speaks HTTP: through our client, with our reading of refusals."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @property
    def read_timeout(self) -> float | None:
        return self._client.timeout.read

    async def initialize(self) -> None:
        """The client is open already."""

    async def shutdown(self) -> None:
        """The client is not ours to close."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Like the library's, but what is no JSON (it may hold anything) stays out of the log."""
        try:
            return document(payload)
        except ValueError:
            raise Refused(Refusal(0, "an answer that is not JSON")) from None

    async def _exchange(  # noqa: PLR0913 - the library's own signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        files = request_data.multipart_data if request_data else None
        told = None if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = self._timeout(told or (UPLOAD_SECONDS if files else None))
        try:
            response = await self._client.request(
                method,
                url,
                data=request_data.json_parameters if request_data else None,
                files=files or None,
                timeout=timeout,
                follow_redirects=False,
            )
        except httpx.TransportError as error:
            raise Unanswered(error) from error
        if not response.is_success:
            raise Refused(_refusal(response))
        return response.status_code, response.content

    do_request = _exchange  # by the library's name for it

    def _timeout(self, read: float | None) -> httpx.Timeout:
        own = self._client.timeout
        if read is None or own.read is None:
            return own
        longer = max(read, own.read)
        return httpx.Timeout(connect=own.connect, read=longer, write=own.write, pool=own.pool)


class Calls(Bot):
    """The library's bot, and what its classes would refuse now and then, as it came."""

    async def raw_updates(self, offset: int | None, limit: int, seconds: int) -> list[Node]:
        asked = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": ALLOWED}
        wanted = {key: value for key, value in asked.items() if value is not None}
        told = await self._post("getUpdates", wanted, read_timeout=seconds + 15.0)
        return [node(one) for one in told] if isinstance(told, list) else []

    async def raw_file(self, file_id: str) -> Node:
        return node(await self._post("getFile", {"file_id": file_id}))


ALLOWED = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member"]
"""Reactions are told only to bots that ask for them by name."""


class Api:
    """One bot at one server."""

    def __init__(self, api_url: str, token: SecretStr, client: httpx.AsyncClient) -> None:
        self.api_url = api_url
        self.client = client
        self._token = token
        speaking = SharedClient(client)
        self._bot = Calls(
            token.get_secret_value(),
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=speaking,
            get_updates_request=speaking,
        )

    @asynccontextmanager
    async def calling(self, *, is_repeatable: bool = False) -> AsyncIterator[Calls]:
        """What the library raises inside becomes Temporary or Permanent; `Refused` with a new
        chat id passes. `is_repeatable`: doing it twice harms nothing."""
        try:
            yield self._bot
        except Refused as error:
            if error.refusal.moved_to is not None:
                raise
            raise error_for(error.refusal, is_repeatable=is_repeatable) from None
        except Unanswered as error:
            lost = not is_repeatable and not error.is_unsent
            raise unreachable(error.message, may_have_been_sent=lost) from None
        except ChannelError:
            raise
        except (TelegramError, TypeError, KeyError, ValueError, AttributeError) as error:
            # Accepted, but with an answer that the library's classes do not understand.
            raise Temporary(
                f"Telegram answered with something unexpected ({type(error).__name__}); it is"
                " tried again.",
                code="answer",
                may_have_been_sent=not is_repeatable,
            ) from error

    async def updates(self, offset: int | None, *, limit: int = 100, wait: int = 0) -> list[Node]:
        """Raises Temporary or Permanent."""
        async with self.calling(is_repeatable=True) as bot:
            return await bot.raw_updates(offset, limit, wait)

    def file_url(self, path: str) -> str:
        return f"{self.api_url}/file/bot{self._token.get_secret_value()}/{path}"


def _refusal(response: httpx.Response) -> Refusal:
    try:
        told = document(response.content)
    except ValueError:
        return Refusal(response.status_code)
    parameters = node(told.get("parameters"))
    seconds = integer(parameters.get("retry_after"))
    header = response.headers.get("retry-after", "")
    if seconds is None and header.isascii() and header.isdigit():
        seconds = int(header[:9])
    return Refusal(
        response.status_code,
        text(told.get("description")),
        float(seconds) if seconds is not None else None,
        integer(parameters.get("migrate_to_chat_id")),
    )


def numbers(updates: Sequence[Node]) -> list[int]:
    """The ids of updates; those without one are left out."""
    return [found for one in updates if (found := integer(one.get("update_id"))) is not None]
