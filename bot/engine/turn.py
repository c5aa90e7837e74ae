"""One turn of a conversation: lease and read, think with nothing open, write all or nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.agents.files import told_of_files
from bot.engine.accounts import Account, Accounts
from bot.engine.apply import REACT, Applied, Applier, Stale
from bot.engine.context import Loaded, load
from bot.engine.delivery import Deliverer, Parcel
from bot.engine.files.reader import FileReader, has_files
from bot.engine.identity.confirming import confirmed
from bot.engine.identity.noticing import note_numbers
from bot.engine.identity.offering import considered, offered
from bot.engine.mailing.gates import Gate
from bot.engine.mailing.proving import Heard
from bot.engine.manners.absence import Absence
from bot.engine.quotes.pressing import pressed
from bot.engine.quoting import Prepared, QuoteDrafter
from bot.engine.routing import (
    OPTED_OUT,
    STILL_WRITES,
    is_stopped_loop,
    is_waiting_for_person,
    keeps_crashing,
    kept_from_bot,
)
from bot.foundation.telemetry import log, turn_seconds, turns_finished
from bot.model.turns import Agent, TurnContext, TurnResult
from domain.conversations.turns import LEASE_SECONDS, Lease, Turns, restart
from domain.customers.joining.proof import Outcome
from domain.database import Database
from domain.tenants.settings import TenantSettings
from domain.types import utc_now

TRIES = 3
THINKING_LIMIT = 60.0

Fallback = Callable[[TurnContext, str], TurnResult]
NoteRevision = Callable[[UUID, int], None]


@dataclass(frozen=True, slots=True)
class _Held:
    """A leased conversation, read."""

    lease: Lease
    loaded: Loaded
    account: Account
    since: float

    def milliseconds(self) -> int:
        return round((time.perf_counter() - self.since) * 1000)


class TurnRunner:
    """`fallback` answers when thinking failed; it must not fail itself."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        agent: Agent,
        fallback: Fallback,
        deliverer: Deliverer,
        drafter: QuoteDrafter,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._agent = agent
        self._fallback = fallback
        self._deliverer = deliverer
        self._drafter = drafter
        self._proof = deliverer.letters.proof
        self.note_revision: NoteRevision = lambda tenant_id, revision: None
        self.files: FileReader | None = None

    async def run(self, tenant_id: UUID, conversation_id: UUID, quiet: timedelta) -> None:
        """Answers what is unread, if it is the bot's to answer and nobody else is at it."""
        for attempt in range(1, TRIES + 1):
            held = await self._hold(tenant_id, conversation_id, quiet)
            if held is None:
                return
            self.note_revision(tenant_id, held.loaded.context.knowledge_revision)
            typing = self._deliverer.signs.typing(held.account, held.loaded.last_external_id)
            async with self._kept_alive(tenant_id, held.lease), typing:
                held = await self._with_files(held)
                result = await self._think(held.lease, held.loaded)
                quotes = await self._price(held, result)
            turn_seconds.labels(result.step.value).observe(held.milliseconds() / 1000)
            try:
                applied = await self._apply(held, result, quotes, is_last_try=attempt == TRIES)
            except Stale:
                if await self._was_taken_over(tenant_id, held):
                    turns_finished.labels(result.step.value, "dropped").inc()
                    return
                continue
            turns_finished.labels(result.step.value, "applied").inc()
            await self._deliver(held, applied)
            return

    async def _hold(self, tenant_id: UUID, conversation_id: UUID, quiet: timedelta) -> _Held | None:
        leased = await self._lease(tenant_id, conversation_id, quiet)
        if leased is None:
            return None
        # Looked up with no transaction open: turns that each held a connection and waited for
        # a second one would wait for each other.
        lease, loaded = leased
        account = await self._accounts.get(tenant_id, lease.row.channel_account_id)
        return _Held(lease, loaded, account, time.perf_counter())

    async def _lease(
        self, tenant_id: UUID, conversation_id: UUID, quiet: timedelta
    ) -> tuple[Lease, Loaded] | None:
        while True:
            async with self._database.transaction(tenant_id) as session:
                turns = Turns(session, tenant_id)
                lease = await turns.lease(conversation_id, quiet)
                if lease is None:
                    left = await turns.quiet_left(conversation_id, quiet) if quiet else None
                    if left is None:
                        return None
                else:
                    read = await self._read(turns, session, tenant_id, lease)
                    await session.flush()
                    if session.info.pop("has_events", False):
                        await queue.put(session, REACT, tenant_id=tenant_id)
                    return read
            await asyncio.sleep(min(left, quiet.total_seconds()) + 0.005)

    async def _read(
        self, turns: Turns, session: AsyncSession, tenant_id: UUID, lease: Lease
    ) -> tuple[Lease, Loaded] | None:
        row = lease.row
        settings = TenantSettings.model_validate(row.settings)
        capabilities = self._accounts.channels[row.channel].capabilities
        loaded = await load(session, tenant_id, lease, capabilities)
        gate = Gate(session, tenant_id, lease)
        reason = kept_from_bot(row, settings)
        if is_stopped_loop(row, reason) and await gate.is_opened(loaded):
            reason = None
        if not reason:
            loaded, reason = await gate.passed(loaded)
        if reason == OPTED_OUT and loaded.context.messages:
            await gate.tell_of_silence(OPTED_OUT, STILL_WRITES)
        if is_waiting_for_person(row, reason):
            await Absence(session, tenant_id, row).tell(loaded)
        if reason or not loaded.context.messages:
            await turns.settle(row.id, loaded.last_sequence, "attached", reason or "", None)
            await turns.give_back(lease, pending=False)
            return None
        heard = await self._proof.heard(session, tenant_id, lease, loaded)
        if heard.outcome is Outcome.MERGED:
            # Read as who they are now; the row is ours since it was leased.
            await restart(session, [row.id])
            lease = await turns.lease(row.id, timedelta(0)) or lease
        if heard.is_proven:
            has_code = heard.outcome is None
            loaded = await load(session, tenant_id, lease, capabilities, has_code=has_code)
        loaded = await self._settled(session, tenant_id, lease, loaded, heard)
        return lease, loaded

    async def _settled(
        self, session: AsyncSession, tenant_id: UUID, lease: Lease, loaded: Loaded, heard: Heard
    ) -> Loaded:
        """With what is to be said without thinking: on a code, on a button under a quote."""
        if heard.is_all:
            return replace(loaded, settled=confirmed(loaded, heard))
        if heard.wrong:
            return replace(loaded, settled=heard.wrong)
        if (answer := await pressed(session, tenant_id, loaded)) is not None:
            return replace(loaded, settled=answer)
        loaded = await considered(session, self._accounts.channels, lease, loaded)
        await note_numbers(session, tenant_id, loaded.context)
        return loaded

    async def _with_files(self, held: _Held) -> _Held:
        """With nothing open: files are fetched, read and perhaps shown to a model."""
        loaded = held.loaded
        if self.files is None or loaded.settled or not has_files(loaded.context):
            return held
        context = await self.files.read(loaded.context)
        return replace(held, loaded=replace(loaded, context=context))

    async def _think(self, lease: Lease, loaded: Loaded) -> TurnResult:
        if loaded.settled:
            return loaded.settled
        if keeps_crashing(lease.row):
            return self._fallback(loaded.context, "Thinking about it stopped the worker.")
        try:
            async with asyncio.timeout(THINKING_LIMIT):
                thought = offered(await self._agent.think(loaded.context), loaded)
            return told_of_files(loaded.context, thought)
        except Exception as error:
            log.exception("turn.thinking_failed", conversation=str(lease.row.id))
            return self._fallback(loaded.context, f"{type(error).__name__}: {error}")

    async def _price(self, held: _Held, result: TurnResult) -> tuple[Prepared, ...]:
        try:
            return await self._drafter.prepare(held.loaded.context, result)
        except Exception:
            # The wish itself is kept: applying opens a ticket where no quote was prepared.
            log.exception("turn.quote_failed", conversation=str(held.lease.row.id))
            return ()

    async def _apply(
        self, held: _Held, result: TurnResult, quotes: tuple[Prepared, ...], is_last_try: bool
    ) -> Applied:
        tenant_id = held.account.tenant_id
        async with self._database.transaction(tenant_id) as session:
            return await Applier(session, tenant_id, held.lease, held.loaded).apply(
                result,
                quotes,
                sends_at_once=held.account.answers_by_itself
                and not held.loaded.settings.desk.needs_approval(
                    held.account.channel.name, result.intent.value if result.intent else ""
                ),
                is_last_try=is_last_try,
                milliseconds=held.milliseconds(),
            )

    async def _was_taken_over(self, tenant_id: UUID, held: _Held) -> bool:
        """Whether a person acted meanwhile; else the lease is given back for another try."""
        async with self._database.transaction(tenant_id) as session:
            turns = Turns(session, tenant_id)
            lease, loaded = held.lease, held.loaded
            version, owner = await turns.state(lease.row.id)
            taken = version != lease.row.version or owner != "bot"
            if taken:
                await turns.settle(
                    lease.row.id, loaded.last_sequence, "attached", "a_person_answers", None
                )
            await turns.give_back(lease, pending=not taken)
        return taken

    async def _deliver(self, held: _Held, applied: Applied) -> None:
        if applied.message_id is None:
            return
        row = held.lease.row
        await self._deliverer.send(
            held.account,
            Parcel(
                message_id=applied.message_id,
                conversation_id=row.id,
                hint=row.hint,
                identities=tuple((i["kind"], i["value"]) for i in row.identities or ()),
                text=applied.text,
                choices=tuple((button.id, button.title) for button in applied.buttons),
                in_reply_to=applied.in_reply_to,
                attempts=1,
                answers=held.loaded.last_external_id or "",
                last_inbound_at=utc_now(),  # they wrote just now: it is what this answers
            ),
        )

    @asynccontextmanager
    async def _kept_alive(self, tenant_id: UUID, lease: Lease) -> AsyncIterator[None]:
        """Renews the lease while an agent thinks for longer than it lasts."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(LEASE_SECONDS / 3)
                async with self._database.transaction(tenant_id) as session:
                    await Turns(session, tenant_id).renew(lease.row.id, lease.token)

        keeper = asyncio.create_task(renew())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
