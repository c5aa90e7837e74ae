"""Decides which correction a piece of text is, if any; revision.py carries it out."""

import re

from bot.agents.quoting import revision
from bot.agents.quoting.sentence import Clause, Notes, Sentence
from bot.agents.quoting.vocabulary import marker, pattern
from bot.agents.quoting.wishes import Wish

_DENIAL = re.compile(
    r"^\W*(?:and |und )?(?:not|nicht|keine|no|non|pas|niet|nao|instead of|statt|rather than)"
    r"(?: just| only)? \d+\W*$"
)
"""The rest of "make it 30, not 20": says only what it was."""


def corrects(notes: Notes, clause: Clause, sentence: Sentence) -> bool:
    """Whether the piece changes what was said before, and nothing of it is left to read."""
    if not notes.wishes:
        return False
    if _DENIAL.match(clause.text):
        return True
    if removes(notes, clause, sentence):
        return True
    if revision.increase(notes.wishes, clause.text, clause.reading):
        return notes.is_revision or marker("correct").has(sentence.text)
    if pattern("brings").search(clause.text):
        return False
    is_all = marker("all").has(clause.text)
    slipped = marker("slip").has(sentence.text) and not sentence.made
    if marker("correct").has(clause.text) or slipped or (is_all and notes.is_revision):
        return _changes(notes, clause, is_all=is_all)
    return _restates(notes, clause, sentence) or _answers(notes, clause)


def removes(notes: Notes, clause: Clause, sentence: Sentence) -> bool:
    none_left = notes.is_revision and pattern("none_of").match(clause.text)
    if notes.is_revision and not clause.families and pattern("take_back").search(clause.text):
        notes.wishes[:] = [wish for wish in notes.wishes if wish.source != "previous"]
        return True
    if not (marker("remove").has(clause.text) or none_left) or sentence.wants(clause.text):
        return False
    return revision.remove(notes.wishes, clause.text, clause.reading)


def _changes(notes: Notes, clause: Clause, *, is_all: bool) -> bool:
    wishes, text, reading = notes.wishes, clause.text, clause.reading
    if revision.is_recount(text, reading) and revision.set_quantity(wishes, text, reading):
        revision.swap_apart(wishes, text, reading)
        return True
    swaps_first = is_all or pattern("contrast").search(text) or not reading.numbers
    if swaps_first and revision.swap(wishes, text, reading, is_all=is_all):
        return True
    if revision.resize(wishes, text, reading) or revision.set_quantity(wishes, text, reading):
        return True
    return revision.swap(wishes, text, reading, is_all=is_all) and not reading.numbers


def _restates(notes: Notes, clause: Clause, sentence: Sentence) -> bool:
    """In a later message the same thing with another number replaces the earlier one."""
    if not notes.is_revision or not clause.families or clause.counted is None:
        return False
    if pattern("adds").search(sentence.text):
        return False
    told = set(clause.reading.attributes)
    found = [
        wish
        for wish in revision.targets(notes.wishes, clause.reading)
        if wish.source == "previous" and told <= set(wish.attributes)
    ]
    if len(found) != 1:
        return False
    _fill(found[0], clause)
    return True


def _answers(notes: Notes, clause: Clause) -> bool:
    """A bare "22, all doubles" fills what the earlier message left open."""
    if not notes.is_revision or clause.families:
        return False
    waiting = [wish for wish in notes.wishes if wish.quantity is None]
    if clause.counted is not None and len(waiting) == 1:
        _fill(waiting[0], clause)
        return True
    if clause.reading.attributes and clause.count is None:
        for wish in notes.wishes if len(notes.wishes) == 1 else waiting:
            wish.absorb(clause.reading, wish.end)
        return True
    return False


def _fill(wish: Wish, clause: Clause) -> None:
    wish.quantity, wish.range, wish.is_pending = clause.counted, None, False
    wish.absorb(clause.reading, wish.end)


def same_but(notes: Notes, clause: Clause) -> bool:
    """After "the same as the others, but": a piece that changes what was copied."""
    wishes, text, reading = notes.wishes, clause.text, clause.reading
    taken_off = marker("remove").has(text) or marker("exclude").has(text)
    return (
        (taken_off and revision.remove(wishes, text, reading))
        or revision.increase(wishes, text, reading)
        or revision.set_quantity(wishes, text, reading)
        or revision.swap(wishes, text, reading, is_all=False)
    )
