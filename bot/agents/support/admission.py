"""Turns a proposal into actions, and holds the tenant's list of allowed ones: code, not prompt.

What is not allowed becomes the nearest thing that is: a person.
"""

import re
from dataclasses import dataclass
from typing import TypeVar

from bot.agents.support import proposal as proposed
from bot.model.turns import (
    Action,
    AskBack,
    Button,
    DraftQuote,
    FileAway,
    HandOff,
    HandOffReason,
    Intent,
    OpenTicket,
    QuoteView,
    Reply,
    ReviseQuote,
    StaySilent,
    TicketView,
    TurnContext,
    UpdateTicket,
)
from bot.model.untrusted import visible

MOST_QUESTIONS_IN_A_ROW = 2
FEATURES = {"draft_quote": "quotes", "revise_quote": "quotes"}
"""Actions that need a feature of the tenant; all others are always allowed. A tenant that lists
no features has them all."""


Numbered = TypeVar("Numbered", TicketView, QuoteView)


@dataclass(frozen=True, slots=True)
class Admitted:
    """`objections` go back to the model; `notes` are for staff."""

    actions: tuple[Action, ...]
    objections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def allowed_kinds(features: frozenset[str]) -> tuple[str, ...]:
    """The kinds of action this tenant allows, in the order in which the prompt lists them."""
    kinds = (
        *("reply", "ask_back", "open_ticket", "update_ticket", "draft_quote", "revise_quote"),
        *("hand_off", "file_away", "stay_silent"),
    )
    return tuple(k for k in kinds if not features or FEATURES.get(k, "") in {"", *features})


def admit(proposal: proposed.Proposal, context: TurnContext) -> Admitted:
    """What of the proposal may go on. Never more than one text that answers."""
    allowed = set(allowed_kinds(context.tenant.features))
    actions: list[Action] = []
    objections: list[str] = []
    notes: list[str] = []
    for wish in proposal.actions:
        if wish.kind not in allowed:
            notes.append(f"the tenant does not allow {wish.kind}")
            actions.append(_to_a_person(context, HandOffReason.UNSUPPORTED_REQUEST))
            continue
        outcome = _action(wish, context)
        if isinstance(outcome, str):
            objections.append(outcome)
        else:
            actions.append(outcome)
    objections += _contradictions(actions, proposal.intent, context)
    return Admitted(_once_each(actions), tuple(objections), tuple(notes))


def _action(wish: proposed.ProposedAction, context: TurnContext) -> Action | str:
    """The action, or what is wrong with the wish."""
    match wish:
        case proposed.ProposedReply():
            return Reply(visible(wish.text, 6000), tuple(dict.fromkeys(wish.citations)))
        case proposed.ProposedQuestion():
            return _question(wish, context)
        case proposed.ProposedTicket():
            return _ticket(wish, context)
        case proposed.ProposedUpdate():
            return _update(wish, context)
        case proposed.ProposedQuote():
            return DraftQuote(
                request=customers_words(wish.words, context),
                title=visible(wish.title, 200),
                questions=_lines(wish.questions),
                acknowledgement=_acknowledgement(wish.acknowledgement),
            )
        case proposed.ProposedRevision():
            return _revision(wish, context)
        case proposed.ProposedHandOff():
            return HandOff(
                reason=wish.reason,
                note=visible(wish.note, 2000) or context.text[:2000],
                acknowledgement=_acknowledgement(wish.acknowledgement),
                priority=wish.priority,
                needs_proof=_needs_proof(wish.reason, context),
            )
        case proposed.ProposedFiling():
            return FileAway(visible(wish.reason, 300))
        case proposed.ProposedSilence():
            return StaySilent(visible(wish.reason, 300))


def _question(wish: proposed.ProposedQuestion, context: TurnContext) -> Action:
    if context.conversation.questions_asked >= MOST_QUESTIONS_IN_A_ROW:
        return _to_a_person(context, HandOffReason.PENDING_CLARIFICATION)
    buttons = tuple(
        Button(f"choice-{index}", visible(title, 20))
        for index, title in enumerate(wish.choices[: context.conversation.buttons], 1)
        if title.strip()
    )
    return AskBack(visible(wish.text, 2000), visible(wish.about, 200), buttons)


def _ticket(wish: proposed.ProposedTicket, context: TurnContext) -> Action:
    return OpenTicket(
        subject=visible(wish.subject, 200),
        description=visible(wish.description, 4000) or context.text[:4000],
        priority=wish.priority,
        type=wish.type,
        acknowledgement=_acknowledgement(wish.acknowledgement, placeholder=True),
    )


def _update(wish: proposed.ProposedUpdate, context: TurnContext) -> Action | str:
    ticket = _own(context.tickets, wish.number)
    if ticket is None:
        return f"{visible(wish.number, 40)} is no ticket of this customer"
    is_proven = context.customer.is_proven
    return UpdateTicket(
        number=ticket.number,
        note=visible(wish.note, 4000) or context.text[:4000],
        # Whoever has not proved to be the customer may add words, and change nothing.
        status=wish.status if is_proven else None,
        priority=wish.priority if is_proven else None,
        acknowledgement=_acknowledgement(wish.acknowledgement),
    )


def _revision(wish: proposed.ProposedRevision, context: TurnContext) -> Action | str:
    quote = _own(context.quotes, wish.number)
    if quote is None:
        return f"{visible(wish.number, 40)} is no quote of this customer"
    if not context.customer.is_proven:
        return _to_a_person(context, HandOffReason.POLICY)
    return ReviseQuote(
        number=quote.number,
        request=customers_words(wish.words, context),
        questions=_lines(wish.questions),
        acknowledgement=_acknowledgement(wish.acknowledgement),
    )


def _own(rows: tuple[Numbered, ...], number: str) -> Numbered | None:
    wanted = number.strip().upper()
    return next((row for row in rows if row.number.upper() == wanted), None)


def customers_words(words: list[str], context: TurnContext) -> str:
    """Only what the customer wrote, literally (white space aside); else all that is new."""
    said = [m.text for m in (*context.history, *context.messages) if m.author == "customer"]
    known = _flat("\n".join(said))
    kept = [w.strip() for w in words if w.strip() and _flat(w) in known]
    return "\n".join(dict.fromkeys(kept)) or context.text


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def _lines(texts: list[str]) -> tuple[str, ...]:
    return tuple(line for text in texts if (line := visible(text, 300)))


def _acknowledgement(text: str, *, placeholder: bool = False) -> str:
    """`{number}` is filled in later; any other brace would be taken for a placeholder."""
    shown = visible(text, 1500)
    parts = shown.split("{number}") if placeholder else [shown]
    return "{number}".join(re.sub(r"[{}]", "", part) for part in parts)


def _to_a_person(context: TurnContext, reason: HandOffReason) -> HandOff:
    needs_proof = _needs_proof(reason, context)
    return HandOff(reason=reason, note=context.text[:2000], needs_proof=needs_proof)


def _needs_proof(reason: HandOffReason, context: TurnContext) -> bool:
    return reason is HandOffReason.POLICY and not context.customer.is_proven


def _contradictions(actions: list[Action], intent: Intent, context: TurnContext) -> list[str]:
    found = []
    if sum(isinstance(action, Reply | AskBack) for action in actions) > 1:
        found.append("say everything in one reply or one ask_back")
    lone = [action for action in actions if isinstance(action, FileAway | StaySilent)]
    if lone and len(actions) > 1:
        found.append("file_away and stay_silent stand alone")
    if any(isinstance(action, FileAway) for action in lone) and _is_known(context):
        found.append("somebody we already talk with is not filed away")
    if any(isinstance(a, StaySilent) for a in lone) and (
        intent is not Intent.SMALLTALK or "?" in context.text
    ):
        found.append("only small talk may stay without an answer")
    if not actions:
        found.append("no action is left")
    return found


def _is_known(context: TurnContext) -> bool:
    return bool(context.tickets or context.quotes) or any(
        message.author != "customer" for message in context.history
    )


def _once_each(actions: list[Action]) -> tuple[Action, ...]:
    """No action twice, and a person is asked for once."""
    kept: list[Action] = []
    for action in actions:
        is_second_person = isinstance(action, HandOff) and any(
            isinstance(other, HandOff) for other in kept
        )
        if action not in kept and not is_second_person:
            kept.append(action)
    return tuple(kept)
