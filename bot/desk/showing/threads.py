"""A conversation as staff read it: message by message, or as one card. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.desk.cards import FileCard, MessageCard, StepCard, ThreadCard, TicketCard
from bot.desk.showing.drafts import draft_buttons
from bot.desk.showing.tickets import run
from bot.desk.showing.went import steps_line
from bot.desk.showing.words import language, short, span, spoken
from channels.cards import Button, Card, Field, Section, Style
from domain.conversations.reaching.windows import closes_at, effective_deadline

SHOWN = 20
READING = 1500
_HINT = "Plain lines in this thread are internal notes. Customers see only what Reply sends."
_ARRIVED = {"delivered", "read"}
_STATES = {
    "pending": "on its way",
    "sending": "on its way",
    "failed": "could not be delivered",
    "held": "not sent yet",
    "cancelled": "taken back",
    "draft": "waits for approval",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a thread's cards say beside the words. `channel` is its title.

    `zone`: for cards that stand for long: they say when the window closes, not how soon.
    """

    channel: str
    window: timedelta | None
    last_inbound_at: datetime | None
    now: datetime
    may_act: bool = True
    zone: tzinfo | None = None

    def window_line(self) -> str:
        if self.window is None:
            return ""
        closes = self.last_inbound_at + self.window if self.last_inbound_at else None
        if closes is None or closes <= self.now:
            return "window is closed"
        if self.zone is not None:
            return f"window closes {closes.astimezone(self.zone):%a %d %b, %H:%M}"
        return f"window closes in {span(closes - self.now)}"

    def due_line(self, promised: datetime | None) -> str:
        """Where the promise runs out before the window does: else the window is the deadline."""
        closes = closes_at(self.window, self.last_inbound_at)
        deadline = effective_deadline(promised, closes)
        if promised is None or self.window is None or deadline != promised:
            return ""
        if self.zone is not None:
            return f"answer due {promised.astimezone(self.zone):%a %d %b, %H:%M}"
        if promised <= self.now:
            return f"answer late by {span(self.now - promised)}"
        return f"answer due in {span(promised - self.now)}"


@dataclass(frozen=True, slots=True)
class Line:
    """A card of the thread. `key` stays the same while the card changes; `files` belong to it."""

    key: str
    at: datetime
    card: Card
    files: tuple[FileCard, ...] = ()


def thread_cards(thread: ThreadCard, beside: Beside) -> tuple[Card, ...]:
    """A card a message and a card for each ticket's changes of state, oldest first."""
    return tuple(line.card for line in thread_lines(thread, beside))


def thread_lines(thread: ThreadCard, beside: Beside) -> tuple[Line, ...]:
    latest = _latest_inbound(thread)
    said = [
        Line(
            key=f"message:{message.id}",
            at=message.at,
            card=message_card(thread, message, beside, is_latest=message is latest),
            files=message.files if _is_news(message) else (),
        )
        for message in thread.messages
    ]
    changed = [
        line for ticket in thread.tickets if ticket.is_from_here for line in step_lines(ticket)
    ]
    return tuple(sorted([*said, *changed], key=lambda line: line.at))


def _is_news(message: MessageCard) -> bool:
    """Whether staff have not had its files in their hands: they attached those of their own."""
    return message.direction == "in" or message.author == "bot"


def step_lines(ticket: TicketCard) -> tuple[Line, ...]:
    """What happened to a ticket, without what the conversation says itself."""
    return tuple(
        Line(f"step:{step.key}", step.at, _step(ticket, step))
        for step in ticket.history
        if not step.is_said
    )


def _step(ticket: TicketCard, step: StepCard) -> Card:
    return Card(f"{ticket.number} · {step.who}", sections=(Section(step.what),))


def thread_root(thread: ThreadCard, beside: Beside) -> Card:
    """What a thread begins with: whose it is and how things stand."""
    name = thread.customer or "A customer"
    facts = [
        Field("Channel", beside.channel),
        Field("Language", language(thread.language)),
        Field("Answered by", _owner(thread)),
    ]
    if window := beside.window_line():
        facts.append(Field("Window", window.removeprefix("window ")))
    if thread.is_opted_out:
        facts.append(Field("Opted out", "wrote STOP: nothing automatic goes here"))
    if due := beside.due_line(thread.due):
        facts.append(Field("Answer due", due.removeprefix("answer due ")))
    facts += [Field("Thread", one) for one in thread.continues]
    here = [ticket for ticket in thread.tickets if ticket.is_from_here]
    listed = "\n".join(_in_short(ticket) for ticket in here)
    return Card(
        title=" · ".join(part for part in (name, thread.company, beside.channel) if part),
        sections=(Section(fields=tuple(facts)), *([Section(listed)] if listed else [])),
        buttons=_root_buttons(thread, here) if beside.may_act else (),
        footnote=_HINT,
    )


def ticket_root(ticket: TicketCard, *, may_act: bool = True) -> Card:
    """What the thread of a ticket without a conversation begins with."""
    facts = (
        Field("Status", spoken(ticket.status)),
        Field("Priority", ticket.priority),
        Field("Type", spoken(ticket.type)),
        Field("Assignee", ticket.assignee or "nobody"),
    )
    return Card(
        title=f"{ticket.number} · {short(ticket.subject, 100)}",
        sections=(Section(fields=facts),),
        buttons=(run("Ticket", f"ticket {ticket.number}"),) if may_act else (),
        footnote=_HINT,
    )


def owner_card(thread: ThreadCard) -> Card:
    """A line for the thread when somebody else answers from now on."""
    if thread.is_paused:
        return Card("The bot is paused in this conversation")
    if thread.owner == "bot":
        return Card("The bot answers again")
    if thread.owner_name:
        return Card(f"{thread.owner_name} answers now", footnote="The bot keeps out.")
    return Card("A person is to answer: nobody has taken it yet", footnote="The bot keeps out.")


def _owner(thread: ThreadCard) -> str:
    if thread.owner == "staff":
        return thread.owner_name or "nobody yet: a person is to take it"
    return "the bot (paused)" if thread.is_paused else "the bot"


def _in_short(ticket: TicketCard) -> str:
    who = f" · {ticket.assignee}" if ticket.assignee else ""
    state = f"{spoken(ticket.status)} · {ticket.priority}"
    return f"{ticket.number} · {state} · {short(ticket.subject, 100)}{who}"


def _root_buttons(thread: ThreadCard, tickets: list[TicketCard]) -> tuple[Button, ...]:
    buttons = _conversation_buttons(thread)
    if not tickets:
        return buttons
    newest = max(tickets, key=lambda ticket: ticket.opened_at)
    return (*buttons, run("Ticket", f"ticket {newest.number}"))


def message_card(
    thread: ThreadCard, message: MessageCard, beside: Beside, *, is_latest: bool = False
) -> Card:
    """One message: the customer's with channel, language and window, ours with its sources."""
    if message.direction == "in":
        return _customers(thread, message, beside, is_latest=is_latest)
    if message.direction == "note":
        return Card(
            title=f"Note · {message.name or message.author}",
            sections=(Section(message.text),),
            footnote=" · ".join(_files(message)),
        )
    return _ours(message, beside)


def _latest_inbound(thread: ThreadCard) -> MessageCard | None:
    inbound = [message for message in thread.messages if message.direction == "in"]
    return inbound[-1] if inbound else None


def _customers(
    thread: ThreadCard, message: MessageCard, beside: Beside, *, is_latest: bool
) -> Card:
    small = [language(thread.language)] if thread.language else []
    small += [beside.window_line(), beside.due_line(thread.due)] if is_latest else []
    small += ["edited"] if message.is_edited else []
    small += _files(message)
    text = message.text or f"[{message.kind}]"
    return Card(
        title=f"{thread.customer or 'Customer'} · {beside.channel}",
        sections=(Section(text, is_quoted=True), *_by_models(message)),
        buttons=_conversation_buttons(thread) if is_latest and beside.may_act else (),
        footnote=" · ".join(part for part in small if part),
    )


def _conversation_buttons(thread: ThreadCard) -> tuple[Button, ...]:
    buttons = [run("Reply", f"reply {thread.id}", Style.PRIMARY)]
    if thread.owner == "bot" or not thread.owner_name:
        buttons.append(run("Take", f"take {thread.id}"))
    if thread.owner != "bot":
        buttons.append(run("Hand back", f"hand-back {thread.id}"))
    return tuple(buttons)


def _ours(message: MessageCard, beside: Beside) -> Card:
    state = _STATES.get(message.state, message.state)
    if beside.zone is not None and state in _ARRIVED:
        state = "sent"  # what stands for long does not follow every status
    is_draft = message.state == "draft"
    return Card(
        title=f"{'Draft' if is_draft else _speaker(message)} · {state}",
        sections=(Section(message.text),),
        buttons=draft_buttons(message.id) if is_draft and beside.may_act else (),
        footnote=_why(message, beside),
        is_error=message.state == "failed",
    )


def _speaker(message: MessageCard) -> str:
    if message.author != "bot":
        return message.name or message.author.capitalize()
    decided = "rejected" if message.state == "cancelled" else "approved"
    return f"Assistant, {decided} by {message.name}" if message.name else "Assistant"


def _files(message: MessageCard) -> list[str]:
    return [f"file {file.filename}{_trouble(file)}" for file in message.files]


def _by_models(message: MessageCard) -> tuple[Section, ...]:
    """Marked as what it is: a model may have heard or seen wrong."""
    return tuple(
        Section(f"A model's reading of {file.filename}:\n{short(file.by_model, READING)}")
        for file in message.files
        if file.by_model
    )


def _trouble(file: FileCard) -> str:
    if file.state == "stored":
        return f" (the bot could not read it: {file.not_read})" if file.not_read else ""
    what = "on its way" if file.state == "waiting" else file.state
    return f" ({what}: {file.reason})" if file.reason else f" ({what})"


def _why(message: MessageCard, beside: Beside) -> str:
    """Sources and confidence of what the bot said; the error of what did not arrive."""
    small = [message.went] if message.went else []
    small += [message.error] if message.error else []
    small += [steps_line(message.steps)] if message.steps and beside.zone is None else []
    small += _files(message)
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
    facts += [beside.due_line(thread.due), f"answered by {owner}", *thread.continues]
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
    why = _why(message, beside) if message.direction == "out" else ""
    text = "\n".join(part for part in (head, short(message.text, 600), why) if part)
    waits = message.state == "draft" and beside.may_act
    return Section(text, buttons=draft_buttons(message.id) if waits else ())
