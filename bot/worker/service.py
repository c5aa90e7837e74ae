"""Keeps a worker running: started again whenever it ends, watched while it runs."""

import asyncio

from procrastinate import App

from bot.foundation.telemetry import log
from bot.queue import QUEUE, job_engine
from bot.runtime import Runtime
from bot.worker.jobs import register

HEARTBEAT = 1.0
STALLED_AFTER = 6.0
POLLING = 1.0
WATCH_EVERY = 5.0
PATIENCE = 10.0
GRACE = 20.0


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
    worker = asyncio.create_task(
        engine.run_worker_async(
            queues=[QUEUE],
            concurrency=runtime.settings.worker_concurrency,
            install_signal_handlers=False,
            fetch_job_polling_interval=POLLING,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED_AFTER,
            shutdown_graceful_timeout=GRACE,
            delete_jobs="successful",
        )
    )
    watch = asyncio.create_task(_watch(engine))
    try:
        await asyncio.wait({worker, watch}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watch.cancel()
        worker.cancel()
        ends = await asyncio.gather(worker, watch, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _watch(engine: App) -> None:
    """A half-open connection never errs: ask over it, and give up when no answer comes."""
    while True:
        await asyncio.sleep(WATCH_EVERY)
        async with asyncio.timeout(PATIENCE):
            await engine.check_connection_async()
