"""Lists and searches of a hundred thousand tickets: p50 and p95, one after the other.

python -m benchmarks tickets
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import quantiles
from time import perf_counter
from uuid import UUID

from sqlalchemy import text

from benchmarks.figures import Figure
from benchmarks.premises import Premises
from bot.runtime import Runtime, running
from domain.following import Since
from domain.search.service import Search
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.lifecycle import PRIORITIES, STATUSES, TYPES
from domain.tickets.listing import TicketList, Wanted
from domain.types import new_id, utc_now

TICKETS, OTHERS, BATCH, ROUNDS = 100_000, 10_000, 5_000, 60
_WORDS = [
    *("camera", "gate", "recorder", "printer", "network", "cable", "outlet", "router", "switch"),
    *("screen", "door", "alarm", "badge", "server", "backup", "mail", "phone", "socket", "sensor"),
    *("battery", "panel", "fan", "heater", "light", "projector", "scanner"),
]

_TICKETS = text("""
    insert into tickets (id, tenant_id, number, subject, description, status, priority, type, tags,
           source, version, created_at, updated_at)
    select id, :tenant_id, number, subject, description, status, priority, type,
           array[tag], 'email', 1, created_at, created_at
      from jsonb_to_recordset(cast(:rows as jsonb)) as r(id uuid, number text, subject text,
           description text, status text, priority text, type text, tag text,
           created_at timestamptz)
""")
_COMMENTS = text("""
    insert into ticket_comments (id, tenant_id, ticket_id, author, visibility, text, created_at)
    select gen_random_uuid(), :tenant_id, id, 'staff', 'internal', comment, created_at
      from jsonb_to_recordset(cast(:rows as jsonb)) as r(id uuid, comment text,
           created_at timestamptz)
""")


def measure(made: Premises) -> list[Figure]:
    return asyncio.run(_measure(made))


async def _measure(made: Premises) -> list[Figure]:
    async with running(made.installation) as runtime:
        large, other = new_id(), new_id()
        started = perf_counter()
        for tenant_id, slug, count in ((large, "large", TICKETS), (other, "other", OTHERS)):
            await _seed(runtime, tenant_id, slug, count)
        seeded = perf_counter() - started
        await _settle(made)
        figures = [
            Figure("tickets and comments seeded a second", 2 * (TICKETS + OTHERS) / seeded, "/s")
        ]
        for name, ask in _questions(runtime, large).items():
            figures += await _timed(name, ask)
        return figures


def _questions(runtime: Runtime, tenant_id: UUID) -> dict[str, Callable[[int], Awaitable[None]]]:
    async def listed(wanted: Wanted, turn: int) -> None:
        """Another page each time."""
        async with runtime.database.transaction(tenant_id) as session:
            before = (utc_now() - timedelta(minutes=turn * 1000), UUID(int=0)) if turn else None
            await TicketList(session, tenant_id).page(wanted, 50, before)

    async def searched(words: str) -> None:
        async with runtime.database.transaction(tenant_id) as session:
            await Search(session, tenant_id).find(words, 50)

    async def followed(turn: int, words: str = "") -> None:
        """What changed since another time each time; of a frequent word: since the beginning."""
        at = utc_now() - timedelta(minutes=100_000 if words else 1_000 * (turn + 1))
        async with runtime.database.transaction(tenant_id) as session:
            if words:
                await Search(session, tenant_id).find(words, 50, since=Since(at))
            else:
                tickets = TicketList(session, tenant_id)
                await tickets.page(Wanted(any_status=True), 50, since=Since(at))

    def word(turn: int) -> str:
        return _WORDS[turn % len(_WORDS)]

    return {
        "list of 100,000 tickets": lambda turn: listed(Wanted(any_status=True), turn),
        "  changed since a time": followed,
        "  by status, priority and type": lambda turn: listed(
            Wanted(statuses=("open",), priorities=("urgent",), types=("bug",)), turn
        ),
        "  by a rare tag": lambda turn: listed(
            Wanted(any_status=True, tags=(f"tag{turn % 900}",)), 0
        ),
        "  by words and status": lambda turn: listed(
            Wanted(statuses=("open",), words=word(turn)), 0
        ),
        "search, a frequent word": lambda turn: searched(word(turn)),
        "search, two words": lambda turn: searched(f"{word(turn)} {word(turn + 7)}"),
        "search, a rare word": lambda turn: searched(f"serial{turn * 997}"),
        "search, beginnings of words": lambda turn: searched(f"{word(turn)[:3]} serial{turn}"),
        "search, a frequent word, changed since": lambda turn: followed(turn, word(turn)),
        "search, nothing found": lambda turn: searched(f"zebra{turn}"),
    }


async def _timed(name: str, ask: Callable[[int], Awaitable[None]]) -> list[Figure]:
    for turn in range(3):
        await ask(turn)
    times = []
    for turn in range(ROUNDS):
        started = perf_counter()
        await ask(turn)
        times.append((perf_counter() - started) * 1000)
    cuts = quantiles(times, n=20)
    return [Figure(name, cuts[18], "ms p95", f"p50 {cuts[9]:.1f} ms", "< 100")]


async def _seed(runtime: Runtime, tenant_id: UUID, slug: str, count: int) -> None:
    dice = random.Random(1)  # noqa: S311 - a benchmark must repeat itself
    async with runtime.database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(slug, slug, TenantSettings())
    for first in range(0, count, BATCH):
        rows = json.dumps([_row(dice, n, count) for n in range(first, first + BATCH)])
        async with runtime.database.transaction(tenant_id) as session:
            await session.execute(_TICKETS, {"tenant_id": tenant_id, "rows": rows})
            await session.execute(_COMMENTS, {"tenant_id": tenant_id, "rows": rows})


def _row(dice: random.Random, number: int, count: int) -> dict[str, str]:
    words = dice.choices(_WORDS, k=24)
    return {
        "id": str(new_id()),
        "number": f"TKT-202611-{number:06d}",
        "subject": " ".join(words[:4]),
        "description": f"{' '.join(words[4:14])} serial{number}",
        "comment": " ".join(words[14:]),
        "status": dice.choice(STATUSES),
        "priority": dice.choice(PRIORITIES),
        "type": dice.choice(TYPES),
        "tag": f"tag{number % 1000}",
        "created_at": (utc_now() - timedelta(minutes=count - number)).isoformat(),
    }


async def _settle(made: Premises) -> None:
    """As autovacuum leaves it within a minute on a running desk."""
    import psycopg

    connection = await psycopg.AsyncConnection.connect(made.installation.admin_url, autocommit=True)
    async with connection:
        for table in ("tickets", "ticket_comments", "search_documents"):
            await connection.execute(f"vacuum analyze {table}")
