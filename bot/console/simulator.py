"""The page to try everything on: left a customer's phone, right what staff see of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from bot.console import mailbox, pages
from bot.console.forms import (
    Asked,
    Decision,
    OnPage,
    Pressed,
    StaffAct,
    StaffReply,
    View,
    Written,
    digits_of,
    shown_phone,
)
from bot.console.guard import COOKIE, browser_key, local_only, posted, token_for
from bot.console.scene import (
    NO_STORE,
    AnyStage,
    OnStage,
    compose,
    fragments,
    patience,
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
    customers = await stage.customers()
    if not asked.phone and customers:
        asked.phone = customers[0].address
    on_page = _on_page(asked)
    if on_page.room == HOME and on_page.view is not View.INSIDE:
        await stage.staff_side.open_home(on_page)
    key = browser_key(request)
    scene = await compose(stage, on_page, token_for(stage.runtime.vault, key))
    body = pages.render(
        "simulator.html",
        scene=scene,
        customers=customers,
        staff=await stage.staff(),
        suggestions=SUGGESTIONS,
        shown_phone=shown_phone,
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


@router.post("/simulator/messages")
async def write(
    request: Request, stage: OnStage, form: Annotated[Written, Depends(posted(Written))]
) -> Response:
    await stage.write(form.phone, await _sender(stage, form), form.text, patience(request))
    return await shown(request, stage, form)


@router.post("/simulator/choices")
async def press(
    request: Request, stage: OnStage, form: Annotated[Pressed, Depends(posted(Pressed))]
) -> Response:
    await stage.press(form.phone, await _sender(stage, form), form.choice, patience(request))
    return await shown(request, stage, form)


@router.post("/simulator/read")
async def read(stage: OnStage, form: Annotated[OnPage, Depends(posted(OnPage))]) -> Response:
    """The phone has shown what was sent to it."""
    await stage.look(form.phone)
    return Response(status_code=204, headers=NO_STORE)


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


async def _sender(stage: Stage, form: OnPage) -> str:
    """The name on the phone's profile."""
    known = await stage.customer(form.phone)
    return (known.name if known else "") or form.name


async def _conversation(stage: Stage, form: OnPage) -> UUID:
    found = await stage.conversation(form.phone)
    if found is None:
        raise Refused("This customer has not written yet: on WhatsApp they write first.")
    return found


def _on_page(asked: Asked) -> OnPage:
    try:
        phone = digits_of(asked.phone)
    except ValueError as error:
        raise Refused(f"“{asked.phone}” is not the number of a phone.") from error
    return OnPage.model_validate(asked.model_dump(by_alias=False) | {"phone": phone})


def mount(app: FastAPI, patience: float = PATIENCE) -> None:
    """The page at `/`, and the files that pages are made with."""
    app.state.simulator_patience = patience
    app.include_router(router)
    app.include_router(slack_router)
    app.include_router(mailbox.router)
    app.mount("/static", StaticFiles(directory=pages.FOLDER / "static"), name="static")
