"""Message templates by REST: listed, brought into step with the provider, submitted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from bot.api.rest import Body, Shown, UpdatedSince, Word, rest_router
from bot.dependencies import AdminCaller, Reader, RuntimeOf
from channels.messages import ChannelError
from domain.audit.service import note
from domain.errors import Refused
from domain.following import Since
from domain.templates.models import MessageTemplate

router = rest_router("/message-templates", "message templates")


class TemplateOut(Shown):
    """`state`: draft, submitted, approved, rejected (`reason`), paused or disabled. `history`:
    changes of state, category (which changes the price) and quality."""

    id: UUID
    channel_account_id: UUID
    name: str
    language: str
    category: str
    purpose: str
    body: str
    buttons: list[str]
    state: str
    reason: str
    external_id: str
    quality: str
    history: list[dict[str, Any]]
    synced_at: datetime | None
    updated_at: datetime


class Templates(BaseModel):
    items: list[TemplateOut]


class Wanted(Body):
    """Empty: all that are drafts or were rejected. `name`: a template's, or its purpose."""

    name: Word = ""
    language: Word = ""


class SubmittedOut(BaseModel):
    """`trouble`: why it was not taken; empty: it waits for the provider's decision."""

    template: TemplateOut
    trouble: str


class SubmittedTemplates(BaseModel):
    items: list[SubmittedOut]


@router.get("", summary="Message templates of all accounts")
async def templates(
    caller: Reader, runtime: RuntimeOf, updated_since: UpdatedSince = None
) -> Templates:
    """The shipped ones too, as drafts, until they are submitted."""
    rows = await runtime.templates.all(caller.tenant_id)
    return _out(Since(updated_since).among(rows) if updated_since else rows)


@router.post("/sync", summary="Ask the provider how they stand")
async def sync(caller: AdminCaller, runtime: RuntimeOf) -> Templates:
    """Those that changed. It happens by itself every six hours, and by webhook at once."""
    try:
        changed = await runtime.templates.sync(caller.tenant_id)
    except ChannelError as error:
        raise Refused(str(error)) from error
    async with runtime.database.transaction(caller.tenant_id) as session:
        note(session, caller.tenant_id, caller.actor, "templates.sync")
    return _out(changed)


@router.post("/submit", summary="Submit templates for approval")
async def submit(wanted: Wanted, caller: AdminCaller, runtime: RuntimeOf) -> SubmittedTemplates:
    try:
        done = await runtime.templates.submit(caller.tenant_id, wanted.name, wanted.language)
    except ChannelError as error:
        raise Refused(str(error)) from error
    async with runtime.database.transaction(caller.tenant_id) as session:
        note(session, caller.tenant_id, caller.actor, "templates.submit", wanted.name)
    return SubmittedTemplates(
        items=[
            SubmittedOut(template=TemplateOut.model_validate(one.template), trouble=one.trouble)
            for one in done
        ]
    )


def _out(rows: list[MessageTemplate]) -> Templates:
    return Templates(items=[TemplateOut.model_validate(row) for row in rows])
