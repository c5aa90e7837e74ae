"""What the reader keeps in mind: all wishes so far, and what a sentence's pieces share."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from bot.agents.quoting.language.numbers import Number
from bot.agents.quoting.language.pieces import Piece
from bot.agents.quoting.matching.index import Index
from bot.agents.quoting.reading import Reading, read
from bot.agents.quoting.vocabulary import families, marker, pattern
from bot.agents.quoting.wishes import Wish, durations, quantity_of


@dataclass
class Work:
    """Service words without a thing of their own: "All ports certified, 48 in total"."""

    kind: str
    """installed or certified"""
    start: int
    end: int
    source: str
    quantity: Decimal | None = None
    families: frozenset[str] = frozenset()
    """What it is for; empty: everything."""
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    """Which of those: "only the Cat6A ones"."""


@dataclass
class Notes:
    """All that was understood so far, of this message and those before it."""

    index: Index
    language: str
    wishes: list[Wish] = field(default_factory=list)
    defaults: dict[str, frozenset[str]] = field(default_factory=dict)
    """Said of everything: "all in Cat6"."""
    work: list[Work] = field(default_factory=list)
    places: dict[str, Decimal] = field(default_factory=dict)
    group: list[Wish] = field(default_factory=list)
    """The wishes of the last place named: what "the same as the others" means."""
    source: str = "new"
    site: str = ""
    block_factor: Decimal = Decimal(1)
    is_option_block: bool = False
    is_revision: bool = False


@dataclass(frozen=True)
class Clause:
    """A piece with its reading. `number` is its place in the sentence."""

    piece: Piece
    number: int
    reading: Reading

    @property
    def text(self) -> str:
        return self.piece.text

    @cached_property
    def count(self) -> Number | None:
        return quantity_of(self.text, self.reading)

    @property
    def counted(self) -> Decimal | None:
        """How many, when the piece really says so: "a" does not."""
        return None if self.count is None or self.count.is_article else self.count.value

    @cached_property
    def families(self) -> frozenset[str]:
        return frozenset(term.value for term in self.reading.families)

    @property
    def tells(self) -> bool:
        """Whether it says what a thing is like."""
        metres = any(measure.key == "metres" for measure in self.reading.measures)
        return bool(self.reading.attributes or durations(self.reading)) or metres

    @property
    def tells_of_work(self) -> bool:
        return bool({"installed", "certified"} & set(self.reading.attributes))


class Sentence:
    """One sentence of the message and the wishes made from it."""

    def __init__(self, text: str, pieces: list[Piece], *, is_listed: bool) -> None:
        self.text = text
        self.pieces = pieces
        self.is_listed = is_listed
        self.start = pieces[0].start if pieces else 0
        self.made: list[Wish] = []
        self.pending: list[Wish] = []
        """Numbers whose thing is named later: "10 blue and 20 grey leads"."""
        self.parent: Wish | None = None
        self.work: Work | None = None
        self.installs = False
        self._options = [term.start for term in marker("option").find(text)]

    def is_optional(self, piece: Piece) -> bool:
        """Said before the thing, or in its own piece; a list's line is meant as a whole."""
        start = self.start - (len(self.text) - len(self.text.lstrip()))
        own = any(piece.start - start <= o <= piece.end - start + 1 for o in self._options)
        before = any(o < piece.start - start for o in self._options)
        return own or before or (self.is_listed and bool(self._options))

    def is_out(self, clause: Clause) -> bool:
        """Whether the piece, or the one it is joined to by "and", says what is not wanted."""
        if marker("exclude").has(clause.text):
            return True
        following = self.pieces[clause.number + 1 : clause.number + 2]
        if following and marker("exclude").has(following[0].text):
            said = read(following[0].text)
            says_more = said.families or said.attributes
            is_apart = pattern("prefix").search(following[0].text)
            return not (says_more or is_apart or clause.reading.numbers)
        before = self.pieces[clause.number - 1] if clause.number else None
        if before is None or clause.piece.mark != "and":
            return False
        return marker("exclude").has(before.text) and not clause.reading.numbers

    def drop_totals(self, wishes: list[Wish]) -> None:
        """ "12 cameras (8 dome, 4 bullet)": the twelve are those."""
        for wish in list(self.made):
            later = [w for w in self.made if w.head == wish.head and w.start > wish.start]
            total = sum((w.quantity or Decimal(0) for w in later), Decimal(0))
            if len(later) > 1 and total == wish.quantity and wish in wishes:
                wishes.remove(wish)
                self.made.remove(wish)
                for part in later:
                    part.attributes = {**wish.attributes, **part.attributes}

    def wants(self, text: str) -> bool:
        refuses = re.search(r"\b(?:don'?t|not|no longer|nicht)\b", text)
        return bool(pattern("desire").search(text)) and not refuses

    def names_after(self, piece: Piece) -> bool:
        return piece.start < self._last_name

    @cached_property
    def _last_name(self) -> int:
        named = (each.start for each in reversed(self.pieces) if families().has(each.text))
        return next(named, -1)
