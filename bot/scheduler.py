"""The timetable: puts jobs when their time has come, on one machine at a time. Does no work."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import queue
from bot.foundation.telemetry import log
from domain.database import Database
from domain.tenants import leases

LEASE = "scheduler"
LEASE_SECONDS = 15.0
SWEEP_EVERY = 5
SLA_EVERY = 30
REMIND_EVERY = 30
RULES_EVERY = 60
MANNERS_EVERY = 60
POLLS_EVERY = 60


class Timetable:
    """Every process may run one; only the holder of the lease puts jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1}
        )

    async def run(self) -> None:
        """Until cancelled."""
        self._add("sweep", IntervalTrigger(seconds=SWEEP_EVERY))
        self._add("sla", IntervalTrigger(seconds=SLA_EVERY))
        self._add("remind", IntervalTrigger(seconds=REMIND_EVERY))
        self._add("rules", IntervalTrigger(seconds=RULES_EVERY))
        self._add("manners", IntervalTrigger(seconds=MANNERS_EVERY))
        self._add("polls", IntervalTrigger(seconds=POLLS_EVERY), next_run_time=datetime.now(UTC))
        self._add("renewals", CronTrigger(minute=17))
        self._add("templates", CronTrigger(hour="*/6", minute=20))
        self._add("quote-expiry", CronTrigger(minute=27))
        self._add("digest", CronTrigger(hour=7, minute=30))
        self._add("tidy", CronTrigger(hour=3, minute=10))
        self._scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._scheduler.shutdown(wait=False)
            await self._let_go()

    def _add(self, job: str, trigger: IntervalTrigger | CronTrigger, **first: datetime) -> None:
        self._scheduler.add_job(self._tick(job), trigger, id=job, misfire_grace_time=3600, **first)

    def _tick(self, job: str) -> Callable[[], Awaitable[None]]:
        async def tick() -> None:
            try:
                async with self._database.directory() as session:
                    if await leases.take(session, LEASE, self._holder, LEASE_SECONDS) is not None:
                        await queue.put(session, job)
            except Exception as error:
                log.warning("scheduler.tick_failed", job=job, error=str(error))

        return tick

    async def _let_go(self) -> None:
        try:
            async with self._database.directory() as session:
                await leases.release(session, LEASE, self._holder)
        except Exception as error:
            log.warning("scheduler.release_failed", error=str(error))
