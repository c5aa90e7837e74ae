"""What is on the simulator page at this moment, and how it is answered: whole, or in parts."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.console import pages
from bot.console.forms import OnPage, View
from bot.console.guard import browser_key, token_for
from bot.console.phone.scene import PhoneScene, beat, phone_scene
from bot.console.slack.scene import SlackScene
from bot.console.slack.scene import beat as slack_beat
from bot.console.stage import Stage, set_up
from bot.dependencies import RuntimeOf
from bot.desk.cards import ThreadCard, TicketCard
from domain.customers.repository import Reachable
from domain.errors import NotFound

NO_STORE = {"Cache-Control": "no-store"}


async def any_stage(request: Request, runtime: RuntimeOf) -> Stage | None:
    return await set_up(runtime, request.app, patience(request))


async def required_stage(stage: Annotated[Stage | None, Depends(any_stage)]) -> Stage:
    if stage is None:
        raise NotFound("demo company", "demo")
    return stage


AnyStage = Annotated[Stage | None, Depends(any_stage)]
OnStage = Annotated[Stage, Depends(required_stage)]


def patience(request: Request) -> float:
    return cast(float, request.app.state.simulator_patience)


@dataclass(frozen=True, slots=True)
class Scene:
    """One phone, and beside it Slack, the desk's own view of the conversation, or the wire."""

    stage: Stage
    on_page: OnPage
    customer: Reachable | None
    thread: ThreadCard | None
    tickets: tuple[TicketCard, ...]
    phone: PhoneScene
    slack: SlackScene | None
    pulse: str
    csrf: str

    @property
    def name(self) -> str:
        known = self.customer.name if self.customer else ""
        return known or self.phone.name or self.phone.shown_address

    @property
    def is_wire(self) -> bool:
        return self.on_page.view is View.WIRE

    @property
    def toggled(self) -> str:
        """The page with the raw wire shown, or hidden again."""
        return self.with_(wire=not self.on_page.wire)

    def as_another(self, phone: str) -> str:
        """The staff's side stays as it is, but shows the thread of the other one."""
        return self.with_(phone=phone, name="", root="", talk="", quote="")

    async def channels(self) -> tuple[tuple[str, str, str], ...]:
        """Name, title and page of each: of the same person, where they are known there too. The
        staff's side stays as it is."""
        found = []
        for name in self.stage.channels:
            people = await self.stage.customers(name)
            ours = self.phone.person_id
            there = next((one.address for one in people if one.person_id == ours), "")
            page = self.with_(on=name, phone=there, name="", root="", talk="", quote="")
            found.append((name, self.stage.accounts[name].channel.title, page))
        return tuple(found)

    def with_(self, **changes: object) -> str:
        """The address of this page with something else on it."""
        return self.on_page.model_copy(update=changes).address


async def compose(stage: Stage, on_page: OnPage, csrf: str) -> Scene:
    people = await stage.customers(on_page.on)
    handset = await stage.handset(on_page, people)
    customer = await stage.customer(on_page.on, on_page.phone)
    conversation_id = await handset.conversation()
    slack = None
    if on_page.view in ("", View.STAFF):
        slack = await stage.staff_side.scene(on_page, conversation_id)
    thread = None
    if conversation_id:
        thread = await stage.thread(conversation_id, with_wire=on_page.wire)
        tickets = thread.tickets
    else:
        tickets = await stage.tickets(customer.person_id) if customer else ()
    played = next((one.person_id for one in people if one.address == on_page.phone), None)
    is_wire = on_page.view is View.WIRE
    phone = await phone_scene(handset, played, thread, on_page.quote or None, with_wire=is_wire)
    own = f"{thread.id} {thread.pulse}" if thread else ""
    told = pulse_of(own, phone.beat, slack.beat if slack else "")
    return Scene(stage, on_page, customer, thread, tickets, phone, slack, told, csrf)


async def pulse(stage: Stage, on_page: OnPage) -> str:
    """Cheap to ask: the scene is the same as long as this is."""
    handset = await stage.handset(on_page)
    own = await handset.pulse()
    if on_page.view not in ("", View.STAFF):
        return pulse_of(own, beat(handset, with_wire=on_page.view is View.WIRE), "")
    side = stage.staff_side
    seen = slack_beat(side.slack.workspace, side.me(on_page))
    return pulse_of(own, beat(handset, with_wire=False), seen)


def pulse_of(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]


async def shown(request: Request, stage: Stage, on_page: OnPage) -> Response:
    """The page as it is now: its parts for htmx, else all of it again."""
    if request.headers.get("hx-request") != "true":
        return RedirectResponse(on_page.address, status_code=303, headers=NO_STORE)
    csrf = token_for(stage.runtime.vault, browser_key(request))
    return fragments(await compose(stage, on_page, csrf))


def fragments(scene: Scene) -> Response:
    return HTMLResponse(pages.render("live.html", scene=scene), headers=NO_STORE)
