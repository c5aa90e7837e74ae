"""All products of a catalogue, and which of them a piece of text means.

Products that are left alike differ in something the customer must be asked.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from rapidfuzz import fuzz, process

from bot.agents.quoting.language.text import fold
from bot.agents.quoting.matching.entries import Entry, entry_of
from bot.agents.quoting.matching.part_numbers import joined
from bot.agents.quoting.matching.part_numbers import key_of as _code_key
from bot.agents.quoting.matching.scoring import Query, attribute_score, family_score
from bot.agents.quoting.vocabulary.sets import word_set
from domain.catalogue.product import Catalogue

ASKED = (
    "category", "ports", "form", "mp", "mount", "metres", "u", "deep", "wide", "dims", "mm",
    "channels", "tb", "cores", "om", "mode", "optic", "speed", "poe", "va", "video", "buttons",
    "shielding", "medium", "unit",
)  # fmt: skip
"""What the customer is asked when products differ in nothing else."""
PLAIN_COLOURS = ("white", "grey", "")
MARGIN = 0.45
ENOUGH = 2.2
ENOUGH_OF_A_KIND = 1.0
SURE_CODE = 9
"""Letters and digits of a part number that is known for one when it is written in pieces."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TYPE = re.compile(r"[a-z]{1,5}\d{3,5}[a-z]{0,2}")


@dataclass(frozen=True)
class Match:
    """The best entry, or those that are left alike and the keys they differ in."""

    best: Entry | None = None
    alike: tuple[Entry, ...] = ()
    keys: tuple[str, ...] = ()
    assumed: str = ""
    """What was taken for granted ("colour"), to be confirmed."""
    score: float = 0.0


class Index:
    """All products of one catalogue revision, ready to be matched. Built once, read often."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.entries = [entry_of(product, n) for n, product in enumerate(catalogue.products)]
        self.by_head: dict[str, list[Entry]] = defaultdict(list)
        self.by_word: dict[str, list[Entry]] = defaultdict(list)
        self.codes: dict[str, Entry] = {}
        self.bare_codes: dict[str, set[int]] = defaultdict(set)
        """Codes without the letters they begin with: "9300-24T" of "C9300-24T"."""
        for entry in self.entries:
            self._file(entry)
        self.rarity = {w: log(1 + len(self.entries) / len(e)) for w, e in self.by_word.items()}
        self.vocabulary = [word for word in self.by_word if len(word) >= 5]
        self.synonyms = [(fold(phrase), code) for phrase, code in catalogue.synonyms]

    def _file(self, entry: Entry) -> None:
        for family in {entry.head} | set(entry.families):
            if family:
                self.by_head[family].append(entry)
        for word in entry.words:
            self.by_word[word].append(entry)
        for code in (entry.product.code, entry.product.part_number):
            key = _code_key(code)
            if len(code) >= 4:
                self.codes.setdefault(key, entry)
            if len(bare := key.lstrip(_LETTERS)) >= 6:
                self.bare_codes[bare].add(entry.position)

    def by_code(self, folded: str) -> Entry | None:
        """A product whose code, part number or tenant's synonym stands in the text."""
        for phrase, code in self.synonyms:
            if re.search(rf"(?<!\w){re.escape(phrase)}(?:s|es)?(?!\w)", folded):
                return next((e for e in self.entries if e.product.code == code), None)
        for token in re.findall(r"[a-z0-9][a-z0-9/_.+#-]{3,}", folded):
            key = _code_key(token)
            if key in self.codes and any(c.isdigit() for c in key) and len(key) >= 4:
                return self.codes[key]
            if len(found := self.bare_codes.get(key, set())) == 1:
                return self.entries[next(iter(found))]
        keys = joined(folded, self.codes, shortest=SURE_CODE, digits=3)
        return self.codes[keys[0]] if keys else None

    def nearest_word(self, word: str) -> str | None:
        if word in self.by_word:
            return word
        if len(word) < 5:
            return None
        found = process.extractOne(word, self.vocabulary, scorer=fuzz.ratio, score_cutoff=86)
        return found[0] if found else None

    def match(self, query: Query) -> Match:
        """The product meant, several that are alike, or nothing."""
        if (named := self.by_code(query.text)) is not None:
            return Match(named, (named,), score=9.0)
        heard = {w for w in (self.nearest_word(word) for word in query.words) if w}
        if self._names_what_is_not_sold(query):
            return Match()
        scored = [(self._score(query, entry, heard), entry) for entry in self._pool(query, heard)]
        enough = ENOUGH_OF_A_KIND if query.head else ENOUGH
        ranked = sorted(
            ((score, entry) for score, entry in scored if score is not None and score >= enough),
            key=lambda pair: (-pair[0], pair[1].position),
        )
        if not ranked:
            return Match()
        top = ranked[0][0]
        alike = tuple(entry for score, entry in ranked if top - score <= MARGIN)
        return _decide(query, alike, top)

    def _names_what_is_not_sold(self, query: Query) -> bool:
        """A maker or type that the catalogue does not know: no other one stands in for it."""
        brands = word_set("brands")
        return any(
            word not in self.by_word and (word in brands or _TYPE.fullmatch(word))
            for word in query.words
        )

    def _pool(self, query: Query, heard: set[str]) -> Iterable[Entry]:
        if query.head:
            pool = {e.position: e for e in self.by_head.get(query.head, ())}
            for family in query.families:
                pool.update({e.position: e for e in self.by_head.get(family, ())})
            if pool:
                return pool.values()
        rare = sorted(heard, key=lambda w: -self.rarity[w])[:4]
        return {e.position: e for word in rare for e in self.by_word[word][:400]}.values()

    def _score(self, query: Query, entry: Entry, heard: set[str]) -> float | None:
        fits = family_score(query, entry)
        if fits is None:
            return None
        told = attribute_score(query, entry)
        if told is None:
            return None
        return fits + told + self._word_score(query, entry, heard)

    def _word_score(self, query: Query, entry: Entry, heard: set[str]) -> float:
        named = 0.25 * sum(self.rarity[w] for w in query.name_words & entry.words)
        if not query.words:
            loose = {size for size in query.sizes if len(size) >= 3} & entry.sizes
            return min(1.5, named) + 0.9 * len(loose)
        total = sum(self.rarity.get(w, 3.0) for w in query.words) or 1.0
        shared = sum(self.rarity[w] * (1.0 if w in entry.name_words else 0.7)
                     for w in heard if w in entry.words)  # fmt: skip
        share = min(1.0, shared / total)
        if query.head:
            shared += 2.0 * len({s for s in query.sizes if len(s) >= 3} & entry.sizes)
            return min(2.5, 0.45 * shared) + min(1.5, named)
        sizes = 0.6 * len(query.sizes & entry.sizes)
        return 4.2 * share + (sizes if share > 0.3 else 0.0)


def _decide(query: Query, alike: tuple[Entry, ...], score: float) -> Match:
    if len(alike) == 1:
        return Match(alike[0], alike, score=score)
    keys = tuple(key for key in ASKED if len({_value(entry, key) for entry in alike}) > 1)
    hard = [key for key in keys if key not in {"medium", "unit"}] or [
        key for key in keys if key == "unit"
    ]
    if not hard:
        plain = min(alike, key=lambda e: _colour_rank(e))
        return Match(plain, alike, assumed="colour" if _colours(alike) > 1 else "", score=score)
    return Match(None, alike, tuple(hard), score=score)


def _value(entry: Entry, key: str) -> str:
    if key == "metres":
        return str(entry.metres or "")
    if key == "unit":
        return entry.unit
    return ",".join(sorted(entry.attributes.get(key) or ()))


def _colours(alike: tuple[Entry, ...]) -> int:
    return len({_value(entry, "colour") for entry in alike})


def _colour_rank(entry: Entry) -> tuple[int, int]:
    colour = _value(entry, "colour")
    rank = PLAIN_COLOURS.index(colour) if colour in PLAIN_COLOURS else len(PLAIN_COLOURS)
    return rank, entry.position
