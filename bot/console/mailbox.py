"""A customer's mail program: writes to the demo company by email, and reads what comes back.

The mails go by real SMTP and IMAP through the demo's provider; staff see the conversation as a
thread on the simulator page.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.console import pages
from bot.console.forms import Words
from bot.console.guard import COOKIE, browser_key, local_only, posted, token_for
from bot.console.scene import NO_STORE, OnStage
from bot.console.stage import Stage
from bot.engine.accounts import Account
from domain.customers.repository import PeopleReader, Reachable
from domain.errors import NotFound, Refused
from domain.tenants.service import ChannelAccounts

if TYPE_CHECKING:
    from email.message import EmailMessage

    from channels.email.simulator import MailSimulator, SentMail

ADDRESS = "/simulator/mail"
CHANNEL = "email"

router = APIRouter(prefix=ADDRESS, include_in_schema=False, dependencies=[Depends(local_only)])

Who = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+$")]


class Written(BaseModel):
    """`subject` empty: an answer to the last mail that came."""

    model_config = ConfigDict(extra="ignore")

    who: Who
    subject: Annotated[str, Field(max_length=200)] = ""
    text: Words


@dataclass(frozen=True, slots=True)
class ShownMail:
    """As a mail program lists it. `is_ours`: written by the customer whose program it is."""

    at: datetime
    sender: str
    subject: str
    text: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Program:
    """One customer's mail program."""

    stage: Stage
    account: Account
    simulator: "MailSimulator"
    customer: Reachable

    @property
    def mails(self) -> list[ShownMail]:
        box = self.simulator.accounts[self.account.hint].inbox
        sent = [m.message for m in box.mails]
        own = [_shown(m, is_ours=True) for m in sent if self.customer.address in str(m["From"])]
        came = [_shown(one.message, is_ours=False) for one in self._received()]
        return sorted([*own, *came], key=lambda one: one.at)

    def write(self, form: Written) -> None:
        """Raises Refused where there is nothing to answer yet."""
        person = self.simulator.person(self.customer.address, self.customer.name)
        if form.subject.strip():
            person.write(self.account.hint, " ".join(form.subject.split()), form.text)
            return
        received = self._received()
        if not received:
            raise Refused("There is nothing to answer yet: write a new mail with a subject.")
        person.reply(received[-1], form.text)

    def _received(self) -> "list[SentMail]":
        return [m for m in self.simulator.outbox if self.customer.address in m.recipients]


@router.get("")
async def page(request: Request, stage: OnStage, who: Annotated[str, Query()] = "") -> Response:
    program = await _program(stage, who)
    key = browser_key(request)
    body = pages.render(
        "mailbox.html",
        program=program,
        customers=await _customers(stage),
        mails=program.mails,
        csrf=token_for(stage.runtime.vault, key),
        action=ADDRESS,
        zone=stage.time_zone,
    )
    response = HTMLResponse(body, headers=NO_STORE)
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", path="/")
    return response


@router.get("/list")
async def listed(
    request: Request,
    stage: OnStage,
    who: Annotated[str, Query()],
    seen: Annotated[int, Query()] = -1,
) -> Response:
    """The mails; 204 as long as there are as many as before."""
    program = await _program(stage, who)
    mails = program.mails
    if len(mails) == seen:
        return Response(status_code=204, headers=NO_STORE)
    csrf = token_for(stage.runtime.vault, browser_key(request))
    shown = {"program": program, "mails": mails, "action": ADDRESS, "zone": stage.time_zone}
    body = pages.render("_mails.html", csrf=csrf, **shown)
    return HTMLResponse(body, headers=NO_STORE)


@router.post("")
async def write(stage: OnStage, form: Annotated[Written, Depends(posted(Written))]) -> Response:
    program = await _program(stage, form.who)
    program.write(form)
    await _look(program.stage, program.account)
    query = urlencode({"who": program.customer.address})
    return RedirectResponse(f"{ADDRESS}?{query}", status_code=303, headers=NO_STORE)


async def _program(stage: Stage, who: str) -> Program:
    customers = await _customers(stage)
    found = next((one for one in customers if one.address == who.lower()), None)
    if found is None:
        if who or not customers:
            raise NotFound("customer", who)
        found = customers[0]
    async with stage.runtime.database.transaction(stage.tenant_id) as session:
        rows = await ChannelAccounts(session, stage.tenant_id).all(CHANNEL)
    if not rows:
        raise NotFound("mailbox of the demo company", "run frontdesk seed-demo again")
    account = await stage.runtime.accounts.get(stage.tenant_id, rows[0].id)
    simulator = await stage.runtime.demo_mail.simulator()
    if account.hint not in simulator.accounts:
        # What lies there at the first look is history: so look before anybody writes.
        await _look(stage, account)
    return Program(stage, account, simulator, found)


async def _customers(stage: Stage) -> list[Reachable]:
    async with stage.runtime.database.transaction(stage.tenant_id) as session:
        return await PeopleReader(session).reachable(CHANNEL)


async def _look(stage: Stage, account: Account) -> None:
    """As IDLE would tell of it: the news is on disk, with its job, when this returns."""
    await stage.runtime.fetching.poller.poll(stage.tenant_id, account.id)


def _shown(mail: "EmailMessage", *, is_ours: bool) -> ShownMail:
    from channels.email.simulator.world import words

    return ShownMail(
        at=parsedate_to_datetime(str(mail["Date"])),
        sender=str(mail["From"]),
        subject=str(mail["Subject"] or ""),
        text=words(mail).strip(),
        is_ours=is_ours,
    )
