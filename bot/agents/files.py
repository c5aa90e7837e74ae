"""What the files of a turn say, and what is said about those that could not be read. Pure."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.agents.quoting.files.columns import columns
from bot.agents.wording import say, speakable
from bot.model.turns import (
    Action,
    AskBack,
    DraftQuote,
    FileAway,
    FileView,
    HandOff,
    HandOffReason,
    MessageView,
    OpenTicket,
    ProveAddress,
    Reply,
    ReviseQuote,
    StaySilent,
    TurnContext,
    TurnResult,
    UpdateTicket,
)
from bot.model.untrusted import visible
from domain.files.content import Trouble

NAME_LENGTH = 80
_BESIDE = re.compile(r"\.(?:asc|sig|p7s|p7m|p7c|vcf|ics)$|^winmail\.dat$", re.IGNORECASE)
"""What mail programs add by themselves: signatures, cards, invitations."""
_TICKETED = (OpenTicket, UpdateTicket, HandOff, DraftQuote, ReviseQuote)
_SENTENCES = {
    Trouble.LOCKED: "file_locked",
    Trouble.NO_TEXT: "file_picture",
    Trouble.SOUND: "file_sound",
}


def attached(messages: Iterable[MessageView]) -> list[FileView]:
    """The customer's files; what stands within a mail (a logo) or signs it is none."""
    return [
        file
        for message in messages
        if message.author == "customer"
        for file in message.files
        if not file.is_inline and not _BESIDE.search(file.name)
    ]


def words_in_files(context: TurnContext, limit: int) -> str:
    """The text of the new files, transcripts aside: they are the message's own words."""
    texts = (file.content.text for file in attached(context.messages)
             if file.content and not file.is_heard)  # fmt: skip
    return "\n".join(texts)[:limit]


def has_list(context: TurnContext) -> bool:
    """Whether a new file holds a table that says of things how many."""
    return any(
        part.is_table and not part.is_hidden and found.quantity is not None and found.things
        for file in attached(context.messages)
        if file.content and not file.is_heard
        for part in file.content.parts
        for found in [columns([line.cells for line in part.lines[:50]])]
    )


def told_of_files(context: TurnContext, result: TurnResult) -> TurnResult:
    """The result with a sentence to the customer, and a note to staff, on what was not read.

    A picture is asked about only where the answer may hang on it: who opens the ticket sees it.
    """
    troubled = [file for file in attached(context.messages) if file.trouble]
    is_silent = all(
        isinstance(action, FileAway | ProveAddress | StaySilent) for action in result.actions
    )
    if not troubled or is_silent:
        return result
    noted = tuple(f"not read: “{visible(f.name, NAME_LENGTH)}”: {f.reason}" for f in troubled)
    actions = tuple(_noted(action, noted) for action in result.actions)
    is_ticketed = any(isinstance(action, _TICKETED) for action in actions)
    language = speakable(result.language or context.conversation.language, context.tenant.language)
    told = [
        sentence(files, trouble, language)
        for trouble, files in _by_trouble(troubled).items()
        if not (trouble is Trouble.NO_TEXT and is_ticketed and not _quotes(actions))
        and not _speaks_of(actions, files)
    ]
    actions = _with_words(actions, "\n\n".join(told))
    if any(file.trouble is Trouble.SOUND for file in troubled) and not is_ticketed:
        note = "\n".join(("A recording has to be listened to.", *noted))
        actions = (*actions, HandOff(HandOffReason.TOOL_FAILURE, note))
    return replace(result, actions=actions, notes=(*result.notes, *noted))


def sentence(files: Iterable[FileView], trouble: Trouble | None, language: str) -> str:
    named = ", ".join(f"“{visible(file.name, NAME_LENGTH)}”" for file in files)
    key = _SENTENCES.get(trouble, "file_unread") if trouble else "file_only"
    return say(key, language, files=named)


def _by_trouble(troubled: list[FileView]) -> dict[Trouble, list[FileView]]:
    grouped: dict[Trouble, list[FileView]] = {}
    for file in troubled:
        if file.trouble:
            kind = file.trouble if file.trouble in _SENTENCES else Trouble.DAMAGED
            grouped.setdefault(kind, []).append(file)
    return grouped


def _quotes(actions: Iterable[Action]) -> bool:
    return any(isinstance(action, DraftQuote | ReviseQuote) for action in actions)


def _speaks_of(actions: Iterable[Action], files: list[FileView]) -> bool:
    said = " ".join(_spoken(action) for action in actions)
    return all(visible(file.name, NAME_LENGTH) in said for file in files)


def _spoken(action: Action) -> str:
    if isinstance(action, Reply | AskBack):
        return action.text
    return (
        "" if isinstance(action, FileAway | ProveAddress | StaySilent) else action.acknowledgement
    )


def _with_words(actions: tuple[Action, ...], words: str) -> tuple[Action, ...]:
    """After what is said already; the first of the actions that speaks says it."""
    if not words:
        return actions
    at = next((n for n, action in enumerate(actions) if _spoken(action)), 0)
    action = actions[at]
    said = "\n\n".join(filter(None, (_spoken(action), words)))
    if isinstance(action, Reply | AskBack):
        spoken: Action = replace(action, text=said)
    elif isinstance(action, FileAway | ProveAddress | StaySilent):
        spoken = action
    else:
        spoken = replace(action, acknowledgement=said)
    return (*actions[:at], spoken, *actions[at + 1 :])


def _noted(action: Action, noted: tuple[str, ...]) -> Action:
    """So that whoever opens the ticket knows which file the bot made nothing of."""
    further = "\n".join(noted)
    if isinstance(action, OpenTicket):
        return replace(action, description=f"{action.description}\n\n{further}")
    if isinstance(action, UpdateTicket | HandOff):
        return replace(action, note=f"{action.note}\n\n{further}")
    return action
