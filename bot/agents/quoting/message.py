"""Reads a message, sentence by sentence, into wishes; corrections change those read before."""

from decimal import Decimal

from bot.agents.quoting import corrections, naming, revision
from bot.agents.quoting.files.rows import WantedRow, wanted
from bot.agents.quoting.files.wire import ListPart
from bot.agents.quoting.language import layout, sites, tables
from bot.agents.quoting.language.pieces import sentences, split
from bot.agents.quoting.language.text import fold
from bot.agents.quoting.matching.index import Index
from bot.agents.quoting.reading import read
from bot.agents.quoting.sentence import Clause, Notes, Sentence
from bot.agents.quoting.vocabulary import marker, pattern
from bot.agents.quoting.wishes import Wish, wish_of

_ALONE = frozenset({"certification", "installation"})


class MessageReader:
    """Takes in one message after the other; what it understood stands in `notes`."""

    def __init__(self, index: Index) -> None:
        self.notes = Notes(index, "en")
        self._has_list = False
        """Whether "all but the cabinet" may speak of what a list holds."""

    def read(self, body: str, source: str, language: str) -> None:
        """`body`: the folded text, history and signature blanked out; `source`: new or previous."""
        notes = self.notes
        notes.source, notes.language = source, language
        notes.is_revision = bool(notes.wishes)
        if notes.is_revision and marker("replace_all").has(body):
            notes.wishes.clear()
        notes.places = sites.counted_places(body, language)
        notes.is_option_block, notes.block_factor, notes.site = False, Decimal(1), ""
        self._read_lines(body)

    def _read_lines(self, body: str) -> None:
        rows, rest = tables.find(layout.lines(body))
        for row in rows:
            self._row(row)
        for group in layout.paragraphs(rest):
            text = body[group[0].start : group[-1].end].replace("\n", " ")
            self._paragraph(text, group[0].start, is_bullet=group[0].is_bullet)

    def read_part(self, part: ListPart, folded: str, language: str) -> None:
        """A table or text of a file, as if it had been said before the words that go with it.

        `folded`: the whole text with everything but this part's words blanked out.
        """
        notes = self.notes
        notes.source, notes.language, notes.is_revision = "previous", language, False
        notes.is_option_block, notes.block_factor, notes.site = False, Decimal(1), ""
        before = len(notes.wishes)
        self._has_list = True
        if part.kind == "table":
            for row in wanted(part):
                self._listed(row)
        elif part.kind == "text":
            self._read_lines(folded)
            # A data sheet names many things: of prose only what says how many is wanted.
            notes.wishes[before:] = filter(_is_counted, notes.wishes[before:])

    def _listed(self, row: WantedRow) -> None:
        before = len(self.notes.wishes)
        self._row(
            tables.Row(
                description=fold(row.words),
                quantity=row.quantity,
                unit=row.unit,
                start=row.line.start,
                end=row.line.end,
                is_open=row.is_open,
            )
        )
        for wish in self.notes.wishes[before:]:
            wish.named = row.words

    def _row(self, row: tables.Row) -> None:
        reading = read(row.description, self.notes.language)
        wish = wish_of(row.description, reading, row.start, is_row=True)
        wish.start, wish.end = row.start, row.end
        wish.source, wish.is_listed = self.notes.source, True
        wish.is_optional = marker("option").has(row.description)
        if row.quantity is not None:
            wish.quantity, wish.is_article = row.quantity, False
            wish.unit = row.unit or wish.unit
        elif row.is_open:
            wish.quantity, wish.is_pending = None, True
        if wish.head or wish.words or wish.sizes:
            self.notes.wishes.append(wish)

    def _paragraph(self, text: str, start: int, *, is_bullet: bool) -> None:
        if text.rstrip().endswith(":") and not is_bullet:
            self._heading(text)
        for sentence, at in sentences(text, start):
            self._sentence(sentence, at, is_listed=is_bullet)

    def _heading(self, text: str) -> None:
        names = sites.names_before_colon(text)
        self.notes.is_option_block = marker("option").has(text)
        self.notes.block_factor = sites.factor(text, self.notes.places, names)
        if len(names) == 1 and len(text) < 40:
            self.notes.site = names[0]

    def _sentence(self, text: str, start: int, *, is_listed: bool) -> None:
        notes = self.notes
        names = sites.names_before_colon(text)
        pieces = split(text, start, notes.language)
        sentence = Sentence(text, pieces, is_listed=is_listed)
        if marker("same").has(text) and notes.group and (names or not notes.is_revision):
            self._same_again(sentence, names)
            return
        before = len(notes.wishes)
        for clause in self._clauses(sentence):
            self._clause(clause, sentence)
        sentence.drop_totals(notes.wishes)
        self._place(sentence, before, names)

    def _clauses(self, sentence: Sentence) -> list[Clause]:
        language = self.notes.language
        return [Clause(p, n, read(p.text, language)) for n, p in enumerate(sentence.pieces)]

    def _place(self, sentence: Sentence, before: int, names: tuple[str, ...]) -> None:
        """At which places the sentence's wishes are wanted, and how often."""
        notes = self.notes
        factor = sites.factor(sentence.text, notes.places, names)
        factor = notes.block_factor if factor == 1 else factor
        is_by_piece = sites.is_told_by_piece(sentence.text)
        made = notes.wishes[before:]
        for wish in made:
            wish.site = " + ".join(names) if names else notes.site
            own = sites.factor_of_piece(wish.text, notes.places) if is_by_piece else factor
            if own != 1 and wish.quantity is not None and wish.source == notes.source:
                wish.factor = own
        if made and (factor != 1 or names):
            notes.group = made

    def _same_again(self, sentence: Sentence, names: tuple[str, ...]) -> None:
        """ "Swindon: the same as the others, but three access points instead of two"."""
        copies = [wish.copy() for wish in self.notes.group]
        for wish in copies:
            wish.factor = Decimal(max(1, len(names)))
            wish.site = " + ".join(names)
        kept, self.notes.wishes = self.notes.wishes, copies
        for clause in self._clauses(sentence):
            if clause.number == 0 or marker("same").has(clause.text):
                continue
            if not corrections.same_but(self.notes, clause):
                self._clause(clause, sentence)
        self.notes.wishes = kept + self.notes.wishes

    def _clause(self, clause: Clause, sentence: Sentence) -> None:
        before = [(wish, wish.state()) for wish in self.notes.wishes]
        if corrections.corrects(self.notes, clause, sentence):
            for wish, state in before:
                if wish.state() != state:
                    wish.later.append((self.notes.source, clause.piece.start, clause.piece.end))
            return
        if _is_excluded(clause, sentence):
            if self._has_list and clause.families:
                revision.remove(self.notes.wishes, clause.text, clause.reading)
            return
        reading = clause.reading
        if sentence.made and pattern("share").search(clause.text):
            return
        is_aside = clause.piece.mark == "(" and not (reading.numbers or reading.ranges)
        if is_aside and sentence.made:
            sentence.made[-1].absorb(reading, clause.piece.end)
            sentence.made[-1].name_words += reading.name_words
        elif clause.families and self._is_work(clause):
            naming.companion(self.notes, clause, sentence)
        elif clause.families or self._is_known(clause, sentence):
            naming.name(self.notes, clause, sentence)
        else:
            naming.detail(self.notes, clause, sentence)

    def _is_work(self, clause: Clause) -> bool:
        """Service words that go with things named elsewhere: "installation and testing"."""
        names = [term.value for term in clause.reading.families]
        if clause.count is not None or not _ALONE & clause.families:
            return False
        others = {*names, *clause.reading.objects} - _ALONE
        if {names[0], names[-1]} & _ALONE and any(
            wish.head in others for wish in self.notes.wishes
        ):
            return True
        return clause.families <= _ALONE and not set(clause.reading.objects) - {"outlet"}

    def _is_known(self, clause: Clause, sentence: Sentence) -> bool:
        """A thing outside the trade's words: by its code, or told as something to be priced."""
        index, reading = self.notes.index, clause.reading
        if index.by_code(clause.text) is not None:
            return True
        if not reading.residual or (sentence.is_listed and clause.counted is not None):
            return bool(reading.residual)
        if clause.count is None or clause.count.is_article:
            return sentence.is_listed and len(sentence.pieces) == 1
        count = clause.count
        following = [w.text for w in reading.words if w.start >= count.end][:3]
        asked = marker("need").has(sentence.text) or marker("price").has(sentence.text)
        near = [word for word in following if word in reading.residual]
        return asked and any(index.nearest_word(word) for word in near)


def _is_counted(wish: Wish) -> bool:
    told = wish.quantity is not None and not wish.is_article
    return bool(told or wish.range or wish.metres or wish.durations)


def _is_excluded(clause: Clause, sentence: Sentence) -> bool:
    """Whether the piece only says what is not wanted. "without" spares what stands before it."""
    if clause.count is None and clause.families and pattern("own").search(clause.text):
        return True
    if not sentence.is_out(clause):
        return False
    cut = pattern("prefix").search(clause.text)
    named = clause.reading.families
    if cut is None or not named or named[0].start >= cut.start():
        return True
    return clause.counted is None and not pattern("without").match(cut[0])
