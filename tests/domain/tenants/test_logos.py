"""A logo is judged by what its bytes are; an SVG may draw and nothing else."""

import struct
import zlib
from uuid import uuid4

import pytest

from domain.database import Database
from domain.tenants.logos import LARGEST, BadLogo, Logos, as_svg, kind_of
from tests.conftest import Entered

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def png(width: int = 4, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = (b"\0" + b"\x20\x60\xa0" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_what_is_taken() -> None:
    assert kind_of(png()) == "image/png"
    assert kind_of(f'{HEAD}<rect width="4" height="2" fill="#123"/></svg>'.encode()) == (
        "image/svg+xml"
    )
    jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x02\0\x04\x01\x01\x11\0\xff\xd9"
    assert kind_of(jpeg) == "image/jpeg"
    assert 'width="4" height="2"' in as_svg("image/jpeg", jpeg)
    assert "data:image/png;base64," in as_svg("image/png", png())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"%PDF-1.7",
        b"<html><svg></svg></html>",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        png(3000, 3000)[:64],
        b"\x89PNG\r\n\x1a\n" + b"x" * LARGEST,
        b"<svg",
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD.encode() + b"&a;</svg>",
        f"{HEAD}<script>x</script></svg>".encode(),
        f"{HEAD}<foreignObject/></svg>".encode(),
        f'{HEAD}<rect onload="x"/></svg>'.encode(),
        f'{HEAD}<image href="/etc/passwd"/></svg>'.encode(),
        f'{HEAD}<image xlink:href="https://a.example/x.png"/></svg>'.encode(),
        f'{HEAD}<image href="data:image/svg+xml;base64,AAAA"/></svg>'.encode(),
        f"{HEAD}<style>@import 'https://a.example';</style></svg>".encode(),
        f'{HEAD}<rect fill="url(https://a.example/x)"/></svg>'.encode(),
        f'{HEAD}<rect style="fill:url( //a.example)"/></svg>'.encode(),
        (HEAD + "<g/>" * 6000 + "</svg>").encode(),
    ],
)
def test_what_is_not(content: bytes) -> None:
    with pytest.raises(BadLogo):
        kind_of(content)


def test_links_inside_the_drawing_are_fine() -> None:
    inner = '<linearGradient id="a"/><rect fill="url(#a)"/><use href="#a"/>'
    assert kind_of(f"{HEAD}{inner}</svg>".encode()) == "image/svg+xml"


async def test_a_tenant_has_one_and_another_tenant_does_not_see_it(
    tenant: Entered, shared_database: Database
) -> None:
    logos = Logos(tenant.session, tenant.tenant_id)
    first = await logos.put(png())
    assert (await logos.put(png(5, 5))).id == first.id
    kept = await logos.get()
    assert kept is not None
    assert kept.content == png(5, 5)
    async with shared_database.transaction(stranger := uuid4()) as session:
        assert await Logos(session, stranger).get() is None
    await logos.remove()
    assert await logos.get() is None
