"""Each tenant's catalogue as an index, built once per revision and remembered."""

import asyncio
from collections import OrderedDict, defaultdict
from datetime import date
from uuid import UUID

from rapidfuzz import fuzz

from bot.agents.quoting.language.text import fold, words
from bot.agents.quoting.matching import Index
from bot.agents.quoting.matching.part_numbers import joined, near
from bot.agents.quoting.understanding import understand
from bot.agents.support.tools import ProductView
from domain.catalogue import service as catalogue
from domain.catalogue.product import Product
from domain.contracts.calendar import today
from domain.database import Database
from domain.quotes.money.terms import Terms, terms_for
from domain.quotes.pricing import sell
from domain.types import utc_now

REMEMBERED = 32
FOUND = 8
Buyer = tuple[UUID | None, UUID | None]
"""Company and person, as far as they are known."""
EXACT, NEAR, DRAFTED = 1000.0, 100.0, 8.0
PIECES = 5
"""Letters and digits of a part number that is looked for in pieces."""


class CatalogueShelf:
    """Also the look-up that the support agent reads products and prices through."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: OrderedDict[UUID, Index] = OrderedDict()
        self._building: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def index(self, tenant_id: UUID) -> Index:
        """At the present revision; loading and building happen once however many ask."""
        async with self._building[tenant_id]:
            async with self._database.transaction(tenant_id) as session:
                revision = await catalogue.revision(session, tenant_id)
                held = self._held.get(tenant_id)
                loaded = (
                    None
                    if held and held.catalogue.revision == revision
                    else await catalogue.load(session, tenant_id)
                )
            if loaded is not None:
                held = await asyncio.to_thread(Index, loaded)
                self._held[tenant_id] = held
                while len(self._held) > REMEMBERED:
                    self._held.popitem(last=False)
            self._held.move_to_end(tenant_id)
            return self._held[tenant_id]

    async def terms(self, tenant_id: UUID, whom: Buyer) -> Terms:
        """On which a company or a person buys today."""
        async with self._database.transaction(tenant_id) as session:
            return await terms_for(session, tenant_id, whom, await today(session, tenant_id))

    async def search(self, tenant_id: UUID, query: str) -> tuple[ProductView, ...]:
        index = await self.index(tenant_id)
        day = utc_now().date()
        return tuple(_view(product, day) for product in _best(index, query))


def _best(index: Index, query: str) -> list[Product]:
    """A code, part number or synonym wins, then part numbers with a letter wrong, then what a
    request in these words would be drafted as; the rest by the rarity of the words they share."""
    folded = fold(query)
    scores = _by_number(index, folded)
    for item in understand(query, "", index).items:
        if item.code and item.code not in scores:
            scores[item.code] = DRAFTED
    for word in {word.text for word in words(folded)}:
        known = index.nearest_word(word) or word
        for entry in index.by_word.get(known, ()):
            code = entry.product.code
            scores[code] = scores.get(code, 0.0) + index.rarity.get(known, 0.0)
    by_code = index.catalogue.by_code
    for code in scores:  # of products with the same words the one whose name is nearest
        scores[code] += fuzz.token_sort_ratio(folded, fold(by_code[code].name)) / 100
    codes = sorted(scores, key=lambda code: (-scores[code], code))[:FOUND]
    return [product for code in codes if (product := index.catalogue.find(code))]


def _by_number(index: Index, folded: str) -> dict[str, float]:
    scores = {
        index.codes[key].product.code: NEAR * nearness
        for key, nearness in near(folded, index.codes, FOUND)
    }
    for key in joined(folded, index.codes, shortest=PIECES, digits=1):
        scores[index.codes[key].product.code] = EXACT + len(key)
    if exact := index.by_code(folded):
        scores[exact.product.code] = 2 * EXACT
    return scores


def _view(product: Product, today: date) -> ProductView:
    price = sell(product, today)
    return ProductView(
        code=product.code,
        name=product.name,
        description=product.description,
        category=product.category,
        unit=product.unit,
        price=str(price.money) if price else "",
    )
