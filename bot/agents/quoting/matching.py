"""Which product a piece of text means: by family, by what tells near-duplicates apart, by words.

A stated size or category that a product contradicts rules it out. What is not stated counts
against the product with the special feature: "24 port switch" means the plain one. Products that
are left alike differ in something the customer must be asked.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from math import log

from rapidfuzz import fuzz, process, utils

from bot.agents.quoting.language.text import fold
from bot.agents.quoting.reading import Reading, read
from bot.agents.quoting.vocabulary.sets import word_set
from domain.catalogue.product import Catalogue, Product
from domain.catalogue.units import canonical, package_size

MARKED = {
    "place=external": 1.6, "level=high": 1.6, "floor_box=yes": 1.6, "poe=yes": 1.0,
    "hours=out": 1.6, "layer=three": 1.2, "extras=uplinks": 1.0, "loading=unloaded": 1.2,
    "medium=fibre": 1.2, "form=ptz": 1.5, "shielding=shielded": 0.4, "video=video": 0.0,
    "mount=wall": 0.0,
}  # fmt: skip
PLAIN_COLOURS = ("white", "grey", "")
COLOUR_COST = {"white": 0.6, "grey": 0.55, "": 0.6, "black": 0.7}
HARD = frozenset({
    "category", "ports", "channels", "u", "mp", "tb", "va", "watts", "om", "wifi", "dims", "deep",
    "wide", "mm", "inch", "kg", "colour", "shielding", "mode", "form", "optic", "cores", "speed",
    "buttons", "zoom", "poe", "layer", "place", "floor_box", "loading", "video", "mount",
    "door_count",
})  # fmt: skip
"""What tells products apart for certain: stated otherwise, it is another product."""
ASKED = (
    "category", "ports", "form", "mp", "mount", "metres", "u", "deep", "wide", "dims", "mm",
    "channels", "tb", "cores", "om", "mode", "optic", "speed", "poe", "va", "video", "buttons",
    "shielding", "medium", "unit",
)  # fmt: skip
"""What the customer is asked when products differ in nothing else."""
MARGIN = 0.45
ENOUGH = 2.2
ENOUGH_OF_A_KIND = 1.0
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TYPE = re.compile(r"[a-z]{1,5}\d{3,5}[a-z]{0,2}")
_SEVERAL = re.compile(r"\b(?:per|to|for|with|in|on|by|and|cable up)\b")


@dataclass
class Entry:
    """A product as the matcher keeps it."""

    product: Product
    position: int
    head: str
    families: frozenset[str]
    attributes: dict[str, frozenset[str]]
    """From the name, where they bind; from the description they only support."""
    described: dict[str, frozenset[str]]
    words: frozenset[str]
    name_words: frozenset[str]
    sizes: frozenset[str]
    metres: Decimal | None
    unit: str
    package: Decimal | None


@dataclass(frozen=True)
class Query:
    """What to look for: the reading of one wish, after corrections."""

    head: str
    families: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    hints: dict[str, frozenset[str]] = field(default_factory=dict)
    """Said elsewhere in the message: decides between what is otherwise alike."""
    words: tuple[str, ...] = ()
    sizes: frozenset[str] = frozenset()
    metres: tuple[Decimal, ...] = ()
    unit: str = ""
    text: str = ""
    name_words: frozenset[str] = frozenset()
    """The words of the thing's own name: "mini" of "mini trunking"."""


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
        self.entries = [_entry(product, n) for n, product in enumerate(catalogue.products)]
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
        return None

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
        fits = _family_score(query, entry)
        if fits is None:
            return None
        told = _attribute_score(query, entry)
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


def _family_score(query: Query, entry: Entry) -> float | None:
    if not query.head:
        return 0.0
    if not entry.head:
        return None
    asked = {query.head} | query.families
    if entry.head not in asked:
        return None
    score = 3.0 if entry.head == query.head else 1.4
    uncovered = asked - {entry.head} - entry.families
    score -= 1.6 * len(uncovered)
    score += 1.7 * len((asked - {entry.head}) & entry.families)
    score += 0.8 * len(query.objects & entry.families)
    return score


def _attribute_score(query: Query, entry: Entry) -> float | None:
    score = 0.0
    for key, stated in query.attributes.items():
        bound, described = entry.attributes.get(key), entry.described.get(key)
        if bound and stated & bound:
            score += 1.5
        elif described and stated & described:
            score += 1.3
        elif key in HARD and (bound or described) and _contradicts(key, stated, bound, described):
            return None
        elif key in HARD:
            penalty = _unstated(key, stated, entry)
            if penalty is None:
                return None
            score -= penalty
    score += _metres_score(query, entry)
    for key, hinted in query.hints.items():
        bound = entry.attributes.get(key)
        if key not in query.attributes and bound:
            score += 0.6 if bound & hinted else -0.3
    return score - _specialness(query, entry) + _unit_score(query, entry)


def _contradicts(
    key: str,
    stated: frozenset[str],
    bound: frozenset[str] | None,
    described: frozenset[str] | None,
) -> bool:
    if key == "dims":
        return not any(_reversed(value) in (bound or described or ()) for value in stated)
    return bool(bound) or key not in {"wide", "deep", "mm", "speed", "watts", "colour"}


def _reversed(dims: str) -> str:
    return "x".join(reversed(dims.split("x")))


def _unstated(key: str, stated: frozenset[str], entry: Entry) -> float | None:
    """What it costs that the product says nothing of what was asked; None rules it out."""
    if key == "poe" and stated == {"no"}:
        return 0.0
    if key == "place" and stated == {"internal"}:
        return 0.0
    if key == "shielding":
        return 0.0 if stated == {"unshielded"} else 0.6
    if key in {"mm", "wide", "deep", "inch"} and stated & entry.sizes:
        return -1.2
    if key in {"mm", "wide", "deep", "dims"}:
        return 1.0
    if key in {"category", "u", "channels", "mp", "tb", "colour", "om", "va", "ports", "form"}:
        return 1.2 if key in {"category", "colour", "ports", "form"} else 1.6
    return 0.5


def _metres_score(query: Query, entry: Entry) -> float:
    if not query.metres:
        return 0.0
    if entry.metres is not None and entry.metres in query.metres:
        return 1.6
    if entry.unit in {"m", "length"}:
        return 0.4
    if entry.metres is not None:
        return -4.0 if entry.unit == "each" else -1.0
    return -0.4


def _unit_score(query: Query, entry: Entry) -> float:
    if query.unit == entry.unit and query.unit not in {"", "each"}:
        return 1.2
    if query.unit in {"box", "reel"} and entry.unit in {"box", "reel"}:
        return 0.8
    if query.unit in {"box", "reel"} and entry.unit == "m":
        return -2.0
    if query.unit in {"hour", "day"} and entry.unit in {"hour", "day"}:
        return -1.5
    if query.metres and not query.unit and entry.unit in {"box", "reel"}:
        return -0.9 if entry.package not in query.metres else 0.6
    return 0.0


def _specialness(query: Query, entry: Entry) -> float:
    """What the product has that was not asked for and that plain ones don't have."""
    cost = 0.0
    for key, values in entry.attributes.items():
        if key in query.attributes:
            continue
        if key == "poe" and entry.head != "switch":
            continue
        if key == "colour":
            cost += COLOUR_COST.get(next(iter(values)), 1.2)
            continue
        cost += max((MARKED.get(f"{key}={value}", 0.0) for value in values), default=0.0)
    if "colour" not in entry.attributes and "colour" not in query.attributes:
        cost += COLOUR_COST[""]
    extra = len(entry.name_words) - len(entry.name_words & set(query.words))
    return cost + 0.02 * min(extra, 8)


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


def _code_key(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(code))


def _entry(product: Product, position: int) -> Entry:
    name, description = fold(product.name), fold(product.description)
    title = _SEVERAL.split(name, maxsplit=1)[0] or name
    whole, told = read(name, ""), read(description, "")
    head = whole if title == name else read(title, "")
    families = frozenset(
        [t.value for t in whole.families] + whole.objects + [t.value for t in head.families]
    )
    support = frozenset(_service_objects(product, told))
    metres = whole.amount("metres") if canonical(product.unit) not in {"m"} else None
    package = package_size(product)
    return Entry(
        product=product,
        position=position,
        head=head.head or whole.head,
        families=(families | support) - {head.head or whole.head},
        attributes=_bound(product, whole),
        described=told.attributes,
        words=frozenset(
            utils.default_process(f"{name} {description} {fold(product.category)}").split()
        ),
        name_words=frozenset(whole.residual),
        sizes=whole.sizes | told.sizes,
        metres=metres,
        unit=canonical(product.unit),
        package=package[0] if package else None,
    )  # fmt: skip


def _bound(product: Product, whole: Reading) -> dict[str, frozenset[str]]:
    told = {"installed", "certified"} if product.is_service else frozenset[str]()
    return {key: values for key, values in whole.attributes.items() if key not in told}


def _service_objects(product: Product, told: Reading) -> list[str]:
    return [t.value for t in told.families] + told.objects if product.is_service else []
