"""What people use in blocks: buttons to press, and inputs to fill in. Pure."""

import json
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup

from bot.console.blockkit.names import Names, link
from bot.console.blockkit.texts import plain, words
from channels.slack.reading import Node, elements, node, text

LONGEST_ANSWER = 3000
_STYLES = ("primary", "danger")


@dataclass(frozen=True, slots=True)
class Confirmation:
    title: Markup
    text: Markup
    confirm: Markup
    deny: Markup
    style: str


@dataclass(frozen=True, slots=True)
class Button:
    """`key` finds it again in its blocks, also when they have moved, and never another one;
    `place` is where it stands; `link`: it only leads somewhere, and is one already."""

    key: str
    place: str
    title: Markup
    style: str
    link: Markup | None
    confirm: Confirmation | None
    kind: str = "button"


@dataclass(frozen=True, slots=True)
class UnknownControl:
    name: str
    kind: str = "unknown"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: Markup
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What an input takes. `kind`: line, text, number, one, several or file."""

    kind: str
    initial: str = ""
    choices: tuple[Choice, ...] = ()
    limit: int = LONGEST_ANSWER
    least: str = ""
    most: str = ""
    step: str = "any"
    placeholder: str = ""
    is_first: bool = False
    """The window opens with the cursor in it."""


Control = Button | UnknownControl


def control(element: Node, place: str, names: Names) -> Control:
    kind = text(element.get("type"))
    return _button(element, place, names) if kind == "button" else UnknownControl(kind)


def button_of(blocks: object, key: str) -> Node | None:
    """The raw button that was drawn with this key: what people pressed is what they saw."""
    for n, block in enumerate(map(node, elements(blocks))):
        for _, element in placed(block, n):
            if element.get("type") == "button" and _key(element) == key:
                return element
    return None


def placed(block: Node, number: int) -> list[tuple[str, Node]]:
    """The elements of a block that may be used, each with its place."""
    if block.get("type") == "section":
        return [(f"{number}-a", node(block["accessory"]))] if "accessory" in block else []
    if block.get("type") != "actions":
        return []
    return [
        (f"{number}-{n}", element)
        for n, element in enumerate(map(node, elements(block.get("elements"))))
    ]


def _key(element: Node) -> str:
    written = json.dumps(element, sort_keys=True, default=str)
    return sha256(written.encode(errors="replace")).hexdigest()[:16]


def _button(element: Node, place: str, names: Names) -> Button:
    style = text(element.get("style"))
    title = plain(element.get("text")) or Markup("…")
    url = text(element.get("url"))
    return Button(
        key=_key(element),
        place=place,
        title=title,
        style=style if style in _STYLES else "",
        link=link(url, str(title.striptags())) if url else None,
        confirm=_confirmation(node(element["confirm"]), names) if "confirm" in element else None,
    )


def _confirmation(asked: Node, names: Names) -> Confirmation:
    style = text(asked.get("style"))
    return Confirmation(
        title=plain(asked.get("title")) or Markup("Are you sure?"),
        text=words(asked.get("text"), names),
        confirm=plain(asked.get("confirm")) or Markup("Yes"),
        deny=plain(asked.get("deny")) or Markup("Cancel"),
        style=style if style in _STYLES else "",
    )


# --- inputs --------------------------------------------------------------------------------


def asked(element: Node) -> Asked | None:
    """None: nothing that can be shown here."""
    kind = text(element.get("type"))
    placeholder = text(node(element.get("placeholder")).get("text"))
    is_first = element.get("focus_on_load") is True
    if kind == "plain_text_input":
        return Asked(
            "text" if element.get("multiline") is True else "line",
            text(element.get("initial_value")),
            limit=_limit(element.get("max_length")),
            placeholder=placeholder,
            is_first=is_first,
        )
    if kind == "number_input":
        return _number(element, placeholder)
    if kind in ("static_select", "multi_static_select"):
        return _choice(element, placeholder)
    return Asked("file") if kind == "file_input" else None


def _limit(told: object) -> int:
    is_limit = isinstance(told, int) and not isinstance(told, bool)
    return min(max(int(str(told)), 1), LONGEST_ANSWER) if is_limit else LONGEST_ANSWER


def _number(element: Node, placeholder: str) -> Asked:
    return Asked(
        "number",
        text(element.get("initial_value")),
        least=text(element.get("min_value")),
        most=text(element.get("max_value")),
        step="any" if element.get("is_decimal_allowed") is True else "1",
        placeholder=placeholder,
    )


def _choice(element: Node, placeholder: str) -> Asked:
    is_several = element.get("type") == "multi_static_select"
    initial = elements(element.get("initial_options")) or [element.get("initial_option")]
    chosen = {text(node(option).get("value")) for option in initial}
    choices = tuple(
        Choice(
            text(option.get("value")), plain(option.get("text")), text(option["value"]) in chosen
        )
        for option in map(node, elements(element.get("options")))
        if text(option.get("value"))
    )
    return Asked("several" if is_several else "one", "", choices, placeholder=placeholder)
