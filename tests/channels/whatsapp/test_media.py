"""Files come from Meta only, within limits, and whole."""

from collections.abc import AsyncIterator
from hashlib import sha256

import httpx
import pytest

from channels.messages import InboundAttachment, Permanent, Temporary
from channels.whatsapp.adapter import WhatsApp
from channels.whatsapp.media import may_be_fetched
from channels.whatsapp.simulator import Fault
from tests.channels.whatsapp.conftest import Wire

API = "https://graph.facebook.com/v24.0"


def named(media: dict[str, str], **further: str) -> InboundAttachment:
    told = {"sha256": media["sha256"], **further}
    return InboundAttachment("rack.jpg", "image/jpeg", reference=media["id"], **told)  # type: ignore[arg-type]


async def test_a_file_is_downloaded_and_checked(wire: Wire) -> None:
    media = await wire.fetch(named(wire.meta.add_media(b"picture", "image/jpeg")))
    assert (media.content, media.content_type, media.filename) == (
        b"picture",
        "image/jpeg",
        "rack.jpg",
    )


async def test_a_file_larger_than_allowed_is_refused_in_words_for_staff(wire: Wire) -> None:
    media = wire.meta.add_media(bytes(25 * 1024 * 1024 + 1), "application/pdf")
    with pytest.raises(Permanent, match="larger than 25 MB"):
        await wire.fetch(named(media))
    assert wire.meta.requests == [f"GET /v24.0/{media['id']}"]


class Elsewhere(httpx.AsyncBaseTransport):
    """Meta's own hosts, as one answer for the file; remembers how much of it was read."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.hosts: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.hosts.append(request.url.host)
        if request.url.host == "graph.facebook.com":
            return httpx.Response(200, json={"url": "https://lookaside.fbsbx.com/file"})
        return self.answer


async def fetched_from(elsewhere: Elsewhere, wire: Wire) -> None:
    async with httpx.AsyncClient(transport=elsewhere, follow_redirects=True) as client:
        file = InboundAttachment("a.jpg", "image/jpeg", reference="1")
        await WhatsApp(API).fetch(file, wire.settings, client)


async def test_a_file_that_hides_its_size_is_cut_off_at_the_limit(wire: Wire) -> None:
    pieces_read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pieces_read
        while True:
            pieces_read += 1
            yield bytes(1024 * 1024)

    with pytest.raises(Permanent, match="larger than 25 MB"):
        await fetched_from(Elsewhere(httpx.Response(200, content=endless())), wire)
    assert pieces_read == 26


async def test_a_file_that_lies_about_its_size_is_not_read(wire: Wire) -> None:
    large = wire.meta.add_media(bytes(25 * 1024 * 1024 + 1), "application/pdf")
    small = wire.meta.add_media(b"small", "application/pdf")
    wire.meta.media_url = f"{wire.meta.base_url}/files/{large['id']}"
    with pytest.raises(Permanent, match="larger than 25 MB"):
        await wire.fetch(named(small))


async def test_a_download_is_never_redirected(wire: Wire) -> None:
    away = httpx.Response(302, headers={"location": "https://evil.example/"})
    elsewhere = Elsewhere(away)
    with pytest.raises(Permanent):
        await fetched_from(elsewhere, wire)
    assert elsewhere.hosts == ["graph.facebook.com", "lookaside.fbsbx.com"]


async def test_a_damaged_file_is_fetched_again(wire: Wire) -> None:
    other, media = (wire.meta.add_media(content, "image/jpeg") for content in (b"a", b"b"))
    wire.meta.media_url = f"{wire.meta.base_url}/files/{other['id']}"
    with pytest.raises(Temporary, match="damaged"):
        await wire.fetch(named(media))


async def test_a_checksum_that_is_none_does_not_count(wire: Wire) -> None:
    media = wire.meta.add_media(b"picture", "image/jpeg")
    assert (await wire.fetch(named(media, sha256="IMAGE_HASH"))).content == b"picture"
    assert media["sha256"] == sha256(b"picture").hexdigest()


async def test_a_file_that_meta_no_longer_has_is_gone_for_good(wire: Wire) -> None:
    with pytest.raises(Permanent, match="does not exist"):
        await wire.fetch(InboundAttachment("a.jpg", "image/jpeg", reference="404404"))


async def test_too_many_downloads_are_tried_again(wire: Wire) -> None:
    media = wire.meta.add_media(b"picture", "image/jpeg")
    wire.meta.order(Fault.NONE)
    wire.meta.order(Fault.TOO_MANY)
    with pytest.raises(Temporary) as refused:
        await wire.fetch(named(media))
    assert not refused.value.may_have_been_sent


@pytest.mark.parametrize("reference", [None, "", "../me", "1?access_token=x", "a/b", "1\r\n"])
async def test_an_id_that_is_none_reaches_no_server(wire: Wire, reference: str | None) -> None:
    with pytest.raises(Permanent, match="no file"):
        await wire.fetch(InboundAttachment("a", "image/jpeg", reference=reference))
    assert wire.meta.requests == []


async def test_the_token_never_goes_to_a_host_that_is_not_metas(wire: Wire) -> None:
    media = wire.meta.add_media(b"picture", "image/jpeg")
    port = int(wire.meta.base_url.rpartition(":")[2])
    wire.meta.media_url = f"http://localhost:{port}/files/{media['id']}"
    with pytest.raises(Permanent, match="not Meta's"):
        await wire.fetch(named(media))


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://media-lhr6-1.cdn.whatsapp.net/v/1",
        "https://mmg.whatsapp.net/v/1",
        "https://scontent.xx.fbcdn.net/v/1",
        "https://LOOKASIDE.fbsbx.com/x",
        "https://graph.facebook.com/v24.0/1",
    ],
)
def test_a_host_of_metas_is_fetched_from(url: str) -> None:
    assert may_be_fetched(url, API)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lookaside.fbsbx.com/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evillookaside.fbsbx.com/x",
        "https://whatsapp.net/x",
        "https://evilwhatsapp.net/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://user@lookaside.fbsbx.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://2130706433/x",
        "https://graph.facebook.com:444/x",
        "http://graph.facebook.com/x",
        "file:///etc/passwd",
        "https://lookaside.fbsbx.com\\@evil.example/",
        "https://exa mple/",
    ],
)
def test_any_other_place_is_refused(url: str) -> None:
    assert not may_be_fetched(url, API)
