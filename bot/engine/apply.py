"""Carries out what an agent proposed, in the caller's transaction, through domain services."""

from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.agents.wording import say, speakable
from bot.engine.context import Loaded
from bot.engine.disclosure import disclosed
from bot.engine.identity.offering import GOES_ON, send_code
from bot.engine.manners.absence import Absence
from bot.engine.quoting import Prepared, QuoteWriter, reply_with_questions, was_sent
from bot.model.turns import (
    Action,
    AskBack,
    Button,
    DraftQuote,
    FileAway,
    HandOff,
    OpenTicket,
    ProveAddress,
    Reply,
    ReviseQuote,
    StaySilent,
    TurnContext,
    TurnResult,
    UpdateTicket,
)
from domain.conversations.closing import Ending, Thought, close
from domain.conversations.outbox import NewReply
from domain.conversations.turns import Lease
from domain.customers.codes import Asked, OneTimeCodes
from domain.events import Happened, record
from domain.quotes.lifecycle.states import NotRevisable
from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import utc_now
from domain.usage import service as usage

REACT = "react"
TURN = "turn"
MOST_REOPENINGS = 3
"""Within an hour, by the customer."""


class Stale(Exception):
    """A person or a new message came first; rolls the turn's transaction back."""


@dataclass(frozen=True, slots=True)
class Applied:
    """`message_id`: the reply, stored as being sent by this job; None when nothing is to send."""

    message_id: UUID | None = None
    text: str = ""
    buttons: tuple[Button, ...] = ()
    in_reply_to: str | None = None


@dataclass(slots=True)
class _Outcome:
    """What the actions add up to."""

    texts: list[str] = field(default_factory=list)
    buttons: tuple[Button, ...] = ()
    citations: list[int] = field(default_factory=list)
    ticket_id: UUID | None = None
    code_id: UUID | None = None
    owner: str = "bot"
    questions_asked: int = 0
    open_question: str = ""
    outcome: str = "answered"
    reason: str = ""


class Applier:
    """One turn's writing half. Everything or nothing: Stale undoes all of it."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, lease: Lease, loaded: Loaded):
        self._session = session
        self._tenant_id = tenant_id
        self._lease = lease
        self._context: TurnContext = loaded.context
        self._loaded = loaded
        self._tickets = Tickets(session, tenant_id)
        self._outcome = _Outcome()
        self._prepared: dict[int, Prepared] = {}
        self._language = ""
        self._sends_at_once = False

    async def apply(
        self,
        result: TurnResult,
        prepared: tuple[Prepared, ...] = (),
        *,
        sends_at_once: bool,
        is_last_try: bool,
        milliseconds: int,
    ) -> Applied:
        """`prepared`: the quotes that the result's actions ask for, already priced."""
        self._sends_at_once = sends_at_once
        self._prepared = {id(one.action): one for one in prepared}
        self._language = result.language or self._context.conversation.language
        for action in result.actions:
            await self._carry_out(action)
        absence = Absence(self._session, self._tenant_id, self._lease.row)
        await absence.add_to(self._outcome, self._loaded, result)
        outcome = self._outcome
        reply, discloses = self._spoken(result, sends_at_once)
        text = reply.text if reply else ""
        closed = await close(
            self._session,
            self._lease,
            Ending(
                up_to=self._loaded.last_sequence,
                outcome=outcome.outcome if text or outcome.outcome != "answered" else "attached",
                reason=outcome.reason,
                questions_asked=outcome.questions_asked,
                open_question=outcome.open_question,
                language=result.language,
                discloses=discloses,
                answers=bool(text) and sends_at_once,
                ticket_id=outcome.ticket_id,
                owner=outcome.owner,
                is_last_try=is_last_try,
            ),
            self._thought(result, milliseconds),
            reply,
        )
        if closed is None:
            raise Stale
        applied = self._applied(reply, closed.message_id) if reply else Applied()
        await self._aftermath(result, closed.is_due_again)
        return applied

    def _spoken(self, result: TurnResult, at_once: bool) -> tuple[NewReply | None, bool]:
        """What is said, if anything, and whether it tells that an assistant speaks."""
        outcome = self._outcome
        acknowledges = bool(result.actions) and all(
            isinstance(action, OpenTicket | UpdateTicket | HandOff) for action in result.actions
        )
        acknowledges = acknowledges and not outcome.code_id
        text = "\n\n".join(t for t in outcome.texts if t)
        if acknowledges and self._loaded.is_acknowledged_today:
            outcome.reason = "acknowledged_today"
            return None, False
        if not text:
            return None, False
        discloses = at_once and self._context.conversation.is_first_reply
        if discloses:
            text = disclosed(text, self._context.tenant.name, self._language)
        reply = self._reply(result, text, at_once)
        is_mail = self._loaded.has_threads
        return replace(
            reply, acknowledges=acknowledges and is_mail, code_id=outcome.code_id
        ), discloses

    def _applied(self, reply: NewReply, message_id: UUID) -> Applied:
        if reply.state == "sending":
            return Applied(message_id, reply.text, self._outcome.buttons, reply.in_reply_to)
        payload = {"text": reply.text, "conversation_id": str(reply.conversation_id)}
        record(self._session, self._tenant_id, Happened("message.drafted", message_id, payload))
        return Applied()

    async def _aftermath(self, result: TurnResult, is_due_again: bool) -> None:
        if result.use.model:
            use = result.use
            spent = usage.Used(use.model, use.calls, use.input_tokens, use.output_tokens, use.cost)
            await usage.add(self._session, self._tenant_id, utc_now().date(), spent)
        if self._session.info.pop("has_events", False):
            await queue.put(self._session, REACT, tenant_id=self._tenant_id)
        if is_due_again:
            await queue.put(
                self._session,
                TURN,
                tenant_id=self._tenant_id,
                conversation_id=self._context.conversation.id,
            )

    async def _carry_out(self, action: Action) -> None:
        match action:
            case Reply():
                self._say(action.text, action.buttons)
                self._outcome.citations.extend(action.citations)
            case AskBack():
                self._say(action.text, action.buttons)
                self._outcome.questions_asked = self._context.conversation.questions_asked + 1
                self._outcome.open_question = action.about
            case OpenTicket():
                await self._open_ticket(action)
            case UpdateTicket():
                await self._update_ticket(action)
            case HandOff():
                await self._hand_off(action)
            case DraftQuote() | ReviseQuote():
                await self._quote(action)
            case ProveAddress():
                at_once = self._sends_at_once
                self._say(await send_code(self._session, self._context, action, at_once=at_once))
            case FileAway():
                self._outcome.outcome, self._outcome.reason = "ignored", action.reason
            case StaySilent():
                self._outcome.outcome, self._outcome.reason = "attached", "no_reply"

    def _say(self, text: str, buttons: tuple[Button, ...] = ()) -> None:
        self._outcome.texts.append(text)
        self._outcome.buttons = buttons or self._outcome.buttons

    async def _open_ticket(self, action: OpenTicket) -> Ticket:
        ticket = await self._tickets.open(
            NewTicket(
                subject=action.subject,
                description=action.description,
                priority=action.priority,
                type=action.type,
                tags=action.tags,
                person_id=self._context.customer.person_id,
                company_id=self._context.customer.company_id,
                conversation_id=self._context.conversation.id,
                source=self._context.conversation.channel,
            )
        )
        self._outcome.ticket_id = ticket.id
        self._say(action.acknowledgement.replace("{number}", ticket.number))
        return ticket

    async def _update_ticket(self, action: UpdateTicket) -> None:
        days = self._loaded.settings.reopen_grace_days
        reply = await self._tickets.customer_replied(
            action.number,
            NewComment(action.note, author="customer", visibility="public"),
            now=utc_now(),
            grace=timedelta(days=days),
        )
        changes = {"status": action.status, "priority": action.priority}
        asked = {name: value for name, value in changes.items() if value}
        if asked and not reply.is_follow_up:
            await self._tickets.change(
                reply.ticket.number, asked, actor="bot", why="The customer said so."
            )
        self._outcome.ticket_id = reply.ticket.id
        if (
            reply.is_reopened
            and await self._tickets.reopened_lately(reply.ticket) > MOST_REOPENINGS
        ):
            self._outcome.owner = "staff"
            note = "The ticket is reopened again and again: a person should look."
            payload = {"reason": "policy", "number": reply.ticket.number, "note": note}
            happened = Happened("conversation.handed_off", self._context.conversation.id, payload)
            record(self._session, self._tenant_id, happened)
        self._say(action.acknowledgement.replace("{number}", reply.ticket.number))

    async def _hand_off(self, action: HandOff) -> None:
        if action.needs_proof and await self._asked_for_code():
            return
        number = self._open_ticket_number()
        if number is None:
            opened = OpenTicket(
                subject=_first_line(self._context.text) or "A customer wishes to speak to a person",
                description=action.note,
                priority=action.priority,
                tags=("hand-off", action.reason.value),
                acknowledgement=action.acknowledgement,
            )
            ticket = await self._open_ticket(opened)
        else:
            ticket = await self._tickets.get(number, for_change=True)
            await self._tickets.comment(ticket, NewComment(action.note, visibility="internal"))
            self._outcome.ticket_id = ticket.id
            self._say(action.acknowledgement.replace("{number}", number))
        if action.reason not in GOES_ON:
            self._outcome.owner = "staff"
        payload = {"reason": action.reason.value, "number": ticket.number, "note": action.note}
        record(
            self._session,
            self._tenant_id,
            Happened("conversation.handed_off", self._context.conversation.id, payload),
        )

    async def _asked_for_code(self) -> bool:
        """Instead of a person: the customer gets a code where they can be reached."""
        context = self._context
        if not self._loaded.code_address:
            return False
        question = context.messages[-1].id if context.messages else None
        asked = Asked(
            context.customer.person_id,
            context.conversation.id,
            self._loaded.code_address,
            question,
        )
        code_id = await OneTimeCodes(self._session, self._tenant_id).offer(asked)
        if code_id is None:
            return False
        self._outcome.code_id = code_id
        self._say(say("proof_code", speakable(self._language, context.tenant.language)))
        return True

    async def _quote(self, action: DraftQuote | ReviseQuote) -> None:
        prepared = self._prepared.get(id(action))
        is_sent = isinstance(action, ReviseQuote) and was_sent(self._context, action.number)
        if prepared is None or not (prepared.drafted.draft.is_quote or is_sent):
            await self._pass_on_wish(action)
            return
        writer = QuoteWriter(self._session, self._tenant_id, self._context)
        try:
            quote = await writer.write(prepared)
        except NotRevisable:
            await self._pass_on_wish(action)
            return
        self._outcome.ticket_id = quote.ticket_id
        spoken = speakable(self._language, self._context.tenant.language)
        said = action.acknowledgement
        if is_sent:  # whatever a model promised, this is what happens
            said = say("quote_new_version", spoken, quote=quote.number)
        self._say(reply_with_questions(said, prepared.drafted))

    async def _pass_on_wish(self, action: DraftQuote | ReviseQuote) -> None:
        """Nothing in it could be read as a quote: a person looks."""
        subject = action.title if isinstance(action, DraftQuote) else f"About {action.number}"
        await self._open_ticket(
            OpenTicket(
                subject=subject,
                description=action.request,
                type="general",
                tags=("quote",),
                acknowledgement=action.acknowledgement,
            )
        )

    def _open_ticket_number(self) -> str | None:
        """The conversation's own ticket, as long as it is not finished."""
        own = self._lease.row.ticket_id
        for ticket in self._context.tickets:
            if ticket.id == own and ticket.status not in FINISHED:
                return ticket.number
        return None

    def _reply(self, result: TurnResult, text: str, at_once: bool) -> NewReply:
        return NewReply(
            conversation_id=self._context.conversation.id,
            channel_account_id=self._lease.row.channel_account_id,
            author="bot",
            text=text,
            state="sending" if at_once else "draft",
            choices=tuple(asdict(button) for button in self._outcome.buttons),
            citations=tuple(_citations(result, self._outcome.citations)),
            in_reply_to=self._loaded.last_external_id if self._loaded.has_threads else None,
        )

    def _thought(self, result: TurnResult, milliseconds: int) -> Thought:
        return Thought(
            agent=result.agent,
            step=result.step.value,
            intent=result.intent.value if result.intent else "",
            confidence=result.confidence,
            model=result.use.model,
            prompts=dict(result.use.prompt_versions),
            input_tokens=result.use.input_tokens,
            output_tokens=result.use.output_tokens,
            cost=result.use.cost,
            articles=list(_citations(result, range(len(result.sources)))),
            knowledge_revision=self._context.knowledge_revision,
            catalogue_revision=self._context.catalogue_revision,
            actions=[_recorded(action) for action in result.actions],
            notes=list(result.notes),
            milliseconds=milliseconds,
        )


def _citations(result: TurnResult, indexes: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": str(source.article_id),
            "version": source.article_version,
            "title": source.title,
            "position": source.position,
            "score": round(source.score, 3),
        }
        for source in (result.sources[index] for index in dict.fromkeys(indexes))
    ]


def _recorded(action: Action) -> dict[str, Any]:
    return {"action": type(action).__name__} | asdict(action)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:120]
