"""Sentences cut into pieces that name at most one thing each."""

import re
from dataclasses import dataclass

from bot.agents.quoting.language.numbers import Number, ranges
from bot.agents.quoting.language.numbers import find as find_numbers
from bot.agents.quoting.language.text import Word, words
from bot.agents.quoting.vocabulary import articles, attributes, families, number_words
from bot.agents.quoting.vocabulary.sets import by_language, word_set

_STOP = re.compile(r"[.!?]+(?=\s|$)|\n|;|\s-\s|\s--\s")
_MARK = re.compile(r",(?!\d)|[+&](?=\s)|(?<=\s)[+&]|(?<=[a-z])[+](?=\d)|[()\n]|:(?!\d)|\s-\s|\s/\s")


LONGEST = 800
"""Letters of a sentence that are read as one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`mark` is what it was cut off with: a comma, "and", "with", a bracket, "" at the start."""

    text: str
    start: int
    mark: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def sentences(text: str, start: int) -> list[tuple[str, int]]:
    """Sentences with their places; a full stop after an abbreviation ends nothing."""
    found, begin = [], 0
    for stop in _STOP.finditer(text):
        before = re.search(r"(?<![a-z0-9])([a-z]+)$", text[begin : stop.start()])
        short = stop[0] == "." and before is not None and before[1] in word_set("abbreviated")
        if short or stop[0].startswith((" -", " --")):
            continue
        found.append((text[begin : stop.end()], start + begin))
        begin = stop.end()
    found.append((text[begin:], start + begin))
    parts = [part for sentence, at in found for part in _in_parts(sentence, at)]
    return [(sentence, at) for sentence, at in parts if sentence.strip(" .!?;\n")]


def _in_parts(sentence: str, start: int) -> list[tuple[str, int]]:
    """A sentence that goes on and on is read in parts, cut between words."""
    parts = []
    while len(sentence) > LONGEST:
        cut = max(sentence.rfind(mark, 0, LONGEST) for mark in ", ") + 1 or LONGEST
        parts.append((sentence[:cut], start))
        sentence, start = sentence[cut:], start + cut
    return [*parts, (sentence, start)]


def split(sentence: str, start: int, language: str) -> list[Piece]:
    """The pieces of a sentence, spans in the whole message."""
    inside = words(sentence)
    cuts = [(m.start(), m.end(), m[0].strip() or "-") for m in _MARK.finditer(sentence)]
    cuts += _conjunctions(sentence, inside, language)
    cuts.sort()
    pieces, begin, mark = [], 0, ""
    for left, right, name in cuts:
        if left < begin:
            continue
        pieces.append(Piece(sentence[begin:left], start + begin, mark))
        begin, mark = right, name
    pieces.append(Piece(sentence[begin:], start + begin, mark))
    return [_trimmed(piece) for piece in pieces if piece.text.strip(" .!?;,")]


def _trimmed(piece: Piece) -> Piece:
    left = len(piece.text) - len(piece.text.lstrip(" \t.;,!?"))
    return Piece(piece.text.strip(" \t.;,!?"), piece.start + left, piece.mark)


def _conjunctions(sentence: str, inside: list[Word], language: str) -> list[tuple[int, int, str]]:
    joining = word_set("and_en") | by_language("and").get(language, frozenset())
    phrases = [(t.start, t.end) for t in families().find(sentence, inside)]
    phrases += [(t.start, t.end) for t in attributes().find(sentence, inside)]
    phrases += [(r.start, r.end) for r in ranges(sentence)]
    numbers = find_numbers(sentence, inside, language)
    cuts = []
    for index, word in enumerate(inside):
        if any(left < word.start < right for left, right in phrases):
            continue
        if any(n.start < word.start < n.end for n in numbers):
            continue
        if word.text in joining and index:
            cuts.append((word.start, word.end, "and"))
        elif (
            word.text in word_set("introducing")
            and index
            and _introduces(sentence, inside, index, numbers, language)
        ):
            cuts.append((word.start, word.end, "with"))
    return cuts


def _introduces(
    sentence: str, inside: list[Word], index: int, numbers: list[Number], language: str
) -> bool:
    """Whether "with", "on" … starts another thing: a number or "a", then a thing's name."""
    following = inside[index + 1 : index + 7]
    stop = next(
        (n for n, word in enumerate(following) if word.text in word_set("joining")), len(following)
    )
    following = following[:stop]
    if not following:
        return False
    first = following[0]
    counted = (
        first.is_number
        or first.text in number_words()
        or language in articles().get(first.text, frozenset())
    )
    names = families().find(sentence, following)
    if not names or (
        not counted
        and inside[index].text
        not in {
            "with",
            "mit",
            "con",
            "avec",
            "com",
            "met",
            "plus",
            "including",
            "incl",
            "inc",
            "inkl",
        }
    ):
        return False
    gap = sentence[inside[index].end : names[0].start]
    if "," in gap or attributes().match_at(sentence, inside, index) is not None:
        return False
    ports = re.match(r"\s*\d+\s?x?\s?\d*\s?(?:port|ports|sfp)", sentence[inside[index].end :])
    return not (ports and names[0].value in {"sfp", "outlet"})
