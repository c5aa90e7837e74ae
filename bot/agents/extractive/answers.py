"""Answers questions with cited passages, asks back when unsure, and says so when it knows nothing.

A question without an answer becomes a hand-off for missing knowledge, not a plain ticket: it
opens the ticket all the same, staff see the gap, and the assistant goes on with the next question.
"""

from dataclasses import dataclass
from uuid import UUID

from bot.agents.extractive.reading import (
    Proposal,
    Reading,
    questions_in,
    shorten,
    telling_words,
)
from bot.agents.triage import language_of
from bot.agents.triage.markers import MARKERS
from bot.model.turns import (
    Action,
    AskBack,
    Button,
    Evidence,
    HandOff,
    HandOffReason,
    Reply,
    Searcher,
    Source,
)
from bot.retrieval.excerpt import excerpt

CHOICE = "article:"
ASKS_AT_MOST = 2
_ADVICE = ("opens_with_how", "opens_with_what", "why")
_CLEARLY_A_QUOTE = 0.9
_FOUND = 10
_ABOUT = 300
_CHOICES = 3
_CHAT_LIMIT = 4096
_CHAT_LENGTH, _LONG_LENGTH = 600, 1200


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Answerability from which a passage is an answer, and from which it is worth a question.

    On the demo company's questions 0.45 answers four of five that have an article; of the same
    questions with that article taken out five of six stay below it.
    """

    answer: float = 0.45
    ask: float = 0.25


@dataclass(frozen=True, slots=True)
class _Found:
    question: str
    evidence: Evidence

    @property
    def best(self) -> Source:
        return self.evidence.sources[0]


class Answers:
    def __init__(self, searcher: Searcher, thresholds: Thresholds) -> None:
        self._searcher = searcher
        self._thresholds = thresholds

    async def answer(self, reading: Reading) -> Proposal:
        questions = questions_in(reading.text)
        if len(questions) > 1:
            found = [await self._search(reading, question) for question in questions]
            if any(self._is_answer(f.evidence) for f in found):
                return self._several(reading, found)
        if reading.is_short:
            alone = await self._search(reading, reading.text)
            if self._is_answer(alone.evidence):
                return self._single(reading, alone)
        return self._single(reading, await self._search(reading, reading.query))

    async def again(self, reading: Reading, question: str) -> Proposal:
        """The customer said more to a question back: with the old words or without, what fits."""
        alone = await self._search(reading, reading.text)
        joined = await self._search(reading, f"{question}\n{reading.text}")
        better = max(alone, joined, key=lambda found: found.evidence.answerability)
        return self._single(reading, better)

    async def chosen(
        self, reading: Reading, question: str, *, title: str = "", article: UUID | None = None
    ) -> Proposal | None:
        """The article the customer picked from a question back; None if it is not found."""
        for query in filter(None, (question, title)):
            found = await self._search(reading, query)
            for source in found.evidence.sources:
                if source.article_id == article or (title and source.title == title):
                    return _replied(reading, query, source, 0.9)
        return None

    async def self_help(self, reading: Reading, question: str) -> Source | None:
        """The passage to add to something else, only when it is an answer by itself."""
        found = await self._search(reading, question)
        return found.best if self._is_answer(found.evidence) else None

    async def instead_of_quote(self, reading: Reading) -> Proposal | None:
        """ "What size of rack for 48 ports?" names goods, yet asks for advice that we have."""
        lowered = reading.text.lower()
        asks = "?" in lowered or any(MARKERS[name].search(lowered) for name in _ADVICE)
        prices = any(MARKERS[name].search(lowered) for name in ("quote", "how_much", "table"))
        if prices or not asks or reading.triaged.confidence > _CLEARLY_A_QUOTE:
            return None
        found = await self._search(reading, reading.query)
        if not self._is_answer(found.evidence):
            return None
        return _replied(reading, found.question, found.best, found.evidence.answerability)

    async def _search(self, reading: Reading, question: str) -> _Found:
        tenant = reading.context.tenant.id
        return _Found(question, await self._searcher.search(tenant, question, _FOUND))

    def _is_answer(self, evidence: Evidence) -> bool:
        return bool(evidence.sources) and evidence.answerability >= self._thresholds.answer

    def _single(self, reading: Reading, found: _Found) -> Proposal:
        evidence = found.evidence
        telling = telling_words(found.question)
        if telling and self._is_answer(evidence):
            return _replied(reading, found.question, found.best, evidence.answerability)
        is_vague = len(telling) < 2
        is_near = bool(telling) and _is_near(evidence, self._thresholds)
        if not is_near and not is_vague:
            return _unknown(reading, evidence)
        if reading.context.conversation.questions_asked >= ASKS_AT_MOST:
            return given_up(reading, evidence)
        if is_near and len(evidence.sources) == 1:
            # One thing only can be meant: to ask which would be no question.
            return _replied(reading, found.question, found.best, evidence.answerability)
        return _ask(reading, found) if is_near else ask_more(reading)

    def _several(self, reading: Reading, found: list[_Found]) -> Proposal:
        answered = [f for f in found if self._is_answer(f.evidence)]
        missing = [f for f in found if not self._is_answer(f.evidence)]
        sources = tuple(dict.fromkeys(f.best for f in answered))
        room = _room(reading) // len(answered)
        said = dict.fromkeys(
            f"{_passage(reading, f.question, f.best, room)} [{sources.index(f.best) + 1}]"
            for f in answered
        )
        names = [f"[{at}] “{source.title}”" for at, source in enumerate(sources, 1)]
        text = "\n\n".join([*said, "\n".join(names)])
        actions: list[Action] = [Reply(text, citations=tuple(range(len(sources))))]
        if missing:
            actions.append(_missing(reading, missing))
        confidence = min(f.evidence.answerability for f in answered)
        return Proposal(tuple(actions), confidence, sources)


def _is_near(evidence: Evidence, thresholds: Thresholds) -> bool:
    return bool(evidence.sources) and evidence.answerability >= thresholds.ask


def cited(reading: Reading, question: str, source: Source, room: int | None = None) -> str:
    """The passage that fits, with where it is from."""
    passage = _passage(reading, question, source, room or _room(reading))
    return f"{passage}\n\n{reading.say('source', title=source.title)}"


def given_up(reading: Reading, evidence: Evidence | None = None) -> Proposal:
    """Asked twice in a row and still unsure: a person takes over."""
    about = reading.context.conversation.open_question.partition("\n")[0]
    note = f"Asked back twice and still unsure.\nBefore: {about}\nNow: {reading.text}"
    acknowledgement = reading.say("unclear")
    action = HandOff(HandOffReason.PENDING_CLARIFICATION, note, acknowledgement)
    return Proposal((action,), 0.5, evidence.sources[:_CHOICES] if evidence else ())


def ask_more(reading: Reading, question: str = "") -> Proposal:
    """`question`: what the customer asked first, when this text is only an answer to us."""
    about = shorten(question or reading.text, _ABOUT)
    return Proposal((AskBack(reading.say("ask_more"), about),), 0.4)


def _replied(reading: Reading, question: str, source: Source, confidence: float) -> Proposal:
    reply = Reply(cited(reading, question, source), citations=(0,))
    return Proposal((reply,), confidence, (source,))


def _ask(reading: Reading, found: _Found) -> Proposal:
    """Up to three articles to choose from, numbered for channels without buttons."""
    sources = list({s.article_id: s for s in reversed(found.evidence.sources)}.values())[::-1]
    picked = sorted(sources, key=lambda s: -s.score)[:_CHOICES]
    titles = [f"{at}. {shorten(source.title, 120)}" for at, source in enumerate(picked, 1)]
    # Where one is too long for a button all are numbers: their text stands above them.
    longest = reading.context.conversation.button_title
    fit = all(len(source.title) <= longest for source in picked)
    buttons = tuple(
        Button(f"{CHOICE}{source.article_id}", source.title if fit else str(at))
        for at, source in enumerate(picked, 1)
    )
    fits = len(buttons) <= reading.context.conversation.buttons
    action = AskBack(
        text="\n".join([reading.say("ask_choice"), *titles]),
        about="\n".join([shorten(found.question, _ABOUT), *titles]),
        buttons=buttons if fits else (),
    )
    return Proposal((action,), found.evidence.answerability, tuple(picked))


def _unknown(reading: Reading, evidence: Evidence) -> Proposal:
    looked = ", ".join(f"“{s.title}”" for s in evidence.sources[:_CHOICES]) or "nothing near"
    action = HandOff(
        HandOffReason.MISSING_KNOWLEDGE,
        f"{reading.text}\n\nThe knowledge base has no reliable answer (found: {looked}).",
        reading.say("no_answer"),
        priority=reading.triaged.urgency.value,
    )
    confidence = 1 - evidence.answerability
    return Proposal((action,), confidence, evidence.sources[:_CHOICES])


def _missing(reading: Reading, missing: list[_Found]) -> HandOff:
    questions = "\n".join(found.question for found in missing)
    named = "; ".join(shorten(found.question, 80) for found in missing)
    return HandOff(
        HandOffReason.MISSING_KNOWLEDGE,
        f"The knowledge base has no reliable answer to:\n{questions}",
        reading.say("no_answer_to", question=named.replace("{number}", "number")),
        priority=reading.triaged.urgency.value,
    )


def _passage(reading: Reading, question: str, source: Source, room: int) -> str:
    text = excerpt(question, source.text, room)
    written = language_of(source.text, default=reading.context.tenant.language)
    name = f"language_{written}"
    if written == reading.detected or name not in _NAMED:
        return text
    return f"{reading.say('found_in', language=reading.say(name))}\n{text}"


_NAMED = frozenset(f"language_{code}" for code in ("en", "es", "de", "fr", "it", "pt", "nl"))


def _room(reading: Reading) -> int:
    """Characters for passages: short on chat, longer where the channel takes long texts."""
    limit = reading.context.conversation.text_limit
    return min(_CHAT_LENGTH if limit <= _CHAT_LIMIT else _LONG_LENGTH, max(limit - 300, 80))
