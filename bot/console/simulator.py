"""The page to try everything on: left a customer's phone, right what staff see of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.staticfiles import StaticFiles

from bot.console import pages
from bot.console.forms import Asked, Decision, OnPage, StaffAct, StaffReply, View, first_channel
from bot.console.guard import COOKIE, browser_key, local_only, posted, token_for
from bot.console.phone.routes import router as phone_router
from bot.console.scene import (
    NO_STORE,
    AnyStage,
    OnStage,
    compose,
    fragments,
    pulse,
    shown,
)
from bot.console.slack.routes import router as slack_router
from bot.console.slack.scene import HOME
from bot.console.stage import Stage
from bot.desk import conversations, drafts
from domain.errors import Refused

PATIENCE = 0.6
"""Seconds that a form waits for its message to be in the thread before it shows the page."""
SUGGESTIONS = (
    ("A question", "What do the lights on our access point mean?"),
    ("A fault", "the camera at the gate is dead since this morning"),
    (
        "A quote",
        "Could you quote 24 Cat6 double outlets and 3 small office Wi-Fi 6 access points?",
    ),
)

router = APIRouter(include_in_schema=False, dependencies=[Depends(local_only)])


@router.get("/")
async def page(request: Request, stage: AnyStage, asked: Annotated[Asked, Query()]) -> Response:
    if stage is None:
        return HTMLResponse(pages.render("unseeded.html"), headers=NO_STORE)
    asked.on = asked.on or first_channel()
    customers = await stage.customers(asked.on)
    if not asked.phone and customers:
        asked.phone = customers[0].address
    on_page = _on_page(asked)
    if on_page.room == HOME and on_page.view in ("", View.STAFF):
        await stage.staff_side.open_home(on_page)
    key = browser_key(request)
    scene = await compose(stage, on_page, token_for(stage.runtime.vault, key))
    body = pages.render(
        "simulator.html",
        scene=scene,
        customers=customers,
        channels=await scene.channels(),
        staff=await stage.staff(),
        suggestions=SUGGESTIONS,
    )
    response = HTMLResponse(body, headers=NO_STORE)
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", path="/")
    return response


@router.get("/simulator/live")
async def live(request: Request, stage: OnStage, asked: Annotated[Asked, Query()]) -> Response:
    """204 as long as nothing changed since `seen`."""
    on_page = _on_page(asked)
    if asked.seen == await pulse(stage, on_page):
        return Response(status_code=204, headers=NO_STORE)
    csrf = token_for(stage.runtime.vault, browser_key(request))
    return fragments(await compose(stage, on_page, csrf))


@router.post("/simulator/reply")
async def reply(
    request: Request, stage: OnStage, form: Annotated[StaffReply, Depends(posted(StaffReply))]
) -> Response:
    conversation_id = await _conversation(stage, form)
    database = stage.runtime.database
    await conversations.reply(database, stage.tenant_id, conversation_id, form.staff, form.reply)
    return await shown(request, stage, form)


@router.post("/simulator/take-over")
async def take_over(
    request: Request, stage: OnStage, form: Annotated[StaffAct, Depends(posted(StaffAct))]
) -> Response:
    conversation_id = await _conversation(stage, form)
    database = stage.runtime.database
    await conversations.take_over(database, stage.tenant_id, conversation_id, form.staff)
    return await shown(request, stage, form)


@router.post("/simulator/hand-back")
async def hand_back(
    request: Request, stage: OnStage, form: Annotated[StaffAct, Depends(posted(StaffAct))]
) -> Response:
    conversation_id = await _conversation(stage, form)
    database = stage.runtime.database
    await conversations.hand_back(database, stage.tenant_id, conversation_id, form.staff)
    return await shown(request, stage, form)


@router.post("/simulator/drafts/approve")
async def approve(
    request: Request, stage: OnStage, form: Annotated[Decision, Depends(posted(Decision))]
) -> Response:
    runtime = stage.runtime
    await drafts.approve(
        runtime.database, runtime.deliverer, stage.tenant_id, form.draft, form.new_text
    )
    return await shown(request, stage, form)


@router.post("/simulator/drafts/reject")
async def reject(
    request: Request, stage: OnStage, form: Annotated[Decision, Depends(posted(Decision))]
) -> Response:
    await drafts.reject(stage.runtime.database, stage.tenant_id, form.draft, "Rejected at the desk")
    return await shown(request, stage, form)


async def _conversation(stage: Stage, form: OnPage) -> UUID:
    handset = await stage.handset(form)
    found = await handset.conversation()
    if found is None:
        title = handset.account.channel.title
        raise Refused(f"This customer has not written yet: on {title} they write first.")
    return found


def _on_page(asked: Asked) -> OnPage:
    try:
        return OnPage.model_validate(asked.model_dump(by_alias=False))
    except ValidationError as error:
        raise Refused(
            f"“{asked.phone}” on “{asked.on}” cannot be played: {_why(error)}."
        ) from error


def _why(error: ValidationError) -> str:
    return str(error.errors()[0]["msg"]).removeprefix("Value error, ")


def mount(app: FastAPI) -> None:
    """The page at `/`, and the files that pages are made with."""
    app.include_router(router)
    app.include_router(phone_router)
    app.include_router(slack_router)
    app.mount("/static", StaticFiles(directory=pages.FOLDER / "static"), name="static")
