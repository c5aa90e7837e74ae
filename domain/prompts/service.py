"""A tenant's own versions of prompts: saved with a note, published, rolled back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.service import note as audit
from domain.errors import NotFound, Refused
from domain.events import Happened, record
from domain.following import Since
from domain.prompts.models import PromptVersion
from domain.types import new_id, utc_now

FILE = 0
"""The version of the shipped file: always there, never a row."""

Checker = Callable[[str, str], Sequence[str]]
"""(name, body) → what is wrong with it, one sentence each."""

_IN_TURN = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")


class PromptRefused(Refused):
    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True, slots=True)
class NewBody:
    name: str
    body: str
    note: str


class Prompts:
    """`check` says what a body may hold: it knows the shipped file's variables."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, check: Checker) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._check = check

    async def save(self, new: NewBody, *, author: str) -> PromptVersion:
        """A draft, as the next version. Raises PromptRefused."""
        self._require_sound(new.name, new.body)
        if not new.note.strip():
            raise Refused("Say in a note what this version changes.")
        await self._lock(new.name)
        saved = PromptVersion(
            id=new_id(),
            tenant_id=self._tenant_id,
            name=new.name,
            version=await self._latest(new.name) + 1,
            body=new.body,
            note=new.note.strip(),
            author=author,
        )
        self._session.add(saved)
        await self._session.flush()
        self._audit(author, "prompt.saved", saved.name, saved.version, note=saved.note)
        return saved

    async def publish(self, name: str, version: int, *, author: str) -> PromptVersion:
        """Turns use it from now on. Checked again: the shipped variables may have changed."""
        await self._lock(name)
        chosen = await self.version(name, version)
        self._require_sound(name, chosen.body)
        before = await self._put_aside(name)
        chosen.is_current, chosen.published_at = True, utc_now()
        await self._session.flush()
        self._published(author, "prompt.published", chosen.id, (name, before, version))
        return chosen

    async def roll_back(self, name: str, version: int, *, author: str) -> PromptVersion | None:
        """Publishes an earlier published version again; FILE: back to the file (None)."""
        await self._lock(name)
        chosen = await self.version(name, version) if version != FILE else None
        if chosen is not None:
            if chosen.published_at is None:
                raise Refused(f"Version {version} of “{name}” was never published: publish it.")
            self._require_sound(name, chosen.body)
        before = await self._put_aside(name)
        if chosen is not None:
            chosen.is_current, chosen.published_at = True, utc_now()
        await self._session.flush()
        subject = chosen.id if chosen else self._tenant_id
        self._published(author, "prompt.rolled_back", subject, (name, before, version))
        return chosen

    async def current(self, name: str) -> PromptVersion | None:
        """What turns use; None: the file."""
        return (
            await self._session.scalars(self._of(name).where(PromptVersion.is_current))
        ).one_or_none()

    async def version(self, name: str, version: int) -> PromptVersion:
        found = await self._session.scalar(self._of(name).where(PromptVersion.version == version))
        if found is None:
            raise NotFound(f"version of “{name}”", version)
        return found

    async def versions(
        self,
        name: str,
        limit: int = 50,
        before: int | None = None,
        since: Since | None = None,
    ) -> list[PromptVersion]:
        """Newest first; `before` a version."""
        query = self._of(name).order_by(PromptVersion.version.desc()).limit(limit)
        if before is not None:
            query = query.where(PromptVersion.version < before)
        if since:
            query = since.of(query, PromptVersion.updated_at, PromptVersion.id)
        return list(await self._session.scalars(query))

    async def changed(self, since: Since) -> list[str]:
        """The names of prompts that have a version which changed, in that order."""
        query = select(PromptVersion.name).where(PromptVersion.tenant_id == self._tenant_id)
        query = since.of(query, PromptVersion.updated_at, PromptVersion.id)
        return list(dict.fromkeys(await self._session.scalars(query)))

    async def all_current(self) -> list[PromptVersion]:
        query = select(PromptVersion).where(
            PromptVersion.tenant_id == self._tenant_id, PromptVersion.is_current
        )
        return list(await self._session.scalars(query))

    async def in_force(self) -> dict[str, int]:
        """Name → current version, of those that are not the file."""
        rows = await self._session.execute(
            select(PromptVersion.name, PromptVersion.version).where(
                PromptVersion.tenant_id == self._tenant_id, PromptVersion.is_current
            )
        )
        return dict(rows.all())

    async def latest(self) -> dict[str, int]:
        """Name → the newest version saved, drafts included."""
        rows = await self._session.execute(
            select(PromptVersion.name, func.max(PromptVersion.version))
            .where(PromptVersion.tenant_id == self._tenant_id)
            .group_by(PromptVersion.name)
        )
        return dict(rows.all())

    def _of(self, name: str) -> Select[PromptVersion]:
        return select(PromptVersion).where(
            PromptVersion.tenant_id == self._tenant_id, PromptVersion.name == name
        )

    def _require_sound(self, name: str, body: str) -> None:
        problems = self._check(name, body)
        if problems:
            raise PromptRefused(problems)

    async def _lock(self, name: str) -> None:
        """Versions are numbered, and one is current: changes of a prompt come one by one."""
        await self._session.execute(_IN_TURN, {"name": f"prompt:{self._tenant_id}:{name}"})

    async def _latest(self, name: str) -> int:
        query = select(func.max(PromptVersion.version)).where(
            PromptVersion.tenant_id == self._tenant_id, PromptVersion.name == name
        )
        return await self._session.scalar(query) or FILE

    async def _put_aside(self, name: str) -> int:
        """The version that was in force."""
        before = await self.current(name)
        if before is None:
            return FILE
        await self._session.execute(
            update(PromptVersion).where(PromptVersion.id == before.id).values(is_current=False)
        )
        return before.version

    def _published(self, author: str, kind: str, subject: UUID, move: tuple[str, int, int]) -> None:
        name, before, now = move
        payload = {"name": name, "from": before, "to": now}
        record(self._session, self._tenant_id, Happened(kind, subject, payload, author))
        self._audit(author, kind, name, now, before=before)

    def _audit(self, author: str, action: str, name: str, version: int, **more: object) -> None:
        audit(self._session, self._tenant_id, author, action, name, version=version, **more)
