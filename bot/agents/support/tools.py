"""What the model may look at in a turn: all read-only, all of this tenant and this customer."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from bot.model.turns import Searcher, Source, TurnContext
from bot.model.untrusted import block

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

LOOK_UPS = 8
"""Searches in a turn; whoever wants more is told that it is enough."""
PASSAGE_LENGTH = 1600
TOOL_NAMES = ("search_articles", "my_tickets", "my_quotes", "look_up_catalogue")

Found = TypeVar("Found")

_ENOUGH = "No more look-ups in this turn: answer from what you have, or hand off."
_UNPROVEN = (
    "The customer has not proved who they are on this channel, so nothing of their account may "
    "be told. Say so and offer a person."
)


class LookUpFailed(Exception):
    """The knowledge base or the catalogue did not answer: no fault of the model."""


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as a customer may see it. `price` is empty where it is not to be told."""

    code: str
    name: str
    description: str = ""
    category: str = ""
    unit: str = ""
    price: str = ""


class CatalogueLookup(Protocol):
    """Read tool over the tenant's products, best match first."""

    async def search(self, tenant_id: UUID, query: str) -> tuple[ProductView, ...]: ...


@dataclass(frozen=True, slots=True)
class Reads:
    """The read tools' ways to the tenant's knowledge and catalogue."""

    articles: Searcher
    catalogue: CatalogueLookup


@dataclass(slots=True)
class Gathered:
    """What a turn has seen: lives as long as the turn; a citation is an index into `sources`."""

    context: TurnContext
    reads: Reads
    sources: list[Source] = field(default_factory=list)
    products: list[ProductView] = field(default_factory=list)
    look_ups: int = 0
    saw_records: bool = False

    async def search_articles(self, query: str, limit: int = 4) -> str:
        if self._is_enough():
            return _ENOUGH
        tenant_id = self.context.tenant.id
        evidence = await _looked_up(self.reads.articles.search(tenant_id, query[:500], limit))
        if not evidence.sources:
            return "No article says anything about that."
        return "\n".join(passage(self._index(source), source) for source in evidence.sources)

    async def look_up_catalogue(self, query: str) -> str:
        if self._is_enough():
            return _ENOUGH
        tenant_id = self.context.tenant.id
        found = await _looked_up(self.reads.catalogue.search(tenant_id, query[:200]))
        self.products += [product for product in found if product not in self.products]
        return "\n".join(map(_product, found)) or "Nothing like that is in the catalogue."

    def my_tickets(self) -> str:
        if not self.context.customer.is_proven:
            return _UNPROVEN
        self.saw_records = True
        return "\n".join(ticket_lines(self.context)) or "The customer has no tickets."

    def my_quotes(self) -> str:
        if not self.context.customer.is_proven:
            return _UNPROVEN
        self.saw_records = True
        return "\n".join(quote_lines(self.context)) or "The customer has no quotes."

    def _is_enough(self) -> bool:
        self.look_ups += 1
        return self.look_ups > LOOK_UPS

    def _index(self, source: Source) -> int:
        for index, known in enumerate(self.sources):
            if (known.article_id, known.position) == (source.article_id, source.position):
                return index
        self.sources.append(source)
        return len(self.sources) - 1


async def _looked_up(reading: Awaitable[Found]) -> Found:
    try:
        return await reading
    except Exception as error:
        raise LookUpFailed(f"a look-up failed ({type(error).__name__})") from error


def passage(index: int, source: Source) -> str:
    return block("article", source.text, PASSAGE_LENGTH, citation=str(index), title=source.title)


def _product(product: ProductView) -> str:
    words = " · ".join(
        part
        for part in (product.name, product.description, product.unit, product.price)
        if part.strip()
    )
    return block("product", words, 600, code=product.code)


def ticket_lines(context: TurnContext) -> Sequence[str]:
    return [
        block(
            "ticket",
            ticket.subject,
            300,
            number=ticket.number,
            status=ticket.status,
            priority=ticket.priority,
            opened=f"{ticket.opened_at:%Y-%m-%d}",
            updated=f"{ticket.updated_at:%Y-%m-%d}",
        )
        for ticket in context.tickets
    ]


def quote_lines(context: TurnContext) -> Sequence[str]:
    return [
        block(
            "quote",
            "\n".join((quote.title, *quote.open_questions)),
            800,
            number=quote.number,
            status=quote.status,
            total=quote.total,
        )
        for quote in context.quotes
    ]


def _turn(runtime: Any) -> Gathered:
    gathered = runtime.context
    assert isinstance(gathered, Gathered)
    return gathered


def tools() -> "list[BaseTool]":
    """The same four for every turn, so that the prompt's beginning stays the same.

    Each finds its turn in the run's context: a model can name a query, never a tenant or a
    customer.
    """
    from langchain.tools import ToolRuntime, tool

    @tool
    async def search_articles(query: str, runtime: ToolRuntime[Any, Any]) -> str:
        """Search the company's articles. Use the customer's topic in a few words."""
        return await _turn(runtime).search_articles(query)

    @tool
    async def my_tickets(runtime: ToolRuntime[Any, Any]) -> str:
        """List this customer's own tickets with their status."""
        return _turn(runtime).my_tickets()

    @tool
    async def my_quotes(runtime: ToolRuntime[Any, Any]) -> str:
        """List this customer's own quotes with their status."""
        return _turn(runtime).my_quotes()

    @tool
    async def look_up_catalogue(query: str, runtime: ToolRuntime[Any, Any]) -> str:
        """Look up products of the company by name, kind or code."""
        return await _turn(runtime).look_up_catalogue(query)

    return [search_articles, my_tickets, my_quotes, look_up_catalogue]
