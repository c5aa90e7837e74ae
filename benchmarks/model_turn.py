"""What a turn with a model costs us: our time around a model of zero latency, and its tokens.

The naive way beside it puts the ten best articles whole into the prompt, as many bots do.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from pydantic import SecretStr

from bot.agents.support.agent import SupportAgent
from bot.agents.support.tools import ProductView, Reads
from bot.model.llm import ModelSettings, Provider
from bot.model.prompts import ShippedPrompts
from bot.model.simulator import Answer, Asked, Call, ModelSimulator
from bot.model.turns import (
    ConversationView,
    CustomerView,
    Evidence,
    MessageView,
    Searcher,
    Source,
    TenantView,
    TurnContext,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TENANT = TenantView(UUID(int=1), "bench", "Bench Networks")
ARTICLES_IN_A_NAIVE_PROMPT = 10


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of ours around the model's calls; tokens as four characters each.

    `bare_ms`: the same request sent by the same client without the agent.
    """

    turns: int
    turn_ms: float
    bare_ms: float
    overhead_ms: float
    tokens_per_answer: float
    naive_tokens_per_answer: float

    @property
    def saved(self) -> float:
        return 1 - self.tokens_per_answer / self.naive_tokens_per_answer


class _Passages:
    """Passages of up to 150 words, ranked by words in common: enough to fill a prompt."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._passages = [
            (article, position, " ".join(words[position : position + 150]))
            for article in articles
            for words in [article.text.split()]
            for position in range(0, max(len(words), 1), 120)
        ]
        self._bags = [set(f"{a.title} {text}".lower().split()) for a, _, text in self._passages]

    async def search(self, tenant_id: UUID, query: str, limit: int = 5) -> Evidence:
        asked = set(query.lower().split())
        ranked = sorted(range(len(self._bags)), key=lambda i: -len(asked & self._bags[i]))[:limit]
        return Evidence(tuple(self._source(i) for i in ranked), 0.5)

    def _source(self, index: int) -> Source:
        article, position, text = self._passages[index]
        return Source(UUID(int=index + 1), 1, article.title, text, 1.0, position)


class _NoProducts:
    async def search(self, tenant_id: UUID, query: str) -> tuple[ProductView, ...]:
        return ()


def measure(
    articles: Sequence[Article], questions: Sequence[str], searcher: Searcher | None = None
) -> Measured:
    return asyncio.run(_measure(articles, questions, searcher or _Passages(articles)))


async def _measure(
    articles: Sequence[Article], questions: Sequence[str], searcher: Searcher
) -> Measured:
    def script(_: Asked) -> Answer:
        reply = {"kind": "reply", "text": "Please see the article.", "citations": [0]}
        arguments = {"intent": "question", "language": "en", "actions": [reply]}
        return Answer(calls=(Call("Proposal", arguments),))

    async with ModelSimulator(script) as simulator:
        settings = ModelSettings(
            provider=Provider.OPENAI,
            name="scripted",
            base_url=simulator.openai_url,
            api_key=SecretStr("none"),
        )
        agent = SupportAgent(settings, Reads(searcher, _NoProducts()), ShippedPrompts())
        await agent.think(_turn("warm up"))
        simulator.asked.clear()
        turn_ms = [await _timed(agent.think(_turn(question))) for question in questions]
        sizes = [asked.size for asked in simulator.asked]
        bare_ms = await _bare(settings, len(questions))
    turn, bare = statistics.median(turn_ms), statistics.median(bare_ms)
    return Measured(
        turns=len(questions),
        turn_ms=round(turn, 2),
        bare_ms=round(bare, 2),
        overhead_ms=round(turn - bare, 2),
        tokens_per_answer=round(sum(sizes) / 4 / len(questions), 1),
        naive_tokens_per_answer=round(await _naive_tokens(articles, questions, searcher), 1),
    )


async def _timed(work: object) -> float:
    started = time.perf_counter()
    await work  # type: ignore[misc]
    return (time.perf_counter() - started) * 1000


async def _bare(settings: ModelSettings, times: int) -> list[float]:
    from bot.model.llm import chat_model

    model = chat_model(settings)
    return [await _timed(model.ainvoke("hello")) for _ in range(times)]


async def _naive_tokens(
    articles: Sequence[Article], questions: Sequence[str], searcher: Searcher
) -> float:
    """A one-line instruction, the ten articles whose passages rank best, whole, the question."""
    whole = {article.title: article.text for article in articles}
    sizes = []
    for question in questions:
        found = (await searcher.search(TENANT.id, question, 60)).sources
        titles = list(dict.fromkeys(source.title for source in found))[:ARTICLES_IN_A_NAIVE_PROMPT]
        sizes.append(len(question) + 100 + sum(len(t) + len(whole.get(t, "")) for t in titles))
    return float(np.mean(sizes)) / 4


def _turn(question: str) -> TurnContext:
    return TurnContext(
        tenant=TENANT,
        conversation=ConversationView(UUID(int=3), "whatsapp", 1),
        customer=CustomerView(UUID(int=4)),
        messages=(MessageView(UUID(int=5), "customer", question, NOW),),
        history=(),
        tickets=(),
        quotes=(),
        now=NOW,
    )


def made_up(count: int = 60) -> tuple[list[Article], list[str]]:
    """A knowledge base of average length (some 250 words an article) that needs no file."""
    topics = ["router", "camera", "invoice", "contract", "phone", "cabling", "alarm", "printer"]
    articles, questions = [], []
    for number in range(count):
        topic = f"{topics[number % len(topics)]} {number}"
        text = " ".join(f"About the {topic} you should know point {n}." for n in range(30))
        articles.append(Article(f"The {topic}", text))
        questions.append(f"What should I know about the {topic}?")
    return articles, questions


def main() -> None:
    measured = measure(*made_up())
    print(json.dumps({**asdict(measured), "saved": round(measured.saved, 3)}))


if __name__ == "__main__":
    main()
