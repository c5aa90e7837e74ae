"""The sweep: finds in our own rows what a lost hint, a dead worker or a crash left behind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from procrastinate.manager import JobManager
from sqlalchemy import select

from bot import queue
from bot.engine.apply import REACT, TURN
from bot.engine.delivery import DELIVER
from bot.engine.intray import TAKE
from bot.engine.media import FETCH
from bot.engine.reacting.acting import WEBHOOK
from bot.engine.reacting.notifying import TELL
from bot.engine.reacting.threads import THREAD
from bot.foundation.telemetry import log
from domain.conversations import ledger
from domain.conversations.attachments import Attachments
from domain.conversations.outbox import Outbox
from domain.conversations.reaching.carrying import Carrying
from domain.conversations.repository import ConversationReader
from domain.conversations.turns import Turns
from domain.database import Database
from domain.events import DomainEvent, Happened, record
from domain.idempotency.service import AnsweredRequests
from domain.signing.requests import SigningRequests
from domain.staff.notices import Notices
from domain.staff.rooms import forget_old_claims
from domain.staff.threads import StaffThreads
from domain.tenants import directory
from domain.types import utc_now
from domain.workflows.webhooks import Webhooks

PATIENCE = timedelta(seconds=5)
LONG_PATIENCE = timedelta(minutes=1)
UNANSWERED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was found lying, by kind."""

    events: int = 0
    turns: int = 0
    messages: int = 0
    files: int = 0
    threads: int = 0


class Rescue:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                swept = await self.sweep_tenant(tenant.id)
            except Exception:
                log.exception("sweep.failed", tenant=tenant.slug)
                continue
            if swept != Swept():
                log.info("sweep.found", tenant=tenant.slug, swept=str(swept))

    async def retry_stalled(self, manager: JobManager) -> None:
        """Jobs of dead workers, each by itself: what they were hints to is done again."""
        for job in await manager.get_stalled_jobs():
            try:
                await manager.retry_job(job)
            except Exception as error:
                log.warning("sweep.stalled_job", job=job.task_name, error=str(error))

    async def tidy(self) -> None:
        """Forgets answers to keyed requests that nobody may ask for again, old claims, and
        signatures that were never finished."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
            await forget_old_claims(session, utc_now())
        for tenant in tenants:
            async with self._database.transaction(tenant.id) as session:
                await AnsweredRequests(session, tenant.id).forget_old()
                await SigningRequests(session, tenant.id).forget_old(utc_now())

    async def report_unanswered(self) -> None:
        """The daily list: every conversation whose last word is the customer's."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            async with self._database.transaction(tenant.id) as session:
                found = await ConversationReader(session).unanswered(utc_now() - UNANSWERED)
                if found:
                    ids = [str(one.conversation_id) for one in found]
                    payload = {"count": len(ids), "conversations": ids[:100]}
                    happened = Happened("ledger.unanswered", tenant.id, payload, "system")
                    record(session, tenant.id, happened)
                    await queue.put(session, REACT, tenant_id=tenant.id)

    async def sweep_tenant(self, tenant_id: UUID) -> Swept:
        now = utc_now()
        async with self._database.transaction(tenant_id) as session:

            async def put(job: str, **arguments: Any) -> None:
                await queue.put(session, job, tenant_id=tenant_id, **arguments)

            accounts = await ledger.waiting_accounts(session, now - PATIENCE)
            for account_id in accounts:
                await put(TAKE, account_id=account_id, carefully=True)
            turns = await Turns(session, tenant_id).abandoned(now - PATIENCE)
            for conversation_id in turns:
                await put(TURN, conversation_id=conversation_id)
            outbox = Outbox(session, tenant_id)
            messages = [*await outbox.rescue(now), *await outbox.due(now)]
            messages += await Carrying(session, tenant_id).release()
            for message_id in dict.fromkeys(messages):
                await put(DELIVER, message_id=message_id)
            files = await Attachments(session, tenant_id).waiting(now - LONG_PATIENCE)
            for attachment_id in files:
                await put(FETCH, attachment_id=attachment_id)
            for delivery_id in await Webhooks(session, tenant_id).due(now):
                await put(WEBHOOK, delivery_id=delivery_id)
            threads = await StaffThreads(session, tenant_id).due(now, PATIENCE)
            for thread_id in threads:
                await put(THREAD, lane=queue.STAFF_LANE, thread_id=thread_id)
            unreacted = select(DomainEvent.id).where(
                DomainEvent.reacted_at.is_(None), DomainEvent.created_at < now - PATIENCE
            )
            if await session.scalar(unreacted.limit(1)):
                await put(REACT)
            if await Notices(session, tenant_id).are_overdue(now - LONG_PATIENCE):
                await put(TELL, lane=queue.STAFF_LANE)
        return Swept(len(accounts), len(turns), len(messages), len(files), len(threads))
