"""A tenant's logo: tried on a page, then kept."""

from uuid import UUID

from bot.paper.page import House, page_of
from bot.paper.typesetting import NotSet, Typesetter
from domain.audit.service import note
from domain.database import Database
from domain.quotes.writing.view import Heading, customer_view
from domain.tenants.logos import JPEG, PNG, BadLogo, Logos, as_svg, kind_of
from domain.tenants.settings import Branding

_RASTER = {PNG: "png", JPEG: "jpg"}


async def set_logo(
    database: Database, typesetter: Typesetter, tenant_id: UUID, content: bytes, actor: str
) -> tuple[str, str]:
    """Its media type and hash. Raises BadLogo."""
    kind = kind_of(content)
    heading = Heading("QT-1", 1, "Logo", is_draft=True, currency="GBP", language="en")
    page = page_of(customer_view(heading, (), {}), House("Logo", Branding(), has_logo=True))
    try:
        if kind in _RASTER:
            await typesetter.require_picture(_RASTER[kind], content)
        await typesetter.pdf(page, as_svg(kind, content))
    except NotSet as error:
        raise BadLogo("the picture cannot be drawn: save it anew with another program.") from error
    async with database.transaction(tenant_id) as session:
        row = await Logos(session, tenant_id).put(content)
        note(session, tenant_id, actor, "tenant.logo", sha256=row.sha256)
        return row.content_type, row.sha256


async def remove_logo(database: Database, tenant_id: UUID, actor: str) -> None:
    async with database.transaction(tenant_id) as session:
        await Logos(session, tenant_id).remove()
        note(session, tenant_id, actor, "tenant.logo", sha256="")
