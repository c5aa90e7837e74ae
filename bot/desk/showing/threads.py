"""A conversation as staff read it: message by message, or as one card. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.cards import MessageCard, ThreadCard
from bot.desk.showing.drafts import draft_buttons
from bot.desk.showing.tickets import run
from bot.desk.showing.words import language, short, span, spoken
from channels.cards import Button, Card, Section, Style

SHOWN = 20
_STATES = {
    "pending": "on its way",
    "sending": "on its way",
    "failed": "could not be delivered",
    "cancelled": "taken back",
    "draft": "waits for approval",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a thread's cards say beside the words. `channel` is its title."""

    channel: str
    window: timedelta | None
    last_inbound_at: datetime | None
    now: datetime
    may_act: bool = True

    def window_line(self) -> str:
        if self.window is None:
            return ""
        left = (self.last_inbound_at + self.window - self.now) if self.last_inbound_at else None
        if left is None or left <= timedelta(0):
            return "window is closed"
        return f"window closes in {span(left)}"


def thread_cards(thread: ThreadCard, beside: Beside) -> tuple[Card, ...]:
    """A card a message, oldest first, then one for each ticket's changes of state."""
    latest = _latest_inbound(thread)
    said = [
        (message.at, message_card(thread, message, beside, is_latest=message is latest))
        for message in thread.messages
    ]
    changed = [
        (step.at, Card(f"{ticket.number} · {step.who}", sections=(Section(step.what),)))
        for ticket in thread.tickets
        if ticket.is_from_here
        for step in ticket.history
    ]
    return tuple(card for _, card in sorted([*said, *changed], key=lambda each: each[0]))


def message_card(
    thread: ThreadCard, message: MessageCard, beside: Beside, *, is_latest: bool = False
) -> Card:
    """One message: the customer's with channel, language and window, ours with its sources."""
    if message.direction == "in":
        return _customers(thread, message, beside, is_latest=is_latest)
    if message.direction == "note":
        return Card(f"Note · {message.name or message.author}", sections=(Section(message.text),))
    return _ours(message, beside)


def _latest_inbound(thread: ThreadCard) -> MessageCard | None:
    inbound = [message for message in thread.messages if message.direction == "in"]
    return inbound[-1] if inbound else None


def _customers(
    thread: ThreadCard, message: MessageCard, beside: Beside, *, is_latest: bool
) -> Card:
    small = [language(thread.language)] if thread.language else []
    small += [beside.window_line()] if is_latest else []
    small += ["edited"] if message.is_edited else []
    small += [f"file {file.filename} ({file.state})" for file in message.files]
    text = message.text or f"[{message.kind}]"
    return Card(
        title=f"{message.name or 'Customer'} · {beside.channel}",
        sections=(Section(text, is_quoted=True),),
        buttons=_conversation_buttons(thread) if is_latest and beside.may_act else (),
        footnote=" · ".join(part for part in small if part),
    )


def _conversation_buttons(thread: ThreadCard) -> tuple[Button, ...]:
    buttons = [run("Reply", f"reply {thread.id}", Style.PRIMARY)]
    if thread.owner == "bot":
        buttons.append(run("Take", f"take {thread.id}"))
    else:
        buttons.append(run("Hand back", f"hand-back {thread.id}"))
    return tuple(buttons)


def _ours(message: MessageCard, beside: Beside) -> Card:
    who = message.name or ("Assistant" if message.author == "bot" else message.author.capitalize())
    state = _STATES.get(message.state, message.state)
    is_draft = message.state == "draft"
    return Card(
        title=f"{'Draft' if is_draft else who} · {state}",
        sections=(Section(message.text),),
        buttons=draft_buttons(message.id) if is_draft and beside.may_act else (),
        footnote=_why(message),
        is_error=message.state == "failed",
    )


def _why(message: MessageCard) -> str:
    """Sources and confidence of what the bot said; the error of what did not arrive."""
    small = [message.error] if message.error else []
    small += ["may have been sent twice"] if message.is_maybe_repeated else []
    reasoning = message.reasoning
    if reasoning is not None and message.author == "bot":
        cited = [f"{s.title} (v{s.version})" for s in reasoning.sources if s.is_cited]
        small.append(f"Sources: {', '.join(cited)}" if cited else "No source")
        small.append(f"confidence {reasoning.confidence:.0%}")
        small.append(f"{spoken(reasoning.step)}")
    return " · ".join(small)


def thread_overview(thread: ThreadCard, beside: Beside) -> Card:
    """The last messages as one card."""
    owner = thread.owner_name or ("a colleague" if thread.owner == "staff" else "the bot")
    facts = [beside.channel, language(thread.language), beside.window_line()]
    facts.append(f"answered by {owner}")
    shown = thread.messages[-SHOWN:]
    sections = tuple(_line(message, beside) for message in shown) or (Section("No message yet."),)
    return Card(
        title=" · ".join(part for part in facts if part),
        sections=sections,
        buttons=_conversation_buttons(thread) if beside.may_act else (),
        footnote=f"the last {SHOWN} messages" if len(thread.messages) > SHOWN else "",
    )


def _line(message: MessageCard, beside: Beside) -> Section:
    who = message.name or message.author
    state = _STATES.get(message.state, "") if message.direction == "out" else ""
    mark = "note, " if message.direction == "note" else ""
    head = f"{message.at:%d %b %H:%M} · {mark}{who}" + (f" · {state}" if state else "")
    why = _why(message) if message.direction == "out" else ""
    text = "\n".join(part for part in (head, short(message.text, 600), why) if part)
    waits = message.state == "draft" and beside.may_act
    return Section(text, buttons=draft_buttons(message.id) if waits else ())
