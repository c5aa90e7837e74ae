"""How another system follows a list: what changed since an instant, in the order of the changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from domain.types import utc_now

T = TypeVar("T")
Query = TypeVar("Query", bound="Select[*tuple[Any, ...]]")
Place = tuple[datetime, UUID]


class Changing:
    """A row that knows when it last changed. A trigger sees to statements that do not say so."""

    updated_at: Mapped[datetime] = mapped_column(
        default=utc_now, onupdate=utc_now, server_default=func.now()
    )


@dataclass(frozen=True, slots=True)
class Since:
    """From `at` on, or from behind a place in the order of changes.

    What changes during a walk moves to its end: it is met again, and nothing is missed.
    """

    at: datetime
    after: Place | None = None

    def of(self, query: Query, changed: Any, row_id: Any) -> Query:
        """The query with only what changed, in this order instead of its own."""
        query = query.where(changed >= self.at)
        if self.after:
            query = query.where(tuple_(changed, row_id) > self.after)
        return query.order_by(None).order_by(changed, row_id)

    def among(self, rows: Iterable[T], changed: Callable[[T], datetime] | None = None) -> list[T]:
        """As `of`, for a short list that is read as a whole. Its rows have an `id`."""

        def place(row: Any) -> Place:
            return (changed(row) if changed else row.updated_at), row.id

        kept = [row for row in rows if place(row)[0] >= self.at]
        return sorted((row for row in kept if not self.after or place(row) > self.after), key=place)
