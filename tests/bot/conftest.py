"""A company, its customer, its articles and a scripted model, for the tests of agents."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import SecretStr

from bot.agents.support.agent import SupportAgent, SupportLimits
from bot.agents.support.tools import ProductView, Reads
from bot.model.llm import ModelSettings, Provider
from bot.model.prompts import ShippedPrompts
from bot.model.simulator import Answer, Call, ModelSimulator, Script, in_turn
from bot.model.turns import (
    ConversationView,
    CustomerView,
    Evidence,
    MessageView,
    QuoteView,
    Source,
    Step,
    TenantView,
    TicketView,
    TurnContext,
)
from bot.model.usage import Prices

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def _id(number: int) -> UUID:
    return UUID(int=number)


TENANT = TenantView(_id(1), "brightwire", "Brightwire Networks", features=frozenset({"quotes"}))
TICKET = TicketView(_id(20), "TKT-202611-00007", "Gate camera dead", "open", "high", NOW, NOW)
QUOTE = QuoteView(
    _id(30), "QT-20261120-0002", "Office cabling", "sent", "24 outlets", (), "£480.00"
)

OPENING = Source(
    _id(100),
    3,
    "Opening hours",
    "The workshop is open Mon–Fri 9:00 to 17:30. Call 020 7946 0958.",
    0.9,
)
CALL_OUT = Source(
    _id(101),
    1,
    "Call-out charges",
    "A call-out costs £95.00 within 25 miles, then £0.50 per mile. Parts carry a 2 year warranty. "
    "See https://brightwire.example/charges for more.",
    0.8,
)
RESET = Source(
    _id(102), 2, "Reset a camera", "Hold the reset button of the GS-2210 for 10 seconds.", 0.7
)
SOURCES = (OPENING, CALL_OUT, RESET)


@dataclass
class Articles:
    """Finds always the same passages, and remembers who asked for what."""

    sources: tuple[Source, ...] = SOURCES

    def __post_init__(self) -> None:
        self.asked: list[tuple[UUID, str]] = []

    async def search(self, tenant_id: UUID, query: str, limit: int = 5) -> Evidence:
        self.asked.append((tenant_id, query))
        return Evidence(self.sources[:limit], 0.8)


class Catalogue:
    def __init__(self) -> None:
        self.products = (
            ProductView("OUT-2", "Double outlet Cat6", "fitted", "outlets", "each", "£58.00"),
            ProductView("CAM-4K", "Dome camera 4K", "", "cameras", "each", "£149.00"),
        )

    async def search(self, tenant_id: UUID, query: str) -> tuple[ProductView, ...]:
        return self.products


@pytest.fixture
def articles() -> Articles:
    return Articles()


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture
def reads(articles: Articles, catalogue: Catalogue) -> Reads:
    return Reads(articles, catalogue)


@pytest.fixture
def turn() -> Callable[..., TurnContext]:
    """Makes the turn in which a proved customer wrote these words."""

    def make(
        *words: str,
        is_proven: bool = True,
        said_before: Iterable[tuple[str, str]] = (),
        conversation: ConversationView | None = None,
        **changes: object,
    ) -> TurnContext:
        context = TurnContext(
            tenant=TENANT,
            conversation=conversation or ConversationView(_id(10), "whatsapp", 1, buttons=3),
            customer=CustomerView(_id(2), "Dana", is_proven=is_proven),
            messages=tuple(
                MessageView(_id(50 + i), "customer", text, NOW) for i, text in enumerate(words)
            ),
            history=tuple(
                MessageView(_id(40 + i), author, text, NOW)
                for i, (author, text) in enumerate(said_before)
            ),
            tickets=(TICKET,),
            quotes=(QUOTE,),
            now=NOW,
        )
        return replace(context, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture(params=["openai", "anthropic"])
def provider(request: pytest.FixtureRequest) -> Provider:
    return Provider(request.param)


Simulate = Callable[..., AbstractAsyncContextManager[ModelSimulator]]


@pytest.fixture
def simulate() -> Simulate:
    """`async with simulate(answer, answer, …)`: a model that gives these, or a script."""

    @asynccontextmanager
    async def start(
        *answers: Answer, script: Script | None = None
    ) -> AsyncIterator[ModelSimulator]:
        async with ModelSimulator(script or in_turn(answers)) as simulator:
            yield simulator

    return start


@pytest.fixture
def proposal() -> Callable[..., Answer]:
    """The model's last word: these actions."""

    def make(*actions: dict[str, object], intent: str = "question", language: str = "en") -> Answer:
        arguments = {"intent": intent, "language": language, "actions": list(actions)}
        return Answer(calls=(Call("Proposal", arguments),))

    return make


@pytest.fixture
def model_settings() -> Callable[..., ModelSettings]:
    def make(
        simulator: ModelSimulator, provider: Provider = Provider.OPENAI, timeout: float = 5.0
    ) -> ModelSettings:
        is_openai = provider is Provider.OPENAI
        return ModelSettings(
            provider=provider,
            name="gpt-scripted" if is_openai else "claude-scripted",
            base_url=simulator.openai_url if is_openai else simulator.anthropic_url,
            api_key=SecretStr("test-key"),
            timeout=timeout,
            prices=Prices(input="1", output="2"),
        )

    return make


@pytest.fixture
def support_agent(
    reads: Reads, model_settings: Callable[..., ModelSettings]
) -> Callable[..., SupportAgent]:
    def make(
        simulator: ModelSimulator,
        provider: Provider = Provider.OPENAI,
        *,
        step: Step = Step.MODEL,
        timeout: float = 5.0,
        limits: SupportLimits | None = None,
    ) -> SupportAgent:
        return SupportAgent(
            model_settings(simulator, provider, timeout),
            reads,
            ShippedPrompts(),
            step=step,
            limits=limits or SupportLimits(seconds=20, calls=4),
        )

    return make
