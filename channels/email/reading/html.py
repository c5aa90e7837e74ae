"""HTML of mails: as text with its quotes marked by ">", and sanitised to be shown. Pure."""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

MAX_HTML = 1024 * 1024
MAX_NESTED = 12
MAX_ELEMENTS = 20_000
MAX_NESTED_ELEMENTS = 500
MAX_URL = 300

_TAG = re.compile(r"<[^<>]{0,5000}>")
_HIDDEN = re.compile(r"(?is)<(script|style|head|title)\b|<!--")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,200}>")
_BLANKS = re.compile(r"\n{4,}")
_PLACE = re.compile(r"^[ \t]*\ue000(\d+)\ue001[ \t]*$", re.M)
_PRIVATE = re.compile("[\ue000\ue001]")
_BORDER = re.compile(r"border-left\s*:(?!\s*(?:none|0))|border-left-width\s*:(?!\s*0)")
_QUOTES = ("gmail_quote", "protonmail_quote", "yahoo_quoted", "moz-cite", "zmail_extra", "cite")
_ELEMENT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_UNNESTED = frozenset(
    re.findall(
        r"\w+",
        "area base br col embed hr img input link meta param source track wbr p li td tr th dd dt "
        "option tbody thead tfoot",
    )
)
_SCHEME = re.compile(r"^(?:https?://(?:www\.)?|mailto:|tel:)", re.I)

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em "
        "font h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike strong "
        "sub sup table tbody td tfoot th thead tr tt u ul wbr",
    )
)
_UNSEEN = ("script", "style", "title", "head", "noscript", "template", "svg", "math", "iframe")
_REMOTE = re.compile(r"https?://", re.I)
_LINK = re.compile(r"(?:https?:|mailto:|tel:)", re.I)
_NO_IMAGES: Mapping[str, str] = {}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "blockquote": {"type"},
    "font": {"color", "size"},
    "img": {"src", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
}


def sanitised(
    markup: str, *, with_remote_images: bool = False, images: Mapping[str, str] = _NO_IMAGES
) -> str:
    """Markup that is safe to show: no script, style, form, frame, and no remote image unless
    asked for, because loading one tells the sender who reads and when.

    `images`: data URLs by Content-ID, for the images that the mail itself brings.
    """
    import nh3

    markup = markup[:MAX_HTML]
    if _is_bomb(markup):
        return f"<pre>{escape(without_markup(markup))}</pre>"

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            if value.lower().startswith("cid:"):
                return images.get(unquote(value[4:]))
            return value if with_remote_images and _REMOTE.match(value) else None
        return value if attribute != "href" or _LINK.match(value) else None

    return nh3.clean(
        markup,
        tags=set(_TAGS),
        clean_content_tags=set(_UNSEEN),
        attributes=_ATTRIBUTES,
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def as_text(markup: str) -> str:
    """The text with links kept as text, quotations marked as in plain mail."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    raw = _PRIVATE.sub("", markup[:MAX_HTML]).encode("utf-8", "replace")
    try:
        tree = document_fromstring(raw, parser=HTMLParser(encoding="utf-8"))
        if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
            return without_markup(markup)
        return _spoken(tree) or without_markup(markup).strip()
    except (etree.LxmlError, ValueError, RecursionError, AttributeError, IndexError):
        return without_markup(markup)


def without_markup(markup: str) -> str:
    """A crude text: for what cannot be read as HTML, and for text/enriched."""
    text = _TAG.sub("", _BREAK.sub("\n", _without_hidden(markup[:MAX_HTML])))
    return unescape(text)


def _without_hidden(markup: str) -> str:
    kept: list[str] = []
    position = 0
    lowered = markup.lower()
    unclosed: set[str] = set()
    while found := _HIDDEN.search(markup, position):
        kept.append(markup[position : found.start()])
        end = f"</{found[1].lower()}" if found[1] else "-->"
        closing = -1 if end in unclosed else lowered.find(end, found.end())
        if closing < 0:  # Only the tag itself is hidden.
            unclosed.add(end)
            position = found.end()
            continue
        # A closing tag may have white space in it; a comment ends where it ends.
        after = markup.find(">", closing) + 1
        position = after or len(markup)
    return "".join([*kept, markup[position:]])


def _is_bomb(markup: str) -> bool:
    """Whether elements nest deeper than any mail program makes them: time grows with the square."""
    depth = 0
    for found in _ELEMENT.finditer(markup):
        if found[2].lower() not in _UNNESTED:
            depth = max(0, depth - 1) if found[1] else depth + 1
            if depth > MAX_NESTED_ELEMENTS:
                return True
    return False


def _spoken(tree: Any) -> str:
    _write_links(tree)
    quotes = _taken_out(tree)
    text = _rendered(tree)
    # From the innermost: a quotation comes after the one around it.
    rendered = [_rendered(quote) for quote in quotes]
    for number in range(len(quotes) - 1, -1, -1):
        rendered[number] = _with_quotes(rendered[number], rendered)
    return _BLANKS.sub("\n\n\n", _with_quotes(text, rendered)).strip("\n")


def _with_quotes(text: str, rendered: list[str]) -> str:
    def quoted(found: re.Match[str]) -> str:
        lines = rendered[int(found[1])].strip("\n").split("\n")
        return "\n".join(f"> {line}" if line else ">" for line in lines)

    return _PLACE.sub(quoted, text)


def _rendered(tree: Any) -> str:
    from inscriptis import Inscriptis
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.model.config import ParserConfig

    text: str = Inscriptis(tree, ParserConfig(css=STRICT_CSS_PROFILE.copy())).get_text()
    return "\n".join(line.rstrip() for line in text.replace("\xa0", " ").split("\n"))


def _taken_out(tree: Any) -> list[Any]:
    """The quotations, a numbered paragraph left in the place of each."""
    quotes: list[Any] = []
    for block in list(tree.iter("blockquote")):
        parent = block.getparent()
        if parent is None or not _is_quotation(block) or _depth(block) > MAX_NESTED:
            continue
        place = block.makeelement("p")
        place.text = f"\ue000{len(quotes)}\ue001"
        place.tail, block.tail = block.tail, None
        parent.replace(block, place)
        block.tag = "div"
        quotes.append(block)
    return quotes


def _is_quotation(block: Any) -> bool:
    """Not every indented paragraph is one: writers indent their own words too."""
    marks = " ".join(block.get(name, "") for name in ("type", "class", "id")).lower()
    if "cite" in block.attrib or any(mark in marks for mark in _QUOTES):
        return True
    return bool(_BORDER.search(block.get("style", "").lower()))


def _depth(block: Any) -> int:
    return sum(1 for one in block.iterancestors("blockquote"))


def _write_links(tree: Any) -> None:
    for link in tree.iter("a"):
        href = (link.get("href") or "").strip()
        shown = "".join(link.itertext()).strip()
        if not shown or not _SCHEME.match(href) or len(href) > MAX_URL:
            continue
        if _bare(href) not in _bare(shown):
            link.tail = f" <{href}>{link.tail or ''}"


def _bare(url: str) -> str:
    return _SCHEME.sub("", url).rstrip("/").lower()
