"""The jobs by name, three lines each."""

import asyncio
from datetime import timedelta
from uuid import UUID

from procrastinate import App

from bot.runtime import Runtime
from domain.types import utc_now


def register(engine: App, runtime: Runtime) -> None:
    """Makes every job known to the engine."""
    _register_messages(engine, runtime)
    _register_delivery(engine, runtime)
    _register_staff(engine, runtime)
    _register_fetching(engine, runtime)
    _register_upkeep(engine, runtime)


def _register_messages(engine: App, runtime: Runtime) -> None:

    @engine.task(name="take")
    async def take(tenant_id: str, account_id: str, carefully: str = "") -> None:
        tenant, account = UUID(tenant_id), UUID(account_id)
        pending = await runtime.intake.take(tenant, account, carefully=bool(carefully))
        quiet = await runtime.quiet_time(tenant, account) if pending else timedelta(0)
        await asyncio.gather(*(runtime.turns.run(tenant, one, quiet) for one in pending))

    @engine.task(name="turn")
    async def turn(tenant_id: str, conversation_id: str) -> None:
        await runtime.turns.run(UUID(tenant_id), UUID(conversation_id), timedelta(0))

    @engine.task(name="fetch")
    async def fetch(tenant_id: str, attachment_id: str) -> None:
        await runtime.media.fetch(UUID(tenant_id), UUID(attachment_id))

    @engine.task(name="webhook")
    async def webhook(tenant_id: str, delivery_id: str) -> None:
        await runtime.webhooks.deliver(UUID(tenant_id), UUID(delivery_id))

    @engine.task(name="react")
    async def react(tenant_id: str) -> None:
        while await runtime.reactions.react(UUID(tenant_id)):
            pass

    @engine.task(name="suggest")
    async def suggest(tenant_id: str, ticket_id: str) -> None:
        await runtime.suggester.suggest(UUID(tenant_id), UUID(ticket_id))

    @engine.task(name="promise")
    async def promise(tenant_id: str, message_id: str) -> None:
        await runtime.promises.read(UUID(tenant_id), UUID(message_id))


def _register_delivery(engine: App, runtime: Runtime) -> None:
    @engine.task(name="deliver")
    async def deliver(tenant_id: str, message_id: str) -> None:
        await runtime.deliverer.deliver(UUID(tenant_id), UUID(message_id))

    @engine.task(name="replan")
    async def replan(tenant_id: str, message_id: str, code: str, words: str) -> None:
        await runtime.deliverer.replan(UUID(tenant_id), UUID(message_id), code, words)

    @engine.task(name="templates")
    async def templates() -> None:
        await runtime.templates.sync_all()


def _register_fetching(engine: App, runtime: Runtime) -> None:
    @engine.task(name="polls")
    async def polls() -> None:
        await runtime.fetching.roster.put_due()

    @engine.task(name="poll")
    async def poll(tenant_id: str, account_id: str) -> None:
        await runtime.fetching.poller.poll(UUID(tenant_id), UUID(account_id))


def _register_staff(engine: App, runtime: Runtime) -> None:
    @engine.task(name="staff")
    async def staff(kind: str, event: str, key: str) -> None:
        await runtime.staffroom.act(kind, event, key)

    @engine.task(name="thread")
    async def thread(tenant_id: str, thread_id: str) -> None:
        await runtime.staffroom.threads.sync(UUID(tenant_id), UUID(thread_id))

    @engine.task(name="tell")
    async def tell(tenant_id: str) -> None:
        await runtime.staffroom.tell(UUID(tenant_id))


def _register_upkeep(engine: App, runtime: Runtime) -> None:
    @engine.task(name="sweep")
    async def sweep() -> None:
        await runtime.rescue.sweep()
        await runtime.rescue.retry_stalled(engine.job_manager)

    @engine.task(name="sla")
    async def sla() -> None:
        await runtime.service_levels.watch(utc_now())

    @engine.task(name="remind")
    async def remind() -> None:
        await runtime.reminders.remind()

    @engine.task(name="renewals")
    async def renewals() -> None:
        await runtime.renewals.pass_day(utc_now())

    @engine.task(name="manners")
    async def manners() -> None:
        await runtime.manners.pass_time()

    @engine.task(name="quote-expiry")
    async def quote_expiry() -> None:
        await runtime.quote_expiry.pass_day(utc_now())

    @engine.task(name="rules")
    async def rules() -> None:
        await runtime.rule_timer.pass_time()

    @engine.task(name="digest")
    async def digest() -> None:
        await runtime.rescue.report_unanswered()

    @engine.task(name="tidy")
    async def tidy() -> None:
        await runtime.rescue.tidy()
        await engine.job_manager.delete_old_jobs(nb_hours=7 * 24, include_failed=True)
