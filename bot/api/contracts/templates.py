"""Contract templates over REST, with their versions and the placeholders they may hold."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from bot.api.contracts.contracts import made_at
from bot.api.contracts.shapes import RawSections, Summary
from bot.api.rest import Body, Name, Shown, UpdatedSince, Version, rest_router
from bot.dependencies import AdminCaller, Reader, ReadTransaction, Transaction
from domain.contracts.models import ContractTemplate
from domain.contracts.templates import Templates
from domain.contracts.templating import PLACEHOLDERS
from domain.following import Since

router = rest_router("/contract-templates", "contracts")

Language = Annotated[str, Field(pattern="^[a-z]{2}$", examples=["en"])]


class NewTemplate(Body):
    name: Name = Field(examples=["Care plan"])
    language: Language = "en"
    sections: RawSections


class ChangeTemplate(Body):
    """`version`: the one that was looked at. Contracts made before stay as they are."""

    sections: RawSections
    note: Summary
    version: Version | None = None


class SwitchTemplate(Body):
    is_on: bool


class TemplateOut(Shown):
    id: UUID
    name: str
    language: str
    version: int
    sections: list[dict[str, Any]]
    is_on: bool
    created_at: datetime
    updated_at: datetime


class TemplateVersionOut(Shown):
    version: int
    sections: list[dict[str, Any]]
    note: str
    author: str
    created_at: datetime


class TemplateList(BaseModel):
    """`placeholders`: what may stand in a text, and what it stands for."""

    items: list[TemplateOut]
    placeholders: dict[str, str] = PLACEHOLDERS


class TemplateVersions(BaseModel):
    items: list[TemplateVersionOut]


def _out(row: ContractTemplate) -> TemplateOut:
    return TemplateOut.model_validate(row)


@router.get("", summary="Contract templates")
async def contract_templates(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> TemplateList:
    found = await Templates(session, caller.tenant_id).all()
    found = Since(updated_since).among(found) if updated_since else found
    return TemplateList(items=[_out(row) for row in found])


@router.post("", status_code=201, summary="Write a contract template")
async def add_template(new: NewTemplate, caller: AdminCaller, session: Transaction) -> TemplateOut:
    templates = Templates(session, caller.tenant_id)
    return _out(
        await templates.add(new.name, new.sections, actor=caller.actor, language=new.language)
    )


@router.get("/{template_id}", summary="One contract template")
async def contract_template(
    template_id: UUID, caller: Reader, session: ReadTransaction
) -> TemplateOut:
    return _out(await Templates(session, caller.tenant_id).get(template_id))


@router.put("/{template_id}", summary="A new version of a contract template")
async def change_template(
    template_id: UUID, new: ChangeTemplate, caller: AdminCaller, session: Transaction
) -> TemplateOut:
    changed = await Templates(session, caller.tenant_id).change(
        template_id, new.sections, note=new.note, actor=caller.actor, version=new.version
    )
    return _out(changed)


@router.patch("/{template_id}", summary="Switch a contract template on or off")
async def switch_template(
    template_id: UUID, new: SwitchTemplate, caller: AdminCaller, session: Transaction
) -> TemplateOut:
    return _out(await Templates(session, caller.tenant_id).switch(template_id, new.is_on))


@router.get("/{template_id}/versions", summary="A contract template's versions")
async def template_versions(
    template_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> TemplateVersions:
    templates = Templates(session, caller.tenant_id)
    await templates.get(template_id)
    rows = await templates.versions(template_id)
    rows = Since(updated_since).among(rows, made_at) if updated_since else rows
    return TemplateVersions(items=[TemplateVersionOut.model_validate(row) for row in rows])


@router.post("/{template_id}/rollback/{version}", summary="Bring a former version back")
async def roll_template_back(
    template_id: UUID, version: int, caller: AdminCaller, session: Transaction
) -> TemplateOut:
    templates = Templates(session, caller.tenant_id)
    return _out(await templates.roll_back(template_id, version, actor=caller.actor))
