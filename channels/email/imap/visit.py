"""A mailbox in use: each step in a thread, its failures in the words of channels."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self, TypeVar

import httpx
from pydantic import SecretStr

from channels.email.imap import refusals
from channels.email.imap.mailbox import Mailbox
from channels.email.oauth import AccessTokens
from channels.email.settings import EmailSettings
from channels.messages import ChannelError

T = TypeVar("T")


class Visit:
    """One connection; what is asked of it at once is asked in turn."""

    def __init__(self, settings: EmailSettings, mailbox: Mailbox) -> None:
        self.settings = settings
        self.mailbox = mailbox
        self.is_over = False
        self._asking = asyncio.Lock()

    @classmethod
    async def begin(
        cls, settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
    ) -> Self:
        """Logs in. An access token that was refused is replaced once."""
        try:
            return cls(
                settings, await _logged_in(settings, await _secret(settings, tokens, client))
            )
        except refusals.LoginRefused as error:
            if settings.auth != "xoauth2":
                raise refusals.login_refused(error, settings) from error
        tokens.forget(settings)
        try:
            return cls(
                settings, await _logged_in(settings, await _secret(settings, tokens, client))
            )
        except refusals.LoginRefused as error:
            raise refusals.login_refused(error, settings) from error

    @classmethod
    @asynccontextmanager
    async def of(
        cls, settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
    ) -> AsyncIterator["Visit"]:
        visit = await cls.begin(settings, tokens, client)
        try:
            yield visit
        finally:
            await visit.end()

    async def ask(self, step: Callable[[Mailbox], T]) -> T:
        """Raises Temporary or Permanent; after a lost connection the visit is over."""
        async with self._asking:
            return await self._asked(step)

    async def _asked(self, step: Callable[[Mailbox], T]) -> T:
        try:
            return await asyncio.to_thread(step, self.mailbox)
        except asyncio.CancelledError:
            self.is_over = True
            self.mailbox.wire.sever()
            raise
        except ChannelError:
            raise
        except refusals.FAULTS as error:
            self.is_over = self.is_over or refusals.breaks_connection(error)
            raise refusals.explained(error, self.settings.imap) from error

    async def end(self) -> None:
        if self.is_over:
            self.mailbox.wire.shut()
        else:
            self.is_over = True
            await asyncio.to_thread(self.mailbox.leave)


async def _logged_in(settings: EmailSettings, secret: SecretStr) -> Mailbox:
    connecting = asyncio.ensure_future(
        asyncio.to_thread(Mailbox, settings, secret.get_secret_value())
    )
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        connecting.add_done_callback(_abandoned)
        raise
    except refusals.FAULTS as error:
        raise refusals.explained(error, settings.imap) from error


def _abandoned(connecting: asyncio.Future[Mailbox]) -> None:
    """A thread cannot be stopped: what it still connects to is closed behind it."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().wire.shut()


async def _secret(
    settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
) -> SecretStr:
    if settings.auth == "password":
        return settings.password
    return await tokens.current(settings, client)
