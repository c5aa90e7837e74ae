"""Several places in one message: "at each", "Bath and Frome: …", "6 rooms, two per room"."""

import re
from decimal import Decimal

from bot.agents.quoting.language import measures
from bot.agents.quoting.language.numbers import find as find_numbers
from bot.agents.quoting.language.text import words
from bot.agents.quoting.vocabulary import families, marker, pattern

_NAME = re.compile(r"^[a-z][a-z .'-]{1,30}(?:\s\d)?$")


def counted_places(body: str, language: str) -> dict[str, Decimal]:
    """How many of each kind of place the message speaks of: "three branches" → branch: 3."""
    inside = words(body)
    found: dict[str, Decimal] = {}
    sizes = [(m.start, m.end) for m in measures.find(body)]
    for number in find_numbers(body, inside, language):
        if number.value > 300 or any(a <= number.start < b for a, b in sizes):
            continue
        for index in range(number.last + 1, min(number.last + 4, len(inside))):
            place = marker("places").match_at(body, inside, index)
            if place and not re.search(r"[,.;:\n]", body[number.end : place.start]):
                stem = _stem(inside[index].text)
                if number.value > 1:
                    found.setdefault(stem, number.value)
                break
    return found


def _stem(place: str) -> str:
    return place[:5]


def names_before_colon(sentence: str) -> tuple[str, ...]:
    """ "Bath and Frome: at each …" → Bath, Frome. Nothing for "Cat6 outlets: 24"."""
    head, colon, _ = sentence.partition(":")
    if not colon or len(head) > 60 or families().find(head):
        return ()
    names = [re.sub(r"^(?:for|at|site|para|fur|pour|per|voor|in)\s", "", n.strip(" -*"))
             for n in pattern("joined").split(head)]  # fmt: skip
    return tuple(name for name in names if _NAME.match(name))


def is_told_by_piece(sentence: str) -> bool:
    """ "two per room and one cabinet": only what says "per" is multiplied. At the end of a
    sentence it goes for all of it."""
    told = [m for m in pattern("per").finditer(sentence) if _is_place(m[1])]
    if not told:
        return False
    is_last = not re.search(r"[,;+]|\b(?:and|plus|und|y|et|e)\b", sentence[told[-1].end() :])
    return len(told) > 1 or not (is_last or told[0].start() < len(sentence) * 0.3)


def _is_place(word: str) -> bool:
    return marker("places").has(word)


def factor_of_piece(piece: str, places: dict[str, Decimal]) -> Decimal:
    for match in pattern("per").finditer(piece):
        if _is_place(match[1]) and _stem(match[1]) in places:
            return places[_stem(match[1])]
    return Decimal(1)


def factor(sentence: str, places: dict[str, Decimal], names: tuple[str, ...]) -> Decimal:
    """How often what the sentence asks for is wanted; 1 unless it says "each" or the like."""
    inside = words(sentence)
    if (by_place := factor_of_piece(sentence, places)) != 1:
        return by_place
    for index in range(len(inside)):
        term = marker("each").match_at(sentence, inside, index)
        if term is None:
            continue
        told = _told_after(sentence, term.end) or _by_place(sentence, index, places)
        if told:
            return told
        if len(names) > 1:
            return Decimal(len(names))
        if pattern("both").search(sentence[term.start : term.end]):
            near = [marker("places").match_at(sentence, inside, n)
                    for n in range(index, min(index + 4, len(inside)))]  # fmt: skip
            if any(near) or sentence[: term.start].rstrip().endswith(
                ("at", "in", "for", "en", "an")
            ):
                return Decimal(2)
            continue
        if len(places) == 1 and _speaks_of_place(sentence, term.start):
            return next(iter(places.values()))
    return Decimal(1)


def _told_after(sentence: str, end: int) -> Decimal | None:
    """ "each of the three branches", "in each of our 4 shops"."""
    match = re.match(
        r"\s*(?:of|de|der|von|di|van|delle|des)?\s*(?:the|our|las|los|nuestras|nuestros|den|"
        r"unseren|nos|le|our|my|those|these|as|os|nossas|de|onze)?\s*",
        sentence[end:],
    )
    rest = sentence[end + (match.end() if match else 0) :]
    inside = words(rest)[:3]
    for language in ("en", "es", "de", "fr", "it", "pt", "nl"):
        numbers = find_numbers(rest, inside[:1], language)
        is_place = any(marker("places").match_at(rest, inside, n) for n in range(1, len(inside)))
        if numbers and is_place and numbers[0].value > 1:
            return numbers[0].value
    return None


def _by_place(sentence: str, index: int, places: dict[str, Decimal]) -> Decimal | None:
    inside = words(sentence)
    for word in inside[index : index + 4]:
        if _stem(word.text) in places:
            return places[_stem(word.text)]
    return None


def _speaks_of_place(sentence: str, start: int) -> bool:
    around = sentence[max(0, start - 4) : start + 30]
    return bool(re.search(r"\b(?:at|in|per|pro|je|en|em|op|a|site|location|for)\b", around))
