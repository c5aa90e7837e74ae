"""Merges two records of one customer by reference, and takes a merge back exactly.

What was said keeps its speaker: only whose conversations, tickets, quotes and addresses are
changes hands, and which rows those were is written down.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.service import note as audit
from domain.conversations.models import Conversation
from domain.conversations.turns import restart
from domain.customers.joining.holdings import Holding, among, counted, holdings, move
from domain.customers.models import Company, CustomerLink, CustomerMerge, Identity, Person
from domain.errors import Conflict, NotFound, Refused
from domain.events import Happened, record
from domain.types import new_id, utc_now

PERSON, COMPANY = "person", "company"
Row = Person | Company
_MODELS: dict[str, type[Person] | type[Company]] = {PERSON: Person, COMPANY: Company}
_FILLED = {
    PERSON: ("name", "language", "opted_out_at"),
    COMPANY: ("vat_number", "language"),
}
_TRIES = 5
_LONGEST_CHAIN = 100


class MergeRefused(Refused):
    pass


@dataclass(frozen=True, slots=True)
class Because:
    """Why two are one: the evidence (as of a link), in whose judgement, and in what words."""

    evidence: str
    actor: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do. `moves`: how many rows of which table."""

    source: Row
    target: Row
    moves: dict[str, int]


class CustomerMerges:
    """`kind`: person or company."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, kind: str = PERSON) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._kind = kind
        self._model = _MODELS[kind]

    async def goes_on_as(self, row_id: UUID) -> Row:
        """The record itself, or the one that it was merged into, over any number of merges."""
        row = await self._get(row_id)
        for _ in range(_LONGEST_CHAIN):
            if row.merged_into_id is None:
                return row
            row = await self._get(row.merged_into_id)
        raise Conflict(f"The {self._kind} is merged in a circle: undo one of the merges.")

    async def preview(self, source_id: UUID, into_id: UUID) -> Preview:
        """Raises MergeRefused where they cannot be merged."""
        source, target = await self._get(source_id), await self.goes_on_as(into_id)
        self._require_two(source, target)
        return Preview(source, target, await counted(self._session, self._kind, source_id))

    async def merge(self, source_id: UUID, into_id: UUID, because: Because) -> CustomerMerge:
        """Into that one, or what it was merged into. Raises NotFound or MergeRefused."""
        source, target = await self._locked_pair(source_id, into_id)
        self._require_two(source, target)
        merge = CustomerMerge(
            id=new_id(),
            tenant_id=self._tenant_id,
            kind=self._kind,
            source_id=source.id,
            target_id=target.id,
            evidence=because.evidence,
            why=because.why[:500],
            merged_by=because.actor,
        )
        moved = {
            holding.name: await move(self._session, holding, source.id, target.id)
            for holding in holdings(self._kind)
        }
        await restart(self._session, moved.get("conversations.person_id", []))
        merge.moved = {name: [str(one) for one in ids] for name, ids in moved.items() if ids}
        merge.filled = _fill(self._kind, source, target)
        source.merged_into_id, source.updated_at = target.id, utc_now()
        target.updated_at = source.updated_at
        self._session.add(merge)
        await self._session.flush()
        await self._tell("merged", merge, because.actor, because.why)
        return merge

    async def undo(self, source_id: UUID, *, actor: str, why: str = "") -> CustomerMerge:
        """Each has their own again. What came after the merge is of whose address it came from."""
        merge = await self._last(source_id)
        source, holder = await self._locked_pair(source_id, merge.target_id)
        moved: dict[str, list[str]] = merge.moved
        for holding in holdings(self._kind):
            ids = [UUID(one) for one in moved.get(holding.name, ())]
            await move(self._session, holding, holder.id, source.id, among(holding, ids))
        if self._kind == PERSON:
            await self._return_what_came_since(merge, holder.id)
        _empty(merge.filled, holder)
        source.merged_into_id, source.updated_at = None, utc_now()
        holder.updated_at = source.updated_at
        merge.undone_at, merge.undone_by = utc_now(), actor
        await self._session.execute(
            update(CustomerLink)
            .where(CustomerLink.merge_id == merge.id)
            .values(state="undone", decided_by=actor, decided_at=merge.undone_at)
        )
        await self._session.flush()
        await self._tell("unmerged", merge, actor, why)
        return merge

    async def of(self, row_id: UUID) -> list[CustomerMerge]:
        """Merges of the record, into it or away from it, latest first; undone ones too."""
        query = select(CustomerMerge).where(
            CustomerMerge.tenant_id == self._tenant_id,
            CustomerMerge.kind == self._kind,
            or_(CustomerMerge.source_id == row_id, CustomerMerge.target_id == row_id),
        )
        return list(await self._session.scalars(query.order_by(CustomerMerge.created_at.desc())))

    async def merged_into(self, row_id: UUID) -> list[Row]:
        """Those that went into the record, also by way of others."""
        found: list[Row] = []
        ids = [row_id]
        while ids and len(found) < 1000:
            query = select(self._model).where(self._model.merged_into_id.in_(ids))
            rows: list[Any] = list(
                await self._session.scalars(query.order_by(self._model.created_at))
            )
            found += rows
            ids = [row.id for row in rows]
        return found

    # --- inner ---

    def _require_two(self, source: Row, target: Row) -> None:
        if source.merged_into_id is not None:
            raise MergeRefused(f"{_named(source)} was merged already: undo that first.")
        if source.id == target.id:
            raise MergeRefused(f"{_named(source)} is one and the same {self._kind} already.")

    async def _return_what_came_since(self, merge: CustomerMerge, holder_id: UUID) -> None:
        """Addresses first, then conversations from them, then what was opened in those."""
        source_id, since = merge.source_id, merge.created_at
        values = list(
            await self._session.scalars(
                select(Identity.value).where(Identity.person_id == source_id)
            )
        )
        known = {holding.name: holding for holding in holdings(PERSON)}
        late = (Identity.beside.in_(values), Identity.created_at >= since)
        added = await self._hand_over(known["identities.person_id"], holder_id, source_id, late)
        if added:
            query = select(Identity.value).where(Identity.id.in_(added))
            values += list(await self._session.scalars(query))
        from_there = (
            or_(Conversation.hint.in_(values), Conversation.address.in_(values)),
            Conversation.created_at >= since,
        )
        await self._hand_over(known["conversations.person_id"], holder_id, source_id, from_there)
        own = select(Conversation.id).where(Conversation.person_id == source_id)
        for holding in known.values():
            if holding.follows_conversations and holding.table.name != "conversations":
                columns = holding.table.c
                since_then = (columns.created_at >= since, columns.conversation_id.in_(own))
                await self._hand_over(holding, holder_id, source_id, since_then)
        await restart(self._session, list(await self._session.scalars(own)))

    async def _hand_over(
        self, holding: Holding, giver: UUID, taker: UUID, only: Iterable[ColumnElement[bool]]
    ) -> list[UUID]:
        first, *more = only
        condition = first
        for one in more:
            condition = condition & one
        return await move(self._session, holding, giver, taker, condition)

    async def _get(self, row_id: UUID) -> Row:
        row: Row | None = await self._session.get(self._model, row_id)
        if row is None or row.tenant_id != self._tenant_id:
            raise NotFound(self._kind, row_id)
        return row

    async def _locked_pair(self, source_id: UUID, into_id: UUID) -> tuple[Row, Row]:
        """Locked always in the same order, against each other and against what arrives; a target
        that was merged while we waited is followed."""
        await self._session.flush()
        for _ in range(_TRIES):
            target = await self.goes_on_as(into_id)
            query = select(self._model).where(self._model.id.in_([source_id, target.id]))
            query = query.where(self._model.tenant_id == self._tenant_id).order_by(self._model.id)
            query = query.with_for_update().execution_options(populate_existing=True)
            found: list[Any] = list(await self._session.scalars(query))
            rows: dict[UUID, Row] = {row.id: row for row in found}
            if source_id not in rows:
                raise NotFound(self._kind, source_id)
            if rows[target.id].merged_into_id is None or target.id == source_id:
                return rows[source_id], rows[target.id]
        raise Conflict("Others are merging the same customers just now: try again.")

    async def _last(self, source_id: UUID) -> CustomerMerge:
        source = await self._get(source_id)
        query = (
            select(CustomerMerge)
            .where(
                CustomerMerge.tenant_id == self._tenant_id,
                CustomerMerge.kind == self._kind,
                CustomerMerge.source_id == source_id,
                CustomerMerge.undone_at.is_(None),
            )
            .order_by(CustomerMerge.created_at.desc())
            .limit(1)
            .with_for_update()
        )
        merge = (await self._session.scalars(query)).one_or_none()
        if merge is None:
            raise MergeRefused(f"{_named(source)} is not merged into another {self._kind}.")
        return merge

    async def _tell(self, what: str, merge: CustomerMerge, actor: str, why: str) -> None:
        payload = {
            "kind": merge.kind,
            "source_id": str(merge.source_id),
            "target_id": str(merge.target_id),
            "merge_id": str(merge.id),
            "evidence": merge.evidence,
        }
        happened = Happened(f"customer.{what}", merge.target_id, payload, actor)
        record(self._session, self._tenant_id, happened)
        audit(
            self._session,
            self._tenant_id,
            actor,
            f"customer.{what}",
            str(merge.source_id),
            into=str(merge.target_id),
            evidence=merge.evidence,
            why=why[:500],
        )


def _fill(kind: str, source: Row, target: Row) -> dict[str, Any]:
    """What the target has not and the source has. A site only comes with its company."""
    names = list(_FILLED[kind])
    if isinstance(target, Person) and target.company_id is None:
        names += ["company_id", "site_id"]
    filled: dict[str, Any] = {}
    for name in names:
        value = getattr(source, name)
        if value and not getattr(target, name):
            setattr(target, name, value)
            filled[name] = _told(value)
            if name == "name" and isinstance(source, Person) and isinstance(target, Person):
                target.named_by = source.named_by
    return filled


def _empty(filled: dict[str, Any], target: Row) -> None:
    """Only what nobody has changed since."""
    for name, value in filled.items():
        now = getattr(target, name)
        if _told(now) == value:
            setattr(target, name, "" if isinstance(now, str) else None)
            if name == "name" and isinstance(target, Person):
                target.named_by = ""


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if value is not None else None


def _named(row: Row) -> str:
    return row.name or "A customer without a name"
