"""What a stretch of text says of a thing: its family, what tells it apart, numbers, other words.

The customer's words and the catalogue's go through the same reading, so that they meet.
"""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.agents.quoting.language import measures, numbers
from bot.agents.quoting.language.measures import Measure
from bot.agents.quoting.language.numbers import Number, Range
from bot.agents.quoting.language.text import Word, words
from bot.agents.quoting.vocabulary import (
    Term,
    attributes,
    families,
    family_words,
    marker,
    number_words,
    pattern,
)
from bot.agents.quoting.vocabulary.sets import stop_words, word_set
from domain.catalogue.units import UNITS

VAGUE = frozenset({"cabling", "cctv_system", "wifi_system", "computer", "telephone"})
_WORK_DONE = frozenset({"installed=yes", "installed=no", "certified=yes"})
_COMPOUND = re.compile(r"(?<!\w)[a-z]{1,5}\d{1,5}[a-z]{0,2}(?!\w)")
"""A type's name like "rg59" or "x200p"."""
_GANGED = frozenset({"outlet", "faceplate"})


@dataclass
class Reading:
    """One piece of text, understood word by word."""

    families: list[Term] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    """Families after "for", "per", "to": what the thing is for."""
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    units: list[tuple[str, int]] = field(default_factory=list)
    residual: list[str] = field(default_factory=list)
    name_words: list[str] = field(default_factory=list)
    """The words of the families' names: "mini" of "mini trunking" tells apart too."""
    sizes: frozenset[str] = frozenset()
    words: list[Word] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.families[-1].value if self.families else ""

    @property
    def head_term(self) -> Term | None:
        return self.families[-1] if self.families else None

    def value_of(self, key: str) -> str | None:
        return next(iter(self.attributes.get(key, ())), None)

    def amount(self, key: str) -> Decimal | None:
        found = [Decimal(m.value) for m in self.measures if m.key == key]
        return found[0] if found else None


@lru_cache(maxsize=20000)
def corrected(word: str, language: str) -> str:
    """The trade's word that a typo was meant for, or the end of a compound ("Dachkamera")."""
    lexicon = families().entries
    if (
        len(word) < 6
        or word in lexicon
        or word in stop_words()
        or word in UNITS
        or word in word_set("not_typos")
    ):
        return word
    if attributes().entries.get(word) or word in number_words():
        return word
    for known in family_words(language):
        if len(word) > len(known) + 2 and word.endswith(known):
            return known
    allowed = 1 if len(word) < 8 else 2
    best = min(
        (
            (OSA.distance(word, known, score_cutoff=allowed), known)
            for known in family_words(language)
            if known[0] == word[0] and abs(len(known) - len(word)) <= allowed
        ),
        default=(9, word),
    )
    return best[1] if best[0] <= allowed else word


def read(piece: str, language: str = "en") -> Reading:
    """Reads a folded piece of text; the spans in the result are the piece's own.

    Without a language it is the catalogue's text: no typos, and "RJ45" alone names nothing.
    """
    result = Reading(words=words(piece))
    if not result.words:
        return result
    noise = [m.span() for m in pattern("noise").finditer(piece)]
    result.measures = [m for m in measures.find(piece) if not _inside(m.start, m.end, noise)]
    result.ranges = [r for r in numbers.ranges(piece) if not _inside(r.start, r.end, noise)]
    _read_families(piece, result, language)
    _imply(piece, result)
    _tell_apart(result)
    spans = _read_attributes(piece, result)
    if language:
        _read_numbers(piece, result, language, noise)
    _read_rest(piece, result, spans)
    return result


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(left < end and start < right for left, right in spans)


def _tell_apart(result: Reading) -> None:
    """A panel with buttons is at a door, a test of cores is of fibre."""
    keys = {measure.key for measure in result.measures}
    for old, key, new in (("patch_panel", "buttons", "door_station"),
                          ("certification", "cores", "fibre_test")):  # fmt: skip
        if result.head == old and key in keys:
            result.families[-1] = replace(result.families[-1], value=new)


def _imply(piece: str, result: Reading) -> None:
    """ "5 boxes cat5e", "100 m cat6" are cable, "8TB" is a disk, though nobody says so."""
    disk = next((m for m in result.measures if m.key == "tb"), None)
    if disk is not None and not result.families:
        at = next((n for n, w in enumerate(result.words) if w.start >= disk.start), 0)
        result.families.append(Term("disk", disk.start, disk.end, at, at))
        return
    packed = any(UNITS.get(word.text) in {"box", "reel"} for word in result.words)
    metres = result.amount("metres") or (result.amount("km") or Decimal(0)) * 1000
    told = any(measure.key in {"category", "cores", "om"} for measure in result.measures)
    if not result.families and told and (packed or metres >= 20):
        first = next(m for m in result.measures if m.key in {"category", "cores", "om"})
        at = next((n for n, w in enumerate(result.words) if w.start >= first.start), 0)
        result.families.append(Term("cable", first.start, first.end, at, at))


def _read_families(piece: str, result: Reading, language: str) -> None:
    fixed = result.words
    if language:
        fixed = [Word(corrected(w.text, language), w.start, w.end) for w in result.words]
    told = [t for t in attributes().find(piece, result.words) if t.value in _WORK_DONE]
    terms = [
        t
        for t in families().find(piece, fixed)
        if not _is_measure(t, result.measures)
        and not any(w.start <= t.start and t.end <= w.end for w in told)
        and not _is_verb(t, fixed)
    ]
    strong = [t for t in terms if not _is_weak(piece, t)]
    kept = strong or [t for t in terms if language and _may_stand_alone(t, fixed)]
    kept = [t for t in kept if not _is_generic(t, fixed)] or kept
    kept = [t for t in kept if t.value not in VAGUE] or kept
    purposes = [t.start for t in marker("purpose").find(piece, result.words)]
    first = kept[0].start if kept else 0
    limit = next((p for p in purposes if p > first), None)
    for term in kept:
        if limit is not None and term.start > limit:
            result.objects.append(term.value)
        else:
            result.families.append(term)


def _is_weak(piece: str, term: Term) -> bool:
    return piece[term.start : term.end] in word_set("weak_outlet")


def _is_verb(term: Term, found: list[Word]) -> bool:
    """ "drop the panel" is no outlet."""
    following = found[term.last + 1].text if term.last + 1 < len(found) else ""
    return found[term.last].text == "drop" and following in {"the", "all", "that", "those", "one",
                                                             "both", "it", "my", "our"}  # fmt: skip


def _is_measure(term: Term, measures_: list[Measure]) -> bool:
    """ "8 canali" are channels of a recorder, no trunking."""
    return any(m.start < term.start and term.end <= m.end for m in measures_)


def _is_generic(term: Term, found: list[Word]) -> bool:
    return term.first == term.last and found[term.first].text in word_set("generic")


def _may_stand_alone(term: Term, found: list[Word]) -> bool:
    following = found[term.last + 1].text if term.last + 1 < len(found) else ""
    return following not in {
        "mode",
        "gang",
        "door",
        "doors",
        "button",
        "check",
        "glazed",
        "glazing",
    }


def _read_attributes(piece: str, result: Reading) -> list[tuple[int, int]]:
    collected: dict[str, set[str]] = {}
    spans: list[tuple[int, int]] = []
    for term in attributes().find(piece, result.words):
        key, value = term.value.split("=")
        if key == "gang" and not _may_stand_alone(term, result.words):
            continue
        collected.setdefault(key, set()).add(value)
        spans.append((term.start, term.end))
    for measure in result.measures:
        if measure.key in {"metres", "hours", "days", "months", "km", "miles", "area"}:
            continue
        collected.setdefault(measure.key, set()).add(measure.value)
    if "dims" in collected:
        pairs = [value.split("x") for value in collected["dims"]]
        collected.setdefault("wide", set()).update(pair[0] for pair in pairs)
        collected.setdefault("deep", set()).update(pair[1] for pair in pairs)
    _settle(collected, result)
    result.attributes = {key: frozenset(values) for key, values in collected.items()}
    return spans


def _settle(collected: dict[str, set[str]], result: Reading) -> None:
    """Where two words say the same of one thing, one key is left."""
    if collected.get("poe") == {"yes", "no"}:
        collected["poe"] = {"no"}
    if collected.get("installed") == {"yes", "no"}:
        collected["installed"] = {"no"}
    if collected.get("shielding") == {"shielded", "unshielded"}:
        collected["shielding"] = {"unshielded"}
    if collected.get("mount") == {"wall", "floor"} and "floor_box" in collected:
        del collected["mount"]
    named = {term.value for term in result.families}
    if "gang" in collected and (named & _GANGED or not named):
        collected.setdefault("ports", set(collected["gang"]))
    collected.pop("gang", None)
    for mode in collected.get("om", set()):
        kind = "multimode" if mode.startswith("om") else "singlemode"
        collected.setdefault("mode", set()).add(kind)
        collected.setdefault("medium", set()).add("fibre")


def _read_numbers(piece: str, result: Reading, language: str, noise: list[tuple[int, int]]) -> None:
    told = numbers.find(piece, result.words, language)
    spoken = numbers.word_ranges(piece, told)
    result.ranges += [
        r for r in spoken if not any(r.start < k.end and k.start < r.end for k in result.ranges)
    ]
    taken = noise + [(m.start, m.end) for m in result.measures]
    taken += [(r.start, r.end) for r in result.ranges]
    named = [(t.start, t.end) for t in result.families if t.value != "monitoring"]
    for number in told:
        if _inside(number.start, number.end, taken) or _inside(number.start, number.end, named):
            continue
        if not _counts_people(piece, result.words, number):
            result.numbers.append(number)


def _counts_people(piece: str, found: list[Word], number: Number) -> bool:
    """Whether the number is of people, rooms, weeks: nothing that is sold."""
    following = number.last + 1
    if following >= len(found) or number.is_article:
        return False
    return marker("noise_units").match_at(piece, found, following) is not None


def _read_rest(piece: str, result: Reading, spans: list[tuple[int, int]]) -> None:
    spans = spans + [(t.start, t.end) for t in result.families]
    spans += [(m.start, m.end) for m in result.measures]
    result.name_words = [w.text for t in result.families for w in result.words[t.first : t.last + 1]
                         if len(w.text) > 2]  # fmt: skip
    sizes: set[str] = {m.value for m in result.measures}
    for word in result.words:
        if word.is_number:
            sizes.add(word.text)
        if _inside(word.start, word.end, spans):
            continue
        if word.text in UNITS:
            result.units.append((UNITS[word.text], word.start))
        elif not word.is_number and word.text not in stop_words() and len(word.text) > 2:
            result.residual.append(word.text)
    sized = [(m.start, m.end) for m in result.measures]
    for match in _COMPOUND.finditer(piece):
        if not _inside(match.start(), match.end(), sized):
            result.residual.append(match[0])
    for measure in result.measures:
        if measure.key in {"dims"}:
            sizes.update(measure.value.split("x"))
    result.sizes = frozenset(sizes)
