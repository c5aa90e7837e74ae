"""A customer's words with the text of their files as one text, and back: pure.

The text is kept with the quote, so that a later correction reads the same list again. A file's
line begins with its place: `⟦row 7⟧ Dome camera | 20`. Nobody else's line can: the signs are
taken out of what people write.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from domain.files.content import SHOWN, FileText

MOST_ROWS = 1_000
"""Of all files of a request."""
LONGEST_NAME = 120
_SIGNS = str.maketrans({"⟦": "[", "⟧": "]"})
_LINE = re.compile(r"^⟦(?:(file|table|hidden|text): ?)?([^⟦⟧\n]*)⟧ ?(.*)$")


@dataclass(frozen=True, slots=True)
class NamedFile:
    name: str
    content: FileText


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of a file. `start`, `end`: where its words stand in the whole text."""

    place: str
    cells: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListPart:
    """A table, or a run of text, of one file. `name`: of the sheet, where there are several."""

    file: str
    name: str
    kind: str
    """table, hidden or text"""
    lines: tuple[ListLine, ...]

    def cited(self, line: ListLine) -> str:
        """As people are told: "list.xlsx, Cameras, row 7"."""
        return ", ".join(filter(None, (self.file, self.name, line.place)))


class Places:
    """Which row of which file a place in the text belongs to."""

    def __init__(self, parts: list[ListPart]) -> None:
        found = sorted(
            (line.start, line.end, part.cited(line)) for part in parts for line in part.lines
        )
        self._starts = [start for start, _, _ in found]
        self._found = found

    def cited(self, at: int) -> str:
        """ "list.xlsx, row 7"; empty where nobody's file stands."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return ""
        _, end, cited = self._found[index]
        return cited if at <= end else ""


@dataclass(frozen=True, slots=True)
class Segment:
    """What was said at once: files first, then the words from `start` to `end`."""

    parts: tuple[ListPart, ...]
    start: int
    end: int


def with_files(words: str, files: Iterable[NamedFile]) -> str:
    """The text that a request is kept as."""
    shown: list[str] = []
    rows = 0
    for file in files:
        shown.append(f"⟦file: {_line(file.name)[:LONGEST_NAME]}⟧")
        sheets = len({part.name for part in file.content.parts if part.is_table and part.name})
        # Three cameras on a picture are no order for three cameras.
        for part in (part for part in file.content.parts if part.name != SHOWN):
            kind = ("hidden" if part.is_hidden else "table") if part.is_table else "text"
            named = part.name if part.is_table and (sheets > 1 or part.is_hidden) else ""
            shown.append(f"⟦{kind}: {_line(named)[:LONGEST_NAME]}⟧")
            for line in part.lines:
                if rows == MOST_ROWS:
                    break
                rows += 1
                cells = " | ".join(_line(cell).replace("|", "/") for cell in line.cells)
                shown.append(f"⟦{_line(line.place)}⟧ {cells}")
    return "\n".join((*shown, words.translate(_SIGNS)))


def has_files(text: str) -> bool:
    return "⟦file: " in text


def names_of(text: str) -> tuple[str, ...]:
    found = (_LINE.match(row) for row in text.splitlines() if row.startswith("⟦file: "))
    return tuple(match[2] for match in found if match)


def words_of(text: str) -> str:
    """The customer's own words alone."""
    return "\n".join(row for row in text.split("\n") if not row.startswith("⟦")).strip()


def segments(text: str) -> list[Segment]:
    """In the order they were said."""
    found: list[Segment] = []
    parts: list[ListPart] = []
    file, place, begun = "", 0, 0
    spoken = False
    for row in text.split("\n"):
        match = _LINE.match(row) if row.startswith("⟦") else None
        if match is None:
            spoken = True
        else:
            if spoken:
                found.append(Segment(_filled(parts), begun, max(begun, place - 1)))
                parts, spoken = [], False
            begun = place + len(row) + 1
            if match[1] == "file":
                file = match[2]
            elif match[1]:
                parts.append(ListPart(file, match[2], match[1], ()))
            elif parts:
                _append(parts, match, place)
        place += len(row) + 1
    found.append(Segment(_filled(parts), min(begun, len(text)), len(text)))
    return found


def _append(parts: list[ListPart], match: re.Match[str], start: int) -> None:
    last = parts[-1]
    cells = tuple(match[3].split(" | ")) if last.kind != "text" else (match[3],)
    line = ListLine(match[2], cells, start + match.start(3), start + match.end(3))
    parts[-1] = ListPart(last.file, last.name, last.kind, (*last.lines, line))


def _filled(parts: list[ListPart]) -> tuple[ListPart, ...]:
    return tuple(part for part in parts if part.lines)


def _line(text: str) -> str:
    return " ".join(text.translate(_SIGNS).split())
