"""A plain text as simple HTML: paragraphs, lists, links; nothing of it is taken as markup. Pure."""

import html
import re
from itertools import groupby

_LINK = re.compile(r"https?://[^\s<>\"“”„‘’`{}|\\^]+")
_ITEM = re.compile(r"\s*(?:(?P<bullet>[-*•–])|(?P<number>\d{1,3})[.)])\s+(?P<words>.+)")
_TRAILING = ".,;:!?'*_"
_PAGE = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>\n'
    '<body style="font-family: sans-serif; font-size: 15px; line-height: 1.5">\n{body}\n'
    "</body></html>\n"
)
_SMALL = ' style="color: #666666; font-size: 13px"'


def page(text: str, endings: tuple[str, ...] = ()) -> str:
    """`endings`: what stands below in small letters (signature, footer)."""
    below = [f"<p{_SMALL}>{_inline(ending)}</p>" for ending in endings]
    return _PAGE.format(body="\n".join([*map(_paragraph, _paragraphs(text)), *below]))


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n[ \t]*\n", text.strip("\n")) if part.strip()]


def _paragraph(text: str) -> str:
    """Neighbouring lines of a kind together: `Your options:` and its list are one paragraph."""
    groups = groupby(text.split("\n"), key=_kind)
    return "\n".join(_block(kind, list(lines)) for kind, lines in groups)


def _kind(line: str) -> str:
    item = _ITEM.fullmatch(line)
    if item is None:
        return "p"
    return "ul" if item["bullet"] else "ol"


def _block(kind: str, lines: list[str]) -> str:
    if kind == "p":
        return f"<p>{_inline(chr(10).join(lines))}</p>"
    items = [_ITEM.fullmatch(line) for line in lines]
    shown = "".join(_list_item(item) for item in items if item)
    return f"<{kind}>{shown}</{kind}>"


def _list_item(item: re.Match[str]) -> str:
    # Numbers stay as they were written: answers refer to them.
    value = f' value="{int(item["number"])}"' if item["number"] else ""
    return f"<li{value}>{_inline(item['words'])}</li>"


def _inline(text: str) -> str:
    shown, end = [], 0
    for link in _LINK.finditer(text):
        address = _address(link.group())
        shown.append(_escaped(text[end : link.start()]))
        shown.append(f'<a href="{html.escape(address)}">{_escaped(address)}</a>')
        end = link.start() + len(address)
    return "".join([*shown, _escaped(text[end:])])


def _address(found: str) -> str:
    """Without the full stop of the sentence, and without a bracket that was opened before it."""
    address = found.rstrip(_TRAILING)
    while address.endswith((")", "]")):
        opening = {")": "(", "]": "["}[address[-1]]
        if address.count(opening) >= address.count(address[-1]):
            break
        address = address[:-1].rstrip(_TRAILING)
    return address


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")
