"""Tries a mailbox out without sending anything: logs in where it reads and where it sends."""

from collections.abc import AsyncIterator

import httpx

from channels.email import smtp
from channels.email.imap.mailbox import Mailbox
from channels.email.imap.visit import Visit
from channels.email.oauth import AccessTokens
from channels.email.settings import EmailSettings
from channels.messages import ChannelError


async def findings(
    settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
) -> tuple[str, ...]:
    """What is wrong, a sentence each that says what to do; empty: all well."""
    read = [told async for told in _reading(settings, tokens, client)]
    return (*read, *[told async for told in _sending(settings, tokens, client)])


async def _reading(
    settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
) -> AsyncIterator[str]:
    try:
        async with Visit.of(settings, tokens, client) as visit:
            for told in await visit.ask(lambda mailbox: _seen(mailbox, settings)):
                yield told
    except ChannelError as error:
        yield str(error)


def _seen(mailbox: Mailbox, settings: EmailSettings) -> list[str]:
    found = []
    if mailbox.select(settings.folder, to_change=True).is_read_only:
        found.append(
            f"The folder “{settings.folder}” may only be read: mails that were taken in are not"
            " marked as seen."
        )
    sent = mailbox.sent_folder(settings)
    if sent:
        mailbox.select(sent)
    else:
        found.append(
            "There is no Sent folder, so answers that staff write in a mail program are not seen:"
            " set email_settings.sent_folder."
        )
    return found


async def _sending(
    settings: EmailSettings, tokens: AccessTokens, client: httpx.AsyncClient
) -> AsyncIterator[str]:
    try:
        async with smtp.connected(settings, tokens, client):
            pass
    except ChannelError as error:
        yield str(error)
