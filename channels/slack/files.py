"""Files to and from Slack. The token goes to Slack's hosts only, or to the stand-in given."""

from collections.abc import Set
from typing import Any

import httpx

from channels.filenames import safe_filename
from channels.messages import Media, OutboundAttachment, Permanent, Temporary
from channels.slack.api import WebApi, sent, unreachable
from channels.slack.events import Place, SharedFile
from channels.slack.reading import text
from channels.spool import Spool

MEGABYTE = 1024 * 1024
_FILE_HOSTS = {"files.slack.com", "slack-files.com"}


async def upload(
    api: WebApi, attachments: tuple[OutboundAttachment, ...], place: Place, words: str
) -> tuple[str, ...]:
    """Slack's three steps: an address for each, the bytes, and then all shown at once."""
    if not attachments:
        return ()
    named = [(await _stored(api, a), safe_filename(a.filename)) for a in attachments]
    shown: dict[str, Any] = {"files": [{"id": i, "title": title} for i, title in named]}
    if words:
        shown["initial_comment"] = words
    if place.thread:
        shown["thread_ts"] = place.thread
    await api.call("files.completeUploadExternal", channel_id=place.channel, **shown)
    return tuple(file_id for file_id, _ in named)


async def _stored(api: WebApi, attachment: OutboundAttachment) -> str:
    name = safe_filename(attachment.filename, content_type=attachment.content_type)
    length = str(attachment.size)
    told = await api.ask("files.getUploadURLExternal", filename=name, length=length)
    url = text(told.get("upload_url"))
    if not is_slack_address(url, api.api_url, _FILE_HOSTS):
        raise Permanent("Slack named a place for the file that is not Slack's.", code="url")
    request = api.client.build_request("POST", url, content=attachment.whole)
    response = await sent(api.client, request, is_repeatable=True)
    if not response.is_success:
        raise Temporary("Slack did not take the file; it is tried again.", code="upload")
    return text(told.get("file_id"))


async def download(api: WebApi, file: SharedFile, limit: int) -> Media:
    if not is_slack_address(file.url, api.api_url, _FILE_HOSTS):
        raise Permanent("The file is not kept by Slack and was not fetched.", code="url")
    if file.size is not None and file.size > limit:
        raise _too_large(limit)
    headers = {**api.authorization, "Accept-Encoding": "identity"}
    request = api.client.build_request("GET", file.url, headers=headers)
    try:
        response = await api.client.send(request, stream=True, follow_redirects=False)
        try:
            return await _read(response, file, limit)
        finally:
            await response.aclose()
    except httpx.TransportError as error:
        raise unreachable(error, is_repeatable=True) from error


async def _read(response: httpx.Response, file: SharedFile, limit: int) -> Media:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_page = kind == "text/html" and file.content_type != "text/html"
    if response.is_redirect or response.status_code in {401, 403} or is_page:
        # Without the right to the file Slack shows its log-in page, with a 200.
        raise Permanent(
            "The bot may not read this file: it needs the scope files:read and must be in the"
            " channel. Install the app again or invite the bot.",
            code="file_access",
        )
    if response.status_code == 404:
        raise Permanent("The file is no longer in Slack.", code="file_not_found")
    if not response.is_success:
        raise Temporary("Slack did not hand out the file; it is tried again.", code="download")
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > limit:
            raise _too_large(limit)
    content_type = file.content_type or kind or "application/octet-stream"
    name = safe_filename(file.name, content_type=content_type)
    return Media(Spool.of(bytes(content)), content_type, name)


def is_slack_address(url: str, api_url: str, hosts: Set[str]) -> bool:
    """By https on one of these hosts, or exactly the API's own origin (a stand-in)."""
    try:
        target, own = httpx.URL(url), httpx.URL(api_url)
    except (httpx.InvalidURL, ValueError):
        return False
    if target.userinfo or not target.host:
        return False
    if (target.scheme, target.host, target.port) == (own.scheme, own.host, own.port):
        return True
    return target.scheme == "https" and target.port in {None, 443} and target.host in hosts


def _too_large(limit: int) -> Permanent:
    return Permanent(
        f"The file is larger than {limit // MEGABYTE} MB and was not fetched. Share a link.",
        code="too_large",
    )
