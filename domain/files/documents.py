"""Word documents (docx), PDF and HTML as text and tables with their places."""

import io
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from domain.files.content import (
    LONGEST_CELL,
    MOST_LETTERS,
    MOST_LINES,
    FileText,
    Line,
    Part,
    Trouble,
    Unreadable,
    capped,
    plain_text,
)

MOST_PAGES = 100
DEEPEST = 200
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


# --- docx ---------------------------------------------------------------------------------


def document(content: bytes) -> FileText:
    """Paragraphs and tables in order; what is deleted or hidden in the document is left out."""
    reader = _Body()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.opened
    parser.EndElementHandler = reader.closed
    parser.CharacterDataHandler = reader.said
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:  # noqa: SIM117
            with archive.open("word/document.xml") as body:
                while piece := body.read(65_536):
                    parser.Parse(piece, False)
                parser.Parse(b"", True)
    except Unreadable:
        raise
    except Exception as error:  # a broken archive breaks in any of its parts
        raise Unreadable(Trouble.DAMAGED, "it is damaged") from error
    return capped(reader.parts())


def _refuse_doctype(*_: object) -> None:
    raise Unreadable(Trouble.DAMAGED, "it holds entities, which no office file has")


@dataclass
class _Body:
    """What expat tells of a document's body, kept as lines."""

    depth: int = 0
    letters: int = 0
    paragraph: int = 0
    table: int = 0
    row: int = 0
    within: list[str] = field(default_factory=list)
    """The tables, rows and cells that are open."""
    words: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    is_text: bool = False
    is_hidden: bool = False
    found: list[tuple[bool, Line]] = field(default_factory=list)

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(Trouble.TOO_LARGE, "its parts are nested too deeply")
        tag = _tag(name)
        if tag == "tbl":
            self.within.append(tag)
            if self.within.count("tbl") == 1:
                self.table, self.row = self.table + 1, 0
        elif tag == "r":
            self.run, self.is_hidden = [], False
        elif tag == "t":
            self.is_text = True
        elif tag in {"tab", "br", "cr"}:
            self.run.append(" ")
        elif tag == "vanish":
            self.is_hidden = attributes.get(f"{name.partition(' ')[0]} val", "1") not in {
                "0",
                "false",
            }

    def said(self, text: str) -> None:
        if self.is_text:
            self.run.append(text)
            self.letters += len(text)
            if self.letters > 4 * MOST_LETTERS:
                raise Unreadable(Trouble.TOO_LARGE, "it holds more text than can be read")

    def closed(self, name: str) -> None:
        self.depth -= 1
        tag = _tag(name)
        if tag == "t":
            self.is_text = False
        elif tag == "r":
            self.words += [] if self.is_hidden else self.run
        elif tag == "p":
            self._paragraph()
        elif tag == "tc" and self._is_outer():
            self.cells.append(" ".join(filter(None, self.cell))[:LONGEST_CELL])
            self.cell = []
        elif tag == "tr" and self._is_outer():
            self._row()
        elif tag == "tbl":
            self.within.pop()

    def _is_outer(self) -> bool:
        """A table within a cell is part of that cell's words."""
        return len(self.within) == 1

    def _paragraph(self) -> None:
        line = " ".join("".join(self.words).split())
        self.words = []
        if self.within:
            self.cell.append(line)
            return
        self.paragraph += 1
        if line:
            self._keep(False, Line(f"paragraph {self.paragraph}", (line,)))

    def _row(self) -> None:
        self.row += 1
        if any(self.cells):
            self._keep(True, Line(f"table {self.table}, row {self.row}", tuple(self.cells)))
        self.cells = []

    def _keep(self, is_table: bool, line: Line) -> None:
        if len(self.found) <= MOST_LINES:
            self.found.append((is_table, line))

    def parts(self) -> list[Part]:
        """Neighbours of one sort together: a table's rows are read as one table."""
        parts: list[Part] = []
        known: tuple[bool, str] | None = None
        for is_table, line in self.found:
            group = (is_table, line.place.partition(",")[0] if is_table else "")
            if group == known:
                last = parts[-1]
                parts[-1] = Part(last.name, (*last.lines, line), last.is_table)
            else:
                parts.append(Part(group[1].capitalize(), (line,), is_table))
            known = group
        return parts


def _tag(name: str) -> str:
    space, _, tag = name.rpartition(" ")
    return tag if space in {_WORD, _STRICT} else ""


# --- PDF ----------------------------------------------------------------------------------


def pdf(content: bytes) -> FileText:
    """Text of the pages, columns kept apart by blanks. A scan has none: Trouble.NO_TEXT."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(Trouble.LOCKED, "it is locked with a password")
        pages = reader.pages[:MOST_PAGES]
        count = len(reader.pages)
        parts = [Part(f"Page {n}", tuple(_page(page, n))) for n, page in enumerate(pages, 1)]
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable(Trouble.TOO_LARGE, "it unpacks to more than can be read") from error
    except Exception as error:  # a broken file breaks the library in any of its parts
        raise Unreadable(Trouble.DAMAGED, "it is damaged") from error
    filled = [part for part in parts if part.lines]
    if not filled:
        raise Unreadable(Trouble.NO_TEXT, "its pages are pictures without text")
    note = f"only its first {MOST_PAGES} of {count} pages were read" if count > MOST_PAGES else ""
    return capped(filled, note)


def _page(page: object, number: int) -> list[Line]:
    try:
        text = page.extract_text(extraction_mode="layout")  # type: ignore[attr-defined]
    except Exception:  # fonts without a map break the layout's reckoning, not the words
        text = page.extract_text()  # type: ignore[attr-defined]
    return [
        Line(f"page {number}, line {n}", (line.strip()[:LONGEST_CELL],))
        for n, line in enumerate(str(text).splitlines(), 1)
        if line.strip()
    ]


# --- HTML ---------------------------------------------------------------------------------


def html(text: str) -> FileText:
    from domain.knowledge.markup import NotReadable, html_page

    try:
        page = html_page(text[:2_000_000])
    except (NotReadable, RecursionError) as error:
        raise Unreadable(Trouble.TOO_LARGE, "its parts are nested too deeply") from error
    return plain_text(page.text)
