"""Keeps a worker running: started again whenever it ends, watched while it runs."""

import asyncio

from procrastinate import App

from bot.foundation.telemetry import log
from bot.queue import FETCHING_LANE, QUEUE, STAFF_LANE, job_engine
from bot.runtime import Runtime
from bot.worker.jobs import register

HEARTBEAT = 1.0
STALLED_AFTER = 6.0
POLLING = 1.0
WATCH_EVERY = 5.0
PATIENCE = 10.0
GRACE = 20.0
STAFF_JOBS = 16
FETCHING_JOBS = 4
"""Each holds a thread of those that all share while a provider is asked."""


async def work(runtime: Runtime) -> None:
    """Until cancelled. The engine returns quietly when PostgreSQL goes away: so start again."""
    pause = 0.2
    warming = asyncio.create_task(runtime.warm_up())
    while True:
        engine = job_engine(runtime.database.url)
        register(engine, runtime)
        try:
            async with engine.open_async():
                pause = 0.2
                await _work_once(engine, runtime)
            log.warning("worker.ended")
        except asyncio.CancelledError:
            warming.cancel()
            raise
        except Exception as error:
            log.warning("worker.broke", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5.0)


async def _work_once(engine: App, runtime: Runtime) -> None:
    duties = {
        asyncio.create_task(_lane(engine, QUEUE, runtime.settings.worker_concurrency)),
        asyncio.create_task(_lane(engine, STAFF_LANE, STAFF_JOBS)),
        asyncio.create_task(_lane(engine, FETCHING_LANE, FETCHING_JOBS)),
        asyncio.create_task(_watch(engine)),
    }
    try:
        await asyncio.wait(duties, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for duty in duties:
            duty.cancel()
        ends = await asyncio.gather(*duties, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _lane(engine: App, queue: str, concurrency: int) -> None:
    await engine.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        install_signal_handlers=False,
        fetch_job_polling_interval=POLLING,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED_AFTER,
        shutdown_graceful_timeout=GRACE,
        delete_jobs="successful",
    )


async def _watch(engine: App) -> None:
    """A half-open connection never errs: ask over it, and give up when no answer comes."""
    while True:
        await asyncio.sleep(WATCH_EVERY)
        async with asyncio.timeout(PATIENCE):
            await engine.check_connection_async()
