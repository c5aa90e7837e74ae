"""What is done on the customer's phone, what is ordered to go wrong, and the files shown there."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from bot.console.bodies import SentForm
from bot.console.forms import OnPage, Ordered, Pressed, Reaction, Rewritten, Written
from bot.console.guard import checked, local_only, posted, same_page_with_files
from bot.console.phone.handset import Handset
from bot.console.scene import NO_STORE, OnStage, shown
from bot.console.stage import Stage
from channels.standing.standin import SharedFile
from domain.conversations.attachments import Attachments
from domain.errors import NotFound

router = APIRouter(include_in_schema=False, dependencies=[Depends(local_only)])
WithFiles = Annotated[SentForm, Depends(same_page_with_files)]
SHOWN = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/webm",
        "audio/wav",
        "video/mp4",
        "video/webm",
    }
)
"""What a browser shows without running anything of it; all else is handed out to be kept."""


async def _handset(stage: Stage, form: OnPage) -> Handset:
    return await stage.handset(form, await stage.customers(form.on))


@router.post("/simulator/messages")
async def write(request: Request, stage: OnStage, sent: WithFiles) -> Response:
    form = checked(Written, sent.fields)
    files = tuple(
        SharedFile(one.name, one.content_type, one.content)
        for name, one in sent.files
        if name == "file"
    )
    handset = await _handset(stage, form)
    await handset.write(form.text, files, form.subject, form.quote or None)
    form.quote = ""
    if form.subject.strip():
        form.talk = ""  # the new thread is the latest
    return await shown(request, stage, form)


@router.post("/simulator/choices")
async def press(
    request: Request, stage: OnStage, form: Annotated[Pressed, Depends(posted(Pressed))]
) -> Response:
    await (await _handset(stage, form)).press(form.choice)
    return await shown(request, stage, form)


@router.post("/simulator/reactions")
async def react(
    request: Request, stage: OnStage, form: Annotated[Reaction, Depends(posted(Reaction))]
) -> Response:
    await (await _handset(stage, form)).react(form.message, form.emoji)
    return await shown(request, stage, form)


@router.post("/simulator/edits")
async def edit(
    request: Request, stage: OnStage, form: Annotated[Rewritten, Depends(posted(Rewritten))]
) -> Response:
    await (await _handset(stage, form)).edit(form.message, form.text)
    return await shown(request, stage, form)


@router.post("/simulator/read")
async def read(stage: OnStage, form: Annotated[OnPage, Depends(posted(OnPage))]) -> Response:
    """The phone has shown what was sent to it."""
    await (await _handset(stage, form)).look()
    return Response(status_code=204, headers=NO_STORE)


@router.post("/simulator/faults")
async def order(
    request: Request, stage: OnStage, form: Annotated[Ordered, Depends(posted(Ordered))]
) -> Response:
    await (await _handset(stage, form)).order(form.fault)
    return await shown(request, stage, form)


@router.post("/simulator/faults/none")
async def all_well(
    request: Request, stage: OnStage, form: Annotated[OnPage, Depends(posted(OnPage))]
) -> Response:
    await (await _handset(stage, form)).forget_orders()
    return await shown(request, stage, form)


@router.post("/simulator/day")
async def a_day_passes(
    request: Request, stage: OnStage, form: Annotated[OnPage, Depends(posted(OnPage))]
) -> Response:
    await (await _handset(stage, form)).a_day_passes()
    return await shown(request, stage, form)


@router.post("/simulator/wire/none")
async def forget_wire(
    request: Request, stage: OnStage, form: Annotated[OnPage, Depends(posted(OnPage))]
) -> Response:
    stage.stand_in(form.on).wire.clear()
    return await shown(request, stage, form)


@router.get("/simulator/files/{attachment_id}")
async def file(stage: OnStage, attachment_id: UUID) -> Response:
    """A file of the demo company's conversations."""
    async with stage.runtime.database.transaction(stage.tenant_id) as session:
        attachments = Attachments(session, stage.tenant_id)
        found = await attachments.get(attachment_id)
        if found.state != "stored":
            raise NotFound("file", attachment_id)
        content = await attachments.whole(attachment_id)
    kind = found.content_type.partition(";")[0].strip().lower()
    disposition = "inline" if kind in SHOWN else "attachment"
    headers = {
        **NO_STORE,
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(found.filename, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    media_type = kind if kind in SHOWN else "application/octet-stream"
    return Response(content, media_type=media_type, headers=headers)
