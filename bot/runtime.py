"""Everything a running process needs, built once, by hand, in one place."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from uuid import UUID

import httpx
from pydantic import SecretStr

import domain.metadata  # noqa: F401 - every table must be known before the first flush
from bot.agents.acknowledgement import acknowledgement
from bot.agents.extractive.agent import ExtractiveAgent
from bot.agents.ladder import Ladder, LadderLimits
from bot.agents.quoting_llm.agent import QuotingAgent
from bot.agents.quoting_llm.wording import DocumentWriter
from bot.agents.support.agent import SupportAgent
from bot.agents.support.tools import Reads
from bot.agents.triage.sorter import Triage
from bot.demo.provider import Demo
from bot.demo.slack import SLACK_API_URL, DemoSlack
from bot.desk.handling.bench import Parts
from bot.engine.accounts import Accounts
from bot.engine.delivering.template_office import TemplateOffice
from bot.engine.delivery import Deliverer
from bot.engine.fetching.parts import Fetching
from bot.engine.files.parts import file_reader
from bot.engine.files.reader import FileReader
from bot.engine.intake import IntakeJob
from bot.engine.mailing.letters import Letters
from bot.engine.mailing.proving import ProofByCode
from bot.engine.mailing.tokens import ThreadTokens
from bot.engine.manners.timing import MannersTimer
from bot.engine.media import MediaFetcher
from bot.engine.quotes.due import QuoteExpiry
from bot.engine.quoting import QuoteDrafter
from bot.engine.reacting.promising import PromiseKeeper
from bot.engine.reacting.reactions import Reactions
from bot.engine.reacting.reminding import Reminders
from bot.engine.reacting.renewing import Renewals
from bot.engine.reacting.service_levels import ServiceLevels
from bot.engine.reacting.suggesting import Suggester
from bot.engine.reacting.timing import RuleTimer
from bot.engine.reacting.webhooks import WebhookSender
from bot.engine.reading.budget import TenantBudget
from bot.engine.reading.catalogue import CatalogueShelf
from bot.engine.reading.knowledge import KnowledgeSource
from bot.engine.reading.ledger import Ledger
from bot.engine.reading.prompting import TenantPrompts
from bot.engine.receive import Receiver
from bot.engine.rescue import Rescue
from bot.engine.turn import TurnRunner
from bot.foundation.addresses import exempted
from bot.foundation.installation import Installation
from bot.foundation.security import Vault, new_token
from bot.foundation.settings import Settings
from bot.foundation.telemetry import log
from bot.model.embeddings import WordLlama
from bot.model.llm import ModelSettings, Provider, configured_models, model_access
from bot.model.turns import HandOffReason, Step, TurnContext, TurnResult
from bot.model.usage import parse_prices
from bot.paper.typesetting import Typesetter
from bot.retrieval.library import Library
from bot.staffroom.staffroom import Staffroom
from channels import registry
from channels.channel import Channel
from channels.slack.desk import DESK, Slack
from domain.database import Database
from domain.staff.rooms import REAL, SIMULATED
from domain.tenants import directory
from domain.types import utc_now

DEFAULT_MODELS = {
    Provider.OPENAI: "openai:gpt-5-mini",
    Provider.ANTHROPIC: "anthropic:claude-haiku-4-5",
}
MODEL_STEPS = (Step.MODEL, Step.SECOND_MODEL)
WARMED_TENANTS = 20
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
    fetching: Fetching
    turns: TurnRunner
    deliverer: Deliverer
    media: MediaFetcher
    reactions: Reactions
    webhooks: WebhookSender
    rescue: Rescue
    library: Library
    triage: Triage
    agent: Ladder
    drafter: QuoteDrafter
    shelf: CatalogueShelf
    staffroom: Staffroom
    models: tuple[ModelSettings, ...]
    ledger: Ledger
    model_agents: tuple[SupportAgent, ...]
    demo: Demo
    typesetter: Typesetter

    @property
    def demo_slack(self) -> DemoSlack:
        return self.demo.slack

    @property
    def service_levels(self) -> ServiceLevels:
        return ServiceLevels(self.database)

    @property
    def rule_timer(self) -> RuleTimer:
        return RuleTimer(self.database)

    @property
    def reminders(self) -> Reminders:
        return Reminders(self.database, self.channels)

    @property
    def templates(self) -> TemplateOffice:
        return self.deliverer.templates

    @property
    def renewals(self) -> Renewals:
        return Renewals(self.database)

    @property
    def manners(self) -> MannersTimer:
        return MannersTimer(self.database, self.accounts)

    @property
    def quote_expiry(self) -> QuoteExpiry:
        return QuoteExpiry(self.database, self.accounts, self.settings.base_url)

    @property
    def promises(self) -> PromiseKeeper:
        return PromiseKeeper(self.database)

    @property
    def files(self) -> FileReader:
        assert self.turns.files is not None
        return self.turns.files

    @property
    def suggester(self) -> Suggester:
        return Suggester(self.database, self.library)

    @cached_property
    def document_writer(self) -> DocumentWriter | None:
        """Words quotes' documents; None without a model."""
        if not self.models:
            return None
        return DocumentWriter(self.models[0], TenantPrompts(self.database), self.ledger)

    async def quiet_time(self, tenant_id: UUID, account_id: UUID) -> timedelta:
        """How long a customer must have been quiet before the bot answers."""
        if self.settings.quiet_time is not None:
            return timedelta(seconds=self.settings.quiet_time)
        account = await self.accounts.get(tenant_id, account_id)
        return account.channel.capabilities.quiet_time

    async def warm_up(self) -> None:
        """Loads what the first customer would otherwise wait for; a failure only costs time."""
        try:
            await asyncio.to_thread(self.triage.triage, "Good morning, when are you open?")
            for agent in self.model_agents:
                await agent.warm_up()
            async with self.database.directory() as session:
                tenants = await directory.tenants(session)
            for tenant in tenants[:WARMED_TENANTS]:
                await self.library.current(tenant.id)
                await self.shelf.index(tenant.id)
        except Exception as error:
            log.warning("warm_up.failed", error=f"{type(error).__name__}: {error}")

    def step_in_force(self) -> str:
        return self.agent.state().in_force.value


@asynccontextmanager
async def running(
    installation: Installation, lent: Database | None = None
) -> AsyncIterator[Runtime]:
    """The runtime on an open installation; closed at the end. `lent`: its database where it is
    open already; whoever opened it closes it."""
    settings = installation.settings
    installation.require_schema()
    database = lent or Database(installation.url, pool_size=settings.pool_size)
    demo = Demo()
    async with httpx.AsyncClient(
        timeout=SEND_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        verify=_authorities(),
        mounts=demo.mounts(),
    ) as client:
        try:
            built = _build(settings, database, installation.vault(), client, demo)
            try:
                yield built
            finally:
                await built.staffroom.close()
                await built.library.close()
                await demo.close()
        finally:
            if lent is None:
                await database.close()


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates count. Reading them takes the processor some 15 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _build(
    settings: Settings, database: Database, vault: Vault, client: httpx.AsyncClient, demo: Demo
) -> Runtime:
    channels = connected_channels(settings)
    accounts = Accounts(database, vault, channels, demo.channels())
    embedder, source = WordLlama(), KnowledgeSource(database)
    library = Library(source, embedder)
    triage = Triage(embedder)
    models = _models(settings)
    shelf, prompts = CatalogueShelf(database), TenantPrompts(database)
    model_agents = _model_agents(models, Reads(library, shelf), prompts)
    extractive, budget = ExtractiveAgent(library, triage), TenantBudget(database, settings)
    limits = LadderLimits(model=settings.llm_deadline)
    agent = Ladder(model_agents, extractive, budget, utc_now, limits=limits)
    ledger = Ledger(database, budget)
    drafter = QuoteDrafter(shelf, QuotingAgent(models[0], prompts, ledger) if models else None)
    letters = Letters(database, ThreadTokens(vault), ProofByCode(vault))
    deliverer = Deliverer(database, accounts, client, letters)
    intake = IntakeJob(database, accounts, letters.tokens, client)
    turns = TurnRunner(database, accounts, agent, _fallback, deliverer, drafter)
    media = MediaFetcher(database, accounts, client)
    turns.note_revision, turns.files = source.note, file_reader(settings, media, ledger)
    bench = Parts(database, accounts, deliverer, library, drafter, shelf, settings)
    return Runtime(
        settings=settings,
        database=database,
        vault=vault,
        channels=channels,
        accounts=accounts,
        receiver=Receiver(database, accounts),
        intake=intake,
        fetching=Fetching.of(database, accounts, client, intake),
        turns=turns,
        deliverer=deliverer,
        media=media,
        reactions=Reactions(database),
        webhooks=WebhookSender(database, vault, client, exempted(settings.webhook_origins)),
        rescue=Rescue(database),
        library=library,
        triage=triage,
        agent=agent,
        drafter=drafter,
        shelf=shelf,
        staffroom=Staffroom(bench, vault, client, _slacks(settings, demo.slack)),
        models=models,
        ledger=ledger,
        model_agents=tuple(model_agents),
        demo=demo,
        typesetter=bench.typesetter,
    )


def _model_agents(
    models: tuple[ModelSettings, ...], reads: Reads, prompts: TenantPrompts
) -> list[SupportAgent]:
    return [
        SupportAgent(model, reads, prompts, step=step)
        for model, step in zip(models, MODEL_STEPS, strict=False)
    ]


def _slacks(settings: Settings, demo: DemoSlack) -> dict[str, tuple[Slack, SecretStr | None]]:
    """Slack itself (or what the operator set in its stead), and the one of the demo."""
    secret = settings.slack_signing_secret
    if secret is None and settings.slack_app_token is not None:
        secret = SecretStr(new_token())  # Socket Mode signs nothing; by HTTP nothing gets in
    url = settings.slack_api_url
    return {
        REAL: (DESK.with_api_url(url) if url else DESK, secret),
        SIMULATED: (DESK.with_api_url(SLACK_API_URL), SecretStr(demo.simulator.signing_secret)),
    }


def _models(settings: Settings) -> tuple[ModelSettings, ...]:
    """The models of the ladder, best first; none without a key or an address."""
    access = model_access(settings)
    first = settings.llm_model
    if first is None:
        first = next((DEFAULT_MODELS[p] for p in DEFAULT_MODELS if access.is_open(p)), None)
    names = (first, settings.llm_second_model)
    return configured_models(names, access, parse_prices(settings.llm_prices))


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
