"""Fits a message to what a channel can show, losing none of it. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from channels.channel import Capabilities
from channels.marking import marked
from channels.messages import Choice, OutboundMessage

# Where a text may be cut, the best places first.
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s"),
    re.compile(r"\s"),
)
_JOINERS = {"\u200d", "\ufe0f", "\ufe0e"}


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """Parts of at most `limit`, cut at a paragraph, line, sentence or word where one is near.

    Lengths count in UTF-16 units, the strictest of the ways in which providers count. White
    space at a cut goes; every other character comes back, in order.
    """
    return tuple(_parts(text.strip(), limit))


def render(message: OutboundMessage, capabilities: Capabilities) -> tuple[OutboundMessage, ...]:
    """What to send, in order, each within the channel's limits; rendered again, it stays so.

    Choices that the channel cannot show as buttons or as a list become a numbered list in the
    text. A text too long to stand above choices goes first, its last sentences with the choices,
    which come last of all so that they stay in sight. Part n > 1 carries the idempotency key
    with `.n` behind it. A template goes as it is where the provider knows templates, else as
    its words; marks for bold, lists and links become the channel's own, or words.
    """
    if message.template:
        if capabilities.has_templates:
            return (message,)
        message = replace(message, text=message.template.text, template=None)
    if message.reaction and not capabilities.has_reactions:
        message = replace(message, text=message.text or message.reaction, reaction="")
    message = replace(message, text=marked(message.text, capabilities))
    if message.choices and not _shows_choices(message, capabilities):
        message = replace(message, text=_numbered(message), choices=())
    if message.reaction:
        return (message,)
    texts, files = _texts(message, capabilities), _files(message, capabilities)
    asking = texts[-1:] if message.choices else []
    told = _captioned(texts[: len(texts) - len(asking)], files, capabilities)
    return tuple(_as_part(piece, n) for n, piece in enumerate([*told, *asking], start=1))


def _shows_choices(message: OutboundMessage, capabilities: Capabilities) -> bool:
    if not message.text.strip():
        return False
    return fits_buttons(message.choices, capabilities) or fits_list(message.choices, capabilities)


def fits_buttons(choices: tuple[Choice, ...], capabilities: Capabilities) -> bool:
    """Whether these show as buttons without losing a word: buttons have no description."""
    return (
        0 < len(choices) <= capabilities.buttons
        and _are_distinct(choices)
        and _fits_ids(choices, capabilities)
        and all(units(c.title) <= capabilities.button_title_limit for c in choices)
        and not any(c.description.strip() for c in choices)
    )


def fits_list(choices: tuple[Choice, ...], capabilities: Capabilities) -> bool:
    return (
        0 < len(choices) <= capabilities.list_rows
        and _are_distinct(choices)
        and _fits_ids(choices, capabilities)
        and all(units(c.title) <= capabilities.list_title_limit for c in choices)
        and all(units(c.description) <= capabilities.list_description_limit for c in choices)
    )


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _are_distinct(choices: tuple[Choice, ...]) -> bool:
    ids, titles = {c.id for c in choices}, {c.title.strip() for c in choices}
    return len(ids) == len(titles) == len(choices) and "" not in ids | titles


def _fits_ids(choices: tuple[Choice, ...], capabilities: Capabilities) -> bool:
    return all(len(c.id.encode()) <= capabilities.choice_id_limit for c in choices)


def _numbered(message: OutboundMessage) -> str:
    lines = [
        f"{n}. {c.title} – {c.description}" if c.description else f"{n}. {c.title}"
        for n, c in enumerate(message.choices, start=1)
    ]
    return "\n\n".join(part for part in (message.text.strip(), "\n".join(lines)) if part)


def _texts(message: OutboundMessage, capabilities: Capabilities) -> list[OutboundMessage]:
    texts = list(split_text(message.text, capabilities.text_limit))
    if message.choices and capabilities.choices_text_limit:
        texts[-1:] = _above_choices(texts[-1], capabilities.choices_text_limit)
    bare = [replace(message, text=t, choices=(), attachments=()) for t in texts]
    if message.choices:
        bare[-1] = replace(bare[-1], choices=message.choices)
    return bare


def _above_choices(text: str, limit: int) -> list[str]:
    """The text in one, or all but its last sentence and that one: what the choices answer."""
    if units(text) <= limit:
        return [text]
    last = split_text(text, limit)[-1]
    for pattern in _BREAKS:
        tails = (text[m.end() :].strip() for m in pattern.finditer(text, len(text) - limit - 1))
        if fitting := next((tail for tail in tails if tail and units(tail) <= limit), ""):
            last = fitting
            break
    return [text[: len(text) - len(last)].rstrip(), last]


def _files(message: OutboundMessage, capabilities: Capabilities) -> list[OutboundMessage]:
    size = max(capabilities.attachments_per_message, 1)
    batches = [message.attachments[i : i + size] for i in range(0, len(message.attachments), size)]
    return [replace(message, text="", choices=(), attachments=batch) for batch in batches]


def _captioned(
    texts: list[OutboundMessage], files: list[OutboundMessage], capabilities: Capabilities
) -> list[OutboundMessage]:
    """Texts and files in order; a lone text that fits as a caption goes with the first file."""
    if len(texts) != 1 or not files or units(texts[0].text) > capabilities.caption_limit:
        return [*texts, *files]
    return [replace(files[0], text=texts[0].text), *files[1:]]


def _as_part(piece: OutboundMessage, number: int) -> OutboundMessage:
    if number == 1:
        return piece
    key = f"{piece.idempotency_key}.{number}" if piece.idempotency_key else ""
    return replace(piece, idempotency_key=key, in_reply_to=None)


def _parts(text: str, limit: int) -> Iterator[str]:
    while len(text) > limit or units(text) > limit:
        cut = _cut(text, limit)
        part, text = text[:cut].rstrip(), text[cut:].lstrip()
        if part:
            yield part
    if text:
        yield text


def _cut(text: str, limit: int) -> int:
    longest = _longest_prefix(text, limit)
    window = text[: longest + 1]
    for pattern in _BREAKS:
        cuts = [m.end() for m in pattern.finditer(window) if m.start() <= longest]
        # A paragraph's end in the first third would leave a stump: a later sentence is better.
        if cuts and cuts[-1] > longest // 3:
            return cuts[-1]
    return _between_characters(text, longest)


def _longest_prefix(text: str, limit: int) -> int:
    length = min(len(text), limit)
    while length > 1 and units(text[:length]) > limit:
        length -= max(1, (units(text[:length]) - limit) // 2)
    return max(length, 1)


def _between_characters(text: str, cut: int) -> int:
    """Moves a cut back so that it does not part a letter from its accent or join up an emoji."""
    for place in range(cut, max(cut - 16, 0), -1):
        follows, before = text[place : place + 1] or " ", text[place - 1]
        if before != "\u200d" and follows not in _JOINERS and not unicodedata.combining(follows):
            return place
    return cut
