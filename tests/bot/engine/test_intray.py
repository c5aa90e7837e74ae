"""Deliveries that arrive together are stored together, and each hears what became of it."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from bot.engine import intray
from bot.engine.intray import Intray
from tests.bot.engine.conftest import Company


async def stored(company: Company) -> int:
    count: int = (await company.execute("select count(*) from raw_events")).scalar()
    return count


async def test_deliveries_at_once_share_commits_and_job_hints(company: Company) -> None:
    tray = Intray(company.runtime.database)
    before = (await company.jobs()).count("take")
    keeping = (
        tray.keep(company.tenant_id, company.account_id, f"body {n}".encode()) for n in range(50)
    )
    await asyncio.gather(*keeping)
    assert await stored(company) == 50
    assert 1 <= (await company.jobs()).count("take") - before <= 3


async def test_a_delivery_is_on_disk_when_it_is_acknowledged(company: Company) -> None:
    tray = Intray(company.runtime.database)
    for number in range(1, 4):
        await tray.keep(company.tenant_id, company.account_id, f"body {number}".encode())
        assert await stored(company) == number


async def test_what_cannot_be_stored_is_told_to_all_that_shared_the_commit(
    company: Company,
) -> None:
    tray = Intray(company.runtime.database)
    keeping = [tray.keep(company.tenant_id, uuid4(), f"body {n}".encode()) for n in range(3)]
    outcomes = await asyncio.gather(*keeping, return_exceptions=True)
    assert all(isinstance(one, psycopg.errors.ForeignKeyViolation) for one in outcomes)
    await tray.keep(company.tenant_id, company.account_id, b"the next one")
    assert await stored(company) == 1


async def test_a_caller_that_gave_up_does_not_keep_the_others_waiting(company: Company) -> None:
    tray = Intray(company.runtime.database)
    hasty, patient = (
        asyncio.ensure_future(tray.keep(company.tenant_id, company.account_id, body))
        for body in (b"hasty", b"patient")
    )
    await asyncio.sleep(0)
    hasty.cancel()
    await patient
    assert await stored(company) == 2


@pytest.mark.parametrize(
    ("bytes_each", "at_once", "shares"),
    [(1, 3, [3]), (6, 3, [1, 1, 1]), (4, 5, [2, 2, 1]), (50, 1, [1]), (1, 9, [5, 4])],
)
async def test_a_commit_takes_no_more_than_its_share(
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    bytes_each: int,
    at_once: int,
    shares: list[int],
) -> None:
    monkeypatch.setattr(intray, "MOST_BYTES", 10)
    monkeypatch.setattr(intray, "MOST_AT_ONCE", 5)
    tray = Intray(company.runtime.database)
    bodies = [str(n).rjust(bytes_each).encode() for n in range(at_once)]
    keeping = (tray.keep(company.tenant_id, company.account_id, body) for body in bodies)
    await asyncio.gather(*keeping)
    rows = await company.execute("select count(*) from raw_events group by created_at order by 1")
    assert sorted((count for (count,) in rows), reverse=True) == shares
