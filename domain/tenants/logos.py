"""A tenant's logo: checked by what its bytes are, not by what they are called; one per tenant.

An SVG may draw and nothing else: no script, no link to anything outside, no entities.
"""

import base64
import hashlib
import re
import struct
from uuid import UUID

from lxml import etree
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.tenants.models import TenantLogo
from domain.types import new_id, utc_now

LARGEST = 256 * 1024
MOST_PIXELS = 4_000_000
PNG, JPEG, SVG = "image/png", "image/jpeg", "image/svg+xml"
_SVG = "http://www.w3.org/2000/svg"
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+")
_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|javascript:", re.I)
_BANNED = frozenset(
    {"script", "foreignObject", "iframe", "object", "embed", "audio", "video", "handler", "set"}
)
MOST_ELEMENTS = 5000


class BadLogo(Refused):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The logo is not taken: {reason}")


def kind_of(content: bytes) -> str:
    """Its media type. Raises BadLogo where it is no harmless PNG, JPEG or SVG."""
    if len(content) > LARGEST:
        raise BadLogo(f"it may have {LARGEST // 1024} kB.")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", content[16:24].ljust(8, b"\0"))
        return _of_size(PNG, width, height)
    if content.startswith(b"\xff\xd8\xff"):
        return _of_size(JPEG, *_jpeg_size(content))
    if b"<svg" in content[:4096]:
        _require_harmless(content)
        return SVG
    raise BadLogo("it must be a PNG, a JPEG or an SVG.")


def _of_size(kind: str, width: int, height: int) -> str:
    if not width or not height or width * height > MOST_PIXELS:
        raise BadLogo("its size cannot be read, or it has more than four million pixels.")
    return kind


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From the first frame header (ITU T.81, B.2.2); (0, 0): there is none."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + max(length, 2)
    return 0, 0


def _require_harmless(content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BadLogo("an SVG with a DOCTYPE or entities is not taken: save it as plain SVG.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadLogo("the SVG cannot be read.") from error
    if etree.QName(root).localname != "svg" or etree.QName(root).namespace != _SVG:
        raise BadLogo("the SVG cannot be read.")
    for count, element in enumerate(root.iter(tag=etree.Element)):
        if count > MOST_ELEMENTS:
            raise BadLogo("the SVG is too intricate for a logo.")
        _require_harmless_element(element)


def _require_harmless_element(element: etree._Element) -> None:
    name = etree.QName(element).localname
    if name in _BANNED:
        raise BadLogo(f"an SVG may only draw, and this one has <{name}>.")
    texts = [element.text or ""] if name == "style" else []
    for attribute, value in element.attrib.items():
        own = etree.QName(str(attribute)).localname.lower()
        if own.startswith("on"):
            raise BadLogo("an SVG may only draw, and this one has a script.")
        is_link = own in ("href", "src") and not str(value).startswith("#")
        if is_link and not _PICTURE.fullmatch(str(value)):
            raise BadLogo("an SVG may not link to anything outside itself.")
        if own not in ("href", "src"):
            texts.append(str(value))
    if any(_OUTSIDE.search(text) for text in texts):
        raise BadLogo("an SVG may not link to anything outside itself.")


def as_svg(kind: str, content: bytes) -> str:
    """The logo as SVG text, a picture inside one: what the typesetter takes."""
    if kind == SVG:
        return content.decode("utf-8", "replace")
    width, height = struct.unpack(">II", content[16:24]) if kind == PNG else _jpeg_size(content)
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="{_SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image href="data:{kind};base64,{data}" width="{width}" height="{height}"/></svg>'
    )


class Logos:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def get(self) -> TenantLogo | None:
        query = select(TenantLogo).where(TenantLogo.tenant_id == self._tenant_id)
        return (await self._session.scalars(query)).one_or_none()

    async def put(self, content: bytes) -> TenantLogo:
        """Instead of the one there was. Raises BadLogo."""
        kind = kind_of(content)
        row = await self.get()
        if row is None:
            row = TenantLogo(id=new_id(), tenant_id=self._tenant_id)
            self._session.add(row)
        row.content_type, row.content = kind, content
        row.sha256, row.updated_at = hashlib.sha256(content).hexdigest(), utc_now()
        await self._session.flush()
        return row

    async def remove(self) -> None:
        mine = delete(TenantLogo).where(TenantLogo.tenant_id == self._tenant_id)
        await self._session.execute(mine)
