"""The page to try everything on: left a customer's phone, right what staff see of it."""

from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from bot.console import pages
from bot.console.forms import (
    Decision,
    OnPage,
    Pressed,
    StaffAct,
    StaffReply,
    Written,
    digits_of,
    shown_phone,
)
from bot.console.guard import COOKIE, browser_key, local_only, posted, token_for
from bot.console.stage import Stage, set_up
from bot.dependencies import RuntimeOf
from bot.desk import conversations, drafts
from bot.desk.cards import ThreadCard, TicketCard
from domain.customers.repository import Reachable
from domain.errors import NotFound, Refused

PATIENCE = 0.6
"""Seconds that a form waits for its message to be in the thread before it shows the page."""
NO_STORE = {"Cache-Control": "no-store"}
SUGGESTIONS = (
    ("A question", "What do the lights on our access point mean?"),
    ("A fault", "the camera at the gate is dead since this morning"),
    (
        "A quote",
        "Could you quote 24 Cat6 double outlets and 3 small office Wi-Fi 6 access points?",
    ),
)

router = APIRouter(include_in_schema=False, dependencies=[Depends(local_only)])


async def _stage(runtime: RuntimeOf) -> Stage | None:
    return await set_up(runtime)


async def _required(stage: Annotated[Stage | None, Depends(_stage)]) -> Stage:
    if stage is None:
        raise NotFound("demo company", "demo")
    return stage


AnyStage = Annotated[Stage | None, Depends(_stage)]
OnStage = Annotated[Stage, Depends(_required)]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is on the page: one phone and the desk's view of its conversation."""

    stage: Stage
    on_page: OnPage
    customer: Reachable | None
    thread: ThreadCard | None
    tickets: tuple[TicketCard, ...]
    csrf: str

    @property
    def pulse(self) -> str:
        return self.thread.pulse if self.thread else ""

    @property
    def name(self) -> str:
        known = self.customer.name if self.customer else ""
        return known or self.on_page.name or shown_phone(self.on_page.phone)

    @property
    def toggled(self) -> str:
        """The page with the raw wire shown, or hidden again."""
        return _address(self.on_page.model_copy(update={"wire": not self.on_page.wire}))

    def as_another(self, phone: str) -> str:
        return _address(OnPage(phone=phone, wire=self.on_page.wire))


@router.get("/")
async def page(
    request: Request,
    stage: AnyStage,
    phone: Annotated[str, Query(alias="as", max_length=40)] = "",
    name: Annotated[str, Query(max_length=80)] = "",
    wire: bool = False,
) -> Response:
    if stage is None:
        return HTMLResponse(pages.render("unseeded.html"), headers=NO_STORE)
    customers = await stage.customers()
    if not phone and customers:
        phone = customers[0].address
    key = browser_key(request)
    csrf = token_for(stage.runtime.vault, key)
    scene = await _scene(stage, OnPage(phone=_digits(phone), name=name, wire=wire), csrf)
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
async def live(
    request: Request,
    stage: OnStage,
    phone: Annotated[str, Query(alias="as", max_length=40)],
    name: Annotated[str, Query(max_length=80)] = "",
    seen: Annotated[str, Query(max_length=64)] = "",
    wire: bool = False,
) -> Response:
    """204 as long as nothing changed since `seen`."""
    on_page = OnPage(phone=_digits(phone), name=name, wire=wire)
    if seen == await stage.pulse(await stage.conversation(on_page.phone)):
        return Response(status_code=204, headers=NO_STORE)
    csrf = token_for(stage.runtime.vault, browser_key(request))
    return _fragments(await _scene(stage, on_page, csrf))


@router.post("/simulator/messages")
async def write(
    request: Request, stage: OnStage, form: Annotated[Written, Depends(posted(Written))]
) -> Response:
    await stage.write(form.phone, await _sender(stage, form), form.text, _patience(request))
    return await _shown(request, stage, form)


@router.post("/simulator/choices")
async def press(
    request: Request, stage: OnStage, form: Annotated[Pressed, Depends(posted(Pressed))]
) -> Response:
    await stage.press(form.phone, await _sender(stage, form), form.choice, _patience(request))
    return await _shown(request, stage, form)


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
    return await _shown(request, stage, form)


@router.post("/simulator/take-over")
async def take_over(
    request: Request, stage: OnStage, form: Annotated[StaffAct, Depends(posted(StaffAct))]
) -> Response:
    conversation_id = await _conversation(stage, form)
    database = stage.runtime.database
    await conversations.take_over(database, stage.tenant_id, conversation_id, form.staff)
    return await _shown(request, stage, form)


@router.post("/simulator/hand-back")
async def hand_back(
    request: Request, stage: OnStage, form: Annotated[StaffAct, Depends(posted(StaffAct))]
) -> Response:
    conversation_id = await _conversation(stage, form)
    database = stage.runtime.database
    await conversations.hand_back(database, stage.tenant_id, conversation_id, form.staff)
    return await _shown(request, stage, form)


@router.post("/simulator/drafts/approve")
async def approve(
    request: Request, stage: OnStage, form: Annotated[Decision, Depends(posted(Decision))]
) -> Response:
    runtime = stage.runtime
    await drafts.approve(
        runtime.database, runtime.deliverer, stage.tenant_id, form.draft, form.new_text
    )
    return await _shown(request, stage, form)


@router.post("/simulator/drafts/reject")
async def reject(
    request: Request, stage: OnStage, form: Annotated[Decision, Depends(posted(Decision))]
) -> Response:
    await drafts.reject(stage.runtime.database, stage.tenant_id, form.draft, "Rejected at the desk")
    return await _shown(request, stage, form)


async def _shown(request: Request, stage: Stage, form: OnPage) -> Response:
    """The page as it is now: its parts for htmx, else all of it again."""
    if request.headers.get("hx-request") != "true":
        return RedirectResponse(_address(form), status_code=303, headers=NO_STORE)
    csrf = token_for(stage.runtime.vault, browser_key(request))
    return _fragments(await _scene(stage, form, csrf))


def _fragments(scene: Scene) -> Response:
    return HTMLResponse(pages.render("live.html", scene=scene), headers=NO_STORE)


async def _scene(stage: Stage, on_page: OnPage, csrf: str) -> Scene:
    customer = await stage.customer(on_page.phone)
    conversation_id = await stage.conversation(on_page.phone)
    if conversation_id:
        thread = await stage.thread(conversation_id, with_wire=on_page.wire)
        return Scene(stage, on_page, customer, thread, thread.tickets, csrf)
    past = await stage.tickets(customer.person_id) if customer else ()
    return Scene(stage, on_page, customer, None, past, csrf)


async def _sender(stage: Stage, form: OnPage) -> str:
    """The name on the phone's profile."""
    known = await stage.customer(form.phone)
    return (known.name if known else "") or form.name


async def _conversation(stage: Stage, form: OnPage) -> UUID:
    found = await stage.conversation(form.phone)
    if found is None:
        raise Refused("This customer has not written yet: on WhatsApp they write first.")
    return found


def _digits(phone: str) -> str:
    try:
        return digits_of(phone)
    except ValueError as error:
        raise Refused(f"“{phone}” is not the number of a phone.") from error


def _address(on_page: OnPage) -> str:
    query = {"as": on_page.phone, "name": on_page.name, "wire": "1" if on_page.wire else ""}
    return f"/?{urlencode({name: value for name, value in query.items() if value})}"


def _patience(request: Request) -> float:
    return cast(float, request.app.state.simulator_patience)


def mount(app: FastAPI, patience: float = PATIENCE) -> None:
    """The page at `/`, and the files that pages are made with."""
    app.state.simulator_patience = patience
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=pages.FOLDER / "static"), name="static")
