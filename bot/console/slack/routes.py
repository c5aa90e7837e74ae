"""What is done at the staff's side of the page, and the files that stand there."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from bot.console.bodies import SentForm
from bot.console.guard import checked, local_only, posted, same_page_with_files
from bot.console.scene import NO_STORE, OnStage, shown
from bot.console.slack.forms import (
    InWindow,
    Spoken,
    UsedButton,
    answers,
    files_by_block,
    shared,
)
from bot.console.slack.side import StaffSide

router = APIRouter(include_in_schema=False, dependencies=[Depends(local_only)])
WithFiles = Annotated[SentForm, Depends(same_page_with_files)]


async def _side(stage: OnStage) -> StaffSide:
    return stage.staff_side


Side = Annotated[StaffSide, Depends(_side)]


@router.post("/simulator/slack/press")
async def press(
    request: Request,
    stage: OnStage,
    side: Side,
    form: Annotated[UsedButton, Depends(posted(UsedButton))],
) -> Response:
    if form.line:
        await side.press(form, form.line, form.button)
    else:
        await side.press_at_home(form, form.button)
    return await shown(request, stage, form)


@router.post("/simulator/slack/submit")
async def submit(request: Request, stage: OnStage, side: Side, sent: WithFiles) -> Response:
    form = checked(InWindow, sent.fields)
    await side.submit(form, form.window, answers(sent), files_by_block(sent))
    return await shown(request, stage, form)


@router.post("/simulator/slack/close")
async def close(request: Request, stage: OnStage, side: Side, sent: WithFiles) -> Response:
    form = checked(InWindow, sent.fields)
    side.close(form, form.window)
    return await shown(request, stage, form)


@router.post("/simulator/slack/say")
async def say(request: Request, stage: OnStage, side: Side, sent: WithFiles) -> Response:
    form = checked(Spoken, sent.fields)
    await side.say(form, form.words, form.thread, shared(sent, "file"))
    return await shown(request, stage, form)


@router.get("/simulator/slack/files/{name}")
async def file(side: Side, name: str) -> Response:
    """Handed out to be kept, never to be shown: it may be anything."""
    found = side.file(name)
    headers = {
        **NO_STORE,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(found.content, media_type="application/octet-stream", headers=headers)
