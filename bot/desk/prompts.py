"""A tenant's prompts as admins handle them: the files, and the versions that override them.

Callers open the transaction; console, REST and commands show what comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.model import prompts as files
from bot.model.prompts import BrokenPrompt, PromptFile, Value
from domain.errors import NotFound
from domain.following import Since
from domain.prompts.difference import Line, difference
from domain.prompts.models import PromptVersion
from domain.prompts.service import FILE, NewBody, PromptRefused, Prompts


@dataclass(frozen=True, slots=True)
class VariableCard:
    name: str
    meaning: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class PromptCard:
    """`current`: the version in force, 0 the shipped file. `latest`: the newest saved one."""

    name: str
    purpose: str
    is_editable: bool
    variables: tuple[VariableCard, ...]
    current: int
    latest: int

    @property
    def has_draft(self) -> bool:
        return self.latest > self.current


@dataclass(frozen=True, slots=True)
class VersionCard:
    name: str
    version: int
    state: str
    """current, published (once) or draft"""
    body: str
    note: str = ""
    author: str = ""
    created_at: datetime | None = None
    published_at: datetime | None = None
    id: UUID | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What to render: a body not saved yet, a version, or else what is in force."""

    name: str
    body: str | None = None
    version: int | None = None
    variables: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """`problems`: why it could not be saved as it is; it is rendered all the same if it can."""

    text: str
    version: int | None
    variables: Mapping[str, Value]
    problems: tuple[str, ...] = ()


class PromptDesk:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._prompts = Prompts(session, tenant_id, files.check)

    async def overview(self) -> list[PromptCard]:
        current, latest = await self._prompts.in_force(), await self._prompts.latest()
        return [
            _card(file, current.get(name, FILE), latest.get(name, FILE))
            for name, file in files.shipped().items()
        ]

    async def changed(self, since: Since) -> list[PromptCard]:
        """Those of which a version was saved or came into force."""
        cards = {card.name: card for card in await self.overview()}
        return [cards[name] for name in await self._prompts.changed(since) if name in cards]

    async def show(self, name: str) -> PromptCard:
        file = _file(name)
        current, latest = await self._prompts.in_force(), await self._prompts.latest()
        return _card(file, current.get(name, FILE), latest.get(name, FILE))

    async def version(self, name: str, version: int | None = None) -> VersionCard:
        """Without a version the one in force; 0 is the shipped file."""
        file = _file(name)
        current = await self._prompts.current(name)
        if version is None:
            return _version(current) if current else _file_version(file, is_current=True)
        if version == FILE:
            return _file_version(file, is_current=current is None)
        return _version(await self._prompts.version(name, version))

    async def versions(
        self,
        name: str,
        limit: int = 50,
        before: int | None = None,
        since: Since | None = None,
    ) -> list[VersionCard]:
        """Newest first; the shipped file is the last one. `since`: without the file."""
        file = _file(name)
        if since:
            return [_version(row) for row in await self._prompts.versions(name, limit, None, since)]
        if before is not None and before <= FILE:
            return []
        rows = await self._prompts.versions(name, limit, before)
        cards = [_version(row) for row in rows]
        if len(cards) < limit:
            is_current = await self._prompts.current(name) is None
            cards.append(_file_version(file, is_current=is_current))
        return cards

    async def save(self, new: NewBody, *, author: str) -> VersionCard:
        _file(new.name)
        return _version(await self._prompts.save(new, author=author))

    async def publish(self, name: str, version: int, *, author: str) -> VersionCard:
        _file(name)
        return _version(await self._prompts.publish(name, version, author=author))

    async def roll_back(self, name: str, version: int, *, author: str) -> VersionCard:
        file = _file(name)
        chosen = await self._prompts.roll_back(name, version, author=author)
        return _version(chosen) if chosen else _file_version(file, is_current=True)

    async def difference(self, name: str, old: int, new: int) -> tuple[Line, ...]:
        before, after = await self.version(name, old), await self.version(name, new)
        return difference(before.body, after.body)

    async def attempt(self, trial: Trial) -> Tried:
        """Renders with sample values for whatever was not given. Raises PromptRefused."""
        file = _file(trial.name)
        body, version = trial.body, None
        if body is None:
            card = await self.version(trial.name, trial.version)
            body, version = card.body, card.version
        return _rendered(file, body, version, trial.variables or {})


def _rendered(
    file: PromptFile, body: str, version: int | None, given: Mapping[str, Value]
) -> Tried:
    known = {variable.name for variable in file.variables}
    strangers = sorted(set(given) - known)
    if strangers:
        offered = ", ".join(sorted(known)) or "none"
        raise PromptRefused(
            [f"There is no variable “{name}”; known are: {offered}." for name in strangers]
        )
    values = {name: sample(name) for name in sorted(known)} | dict(given)
    problems = tuple(files.check(file.name, body)) if file.is_editable and version != FILE else ()
    try:
        text = files.render(body, values)
    except BrokenPrompt as error:
        raise PromptRefused([str(error)]) from error
    return Tried(text, version, values, problems)


def sample(name: str) -> Value:
    """A value to try a prompt with; lists where the shipped prompts join one."""
    samples: dict[str, Value] = {
        "company": "Brightwire Networks",
        "language": "en",
        "actions": ("reply", "ask_back", "open_ticket", "update_ticket", "hand_off"),
        "currency": "GBP",
    }
    return samples.get(name, f"‹{name}›")


def _file(name: str) -> PromptFile:
    file = files.shipped().get(name)
    if file is None:
        raise NotFound("prompt", name)
    return file


def _card(file: PromptFile, current: int, latest: int) -> PromptCard:
    variables = tuple(VariableCard(v.name, v.meaning, v.is_required) for v in file.variables)
    return PromptCard(file.name, file.purpose, file.is_editable, variables, current, latest)


def _file_version(file: PromptFile, *, is_current: bool) -> VersionCard:
    state = "current" if is_current else "published"
    return VersionCard(file.name, FILE, state, file.body, "As shipped.", "frontdesk")


def _version(row: PromptVersion) -> VersionCard:
    state = "current" if row.is_current else "published" if row.published_at else "draft"
    return VersionCard(
        name=row.name,
        version=row.version,
        state=state,
        body=row.body,
        note=row.note,
        author=row.author,
        created_at=row.created_at,
        published_at=row.published_at,
        id=row.id,
        updated_at=row.updated_at,
    )
