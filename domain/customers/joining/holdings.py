"""What belongs to a person or a company: every column of any table that points to them.

Found in the tables themselves, so that what is added later moves along by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, UniqueConstraint, and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import Column

from domain.database import Base

OWNERS = {"person": "people", "company": "companies"}
_STAYS = frozenset({"people.merged_into_id", "companies.merged_into_id"})
_STAYING_TABLES = frozenset({"customer_links"})
"""The history of a join names people as they were."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A column that says whose a row is."""

    table: Table
    column: Column[Any]

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def follows_conversations(self) -> bool:
        """A row of it that came from a conversation is of whoever the conversation is of."""
        return {"conversation_id", "created_at"} <= set(self.table.c.keys())


def holdings(kind: str) -> list[Holding]:
    found = []
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            holding = Holding(table, key.parent)
            if key.column.table.name != OWNERS[kind] or holding.name in _STAYS:
                continue
            if table.name not in _STAYING_TABLES:
                found.append(holding)
    return sorted(found, key=lambda one: one.name)


async def counted(session: AsyncSession, kind: str, row_id: UUID) -> dict[str, int]:
    """How many rows of each table are theirs; those with any."""
    found: dict[str, int] = {}
    for holding in holdings(kind):
        query = select(func.count()).select_from(holding.table).where(holding.column == row_id)
        if count := await session.scalar(query):
            found[holding.table.name] = found.get(holding.table.name, 0) + count
    return found


async def move(
    session: AsyncSession,
    holding: Holding,
    source_id: UUID,
    target_id: UUID,
    only: ColumnElement[bool] | None = None,
) -> list[UUID]:
    """The ids of what changed hands. What the other has already, in the sense of a unique key,
    stays where it is."""
    table, column = holding.table, holding.column
    conditions = [column == source_id, *_free(holding, target_id)]
    if only is not None:
        conditions.append(only)
    moved = update(table).where(*conditions).values({column: target_id}).returning(table.c["id"])
    return list(await session.scalars(moved))


def among(holding: Holding, ids: Iterable[UUID]) -> ColumnElement[bool]:
    return holding.table.c["id"].in_(list(ids))


def _free(holding: Holding, target_id: UUID) -> list[ColumnElement[bool]]:
    """For every unique key that names the owner: the target has no such row."""
    table, column = holding.table, holding.column
    other = table.alias()
    free = []
    for key in _keys(table):
        if column not in key:
            continue
        rest = [one for one in key if one is not column and one.name != "tenant_id"]
        same = [other.c[one.name] == one for one in rest]
        free.append(~exists().where(and_(other.c[column.name] == target_id, *same)))
    return free


def _keys(table: Table) -> list[Sequence[Column[Any]]]:
    constraints = [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    indexes = [list(one.columns) for one in table.indexes if one.unique]
    return [*constraints, *indexes]
