"""Tells the model about the turn: everything that changes, in one user message, as data."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from bot.agents.files import attached
from bot.agents.support.tools import Gathered, passage
from bot.model.turns import MessageView, TurnContext
from bot.model.untrusted import block, visible

MESSAGE_LENGTH = 6000
HISTORY_LENGTH = 1200
ELSEWHERE_LENGTH = 400
FILES_LENGTH = 12_000
"""Of all files of the turn together."""


def briefing(gathered: Gathered) -> str:
    """What is known, what was found, what was said before, and last what is new."""
    context = gathered.context
    return "\n\n".join(
        part
        for part in (
            _situation(context),
            _section("Found for these words", _passages(gathered)),
            _section("Their last words elsewhere", _elsewhere(context)),
            _section("Said before", _messages(context.history, HISTORY_LENGTH)),
            _section("Files of the new messages", _files(context)),
            _section("New from the customer", _messages(context.messages, MESSAGE_LENGTH)),
        )
        if part
    )


def _situation(context: TurnContext) -> str:
    conversation, customer = context.conversation, context.customer
    now = context.now.astimezone(ZoneInfo(context.tenant.time_zone))
    lines = [
        f"Now: {now:%A %Y-%m-%d %H:%M}",
        f"Longest answer: {min(conversation.text_limit, 4000)} characters",
        f"Questions asked in a row: {conversation.questions_asked} of 2",
        f"Identity proved: {'yes' if customer.is_proven else 'no'}",
        f"Open tickets: {len(context.tickets)}; quotes: {len(context.quotes)}"
        if customer.is_proven
        else "",
    ]
    named = visible(", ".join(filter(None, (customer.name, customer.company_name))), 120)
    return "\n".join(
        (
            *filter(None, lines),
            *((block("customer", named),) if named else ()),
            *(
                (block("open-question", conversation.open_question, 600),)
                if conversation.open_question
                else ()
            ),
        )
    )


def _section(title: str, blocks: Iterable[str]) -> str:
    text = "\n".join(blocks)
    return f"{title}:\n{text}" if text else ""


def _passages(gathered: Gathered) -> list[str]:
    return [passage(index, source) for index, source in enumerate(gathered.sources)]


def _messages(messages: Iterable[MessageView], limit: int) -> list[str]:
    return [block("message", _words(message), limit, by=_author(message)) for message in messages]


def _elsewhere(context: TurnContext) -> list[str]:
    """Of a proven customer only; what they said there is no question of this turn."""
    return [
        block(
            "elsewhere",
            "\n".join(part for part in (one.subject, one.text) if part),
            ELSEWHERE_LENGTH,
            channel=one.channel,
            at=f"{one.at:%Y-%m-%d}",
        )
        for one in context.elsewhere
        if context.customer.is_proven
    ]


def _files(context: TurnContext) -> Iterator[str]:
    """What stands in them, as data, as much of each as all of them leave room for."""
    files = [file for file in attached(context.messages) if file.content or file.trouble]
    for file in files:
        name = visible(file.name, 120)
        if file.content is None:
            yield block("file", f"[could not be read: {file.reason}]", name=name)
        elif not file.is_heard:
            yield block("file", file.content.text, FILES_LENGTH // len(files), name=name)


def _author(message: MessageView) -> str:
    """A customer's colleague in copy is named: their words are not the customer's."""
    if message.author != "customer" or not message.name:
        return message.author
    return f"participant {visible(message.name, 80)}"


def _words(message: MessageView) -> str:
    files = "".join(f"\n[file: {visible(name, 120)}]" for name in message.attachment_names)
    subject = f"Subject: {message.subject}\n" if message.subject else ""
    kind = "" if message.text or files else f"[{message.content_kind}]"
    return f"{subject}{message.text}{kind}{files}"
