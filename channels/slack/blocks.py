"""Draws cards in Slack's Block Kit, within its limits whatever they hold. Pure.

What does not fit is cut visibly or goes on in a further message. Limits as in Slack's reference
“Blocks”, “Block elements” and “Composition objects”, counted in UTF-16 units.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from channels.cards import Button, Card, Field, Section, Style
from channels.rendering import split_text, units
from channels.slack.markup import (
    clean,
    cut,
    escape,
    escaped,
    escaped_parts,
    one_line,
)

Block = dict[str, Any]

MESSAGE_BLOCKS = 50
HOME_BLOCKS = 100
# Slack refuses a message whose blocks together are too long (`msg_blocks_too_long`), at about
# 13,200 characters with all that surrounds them; it tells no exact number.
MESSAGE_SIZE = 12_000
MESSAGES = 8
# Slack refuses views above 250 KB.
VIEW_SIZE = 200_000
_HEAD_SIZE = 1500
_ROW_SIZE = 6000
TEXT = 3000
NOTICE = 3000
HEADER = 150
FIELDS = 10
FIELD = 2000
BUTTON = 75
BUTTON_VALUE = 2000
ACTION_ID = 255
URL = 3000
BUTTONS_IN_A_ROW = 5
_NUMBERING = 8
_UNTITLED = "Desk"


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what notifications and screen readers tell."""

    text: str
    blocks: tuple[Block, ...]


def messages(card: Card) -> tuple[Message, ...]:
    """A card as one message, or as several where it is long; each names the tenant."""
    room = MESSAGE_SIZE - _HEAD_SIZE
    pages = _pages([*_body(card), *_end(card)], MESSAGE_BLOCKS - 3, room)
    if len(pages) > MESSAGES:
        missing = sum(map(len, pages[MESSAGES - 1 :]))
        pages = [*pages[: MESSAGES - 1], [_missing(missing), *_last(card, room)]]
    if not pages:
        pages = [[]]
    return tuple(
        Message(_notice(card), (*_top(card, n, len(pages)), *page))
        for n, page in enumerate(pages, start=1)
    )


def message(card: Card) -> Message:
    """A card as just one message (to update what was posted): cut visibly, buttons kept."""
    blocks = _fitted(card, MESSAGE_BLOCKS, MESSAGE_SIZE)
    return Message(_notice(card), tuple(blocks))


def home(cards: Sequence[Card]) -> dict[str, Any]:
    """The App Home of one person."""
    blocks: list[Block] = []
    for n, card in enumerate(cards):
        room = HOME_BLOCKS - len(blocks) - 1
        drawn = [*([{"type": "divider"}] if n else []), *_top(card), *_body(card), *_end(card)]
        pages = _pages(drawn, max(room - 1, 1), VIEW_SIZE - sum(map(size, blocks)))
        if len(drawn) > room or len(pages) > 1:
            kept = min(len(pages[0]), max(room - 1, 0))
            blocks += drawn[:kept]
            left = len(drawn) - kept + len(cards) - n - 1
            blocks.append(_missing(left))
            break
        blocks += drawn
    return {"type": "home", "blocks": blocks or [mrkdwn("Nothing here yet.")]}


def top(tenant: str) -> Block:
    return context(f"🏢 *{escaped(tenant, 200)}*")


def mrkdwn(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def context(text: str) -> Block:
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}],
    }


def label(text: str, limit: int, otherwise: str = _UNTITLED) -> dict[str, Any]:
    """A plain text object on one line."""
    words = cut(one_line(text) or one_line(otherwise) or _UNTITLED, limit)
    return {"type": "plain_text", "text": words, "emoji": False}


def paragraphs(text: str) -> list[Block]:
    return [mrkdwn(part) for part in escaped_parts(text, TEXT)]


# --- a card ------------------------------------------------------------------------------


def _top(card: Card, page: int = 1, pages: int = 1) -> Iterator[Block]:
    title = one_line(card.title) or one_line(card.tenant) or _UNTITLED
    title = f"⚠️ {title}" if card.is_error else title
    if page == 1:
        yield {"type": "header", "text": label(title, HEADER)}
    of_pages = f"{page}/{pages}" if pages > 1 else ""
    going_on = escaped(title, HEADER) if page > 1 else ""
    tenant = f"🏢 *{escaped(card.tenant, 200)}*" if one_line(card.tenant) else ""
    if words := " · ".join(part for part in (tenant, going_on, of_pages) if part):
        yield context(words)


def _body(card: Card) -> Iterator[Block]:
    for section in card.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Block]:
    if section.is_heading:
        yield {"type": "header", "text": label(section.text, HEADER)}
    else:
        yield from _quotation(section.text) if section.is_quoted else paragraphs(section.text)
    fields = [_field(f) for f in section.fields]
    for beside in _pages(fields, FIELDS, _ROW_SIZE):
        yield {"type": "section", "fields": beside}
    yield from _rows(section.buttons)


def _quotation(text: str) -> Iterator[Block]:
    """As rich text: nothing in somebody else's words can act as formatting, link or mention."""
    for part in split_text(clean(text), TEXT):
        words = [{"type": "text", "text": part}]
        yield {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": words}]}


def _field(field: Field) -> dict[str, Any]:
    name = escaped(one_line(field.name) or "–", FIELD // 4)
    value = escaped(field.value, FIELD - units(name) - 3) or "–"
    return {"type": "mrkdwn", "text": f"*{name}*\n{value}", "verbatim": True}


def _end(card: Card) -> Iterator[Block]:
    yield from _rows(card.buttons)
    if footnote := escaped(card.footnote, TEXT):
        yield context(footnote)


def _last(card: Card, room: int) -> list[Block]:
    """The end of a card that is cut: as many buttons as one message holds, and the footnote."""
    pages = _pages(_end(card), MESSAGE_BLOCKS - 4, room)
    return pages[0] if pages else []


def _rows(buttons: Sequence[Button]) -> Iterator[Block]:
    drawn = [b for n, button in enumerate(buttons) if (b := _button(button, n)) is not None]
    for row in _pages(drawn, BUTTONS_IN_A_ROW, _ROW_SIZE):
        yield {"type": "actions", "elements": row}
    if lost := [b.title or b.action for b in buttons if not _is_drawable(b)]:
        names = ", ".join(f"“{one_line(title)}”" for title in lost)
        yield context(escaped(f"Too long for a button here: {names}", TEXT))


def _is_drawable(button: Button) -> bool:
    """Cutting what a button carries would make it do something else."""
    return (
        units(button.action) <= ACTION_ID - _NUMBERING
        and units(button.value) <= BUTTON_VALUE
        and button.value == button.value.encode(errors="ignore").decode()
        and button.action == button.action.encode(errors="ignore").decode()
        and (not button.url or (button.url.startswith(("https://", "http://"))))
        and units(button.url) <= URL
    )


def _button(button: Button, number: int) -> dict[str, Any] | None:
    if not _is_drawable(button):
        return None
    drawn: dict[str, Any] = {
        "type": "button",
        "action_id": numbered(button.action, number),
        "text": label(button.title, BUTTON, button.action),
    }
    if button.value:
        drawn["value"] = button.value
    if button.url:
        drawn["url"] = button.url
    if button.style is not Style.PLAIN:
        drawn["style"] = button.style.value
    if one_line(button.confirm):
        drawn["confirm"] = _confirmation(button)
    return drawn


def _confirmation(button: Button) -> dict[str, Any]:
    return {
        "title": label("Are you sure?", 100),
        "text": {**label(button.confirm, 300), "text": cut(clean(button.confirm), 300)},
        "confirm": label(button.title, 30, button.action),
        "deny": label("Cancel", 30),
        **({"style": "danger"} if button.style is Style.DANGER else {}),
    }


def numbered(action: str, number: int) -> str:
    """Slack wants every action_id of a block to be another."""
    return f"{action}#{number}"


def action_of(action_id: str) -> str:
    """The action that `numbered` was given."""
    action, mark, number = action_id.rpartition("#")
    return action if mark and number.isdigit() else action_id


# --- fitting -----------------------------------------------------------------------------


def size(block: Block) -> int:
    return units(json.dumps(block, ensure_ascii=False)) + 1


def _pages(blocks: Iterator[Block] | Sequence[Block], count: int, room: int) -> list[list[Block]]:
    pages: list[list[Block]] = []
    used = room
    for block in blocks:
        length = size(block)
        if not pages or len(pages[-1]) == count or used + length > room:
            pages.append([])
            used = 0
        pages[-1].append(block)
        used += length
    return pages


def _fitted(card: Card, count: int, room: int) -> list[Block]:
    head = list(_top(card))
    end = _last(card, room // 2)
    body = list(_body(card))
    space = room - sum(map(size, [*head, *end])) - 200
    pages = _pages(body, max(count - len(head) - len(end) - 1, 1), space)
    shown = pages[0] if pages else []
    if len(shown) == 1 and size(shown[0]) > space:
        shown = []
    missing = len(body) - len(shown)
    return [*head, *shown, *([_missing(missing)] if missing else []), *end]


def _missing(count: int) -> Block:
    return context(f"… {count} more {'part' if count == 1 else 'parts'} not shown here.")


def _notice(card: Card) -> str:
    words = [one_line(card.tenant), one_line(card.title)]
    words += [one_line(s.text) for s in card.sections[:1]]
    told = cut(" · ".join(word for word in words if word) or _UNTITLED, NOTICE // 5)
    return escape(told)
