"""Counts what this process says to PostgreSQL, below SQLAlchemy and the job engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass
class Count:
    """`frames`: BEGIN, COMMIT and ROLLBACK."""

    statements: int = 0
    frames: int = 0


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[Count]:
    count = Count()

    def framed(_: object) -> None:
        count.frames += 1

    frames = ("begin", "commit", "rollback")
    real = {name: getattr(psycopg.AsyncCursor, name) for name in ("execute", "executemany")}
    for name, method in real.items():
        setattr(psycopg.AsyncCursor, name, _listening(method, count))
    for frame in frames:
        event.listen(engine.sync_engine, frame, framed)
    try:
        yield count
    finally:
        for frame in frames:
            event.remove(engine.sync_engine, frame, framed)
        for name, method in real.items():
            setattr(psycopg.AsyncCursor, name, method)


def _listening(method: Any, count: Count) -> Any:
    async def listening(cursor: object, *arguments: object, **named: object) -> object:
        count.statements += 1
        return await method(cursor, *arguments, **named)

    return listening
