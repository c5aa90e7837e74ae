"""Everything a running process needs, built once, by hand, in one place."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx

import domain.metadata  # noqa: F401 - every table must be known before the first flush
from bot.agents.acknowledgement import acknowledgement
from bot.agents.extractive.agent import ExtractiveAgent
from bot.agents.ladder import Ladder
from bot.agents.triage.sorter import Triage
from bot.demo.provider import simulated_channels, simulated_transports
from bot.engine.accounts import Accounts
from bot.engine.delivery import Deliverer
from bot.engine.intake import IntakeJob
from bot.engine.media import MediaFetcher
from bot.engine.reactions import Reactions
from bot.engine.reading.budget import TenantBudget
from bot.engine.reading.knowledge import KnowledgeSource
from bot.engine.receive import Receiver
from bot.engine.rescue import Rescue
from bot.engine.turn import TurnRunner
from bot.foundation.installation import Installation
from bot.foundation.security import Vault
from bot.foundation.settings import Settings
from bot.model.embeddings import WordLlama
from bot.model.turns import HandOffReason, TurnContext, TurnResult
from bot.retrieval.library import Library
from channels import registry
from channels.channel import Channel
from domain.database import Database
from domain.types import utc_now

SEND_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    database: Database
    vault: Vault
    channels: Mapping[str, Channel]
    accounts: Accounts
    receiver: Receiver
    intake: IntakeJob
    turns: TurnRunner
    deliverer: Deliverer
    media: MediaFetcher
    reactions: Reactions
    rescue: Rescue
    library: Library
    triage: Triage
    agent: Ladder

    async def quiet_time(self, tenant_id: UUID, account_id: UUID) -> timedelta:
        """How long a customer must have been quiet before the bot answers."""
        if self.settings.quiet_time is not None:
            return timedelta(seconds=self.settings.quiet_time)
        account = await self.accounts.get(tenant_id, account_id)
        return account.channel.capabilities.quiet_time

    def step_in_force(self) -> str:
        return self.agent.state().in_force.value


@asynccontextmanager
async def running(installation: Installation) -> AsyncIterator[Runtime]:
    """The runtime on an open installation; closed at the end."""
    settings = installation.settings
    installation.require_schema()
    database = Database(installation.url, pool_size=settings.pool_size)
    async with httpx.AsyncClient(
        timeout=SEND_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        mounts=simulated_transports(),
    ) as client:
        try:
            built = _build(settings, database, installation.vault(), client)
            try:
                yield built
            finally:
                await built.library.close()
        finally:
            await database.close()


def _build(
    settings: Settings, database: Database, vault: Vault, client: httpx.AsyncClient
) -> Runtime:
    channels = connected_channels(settings)
    accounts = Accounts(database, vault, channels, simulated_channels())
    embedder = WordLlama()
    source = KnowledgeSource(database)
    library = Library(source, embedder)
    triage = Triage(embedder)
    agent = Ladder((), ExtractiveAgent(library, triage), TenantBudget(database, settings), utc_now)
    deliverer = Deliverer(database, accounts, client)
    turns = TurnRunner(database, accounts, agent, _fallback, deliverer)
    turns.note_revision = source.note
    return Runtime(
        settings=settings,
        database=database,
        vault=vault,
        channels=channels,
        accounts=accounts,
        receiver=Receiver(database, accounts),
        intake=IntakeJob(database, accounts),
        turns=turns,
        deliverer=deliverer,
        media=MediaFetcher(database, accounts, client),
        reactions=Reactions(database),
        rescue=Rescue(database),
        library=library,
        triage=triage,
        agent=agent,
    )


def connected_channels(settings: Settings) -> dict[str, Channel]:
    """Every channel, pointed to the provider or to what the operator set in its stead."""
    urls = {
        "whatsapp": settings.whatsapp_api_url,
        "telegram": settings.telegram_api_url,
        "slack": settings.slack_api_url,
    }
    found = {name: registry.channel(name) for name in registry.names()}
    return {
        name: channel.with_api_url(url) if (url := urls.get(name)) else channel
        for name, channel in found.items()
    }


def _fallback(context: TurnContext, reason: str) -> TurnResult:
    return acknowledgement(context, HandOffReason.TOOL_FAILURE)
