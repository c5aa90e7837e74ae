"""All that a customer said and attached, in the order in which it is to be read."""

from dataclasses import dataclass

from bot.agents.quoting.files.wire import ListLine, ListPart, Places, Segment, segments
from bot.agents.quoting.language import layout
from bot.agents.quoting.language.recognition import language_of
from bot.agents.quoting.language.text import fold
from bot.agents.quoting.message import MessageReader

LONGEST = 12_000
"""Letters of a message that are read: no request is longer, an attack may be."""
LONGEST_LISTS = 200_000
"""Letters of all that was said before, lists included."""


@dataclass(frozen=True)
class Said:
    """`words`: the new message's own. `before`: what went before it, its files among that."""

    words: str
    before: str
    parts_before: tuple[Segment, ...]
    has_before: bool

    @classmethod
    def of(cls, text: str, previous: str) -> "Said":
        new = segments(text[:LONGEST_LISTS])
        words = "\n".join(text[s.start : s.end] for s in new if s.start < s.end)[:LONGEST]
        listed = _lists_alone(text[:LONGEST_LISTS], new)
        # The new message's lists come at the end of what was said before it.
        older = previous[:LONGEST_LISTS] if "⟦" in previous else previous[:LONGEST]
        before = f"{older}\n{listed}" if listed else older
        return cls(words, before, tuple(segments(before)), bool(before.strip()))

    @property
    def lists(self) -> str:
        return "\n".join(
            self.before[line.start : line.end]
            for segment in self.parts_before
            for part in segment.parts
            for line in part.lines
        )

    @property
    def places(self) -> Places:
        return Places([part for segment in self.parts_before for part in segment.parts])

    def read_before(self, reader: MessageReader, language: str) -> None:
        for segment in self.parts_before:
            for part in segment.parts:
                shown = self._only([(line.start, line.end) for line in part.lines])
                reader.read_part(part, shown, _language(part, language))
            words = self.before[segment.start : segment.end]
            if words.strip():
                lead = self.before[: segment.start]
                blanked = "".join("\n" if c == "\n" else " " for c in lead)
                body = layout.body(words)
                reader.read(blanked + body, "previous", language_of(body))

    def folded_before(self) -> str:
        """Files and words, folded, for what is looked up in all of it."""
        words = "\n".join(
            layout.body(self.before[s.start : s.end]) for s in self.parts_before if s.end > s.start
        )
        return f"{fold(self.lists)}\n{words}"

    def _only(self, spans: list[tuple[int, int]]) -> str:
        shown = ["\n" if c == "\n" else " " for c in self.before]
        for start, end in spans:
            shown[start:end] = fold(self.before[start:end])
        return "".join(shown)


def _lists_alone(text: str, found: list[Segment]) -> str:
    if not any(segment.parts for segment in found):
        return ""
    return "\n".join(row for row in text.split("\n") if row.startswith("⟦"))


def _language(part: ListPart, fallback: str) -> str:
    words = " ".join(" ".join(line.cells) for line in _some(part.lines))
    folded = fold(words)
    return language_of(folded) if len(folded.split()) > 8 else fallback


def _some(lines: tuple[ListLine, ...]) -> tuple[ListLine, ...]:
    return lines[:60]
