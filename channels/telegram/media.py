"""Files down from Telegram: a hard limit, and the token only to the API's own server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from channels.messages import ChannelError, InboundAttachment, Media, Permanent
from channels.spool import Spool, spooled
from channels.telegram.api import Api
from channels.telegram.errors import Refusal, error_for, unreachable
from channels.telegram.reading.attachments import FILE_ID
from channels.telegram.reading.payload import integer, text

MEGABYTE = 1024 * 1024
DOWNLOAD_LIMIT = 20 * MEGABYTE
"""“getFile” of the Bot API."""
_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,300}")


async def fetch(api: Api, attachment: InboundAttachment) -> Media:
    reference = attachment.reference or ""
    if not FILE_ID.fullmatch(reference):
        raise Permanent("The message names no file that Telegram could hand out.", code="media")
    if (attachment.size or 0) > DOWNLOAD_LIMIT:
        raise _too_large()
    async with api.calling(is_repeatable=True) as bot:
        told = await bot.raw_file(reference)
    if (integer(told.get("file_size")) or 0) > DOWNLOAD_LIMIT:
        raise _too_large()
    path = text(told.get("file_path"))
    if not _PATH.fullmatch(path):
        raise Permanent("Telegram named a place for the file that is not its own.", code="media")
    spool = await _download(api, path)
    return Media(spool, attachment.content_type, attachment.filename)


async def _download(api: Api, path: str) -> Spool:
    async with _opened(api, path) as response:
        if not response.is_success:
            raise _gone(response.status_code)
        return await spooled(response.aiter_bytes(), DOWNLOAD_LIMIT, _too_large())


@asynccontextmanager
async def _opened(api: Api, path: str) -> AsyncIterator[httpx.Response]:
    # Unpacked, a small answer could grow beyond every limit at once.
    headers = {"Accept-Encoding": "identity"}
    request = api.client.build_request("GET", api.file_url(path), headers=headers)
    try:
        response = await api.client.send(request, stream=True, follow_redirects=False)
        try:
            yield response
        finally:
            await response.aclose()
    except httpx.TransportError as error:
        raise unreachable(type(error).__name__, may_have_been_sent=False) from None


def _gone(status: int) -> ChannelError:
    """A 404 for a file does not mean, as it does elsewhere, that the token is wrong."""
    status = 400 if status in {401, 404} else status
    return error_for(Refusal(status, "wrong file"), is_repeatable=True)


def _too_large() -> Permanent:
    return Permanent(
        f"The customer's file is larger than the {DOWNLOAD_LIMIT // MEGABYTE} MB that Telegram"
        " hands to bots. Ask for a smaller one or for a link.",
        code="too_large",
    )
