"""Reads blocks and views, however odd, into parts that the page can draw. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from bot.console.blockkit.controls import Asked, Control, asked, control, placed
from bot.console.blockkit.names import NOBODY, Names
from bot.console.blockkit.rich_text import rich_text
from bot.console.blockkit.texts import plain, words
from channels.slack.reading import Node, elements, node, text


@dataclass(frozen=True, slots=True)
class Header:
    text: Markup
    kind: str = "header"


@dataclass(frozen=True, slots=True)
class Section:
    text: Markup
    fields: tuple[Markup, ...]
    accessory: Control | None
    kind: str = "section"


@dataclass(frozen=True, slots=True)
class Context:
    elements: tuple[Markup, ...]
    kind: str = "context"


@dataclass(frozen=True, slots=True)
class Actions:
    controls: tuple[Control, ...]
    kind: str = "actions"


@dataclass(frozen=True, slots=True)
class Divider:
    kind: str = "divider"


@dataclass(frozen=True, slots=True)
class RichText:
    text: Markup
    kind: str = "rich_text"


@dataclass(frozen=True, slots=True)
class Image:
    """Never loaded from where it is: what it shows is told in words."""

    title: Markup
    alt: str
    kind: str = "image"


@dataclass(frozen=True, slots=True)
class Input:
    """`name`: by which its answer is told apart."""

    name: str
    label: Markup
    hint: Markup
    is_optional: bool
    asked: Asked
    kind: str = "input"


@dataclass(frozen=True, slots=True)
class Unsupported:
    name: str
    kind: str = "unsupported"


Part = Header | Section | Context | Actions | Divider | RichText | Image | Input | Unsupported


@dataclass(frozen=True, slots=True)
class Window:
    """A modal. `version` is another after every change; without `submit` it can only be closed."""

    id: str
    version: str
    title: Markup
    submit: Markup
    close: Markup
    parts: tuple[Part, ...]

    @property
    def takes_files(self) -> bool:
        return any(isinstance(part, Input) and part.asked.kind == "file" for part in self.parts)


def parts(blocks: object, names: Names = NOBODY) -> tuple[Part, ...]:
    return tuple(_part(node(block), n, names) for n, block in enumerate(elements(blocks)))


def window(view: Node, names: Names = NOBODY) -> Window:
    return Window(
        id=text(view.get("id")),
        version=text(view.get("hash")),
        title=plain(view.get("title")),
        submit=plain(view.get("submit")),
        close=plain(view.get("close")) or Markup("Close"),
        parts=parts(view.get("blocks"), names),
    )


def _part(block: Node, number: int, names: Names) -> Part:
    kind = text(block.get("type"))
    draw = _KINDS.get(kind)
    return draw(block, number, names) if draw else Unsupported(kind or "of no kind")


def _header(block: Node, _number: int, _names: Names) -> Part:
    return Header(plain(block.get("text")))


def _section(block: Node, number: int, names: Names) -> Part:
    fields = tuple(words(field, names) for field in elements(block.get("fields")))
    beside = [control(element, place, names) for place, element in placed(block, number)]
    return Section(words(block.get("text"), names), fields, beside[0] if beside else None)


def _context(block: Node, _number: int, names: Names) -> Part:
    told = map(node, elements(block.get("elements")))
    return Context(
        tuple(
            _pictured(element) if element.get("type") == "image" else words(element, names)
            for element in told
        )
    )


def _actions(block: Node, number: int, names: Names) -> Part:
    return Actions(
        tuple(control(element, place, names) for place, element in placed(block, number))
    )


def _divider(_block: Node, _number: int, _names: Names) -> Part:
    return Divider()


def _rich_text(block: Node, _number: int, names: Names) -> Part:
    return RichText(rich_text(block, names))


def _image(block: Node, _number: int, _names: Names) -> Part:
    return Image(plain(block.get("title")), text(block.get("alt_text")))


def _pictured(element: Node) -> Markup:
    return Markup('<span class="picture">{}</span>').format(
        text(element.get("alt_text")) or "picture"
    )


def _input(block: Node, _number: int, _names: Names) -> Part:
    element = node(block.get("element"))
    takes = asked(element)
    if takes is None:
        return Unsupported(text(element.get("type")) or "input")
    return Input(
        name=text(block.get("block_id")),
        label=plain(block.get("label")),
        hint=plain(block.get("hint")),
        is_optional=block.get("optional") is True,
        asked=takes,
    )


_KINDS: dict[str, Callable[[Node, int, Names], Part]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "rich_text": _rich_text,
    "image": _image,
    "input": _input,
}
