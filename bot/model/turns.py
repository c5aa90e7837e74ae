"""What an agent sees and what it may propose: frozen values, no database, no network.

An agent gets a `TurnContext`, reads through tools, and returns a `TurnResult` whose actions
`engine/apply.py` carries out in one transaction. Agents never write.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.files.content import FileText, Trouble


class Intent(StrEnum):
    QUESTION = "question"
    PROBLEM = "problem"
    QUOTE = "quote"
    HUMAN = "human"
    SMALLTALK = "smalltalk"
    OTHER = "other"


class HandOffReason(StrEnum):
    CUSTOMER_REQUEST = "customer_request"
    MISSING_KNOWLEDGE = "missing_knowledge"
    UNSUPPORTED_REQUEST = "unsupported_request"
    POLICY = "policy"
    TOOL_FAILURE = "tool_failure"
    PENDING_CLARIFICATION = "pending_clarification"
    BUDGET = "budget"


class Step(StrEnum):
    """The degradation ladder, best first."""

    MODEL = "model"
    SECOND_MODEL = "second_model"
    EXTRACTIVE = "extractive"
    ACKNOWLEDGEMENT = "acknowledgement"


# --- what an agent sees -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TenantView:
    id: UUID
    slug: str
    name: str
    currency: str = "GBP"
    language: str = "en"
    time_zone: str = "Europe/London"
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CustomerView:
    person_id: UUID
    name: str = ""
    company_id: UUID | None = None
    company_name: str = ""
    language: str = ""
    is_proven: bool = False
    """Whether the channel or a code proved the address: private account facts need it."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that somebody attached, and what stands in it: data, like the words around it.

    `trouble`: why nothing could be read, with a `reason` for staff; both empty: not read yet.
    """

    id: UUID
    name: str
    content: FileText | None = None
    trouble: Trouble | None = None
    reason: str = ""
    is_inline: bool = False
    is_heard: bool = False
    """A recording whose words are a model's transcript: they are the message's text."""


@dataclass(frozen=True, slots=True)
class MessageView:
    id: UUID
    author: str
    """customer, bot or staff"""
    text: str
    sent_at: datetime
    subject: str = ""
    content_kind: str = "text"
    choice: str | None = None
    attachment_names: tuple[str, ...] = ()
    name: str = ""
    """Whose words these are where it is not the customer: somebody else of the thread."""
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketView:
    id: UUID
    number: str
    subject: str
    status: str
    priority: str
    opened_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class QuoteView:
    id: UUID
    number: str
    title: str
    status: str
    request: str
    """The customer's words so far: what a revision builds on."""
    open_questions: tuple[str, ...] = ()
    total: str = ""


@dataclass(frozen=True, slots=True)
class ElsewhereView:
    """The customer's last words in another conversation of theirs; only where they are proven."""

    channel: str
    at: datetime
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    id: UUID
    channel: str
    version: int
    questions_asked: int = 0
    """Questions back in a row: at most two, then a person."""
    text_limit: int = 4096
    buttons: int = 0
    button_title: int = 20
    is_first_reply: bool = True
    language: str = ""
    open_question: str = ""
    """What the bot asked last and still waits for."""


@dataclass(frozen=True, slots=True)
class TurnContext:
    tenant: TenantView
    conversation: ConversationView
    customer: CustomerView
    messages: tuple[MessageView, ...]
    """New since the last turn, oldest first: a burst is one turn."""
    history: tuple[MessageView, ...]
    """Before those, oldest first, at most the last twenty of this context."""
    tickets: tuple[TicketView, ...]
    """This customer's open and recent tickets, newest first."""
    quotes: tuple[QuoteView, ...]
    now: datetime
    knowledge_revision: int = 0
    catalogue_revision: int = 0
    elsewhere: tuple[ElsewhereView, ...] = ()
    """Latest first."""

    @property
    def text(self) -> str:
        """All new words of the customer."""
        return "\n".join(m.text for m in self.messages if m.text).strip()


# --- what it reads ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A retrieved passage; a citation is an index into the sources of the turn."""

    article_id: UUID
    article_version: int
    title: str
    text: str
    score: float
    position: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Ranked sources, best first, and how likely (0..1) the question is answered by them."""

    sources: tuple[Source, ...]
    answerability: float = 0.0


class Searcher(Protocol):
    """Read tool over the knowledge base; opens its own short transactions if it needs any."""

    async def search(self, tenant_id: UUID, query: str, limit: int = 5) -> Evidence: ...


# --- what it may propose ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to the customer. `citations` are indexes into `TurnResult.sources`."""

    text: str
    citations: tuple[int, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class AskBack:
    """A question to the customer; counted, and handed off after two without an answer."""

    text: str
    about: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Opens a ticket. `acknowledgement` goes to the customer; `{number}` in it is filled in."""

    subject: str
    description: str
    priority: str = "medium"
    type: str = "support"
    tags: tuple[str, ...] = ()
    acknowledgement: str = ""


@dataclass(frozen=True, slots=True)
class UpdateTicket:
    """Adds the customer's words to a ticket of theirs; a reply reopens what was resolved."""

    number: str
    note: str
    status: str | None = None
    priority: str | None = None
    acknowledgement: str = ""


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """Asks code to price what the customer wants; nothing is sent without a person."""

    request: str
    """All the customer's words that the quote rests on."""
    title: str
    questions: tuple[str, ...] = ()
    acknowledgement: str = ""


@dataclass(frozen=True, slots=True)
class ReviseQuote:
    number: str
    request: str
    questions: tuple[str, ...] = ()
    acknowledgement: str = ""


@dataclass(frozen=True, slots=True)
class HandOff:
    """A person takes over. Opens a ticket when the conversation has none."""

    reason: HandOffReason
    note: str
    """For staff: what the customer wants and what was tried."""
    acknowledgement: str = ""
    priority: str = "medium"
    needs_proof: bool = False
    """Only because nobody vouches for the customer: a code may do instead of a person."""


@dataclass(frozen=True, slots=True)
class ProveAddress:
    """A code goes to one more address that the customer says is theirs. No model can ask for it.

    `account_id`: by which channel account; None: none reaches such addresses. `is_automatic`:
    whether that account sends without a person's approval.
    """

    kind: str
    value: str
    account_id: UUID | None
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class FileAway:
    """No customer's message (supplier, invoice, pitch, spam): filed visibly, never answered."""

    reason: str


@dataclass(frozen=True, slots=True)
class StaySilent:
    """Nothing to say (a lone "thanks" after a thank-you, a reaction): attached, with a reason."""

    reason: str


Action = (
    Reply
    | AskBack
    | OpenTicket
    | UpdateTicket
    | DraftQuote
    | ReviseQuote
    | HandOff
    | ProveAddress
    | FileAway
    | StaySilent
)


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What a turn cost. `cost` in US dollars as the providers price it."""

    model: str = ""
    prompt_versions: tuple[tuple[str, int], ...] = ()
    """(prompt name, version); version 0 is the shipped file."""
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TurnResult:
    """An agent's proposal, with everything that lets the answer be recalled and replayed."""

    actions: tuple[Action, ...]
    agent: str
    step: Step
    intent: Intent | None = None
    confidence: float = 0.0
    sources: tuple[Source, ...] = ()
    language: str = ""
    use: ModelUse = field(default_factory=ModelUse)
    notes: tuple[str, ...] = ()
    """For staff and replay: why this step, what failed on the way."""


class Agent(Protocol):
    """Thinks about one turn, with no transaction open."""

    name: str

    async def think(self, context: TurnContext) -> TurnResult: ...
