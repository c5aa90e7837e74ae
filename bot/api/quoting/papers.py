"""The PDF of a quote, and the logo on it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, HTTPException, Query, Response, UploadFile
from pydantic import BaseModel

from bot.api.quoting.seeing import rights_of_key
from bot.api.rest import PROBLEMS, Body, rest_router
from bot.dependencies import AdminCaller, Reader, RuntimeOf
from bot.desk.papers.branding import remove_logo, set_logo
from bot.desk.papers.making import Paper, internal_paper, paper
from domain.tenants.logos import LARGEST, Logos

router = rest_router("", "quotes")
uploads = APIRouter(tags=["tenant"], responses=dict(PROBLEMS))

PDF = "application/pdf"


class Sight(Body):
    """`internal`: with the pages for the company only (role staff; costs for who sees margins)."""

    internal: bool = False


class LogoOut(BaseModel):
    """`size` in bytes; 0: there is none."""

    content_type: str = ""
    size: int = 0
    sha256: str = ""


@router.get(
    "/quotes/{quote_id}/pdf",
    summary="A quote as PDF",
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "The paper"}},
)
async def pdf(
    quote_id: UUID, asked: Annotated[Sight, Query()], caller: Reader, runtime: RuntimeOf
) -> Response:
    """The customer's; once the quote was sent, the very bytes that were sent."""
    at = (caller.tenant_id, quote_id)
    if not asked.internal:
        return download(await paper(runtime.database, runtime.typesetter, at))
    if not caller.may("staff"):
        raise HTTPException(403, "This needs a key of the role staff")
    async with runtime.database.transaction(caller.tenant_id) as session:
        rights = await rights_of_key(session, caller)
    made = await internal_paper(
        runtime.database, runtime.typesetter, at, with_costs=rights.sees_margins
    )
    return download(made)


@router.get("/tenant/logo", summary="Your logo")
async def logo(caller: Reader, runtime: RuntimeOf) -> LogoOut:
    async with runtime.database.transaction(caller.tenant_id) as session:
        row = await Logos(session, caller.tenant_id).get()
        if row is None:
            return LogoOut()
        return LogoOut(content_type=row.content_type, size=len(row.content), sha256=row.sha256)


@router.delete("/tenant/logo", status_code=204, summary="Take the logo away")
async def no_logo(caller: AdminCaller, runtime: RuntimeOf) -> None:
    await remove_logo(runtime.database, caller.tenant_id, caller.actor)


@uploads.put("/tenant/logo", summary="Set your logo")
async def put_logo(
    file: Annotated[UploadFile, File(description="PNG, JPEG or plain SVG, up to 256 kB.")],
    caller: AdminCaller,
    runtime: RuntimeOf,
) -> LogoOut:
    """It is tried on a page before it is kept."""
    content = await file.read(LARGEST + 1)
    kind, sha256 = await set_logo(
        runtime.database, runtime.typesetter, caller.tenant_id, content, caller.actor
    )
    return LogoOut(content_type=kind, size=len(content), sha256=sha256)


def download(made: Paper) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{made.filename}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(made.content, media_type=PDF, headers=headers)
