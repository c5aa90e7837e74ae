"""Prompts: the shipped files, a tenant's own versions, and trying one before it is published."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field, StringConstraints

from bot.api.rest import (
    STORABLE,
    Body,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    Version,
    cursor,
    number_of,
    page,
    rest_router,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, StaffCaller, Transaction
from bot.desk.prompts import PromptDesk, Trial
from bot.model.prompts import SIZE_LIMIT, Value
from domain.following import Since
from domain.prompts.service import NewBody

router = rest_router("/prompts", "prompts")

PromptName = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")]
VersionPath = Annotated[int, Path(ge=0, le=1_000_000, description="0 is the shipped file.")]
VersionQuery = Annotated[int, Query(ge=0, le=1_000_000)]
PromptBody = Annotated[
    str, StringConstraints(min_length=1, max_length=2 * SIZE_LIMIT, pattern=STORABLE)
]
Note = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=STORABLE, strip_whitespace=True)
]
Sample = Annotated[str, StringConstraints(max_length=5_000, pattern=STORABLE)]


class VariableOut(Shown):
    name: str
    meaning: str
    is_required: bool


class PromptOut(Shown):
    """`current`: the version in force, 0 the shipped file. `latest`: the newest one saved."""

    name: str
    purpose: str
    is_editable: bool
    variables: list[VariableOut]
    current: int
    latest: int
    has_draft: bool


class VersionOut(Shown):
    """`state`: current, published (once) or draft."""

    name: str
    version: int
    state: str
    note: str
    author: str
    created_at: datetime | None
    published_at: datetime | None
    updated_at: datetime | None


class WholeVersion(VersionOut):
    body: str


class NewVersion(Body):
    """Only the variables of the prompt may stand in it."""

    body: PromptBody = Field(examples=["You are the assistant of {{ company }} …"])
    note: Note = Field(examples=["Shorter answers."])


class LineOut(Shown):
    """`change`: same, added or removed."""

    change: str
    text: str


class DifferenceOut(BaseModel):
    name: str
    old: int
    new: int
    lines: list[LineOut]


class TrialIn(Body):
    """A `body` not saved yet, a `version`, or neither: what is in force."""

    body: PromptBody | None = None
    version: Version | None = None
    variables: dict[Sample, Sample | bool | list[Sample]] = Field(
        default_factory=dict, max_length=50, examples=[{"company": "Harbour Dental"}]
    )


class TriedOut(BaseModel):
    """`problems`: why it could not be saved as it is."""

    text: str
    version: int | None
    variables: dict[str, str | bool | list[str]]
    problems: list[str]


class Prompts(BaseModel):
    items: list[PromptOut]


@router.get("", summary="All prompts")
async def prompts(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Prompts:
    desk = PromptDesk(session, caller.tenant_id)
    cards = await desk.changed(Since(updated_since)) if updated_since else await desk.overview()
    return Prompts(items=[PromptOut.model_validate(card) for card in cards])


@router.get("/{name}", summary="One prompt and its variables")
async def prompt(name: PromptName, caller: Reader, session: ReadTransaction) -> PromptOut:
    return PromptOut.model_validate(await PromptDesk(session, caller.tenant_id).show(name))


@router.get("/{name}/versions", summary="Versions, newest first; the shipped file is the last")
async def versions(
    name: PromptName,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[VersionOut]:
    """With `updated_since` the shipped file is left out: it changes only with a new Frontdesk."""
    desk = PromptDesk(session, caller.tenant_id)
    rows = await desk.versions(name, asked.limit + 1, asked.place(number_of), asked.since)
    own = asked.ended(lambda row: cursor(row.version))
    return page(rows, asked.limit, VersionOut.model_validate, own)


@router.get("/{name}/versions/{version}", summary="A version with its text")
async def version(
    name: PromptName, version: VersionPath, caller: Reader, session: ReadTransaction
) -> WholeVersion:
    found = await PromptDesk(session, caller.tenant_id).version(name, version)
    return WholeVersion.model_validate(found)


@router.post("/{name}/versions", status_code=201, summary="Save a draft: the next version")
async def save(
    name: PromptName, new: NewVersion, caller: AdminCaller, session: Transaction
) -> WholeVersion:
    saved = await PromptDesk(session, caller.tenant_id).save(
        NewBody(name, new.body, new.note), author=caller.actor
    )
    return WholeVersion.model_validate(saved)


@router.post("/{name}/publish/{version}", summary="Put a version in force")
async def publish(
    name: PromptName, version: VersionPath, caller: AdminCaller, session: Transaction
) -> WholeVersion:
    """Turns use it within seconds."""
    desk = PromptDesk(session, caller.tenant_id)
    return WholeVersion.model_validate(await desk.publish(name, version, author=caller.actor))


@router.post("/{name}/rollback/{version}", summary="Put an earlier version in force again")
async def roll_back(
    name: PromptName, version: VersionPath, caller: AdminCaller, session: Transaction
) -> WholeVersion:
    """0 goes back to the shipped file."""
    desk = PromptDesk(session, caller.tenant_id)
    return WholeVersion.model_validate(await desk.roll_back(name, version, author=caller.actor))


@router.get("/{name}/diff", summary="What changed between two versions, line by line")
async def difference(
    name: PromptName,
    caller: Reader,
    session: ReadTransaction,
    old: Annotated[int, Query(alias="from", ge=0, le=1_000_000)],
    new: Annotated[int, Query(alias="to", ge=0, le=1_000_000)],
) -> DifferenceOut:
    lines = await PromptDesk(session, caller.tenant_id).difference(name, old, new)
    shown = [LineOut.model_validate(line) for line in lines]
    return DifferenceOut(name=name, old=old, new=new, lines=shown)


@router.post("/{name}/test", summary="Render a prompt with sample values; nothing is stored")
async def attempt(
    name: PromptName, sent: TrialIn, caller: StaffCaller, session: Transaction
) -> TriedOut:
    """Variables that are not given get a sample value."""
    given: dict[str, Value] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in sent.variables.items()
    }
    tried = await PromptDesk(session, caller.tenant_id).attempt(
        Trial(name, sent.body, sent.version, given)
    )
    shown = {key: _shown(value) for key, value in tried.variables.items()}
    return TriedOut(
        text=tried.text, version=tried.version, variables=shown, problems=list(tried.problems)
    )


def _shown(value: Value) -> str | bool | list[str]:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool) else str(value)
