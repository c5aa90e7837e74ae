"""Reads what a company brings along: Markdown, HTML, PDF, CSV and JSONL as documents.

A file or line that cannot be read is told with its reason, and the rest goes on.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from domain.knowledge.markup import NotReadable, Page, html_page, markdown_page, pdf_page

FILE_LIMIT = 50 * 1024 * 1024
TEXT_LIMIT = 1_000_000
"""Characters of one document."""
TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Document:
    """`external_id` is the same when the same file is read again; `source` names the file."""

    external_id: str
    title: str
    text: str
    category: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    note: str = ""
    """Something to check, such as a guessed encoding."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    line: int
    """0: the file as a whole."""
    reason: str
    source: str = ""


Read = Iterator[Document | Unreadable]


def read(path: Path) -> Read:
    """A file, or the files of a folder with a known ending in sorted order, links left out."""
    if not path.is_dir():
        yield from _read_file(path, path.name)
        return
    for folder, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            is_meant = file.suffix.lower() in READERS and not name.startswith(".")
            if is_meant and not file.is_symlink():
                yield from _read_file(file, file.relative_to(path).as_posix())


def _read_file(path: Path, name: str) -> Read:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kinds = ", ".join(sorted(READERS))
        yield Unreadable(0, f"is of no known kind ({kinds})", name)
        return
    try:
        if path.stat().st_size > FILE_LIMIT:
            yield Unreadable(0, f"is larger than {FILE_LIMIT // 1024**2} MB", name)
            return
        raw = path.read_bytes()
    except OSError as error:
        yield Unreadable(0, f"cannot be opened: {error.strerror}", name)
        return
    yield from reader(name, raw)


# --- one file, one document ---------------------------------------------------------------


def read_markdown(name: str, raw: bytes) -> Read:
    """Front matter may give title, category, tags and id."""
    text, note = decoded(raw)
    front, body = _front_matter(text)
    yield from _paged(name, front, note, lambda: markdown_page(_capped(body)))


def read_html(name: str, raw: bytes) -> Read:
    text, note = decoded(raw)
    yield from _paged(name, {}, note, lambda: html_page(_capped(text, _HTML_LIMIT)))


def read_pdf(name: str, raw: bytes) -> Read:
    yield from _paged(name, {}, "", lambda: pdf_page(raw))


def _paged(name: str, front: Mapping[str, str], note: str, page: Callable[[], Page]) -> Read:
    try:
        found = page()
    except (NotReadable, RecursionError) as error:
        yield Unreadable(0, str(error) or "is nested too deeply", name)
        return
    fields = {"title": found.title or _title_of(name), **front, "text": found.text}
    yield _document(name, 0, fields, front.get("id") or name, note)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines and simple lists between two lines of dashes at the top."""
    lines = text.split("\n", _FRONT_LINES)
    ends = [n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"]
    if lines[0].strip() != "---" or not ends:
        return {}, text
    fields: dict[str, str] = {}
    key = ""
    for line in lines[1 : ends[0]]:
        name, colon, value = line.partition(":")
        if line.lstrip().startswith("- ") and key:
            fields[key] = f"{fields[key]},{line.lstrip()[2:].strip(_QUOTES)}".strip(",")
        elif colon and not line[0].isspace():
            key = name.strip().lower()
            fields[key] = value.strip().strip("[]").strip(_QUOTES)
    known = {k: v for k, v in fields.items() if k in {"title", "category", "tags", "id"} and v}
    return known, "\n".join(lines[ends[0] + 1 :])


# --- one file, many documents -------------------------------------------------------------

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "question", "name", "subject", "heading", "topic", "q"),
    "text": ("text", "body", "answer", "content", "description", "article", "solution", "a"),
    "category": ("category", "section", "group", "department", "folder"),
    "tags": ("tags", "tag", "keywords", "labels", "label"),
    "id": ("_id", "id", "external_id", "key", "number", "slug", "ref", "reference"),
}
"""Words of a heading that tell what a column holds, the surest first."""


def read_csv(name: str, raw: bytes) -> Read:
    """Commas, semicolons, tabs or bars; columns are known by their headings."""
    text, note = decoded(raw)
    csv.field_size_limit(TEXT_LIMIT * 2)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    columns: dict[str, int] = {}
    while True:
        line = rows.line_num + 1
        try:
            cells = [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as error:
            yield Unreadable(line, f"is no CSV: {error}", name)
            continue
        if not any(cells):
            continue
        if columns:
            fields = {key: cells[at] for key, at in columns.items() if at < len(cells)}
            yield _document(name, line, fields, fields.get("id", ""), note)
        elif not (columns := guess_columns(cells)):
            yield Unreadable(line, "names no column for the title or the text", name)
            return


def guess_columns(headings: list[str]) -> dict[str, int]:
    """Which column holds what; empty when neither a title nor a text is among them."""
    cleaned = [re.sub(r"[\W_]+", " ", heading.casefold()).split() for heading in headings]
    found: dict[str, int] = {}
    for key, names in COLUMNS.items():
        exact = [at for n in names for at, c in enumerate(cleaned) if c == [n.strip("_")]]
        holding = [at for n in names for at, c in enumerate(cleaned) if n in c and len(n) > 1]
        free = [at for at in exact + holding if at not in found.values()]
        if free:
            found[key] = free[0]
    return found if found.keys() & {"title", "text"} else {}


def read_jsonl(name: str, raw: bytes) -> Read:
    """One object a line: `_id`, `title`, `text`, and perhaps `category` and `tags`."""
    text, note = decoded(raw)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = _json_fields(json.loads(line))
        except (ValueError, RecursionError) as error:
            yield Unreadable(number, f"is no JSON object with text: {_short(error)}", name)
            continue
        yield _document(name, number, fields, fields.get("_id") or fields.get("id", ""), note)


def _json_fields(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("it holds something else")
    fields: dict[str, str] = {}
    for key in ("_id", "id", "title", "text", "category", "tags"):
        found = value.get(key)
        if key == "tags" and isinstance(found, list):
            found = ",".join(str(tag) for tag in found)
        if isinstance(found, int) and not isinstance(found, bool):
            found = str(found)
        if not isinstance(found, str | None):
            raise ValueError(f"“{key}” is not text")
        fields[key] = found or ""
    return fields


# --- what they share ----------------------------------------------------------------------

_QUOTES = " \t\r\"'"
_FRONT_LINES = 60
_HTML_LIMIT = 10_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decoded(raw: bytes) -> tuple[str, str]:
    """The text, and a note where the encoding had to be guessed."""
    note = ""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
            note = "read as Windows-1252, since it is no UTF-8: check accents and currency signs"
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")), note


def _document(
    name: str, line: int, fields: Mapping[str, str], external_id: str, note: str
) -> Document | Unreadable:
    text = fields.get("text", "").strip()
    title = " ".join(fields.get("title", "").split())[:TITLE_LIMIT] or _first_words(text)
    if not title:
        return Unreadable(line, "holds neither a title nor a text", name)
    if len(text) > TEXT_LIMIT:
        return Unreadable(line, f"holds more than {TEXT_LIMIT:,} characters of text", name)
    tags = tuple(dict.fromkeys(filter(None, map(str.strip, _tags(fields.get("tags", ""))))))
    category = " ".join(fields.get("category", "").split())
    document = Document(external_id.strip(), title, text, category, tags, name, note)
    return document if document.external_id else replace(document, external_id=title.casefold())


def _tags(tags: str) -> list[str]:
    return [tag.strip(_QUOTES) for tag in re.split(r"[,;|]", tags)]


def _first_words(text: str) -> str:
    line = text.split("\n", 1)[0]
    return " ".join(line.split()[:12])[:TITLE_LIMIT]


def _title_of(name: str) -> str:
    return " ".join(re.split(r"[-_\s]+", PurePosixPath(name).stem)).strip().capitalize()


def _capped(text: str, limit: int = TEXT_LIMIT) -> str:
    if len(text) > limit:
        raise NotReadable(f"holds more than {limit:,} characters")
    return text


def _delimiter(text: str) -> str:
    """Counted in the line of headings: the commonest of the usual four."""
    heading = next((line for line in text.split("\n", 50) if line.strip()), "")
    return max(",;\t|", key=heading.count)


def _short(error: BaseException) -> str:
    return str(error).split("\n")[0][:120]


READERS: Mapping[str, Callable[[str, bytes], Read]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".pdf": read_pdf,
}
