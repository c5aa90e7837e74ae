"""What was read of a file: parts of lines, each with its place in the file as people name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_PARTS = 60
MOST_LINES = 5_000
MOST_LETTERS = 400_000
"""Of all lines together; a list that somebody wrote is far below."""
LONGEST_CELL = 2_000
SHOWN = "Shown"
"""The part in which a model says what a picture shows, beside the words that stand in it."""


class Trouble(StrEnum):
    """Why nothing could be read of a file."""

    LOCKED = "locked"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    OLD_FORMAT = "old_format"
    UNKNOWN = "unknown"
    NO_TEXT = "no_text"
    """A picture, or pages that were scanned: something that only eyes can read."""
    EMPTY = "empty"
    SOUND = "sound"
    """A recording: something that only ears can read."""
    MISSING = "missing"
    """It never arrived: refused, or not to be had."""


class Unreadable(ValueError):
    """`reason`: a short clause for staff."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """A row or line. `place`: "row 7", "page 2, line 5"; text that is no table has one cell."""

    place: str
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return " | ".join(cell for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet, a table or a run of text."""

    name: str
    lines: tuple[Line, ...]
    is_table: bool = False
    is_hidden: bool = False
    """A sheet that is not shown to who opens the file."""


@dataclass(frozen=True, slots=True)
class FileText:
    """`note`: what a person should know of the reading (cut, guessed), as a short clause."""

    parts: tuple[Part, ...]
    note: str = ""

    @property
    def lines(self) -> Iterator[Line]:
        return (line for part in self.parts for line in part.lines)

    @property
    def text(self) -> str:
        """All of it as one text, the parts named where there are several."""
        shown = []
        for part in self.parts:
            if part.name and (len(self.parts) > 1 or part.is_hidden):
                shown.append(f"{part.name}{' (hidden)' if part.is_hidden else ''}:")
            shown += [line.text for line in part.lines]
        return "\n".join(shown)


def plain_text(text: str, place: str = "line") -> FileText:
    """Words without any form, line by line."""
    lines = (
        Line(f"{place} {number}", (line.strip(),))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    )
    return capped([Part("", tuple(lines))])


def capped(parts: list[Part], note: str = "") -> FileText:
    """At most what a person would send, with a note where something was left out."""
    kept: list[Part] = []
    lines, letters = 0, 0
    for part in parts[:MOST_PARTS]:
        within = []
        for line in part.lines:
            lines, letters = lines + 1, letters + sum(map(len, line.cells))
            if lines > MOST_LINES or letters > MOST_LETTERS:
                break
            within.append(line)
        if within:
            kept.append(Part(part.name, tuple(within), part.is_table, part.is_hidden))
    if not kept:
        raise Unreadable(Trouble.EMPTY, "it holds nothing to read")
    if lines > MOST_LINES or letters > MOST_LETTERS or len(parts) > MOST_PARTS:
        read = sum(len(part.lines) for part in kept)
        note = "; ".join(filter(None, (note, f"only its first {read} lines were read")))
    return FileText(tuple(kept), note)


def as_json(content: FileText) -> dict[str, Any]:
    return {
        "note": content.note,
        "parts": [
            {
                "name": part.name,
                "is_table": part.is_table,
                "is_hidden": part.is_hidden,
                "lines": [[line.place, *line.cells] for line in part.lines],
            }
            for part in content.parts
        ],
    }


def from_json(stored: Mapping[str, Any]) -> FileText:
    parts = tuple(
        Part(
            str(part["name"]),
            tuple(Line(str(line[0]), tuple(map(str, line[1:]))) for line in part["lines"]),
            bool(part["is_table"]),
            bool(part["is_hidden"]),
        )
        for part in stored.get("parts", ())
    )
    return FileText(parts, str(stored.get("note", "")))
