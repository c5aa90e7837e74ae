"""Wishes from pieces: things named, what is said of them beside, work asked for along with them."""

import re
from decimal import Decimal

from bot.agents.quoting import revision
from bot.agents.quoting.language import sites
from bot.agents.quoting.reading import read
from bot.agents.quoting.sentence import Clause, Notes, Sentence, Work
from bot.agents.quoting.vocabulary import attributes, marker, pattern
from bot.agents.quoting.wishes import TOPICS, Wish, wish_of

_YES = frozenset({"yes"})
_WORK_NAMES = {
    "installed": frozenset({"installation", "installed"}),
    "certified": frozenset({"certification", "certified"}),
}


def name(notes: Notes, clause: Clause, sentence: Sentence) -> None:
    """A wish from a piece that names a thing."""
    piece = clause.piece
    wish = wish_of(piece.text, clause.reading, piece.start, is_row=sentence.is_listed)
    wish.source, wish.is_listed = notes.source, sentence.is_listed
    wish.is_optional = notes.is_option_block or sentence.is_optional(piece)
    if not sentence.is_listed and _is_mentioned_again(notes, wish, clause, sentence):
        return
    _count_with_neighbour(notes, wish, clause, sentence)
    wish.places = next(iter(sites.counted_places(piece.text, notes.language).values()), None)
    if sentence.installs:
        wish.attributes.setdefault("installed", _YES)
    sentence.installs = sentence.installs or _leads(clause)
    for part in sentence.pending:
        _complete(part, wish)
        notes.wishes.append(part)
    sentence.pending.clear()
    notes.wishes.append(wish)
    sentence.made.append(wish)


def _is_mentioned_again(notes: Notes, wish: Wish, clause: Clause, sentence: Sentence) -> bool:
    """ "The domes should be white": no further dome, but what those are like."""
    if wish.quantity is not None or wish.range or wish.metres or wish.durations:
        return False
    known = [w for w in revision.targets(notes.wishes, clause.reading) if w.quantity or w.metres]
    if not known or wish.head in TOPICS:
        return False
    for each in known if wish.is_plural else known[-1:]:
        each.attributes = {**clause.reading.attributes, **each.attributes}
    sentence.made.append(known[-1])
    return True


def _count_with_neighbour(notes: Notes, wish: Wish, clause: Clause, sentence: Sentence) -> None:
    """ "8 domes with junction boxes", "an injector for each", "each with two PDUs"."""
    has_no_count = wish.quantity is None or wish.is_article
    if notes.wishes and has_no_count and wish.range is None:
        if clause.piece.mark == "with":
            if marker("each").has(sentence.text) or wish.is_plural:
                wish.quantity = notes.wishes[-1].quantity
        elif pattern("each_of_them").search(clause.text) and not wish.durations:
            wish.quantity, wish.is_article = notes.wishes[-1].quantity, False
    each_has = pattern("each_has").search(sentence.text)
    if each_has and sentence.made and clause.piece.start > sentence.start + each_has.start():
        sentence.drop_totals(notes.wishes)
        first = sentence.made[0].head
        counts = [w.quantity or Decimal(1) for w in sentence.made if w.head == first]
        wish.factor = sum(counts, Decimal(0))


def _leads(clause: Clause) -> bool:
    """ "supply and fit 4 domes and 2 bullets": the verb before the first thing goes for all."""
    found = attributes().find(clause.text, clause.reading.words)
    verbs = [term.start for term in found if term.value == "installed=yes"]
    return bool(verbs and clause.families) and verbs[0] < clause.reading.families[0].start


def _complete(part: Wish, wish: Wish) -> None:
    """ "10 blue and 20 grey 2 m leads": the ten are leads of 2 m too."""
    part.head, part.head_words, part.families = wish.head, wish.head_words, wish.families
    part.attributes = {**wish.attributes, **part.attributes}
    part.words, part.objects = part.words + wish.words, wish.objects
    part.metres = part.metres or wish.metres


def companion(notes: Notes, clause: Clause, sentence: Sentence) -> None:
    """ "installed", "all certified": work on the sentence's things, or on everything."""
    spoken = clause.families | set(clause.reading.attributes)
    named = (clause.families | set(clause.reading.objects)) - {"certification", "installation"}
    for kind, names in _WORK_NAMES.items():
        if not spoken & names or clause.reading.value_of(kind) == "no":
            continue
        for wish in sentence.made:
            if not named or wish.head in named:
                wish.attributes.setdefault(kind, _YES)
        if not sentence.made or named or marker("all").has(clause.text):
            piece = clause.piece
            told = {k: v for k, v in clause.reading.attributes.items() if k not in _WORK_NAMES}
            sentence.work = Work(
                kind, piece.start, piece.end, notes.source, clause.counted, frozenset(named), told
            )
            notes.work.append(sentence.work)


def detail(notes: Notes, clause: Clause, sentence: Sentence) -> None:
    """A piece without a name: a feature or number of what stands beside it."""
    if not sentence.made:
        _detail_alone(notes, clause, sentence)
        return
    last = sentence.made[-1]
    if marker("option").has(clause.text) and not clause.tells:
        last.is_optional = True
    elif clause.counted is not None and clause.tells and _belongs_to_next(clause, sentence):
        _detail_alone(notes, clause, sentence)
    elif clause.counted is not None and clause.tells:
        _sibling(notes, clause, sentence, clause.counted)
    elif clause.tells:
        _feature(notes, clause, sentence)
    else:
        _amount(clause, last)


def _belongs_to_next(clause: Clause, sentence: Sentence) -> bool:
    """ "…, 2x 48 port + 1x 24 port panels": of the same kind as what comes after, not before."""
    following = sentence.pieces[clause.number + 1 : clause.number + 2]
    if not following or following[0].mark not in {"and", "+", "&"}:
        return False
    said = read(following[0].text)
    is_other = said.head not in {"", sentence.made[-1].head}
    return is_other and bool(said.attributes.keys() & clause.reading.attributes.keys())


def _feature(notes: Notes, clause: Clause, sentence: Sentence) -> None:
    if marker("all").has(clause.text):
        for wish in sentence.made[:-1]:
            wish.attributes = {**clause.reading.attributes, **wish.attributes}
    of_rest = sentence.parent if pattern("rest").search(clause.text) else None
    (of_rest or sentence.made[-1]).absorb(clause.reading, clause.piece.end)
    if clause.tells_of_work:
        companion(notes, clause, sentence)


def _amount(clause: Clause, last: Wish) -> None:
    reading, piece = clause.reading, clause.piece
    if reading.ranges and last.quantity is None:
        last.range = (reading.ranges[0].low, reading.ranges[0].high)
    elif clause.counted is not None and (last.quantity is None or last.is_article):
        if len(piece.text) < 40 and not re.search(r"[£$€%]", piece.text):
            last.quantity, last.is_article, last.end = clause.counted, False, piece.end
    elif marker("pending").has(piece.text):
        last.is_pending = True
        last.quantity = None if last.is_article else last.quantity
    elif reading.residual and piece.mark in {",", "("}:
        last.words += reading.residual


def _detail_alone(notes: Notes, clause: Clause, sentence: Sentence) -> None:
    is_bare = sentence.names_after(clause.piece) and not clause.reading.residual
    if clause.counted is not None and (clause.tells or is_bare):
        part = wish_of(clause.text, clause.reading, clause.piece.start)
        part.source, part.is_listed = notes.source, sentence.is_listed
        sentence.pending.append(part)
    elif clause.tells and marker("all").has(clause.text):
        notes.defaults.update(clause.reading.attributes)
        companion(notes, clause, sentence)
    elif clause.tells_of_work:
        companion(notes, clause, sentence)
    elif clause.counted is not None and sentence.work is not None:
        sentence.work.quantity, sentence.work.end = clause.counted, clause.piece.end


def _sibling(notes: Notes, clause: Clause, sentence: Sentence, count: Decimal) -> None:
    """ "leads: 12 x 1 m, 8 x 2 m"; "20 leads, 10 blue and 10 grey" splits the twenty."""
    last, piece, reading = sentence.made[-1], clause.piece, clause.reading
    part = last.copy()
    part.start, part.end, part.quantity, part.is_article = piece.start, piece.end, count, False
    metres = tuple(Decimal(m.value) for m in reading.measures if m.key == "metres")
    part.metres = metres or last.metres
    part.attributes.update(reading.attributes)
    part.sizes, part.text = part.sizes | reading.sizes, ""
    parent = sentence.parent = sentence.parent or last
    if pattern("of_which").match(piece.text) and parent.quantity and parent.quantity > count:
        parent.quantity -= count
    notes.wishes.append(part)
    sentence.made.append(part)
    if (parent.quantity is None or parent.is_article) and parent in notes.wishes:
        notes.wishes.remove(parent)
