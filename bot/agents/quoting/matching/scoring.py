"""How well a product fits what was said: its family, what is stated, what is not.

A stated size or category that a product contradicts rules it out (None). What is not stated
counts against the product with the special feature: "24 port switch" means the plain one.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from bot.agents.quoting.matching.entries import Entry

MARKED = {
    "place=external": 1.6, "level=high": 1.6, "floor_box=yes": 1.6, "poe=yes": 1.0,
    "hours=out": 1.6, "layer=three": 1.2, "extras=uplinks": 1.0, "loading=unloaded": 1.2,
    "medium=fibre": 1.2, "form=ptz": 1.5, "shielding=shielded": 0.4, "video=video": 0.0,
    "mount=wall": 0.0,
}  # fmt: skip
COLOUR_COST = {"white": 0.6, "grey": 0.55, "": 0.6, "black": 0.7}
HARD = frozenset({
    "category", "ports", "channels", "u", "mp", "tb", "va", "watts", "om", "wifi", "dims", "deep",
    "wide", "mm", "inch", "kg", "colour", "shielding", "mode", "form", "optic", "cores", "speed",
    "buttons", "zoom", "poe", "layer", "place", "floor_box", "loading", "video", "mount",
    "door_count",
})  # fmt: skip
"""What tells products apart for certain: stated otherwise, it is another product."""


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


def family_score(query: Query, entry: Entry) -> float | None:
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


def attribute_score(query: Query, entry: Entry) -> float | None:
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
