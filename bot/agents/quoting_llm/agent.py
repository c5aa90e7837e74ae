"""Reads a request for a quote with a model; the same typed request as the extractive reading."""

import asyncio
from dataclasses import dataclass, field, replace

from bot.agents.budget import Meter, MeteredModel
from bot.agents.quoting.language.text import fold, words
from bot.agents.quoting.matching import Index
from bot.agents.quoting.understanding import understand
from bot.agents.quoting_llm.checking import Spoken, checked
from bot.agents.quoting_llm.form import RequestForm
from bot.model.llm import ModelSettings
from bot.model.prompts import BrokenPrompt, PromptSource, render, shipped
from bot.model.structured import StructuredModel
from bot.model.turns import ModelUse, TenantView
from bot.model.untrusted import block
from domain.catalogue.product import Product
from domain.quotes.request import QuoteRequest

PROMPT = "quoting"
PRODUCTS_SHOWN = 80
TEXT_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """`questions` are the model's own and come after those of the open points."""

    request: QuoteRequest
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    use: ModelUse = field(default_factory=ModelUse)


class QuotingAgent:
    """Names products and quantities in the customer's words. Prices never pass through it."""

    name = "quoting"

    def __init__(
        self,
        settings: ModelSettings,
        prompts: PromptSource,
        meter: Meter | None = None,
        *,
        seconds: float = 20.0,
    ) -> None:
        self._model = MeteredModel(StructuredModel(settings), meter)
        self._prompts = prompts
        self._seconds = seconds

    async def understand(
        self, tenant: TenantView, text: str, previous: str, index: Index
    ) -> ReadRequest:
        """`text` revises `previous` where that is not empty. Raises ModelFailed.

        On a failure the extractive `understand` gives the same type without a model.
        """
        base = await asyncio.to_thread(understand, text, previous, index)
        version, instructions = await self._instructions(tenant)
        spoken = Spoken(text, previous)
        form, use = await self._model.ask(
            tenant, instructions, _briefing(spoken, products_meant(spoken.both, base, index)),
            RequestForm, self._seconds,
        )  # fmt: skip
        result = checked(form, spoken, index.catalogue, base)
        use = replace(use, prompt_versions=(("rules", 0), (PROMPT, version)))
        return ReadRequest(result.request, result.questions, result.notes, use)

    async def _instructions(self, tenant: TenantView) -> tuple[int, str]:
        version, body = await self._prompts.get(tenant.id, PROMPT)
        try:
            own = render(body, {"company": tenant.name})
        except BrokenPrompt:
            version, own = 0, render(shipped()[PROMPT].body, {"company": tenant.name})
        return version, f"{shipped()['rules'].body}\n{own}"


def products_meant(text: str, base: QuoteRequest, index: Index) -> tuple[Product, ...]:
    """The products that the words may mean: all of a small catalogue, else the likeliest."""
    entries = index.entries
    if len(entries) <= PRODUCTS_SHOWN:
        return tuple(entry.product for entry in entries)
    sure = {code for item in base.items for code in (item.code, *item.candidates) if code}
    scores = dict.fromkeys(sure, float("inf"))
    for word in {word.text for word in words(fold(text))}:
        for entry in index.by_word.get(word, ()):
            code = entry.product.code
            scores[code] = scores.get(code, 0.0) + index.rarity.get(word, 0.0)
    best = sorted(scores, key=lambda code: (-scores[code], code))[:PRODUCTS_SHOWN]
    return tuple(product for code in best if (product := index.catalogue.find(code)))


def _briefing(spoken: Spoken, products: tuple[Product, ...]) -> str:
    """The catalogue first: it stays the same longer than the words."""
    listed = "\n".join(f"{p.code} | {p.name} | {p.unit}" for p in products)
    before = block("earlier-message", spoken.previous, TEXT_LENGTH) if spoken.previous else ""
    new = block("message", spoken.text, TEXT_LENGTH)
    return "\n\n".join(filter(None, (block("products", listed, 30_000), before, new)))
