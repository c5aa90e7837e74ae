"""Files up to Meta and down from it: right kinds, hard limits, and the token only to Meta."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx

from channels.filenames import safe_filename
from channels.messages import InboundAttachment, Media, OutboundAttachment, Permanent, Temporary
from channels.spool import Spool, spooled
from channels.whatsapp.attachments import digest, is_digest
from channels.whatsapp.errors import Refusal, error_for
from channels.whatsapp.graph import Graph, unreachable
from channels.whatsapp.payload import number, text

MEGABYTE = 1024 * 1024
# Shown in the chat itself up to these sizes; beyond, and of other kinds, sent as a document.
_SHOWN = {
    "image/jpeg": ("image", 5 * MEGABYTE),
    "image/png": ("image", 5 * MEGABYTE),
    "video/mp4": ("video", 16 * MEGABYTE),
    "video/3gpp": ("video", 16 * MEGABYTE),
}
# What Meta's media reference lists; text of any kind goes up as plain text.
_TAKEN = re.compile(
    r"image/(jpeg|png|webp)|video/(mp4|3gpp)|audio/(aac|amr|mp4|mpeg|ogg|opus)|text/plain"
    r"|application/(pdf|msword|vnd\.ms-excel|vnd\.ms-powerpoint"
    r"|vnd\.openxmlformats-officedocument\.(wordprocessingml\.document"
    r"|spreadsheetml\.sheet|presentationml\.presentation))"
)
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_META_HOST = re.compile(r"lookaside\.fbsbx\.com|([a-z0-9-]+\.)+(whatsapp\.net|fbcdn\.net)")


def shown_as(attachment: OutboundAttachment) -> str:
    """image, video or document."""
    kind, limit = _SHOWN.get(_plain(attachment.content_type), ("document", 0))
    return kind if attachment.size <= limit else "document"


def uploadable_type(content_type: str) -> str | None:
    """The content type to upload it as; None: WhatsApp takes no such file."""
    plain = _plain(content_type)
    if plain.startswith("text/"):
        return "text/plain"
    return plain if _TAKEN.fullmatch(plain) else None


async def upload(graph: Graph, phone_number_id: str, attachment: OutboundAttachment) -> str:
    """The media id. An upload that is done twice harms nothing."""
    content_type = uploadable_type(attachment.content_type)
    name = safe_filename(attachment.filename, content_type=attachment.content_type)
    if content_type is None:
        raise Permanent(
            f"WhatsApp takes no files of the kind {_plain(attachment.content_type)}: “{name}” was"
            " not sent. Send it as PDF or by email.",
            code="131053",
        )
    answer = await graph.post(
        f"{phone_number_id}/media",
        is_repeatable=True,
        data={"messaging_product": "whatsapp", "type": content_type},
        files={"file": (name, attachment.source, content_type)},
    )
    media_id = text(answer.get("id"))
    if not media_id:
        raise Temporary("WhatsApp gave no id for an uploaded file; it is tried again.", code="id")
    return media_id


async def fetch(graph: Graph, attachment: InboundAttachment, limit: int) -> Media:
    """The file, at most `limit` bytes, its checksum compared where Meta tells one."""
    reference = attachment.reference or ""
    if not _MEDIA_ID.fullmatch(reference):
        raise Permanent("The message names no file that WhatsApp could hand out.", code="media")
    told = await graph.get(quote(reference, safe=""))
    size = number(told.get("file_size"))
    if size is not None and size > limit:
        raise _too_large(limit)
    url = text(told.get("url"))
    if not may_be_fetched(url, graph.api_url):
        raise Permanent("WhatsApp named a place for the file that is not Meta's.", code="media")
    spool = await _download(graph, url, limit)
    try:
        _compare(spool, digest(text(told.get("sha256"))), attachment.sha256)
    except Temporary:
        spool.close()
        raise
    content_type = text(told.get("mime_type")) or attachment.content_type
    return Media(spool, content_type, attachment.filename)


def may_be_fetched(url: str, api_url: str) -> bool:
    """Whether the token may go there: Meta's hosts by https, or exactly the API's own origin."""
    try:
        target, own = httpx.URL(url), httpx.URL(api_url)
    except (httpx.InvalidURL, ValueError):
        return False
    if target.userinfo or not target.host:
        return False
    if (target.scheme, target.host, target.port) == (own.scheme, own.host, own.port):
        return True
    is_usual = target.scheme == "https" and target.port in {None, 443}
    return is_usual and _META_HOST.fullmatch(target.host.lower()) is not None


async def _download(graph: Graph, url: str, limit: int) -> Spool:
    async with _opened(graph, url) as response:
        if not response.is_success:
            raise error_for(Refusal(response.status_code, {}))
        return await spooled(response.aiter_bytes(), limit, _too_large(limit))


@asynccontextmanager
async def _opened(graph: Graph, url: str) -> AsyncIterator[httpx.Response]:
    # Unpacked, a small answer could grow beyond every limit at once.
    headers = {**graph.authorization, "Accept-Encoding": "identity"}
    request = graph.client.build_request("GET", url, headers=headers)
    try:
        response = await graph.client.send(request, stream=True, follow_redirects=False)
        try:
            yield response
        finally:
            await response.aclose()
    except httpx.TransportError as error:
        raise unreachable(error, is_repeatable=True) from error


def _compare(spool: Spool, *told: str | None) -> None:
    found = spool.sha256
    expected = next((t for t in told if is_digest(t)), found)
    if expected != found:
        raise Temporary(
            "A file from WhatsApp arrived damaged; it is fetched again.", code="checksum"
        )


def _too_large(limit: int) -> Permanent:
    return Permanent(
        f"The customer's file is larger than {limit // MEGABYTE} MB and was not fetched. Ask for a"
        " smaller one or for a link.",
        code="too_large",
    )


def _plain(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
