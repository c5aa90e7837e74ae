"""Seconds from the start of `frontdesk run` to ready, and what it holds in memory afterwards."""

import asyncio
import time
from statistics import median
from urllib.request import urlopen

import psycopg

from benchmarks.figures import Figure
from benchmarks.premises import Premises, free_port, resident_mb, wait_for
from benchmarks.turns import opened, questions

STARTS = 3
ASKED = 30
PATIENCE = 60.0


def measure(made: Premises) -> list[Figure]:
    # The database must be down: its start is part of ours.
    made.installation.__exit__(None, None, None)
    try:
        ready = median(_seconds_to_ready(made, "bot", "run") for _ in range(STARTS))
    finally:
        made.installation.__enter__()
    bare = median(_seconds_to_ready(made, "benchmarks.bare") for _ in range(STARTS))
    ours, theirs = _memory(made)
    return [
        Figure("from start to ready", ready, "s", f"bare route {bare:.2f}", "< 3"),
        Figure(f"memory after {ASKED} answers", ours, "MB", f"bare route {theirs:.0f}", "< 250"),
    ]


def _seconds_to_ready(made: Premises, *words: str) -> float:
    port = free_port()
    extra = () if words[0] == "bot" else (str(port),)
    process = made.start(*words, *extra, port=port)
    seconds = wait_for(f"http://127.0.0.1:{port}/readyz", process)
    made.end(process)
    return seconds


def _memory(made: Premises) -> tuple[float, float]:
    """Resident MB of web, worker and scheduler in one process, PostgreSQL's own aside; and of
    the bare route."""
    port, bare_port = free_port(), free_port()
    process = made.start("bot", "run", port=port)
    bare = made.start("benchmarks.bare", str(bare_port))
    wait_for(f"http://127.0.0.1:{port}/readyz", process)
    wait_for(f"http://127.0.0.1:{bare_port}/readyz", bare)
    asyncio.run(_ask(made))
    with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
        page.read()
    return resident_mb(process.pid), resident_mb(bare.pid)


async def _ask(made: Premises) -> None:
    asked = questions()
    async with opened(made.installation) as shop:
        for number in range(ASKED):
            await shop.hear(number, asked[number % len(asked)])
    await asyncio.to_thread(_until_answered, made.installation.admin_url)


def _until_answered(url: str) -> None:
    deadline = time.perf_counter() + PATIENCE
    query = (
        "select count(*) from messages where direction = 'in' and outcome = 'waiting' "
        "union all select count(*) from raw_events where state = 'waiting'"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        while any(count for (count,) in connection.execute(query)):
            if time.perf_counter() > deadline:
                raise RuntimeError("not every question was answered")
            time.sleep(0.05)
