"""Slack's mrkdwn as HTML. Pure.

As in Slack's reference “Formatting text for app surfaces”. Only `&amp;`, `&lt;` and `&gt;` are
escaped in it, so every piece is unescaped first and escaped as HTML after. mrkdwn has no lists:
lines that begin with a dot or a number stay lines.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

from bot.console.blockkit.emoji import emoji
from bot.console.blockkit.names import NOBODY, Names, link, mention

_PREFORMATTED = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTE = re.compile(r"(?:&gt;|>) ?")
_QUOTED_FROM_HERE = re.compile(r"^(?:&gt;|>){3} ?", re.MULTILINE)
# Each sign must open at a word's beginning and close at a word's end: 2*3*4 is no bold 3.
_MARKED = r"(?<![\w{0}]){0}(?P<{1}>[^\s{0}](?:[^{0}\n]*[^\s{0}])?){0}(?![\w{0}])"
_TOKEN = re.compile(
    "|".join(
        (
            r"`(?P<code>[^`\n]+)`",
            r"<(?P<reference>[^<>\n]{1,3000})>",
            _MARKED.format(r"\*", "bold"),
            _MARKED.format("_", "italic"),
            _MARKED.format("~", "struck"),
            r":(?P<emoji>[a-z0-9_+-]{1,60}):",
            r"(?P<address>https?://[^\s<>|]+[^\s<>|.,;:!?)\]\"'])",
        )
    )
)
_ENTITY = re.compile("&(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_TAGS = {"bold": "strong", "italic": "em", "struck": "s"}


def mrkdwn(text: str, names: Names = NOBODY, *, verbatim: bool = False) -> Markup:
    """`verbatim`: bare addresses are not made into links."""
    return Markup("").join(_pieces(text, names, verbatim))


def unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text)


def _pieces(text: str, names: Names, verbatim: bool) -> Iterator[Markup]:
    end = 0
    for found in _PREFORMATTED.finditer(text):
        yield from _lines(text[end : found.start()].removesuffix("\n"), names, verbatim)
        yield Markup("<pre>{}</pre>").format(unescaped(found[1]))
        end = found.end() + text.startswith("\n", found.end())
    yield from _lines(text[end:], names, verbatim)


def _lines(text: str, names: Names, verbatim: bool) -> Iterator[Markup]:
    rest = _QUOTED_FROM_HERE.search(text)
    before = text[: rest.start()].removesuffix("\n") if rest else text
    if before:
        for is_quote, run in groupby(before.split("\n"), key=lambda x: bool(_QUOTE.match(x))):
            lines = [_QUOTE.sub("", line, count=1) if is_quote else line for line in run]
            drawn = _inline("\n".join(lines), names, verbatim)
            yield Markup("<blockquote>{}</blockquote>").format(drawn) if is_quote else drawn
    if rest:
        quoted = _inline(text[rest.end() :], names, verbatim)
        yield Markup("<blockquote>{}</blockquote>").format(quoted)


def _inline(text: str, names: Names, verbatim: bool) -> Markup:
    drawn, end = Markup(""), 0
    for found in _TOKEN.finditer(text):
        drawn += escape(unescaped(text[end : found.start()]))
        drawn += _token(found, names, verbatim)
        end = found.end()
    return drawn + escape(unescaped(text[end:]))


def _token(found: re.Match[str], names: Names, verbatim: bool) -> Markup:
    kind, inner = found.lastgroup or "", found[found.lastgroup or 0]
    if kind in _TAGS:
        tag = Markup(f"<{_TAGS[kind]}>{{}}</{_TAGS[kind]}>")  # noqa: S704 - one of three
        return tag.format(_inline(inner, names, verbatim))
    if kind == "code":
        return Markup("<code>{}</code>").format(unescaped(inner))
    if kind == "reference":
        return _reference(inner, names)
    if kind == "address" and not verbatim:
        return link(unescaped(inner))
    return escape(emoji(inner) or found[0]) if kind == "emoji" else escape(unescaped(found[0]))


def _reference(inner: str, names: Names) -> Markup:
    target, _, label = inner.partition("|")
    target, label = unescaped(target), unescaped(label)
    if target.startswith("@"):
        return names.person(target[1:], label.removeprefix("@"))
    if target.startswith("#"):
        return names.channel(target[1:], label.removeprefix("#"))
    if target.startswith("!date"):
        return escape(label or target)
    if target.startswith("!"):
        return mention(label or f"@{target[1:].partition('^')[0]}")
    return link(target, label)
