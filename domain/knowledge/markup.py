"""Plain text of HTML, Markdown and PDF, fit to be searched and to be quoted to a customer."""

import re
from dataclasses import dataclass
from html import unescape

DROPPED = frozenset(
    {"script", "style", "head", "title", "nav", "footer", "aside", "form", "button", "noscript"}
    | {"template", "svg", "iframe", "object", "select", "textarea"}
)
"""Elements that go with all they contain: none of it is the page's text."""
DEPTH_LIMIT = 200
"""Elements within each other; a page of more is made to break its reader. Checked before it is
sanitised too, which takes time with the square of the depth."""
_NEVER_DEEP = frozenset(
    {"br", "hr", "img", "wbr", "col", "area", "input", "link", "meta"}
    | {"p", "li", "dt", "dd", "td", "th", "tr", "tbody", "option"}
)
"""Elements without an end, or whose end is often left out."""
PAGE_LIMIT = 2_000

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]{0,300})\]\(((?:https?://|mailto:|tel:)[^()\s]{1,1000})\)")
_BLANK_LINES = re.compile(r"\n\s*\n(?:\s*\n)+")
_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])")
_WRAPPED = re.compile(r"(?<=[^\s.!?:;])[ \t]*\n(?=[a-zà-ÿ(])")


class NotReadable(ValueError):
    """The message is the reason, for a person."""


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    text: str


def html_page(html: str) -> Page:
    """Title from the first heading if the page's title repeats it, else from the title."""
    cleaned = _sanitised(html)
    title, heading = _inner(html, "title"), _inner(cleaned, "h1")
    repeats = heading and (not title or heading.casefold() in title.casefold())
    return Page(heading if repeats else title, _plain(cleaned))


def markdown_page(markdown: str) -> Page:
    """Title from the first heading, which the text then no longer repeats."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table")
    cleaned = _sanitised(parser.render(markdown))
    heading = re.match(r"\s*<h[1-6]>(.*?)</h[1-6]>", cleaned, re.DOTALL)
    if heading is None:
        return Page(_inner(cleaned, "h1"), _plain(cleaned))
    return Page(_line(heading[1]), _plain(cleaned[heading.end() :]))


def pdf_page(raw: bytes) -> Page:
    """Text of all pages, lines that a column broke joined again."""
    from io import BytesIO

    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(raw))
        if len(reader.pages) > PAGE_LIMIT:
            raise NotReadable(f"has more than {PAGE_LIMIT} pages")
        text = "\n\n".join(page.extract_text() for page in reader.pages)
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except NotReadable:
        raise
    except Exception as error:  # a broken file breaks the library in any of its parts
        raise NotReadable(f"is damaged or protected ({type(error).__name__})") from error
    if not text.strip():
        raise NotReadable("holds no text: pages that were scanned need text recognition first")
    return Page(title.strip(), _unwrapped(text))


def _sanitised(html: str) -> str:
    import nh3

    _refuse_depth(html)
    cleaned = nh3.clean(
        html,
        tags=set(nh3.ALLOWED_TAGS) - DROPPED,
        clean_content_tags=set(DROPPED),
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
        link_rel=None,
    )
    _refuse_depth(cleaned)
    return cleaned


def _plain(html: str) -> str:
    from inscriptis import get_text
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig

    if not html.strip():
        return ""
    shown = get_text(html, ParserConfig(css=CSS_PROFILES["strict"], display_links=True))
    lines = "\n".join(line.rstrip() for line in _LINK.sub(_shown_link, shown).splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip()


def _shown_link(match: re.Match[str]) -> str:
    """`our site (https://…)`; an address that stands for itself is not repeated."""
    text, address = match[1].strip(), match[2].removeprefix("mailto:").removeprefix("tel:")
    return address if not text or text in address else f"{text} ({address})"


def _inner(html: str, tag: str) -> str:
    """The text of the first such element; found without a pattern that could run away."""
    start = html.lower().find(f"<{tag}")
    opened = html.find(">", start) if start >= 0 else -1
    closed = html.lower().find(f"</{tag}", opened) if opened >= 0 else -1
    return _line(html[opened + 1 : closed][:1000]) if closed >= 0 else ""


def _line(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def _refuse_depth(html: str) -> None:
    depth = 0
    for match in _TAG.finditer(html):
        if match[2].lower() not in _NEVER_DEEP:
            depth = max(depth - 1, 0) if match[1] else depth + 1
        if depth > DEPTH_LIMIT:
            raise NotReadable(f"has more than {DEPTH_LIMIT} elements within each other")


def _unwrapped(text: str) -> str:
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines())
    joined = _WRAPPED.sub(" ", _HYPHENATED.sub("", lines))
    return _BLANK_LINES.sub("\n\n", joined).strip()
