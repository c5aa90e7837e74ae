"""A desk with nine articles in a real index, and turns to put before the extractive agent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.agents.extractive import ExtractiveAgent
from bot.agents.triage import Triage
from bot.model.embeddings import WordLlama
from bot.model.turns import (
    ConversationView,
    CustomerView,
    Evidence,
    MessageView,
    QuoteView,
    TenantView,
    TicketView,
    TurnContext,
)
from bot.retrieval.passages import IndexedPassage, PassageIndex

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ARTICLES = {
    "Resetting your recorder password": "Open the recorder menu, choose Users, then Forgot"
    " password. Scan the code with the app and set a new password of eight characters.",
    "Opening hours": "Our office is open Monday to Friday from 09:00 to 17:00. At weekends an"
    " engineer answers emergencies.",
    "Exporting footage": "Select the camera and the time, press Export and put a USB stick into"
    " the recorder. A clip of one hour takes about 2 GB.",
    "A camera is offline: what to check": "Check that the camera has power and that the light of"
    " its switch port is on. Unplug the camera cable for ten seconds and plug it in again.",
    "Warranty on cabling": "Certified cabling carries a system warranty of 25 years; active"
    " equipment has three years from delivery.",
    "Guest wifi": "Guests join the network called Guest with the code on the sticker at the desk;"
    " it changes each Monday.",
    "Parking for our engineers": "Please keep one space free near the entrance on the day of the"
    " installation; ladders are heavy.",
    "Paying an invoice": "Invoices are due 30 days after delivery. Pay by bank transfer and name"
    " the invoice number.",
    "Areas we cover": "We install within sixty miles of Leeds, and further for larger sites.",
}


class Shelf:
    """A `Searcher` over the articles above, whatever the tenant."""

    def __init__(self, embedder: WordLlama) -> None:
        passages = [
            IndexedPassage(UUID(int=100 + at), 1, title, title, text, 0)
            for at, (title, text) in enumerate(ARTICLES.items())
        ]
        self._index = PassageIndex.build(passages, embedder)

    async def search(self, tenant_id: UUID, query: str, limit: int = 5) -> Evidence:
        return self._index.search(query, limit)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return Shelf(WordLlama())


@pytest.fixture(scope="session")
def agent(shelf: Shelf) -> ExtractiveAgent:
    return ExtractiveAgent(shelf, Triage(WordLlama()))


Turn = Callable[..., TurnContext]


@pytest.fixture
def turn() -> Turn:
    """`turn("text", …)`: a turn of these messages; keywords change parts of the context."""

    def make(
        *texts: str, choice: str | None = None, kind: str = "text", **parts: object
    ) -> TurnContext:
        written = tuple(
            MessageView(UUID(int=at), "customer", text, NOW, content_kind=kind, choice=choice)
            for at, text in enumerate(texts, 1)
        )
        talk = {k: parts.pop(k) for k in list(parts) if k in ConversationView.__dataclass_fields__}
        blank = TurnContext(
            tenant=TenantView(UUID(int=1), "brightwire", "Brightwire"),
            conversation=ConversationView(UUID(int=2), "whatsapp", 1, buttons=3),
            customer=CustomerView(UUID(int=3), "Ann", is_proven=True),
            messages=written,
            history=(),
            tickets=(),
            quotes=(),
            now=NOW,
        )
        conversation = replace(blank.conversation, **talk)  # type: ignore[arg-type]
        return replace(blank, conversation=conversation, **parts)  # type: ignore[arg-type]

    return make


@pytest.fixture
def ticket() -> TicketView:
    yesterday = NOW - timedelta(days=1)
    return TicketView(
        UUID(int=20), "TKT-202611-00007", "Gate camera dead", "open", "high", yesterday, yesterday
    )


@pytest.fixture
def quote() -> QuoteView:
    return QuoteView(
        UUID(int=30), "QT-20261123-0001", "Cabling", "draft", "20 outlets", ("Which containment?",)
    )


def said(author: str, text: str) -> MessageView:
    return MessageView(UUID(int=50), author, text, NOW - timedelta(minutes=5))


@pytest.fixture
def after() -> Callable[[str, str], tuple[MessageView, ...]]:
    return lambda author, text: (said(author, text),)
