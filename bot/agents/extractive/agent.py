"""Thinks about a turn without a model: triage says what it is, a handler per intent proposes."""

from bot.agents.extractive import courtesy, quoting, tickets, wordless
from bot.agents.extractive.answers import Answers, Thresholds, ask_more, given_up
from bot.agents.extractive.clarify import Clarified, NoneOfThem, Picked, clarified
from bot.agents.extractive.reading import Proposal, Reading, read
from bot.agents.triage import Triage
from bot.agents.triage.markers import MARKERS, OTHER_SIGNS
from bot.model.turns import FileAway, Intent, Searcher, Step, TurnContext, TurnResult

_KINDS = {
    "bills_us": "an invoice or account statement to us",
    "unsubscribe": "a newsletter",
    "pitches": "a sales pitch or supplier mail",
    "applies": "a job application",
    "spam": "spam",
}
_SURE = 0.6
_SIGNS = {
    Intent.PROBLEM: ("broken", "broken_abroad", "lost", "refused", "wrong", "unable", "ticket"),
    Intent.QUOTE: ("quote", "how_much", "quantity"),
    Intent.HUMAN: ("person", "transfer", "machine", "insult", "call_me"),
    Intent.SMALLTALK: ("thanks", "bye", "done", "greets", "joke"),
    Intent.OTHER: OTHER_SIGNS,
}
"""What must be in an answer to a question back before it counts as a change of subject."""


class ExtractiveAgent:
    """The default without a key and the ladder's third step; knows nothing but its sources.

    What customers and articles say is data: it chooses between the proposals below and fills
    in their words, and can do nothing else.
    """

    name = "extractive"

    def __init__(
        self, searcher: Searcher, triage: Triage, thresholds: Thresholds | None = None
    ) -> None:
        self._triage = triage
        self._answers = Answers(searcher, thresholds or Thresholds())
        self._tickets = tickets.TicketDesk(self._answers, triage)

    async def think(self, context: TurnContext) -> TurnResult:
        reading = read(context, self._triage)
        proposal = await self._propose(reading)
        return TurnResult(
            actions=proposal.actions,
            agent=self.name,
            step=Step.EXTRACTIVE,
            intent=reading.triaged.intent,
            confidence=round(proposal.confidence, 3),
            sources=proposal.sources,
            language=reading.detected,
            notes=proposal.notes,
        )

    async def _propose(self, reading: Reading) -> Proposal:
        context = reading.context
        if wordless.needs_nothing(context):
            return wordless.silent(context)
        if all(wordless.is_wordless(m) and not m.choice for m in context.messages):
            return wordless.ask_for_words(reading)
        if courtesy.only_opened(context):
            return courtesy.greeted(reading)
        if courtesy.is_cancelling(reading.text):
            return courtesy.cancelled(reading)
        if (said := clarified(reading)) and (settled := await self._clarify(reading, said)):
            return settled
        if tickets.asks_for_status(reading.text) and reading.triaged.intent is not Intent.HUMAN:
            return tickets.status(reading)
        if (quote := quoting.open_draft(reading) or quoting.sent_quote(reading)) is not None:
            return quoting.revise(reading, quote)
        return await self._by_intent(reading)

    async def _clarify(self, reading: Reading, said: Clarified) -> Proposal | None:
        """None where the customer has moved on to something else."""
        if isinstance(said, Picked):
            return await self._answers.chosen(
                reading, said.question, title=said.title, article=said.article
            )
        if isinstance(said, NoneOfThem):
            asked = reading.context.conversation.questions_asked
            return given_up(reading) if asked > 1 else ask_more(reading, said.question)
        if said.question == wordless.ABOUT or _moved_on(reading):
            return None
        return await self._answers.again(reading, said.question)

    async def _by_intent(self, reading: Reading) -> Proposal:
        match reading.triaged.intent:
            case Intent.PROBLEM:
                return await self._tickets.report(reading)
            case Intent.QUOTE:
                return await self._answers.instead_of_quote(reading) or quoting.draft(reading)
            case Intent.HUMAN:
                return courtesy.wants_person(reading)
            case Intent.SMALLTALK:
                return courtesy.smalltalk(reading)
            case Intent.OTHER:
                return _filed(reading)
            case Intent.QUESTION:
                return await self._answers.answer(reading)


def _moved_on(reading: Reading) -> bool:
    lowered = reading.text.lower().replace("’", "'")
    signs = _SIGNS.get(reading.triaged.intent, ())
    return reading.triaged.confidence > _SURE and any(
        MARKERS[name].search(lowered) for name in signs
    )


def _filed(reading: Reading) -> Proposal:
    subject = " ".join(m.subject for m in reading.context.messages)
    text = f"{subject}\n{reading.text}".lower()
    kind = next((_KINDS[name] for name in OTHER_SIGNS if MARKERS[name].search(text)), "no enquiry")
    return Proposal((FileAway(f"Looks like {kind}."),), reading.triaged.confidence)
