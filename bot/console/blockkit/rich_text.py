"""Slack's rich text as HTML: its words are plain, nothing in them acts. Pure."""

from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

from bot.console.blockkit.emoji import emoji, from_unicode
from bot.console.blockkit.names import Names, link, mention
from channels.slack.reading import Node, elements, node, text

_STYLES = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}
_DEEPEST = 8


def rich_text(block: Node, names: Names) -> Markup:
    return Markup("").join(_sections(block, names))


def _sections(block: Node, names: Names) -> Iterator[Markup]:
    for part in map(node, elements(block.get("elements"))):
        kind = text(part.get("type"))
        if kind == "rich_text_list":
            yield _list(part, names)
        elif kind in _FRAMES:
            yield Markup(_FRAMES[kind]).format(_words(part, names))  # noqa: S704 - a constant
        else:
            yield unsupported(kind)


def unsupported(kind: str, what: str = "part") -> Markup:
    words = f"[unsupported {what}: {kind or 'of no kind'}]"
    return Markup('<span class="unsupported">{}</span>').format(words)


_FRAMES = {
    "rich_text_section": "<p>{}</p>",
    "rich_text_quote": "<blockquote>{}</blockquote>",
    "rich_text_preformatted": "<pre>{}</pre>",
}


def _list(part: Node, names: Names) -> Markup:
    tag = "ol" if part.get("style") == "ordered" else "ul"
    indent = part.get("indent")
    depth = min(max(indent, 0), _DEEPEST) if isinstance(indent, int) else 0
    rows = Markup("").join(
        Markup("<li>{}</li>").format(_words(node(entry), names))
        for entry in elements(part.get("elements"))
    )
    return Markup('<{0} class="indent-{1}">{2}</{0}>').format(tag, depth, rows)


def _words(part: Node, names: Names) -> Markup:
    drawn = Markup("")
    for element in map(node, elements(part.get("elements"))):
        kind = text(element.get("type"))
        draw = _ELEMENTS.get(kind)
        drawn += _styled(draw(element, names), element) if draw else unsupported(kind)
    return drawn


def _styled(drawn: Markup, element: Node) -> Markup:
    style = node(element.get("style"))
    for name, tag in _STYLES.items():
        if style.get(name) is True:
            drawn = Markup("<{0}>{1}</{0}>").format(tag, drawn)
    return drawn


def _text(element: Node, _names: Names) -> Markup:
    return escape(text(element.get("text")))


def _link(element: Node, _names: Names) -> Markup:
    return link(text(element.get("url")), text(element.get("text")))


def _emoji(element: Node, _names: Names) -> Markup:
    name = text(element.get("name"))
    sign = emoji(name) or from_unicode(text(element.get("unicode")))
    return escape(sign or f":{name}:")


_ELEMENTS: dict[str, Callable[[Node, Names], Markup]] = {
    "text": _text,
    "link": _link,
    "emoji": _emoji,
    "user": lambda element, names: names.person(text(element.get("user_id"))),
    "channel": lambda element, names: names.channel(text(element.get("channel_id"))),
    "usergroup": lambda element, _: mention(f"@{text(element.get('usergroup_id'))}"),
    "broadcast": lambda element, _: mention(f"@{text(element.get('range'))}"),
    "date": lambda element, _: escape(text(element.get("fallback"))),
    "color": lambda element, _: escape(text(element.get("value"))),
}
