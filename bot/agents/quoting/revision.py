"""Corrections: "make it 30 not 20", "scratch the cabinet", "Cat6A rather than Cat6", "5 more".

Each works on the wishes so far and says whether it took the piece's words in.
"""

import re
from decimal import Decimal

from bot.agents.quoting.language.numbers import Number
from bot.agents.quoting.reading import Reading, read
from bot.agents.quoting.vocabulary import marker, pattern
from bot.agents.quoting.wishes import Wish, quantity_of

_SIZES = {
    "patch_panel": "ports", "switch": "ports", "cabinet": "u", "nvr": "channels", "disk": "tb",
    "camera": "mp", "outlet": "ports", "faceplate": "ports",
}  # fmt: skip
_SWAPPED = (
    "category", "colour", "ports", "form", "mp", "u", "channels", "tb", "place", "poe", "om",
    "mode", "shielding", "mount", "deep", "wide", "dims", "mm", "wifi", "speed", "video", "cores",
    "optic", "va", "buttons", "loading", "level", "floor_box", "hours",
)  # fmt: skip


def targets(wishes: list[Wish], reading: Reading, *, strict: bool = True) -> list[Wish]:
    """The wishes a piece speaks of: by name, told apart by what it says of them."""
    named = {t.value for t in reading.families} | set(reading.objects)
    found = [w for w in wishes if w.head in named] if named else []
    if len(found) > 1 or strict:
        exact = [w for w in found if _agrees(w, reading)]
        if exact or strict:
            return exact
    return found


def _agrees(wish: Wish, reading: Reading) -> bool:
    metres = {Decimal(m.value) for m in reading.measures if m.key == "metres"}
    if metres and wish.metres and not metres & set(wish.metres):
        return False
    return all(
        key not in wish.attributes or wish.attributes[key] & values
        for key, values in reading.attributes.items()
        if key not in {"installed", "certified"}
    )


def by_attribute(wishes: list[Wish], reading: Reading) -> list[Wish]:
    """ "the 2 m ones", "the blue ones": named by what they are like."""
    metres = {Decimal(m.value) for m in reading.measures if m.key == "metres"}
    if not reading.attributes and not metres:
        return []
    found = []
    for wish in wishes:
        shares = any(wish.attributes.get(k, frozenset()) & v for k, v in reading.attributes.items())
        if _agrees(wish, reading) and (shares or metres & set(wish.metres)):
            found.append(wish)
    return found


def remove(wishes: list[Wish], piece: str, reading: Reading) -> bool:
    """ "scratch the cabinet", "drop two of the cameras"."""
    found = targets(wishes, reading) or targets(wishes, reading, strict=False)
    if not found and not reading.families:
        found = by_attribute(wishes, reading)
    if not found:
        return False
    number = quantity_of(piece, reading)
    for wish in found:
        partial = (
            number and not number.is_article and wish.quantity and number.value < wish.quantity
        )
        if partial and number and pattern("less").search(piece):
            wish.quantity = (wish.quantity or Decimal(0)) - number.value
        else:
            wishes.remove(wish)
    return True


def swap(wishes: list[Wish], piece: str, reading: Reading, *, is_all: bool) -> bool:
    """ "Cat6A rather than Cat6", "the panel a 48 port": one feature for another."""
    old, new = _contrasted(piece, reading)
    keys = [key for key in _SWAPPED if key in new]
    metres = [Decimal(m.value) for m in reading.measures if m.key == "metres"]
    if not keys and not metres:
        return _swap_words(wishes, piece)
    found = _swap_targets(wishes, reading, old, new, is_all=is_all)
    for wish in found:
        for key in keys:
            if is_all and not reading.families and key not in wish.attributes and key not in old:
                continue
            wish.attributes[key] = new[key]
            _drop_dependent(wish, key)
        if metres and wish.metres and wish.head == "patch_lead":
            wish.metres = (metres[0],)
    return bool(found)


def _swap_words(wishes: list[Wish], piece: str) -> bool:
    """ "the Pro instead of the Business": models that only their names tell apart."""
    cut = pattern("contrast").search(piece)
    if cut is None:
        return False
    new, old = set(read(piece[: cut.start()]).residual), set(read(piece[cut.end() :]).residual)
    found = [wish for wish in wishes if old & set(wish.words)]
    for wish in found if new and old else []:
        wish.words = [word for word in wish.words if word not in old] + sorted(new)
        wish.text = ""
    return bool(found and new and old)


def swap_apart(wishes: list[Wish], piece: str, reading: Reading) -> None:
    """ "two 8 TB disks instead of one 4 TB": the feature changes along with the number."""
    old, new = _contrasted(piece, reading)
    if old.keys() & new.keys():
        swap(wishes, piece, reading, is_all=False)


def _drop_dependent(wish: Wish, key: str) -> None:
    wish.sizes = frozenset()
    wish.text = ""
    if key == "category":
        wish.attributes.pop("shielding", None)
    if key in {"deep", "wide"}:
        wish.attributes.pop("dims", None)


def _contrasted(
    piece: str, reading: Reading
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """What it was, what it shall be: a key's values split at "rather than", "not", "from"."""
    cut = pattern("contrast").search(piece)
    if cut is None:
        changed = pattern("becomes").search(piece)
        swapped = pattern("swap").search(piece)
        if not (changed and swapped and changed.start() > swapped.start()):
            return {}, dict(reading.attributes)
        left, right = read(piece[: changed.start()]), read(piece[changed.end() :])
        return dict(left.attributes), dict(right.attributes)
    left, right = read(piece[: cut.start()]), read(piece[cut.end() :])
    if not left.attributes and right.attributes:
        comma = piece[cut.end() :].partition(",")
        later = read(comma[2])
        if later.attributes:
            return dict(read(comma[0]).attributes), dict(later.attributes)
    return dict(right.attributes), dict(left.attributes)


def _swap_targets(
    wishes: list[Wish],
    reading: Reading,
    old: dict[str, frozenset[str]],
    new: dict[str, frozenset[str]],
    *,
    is_all: bool,
) -> list[Wish]:
    named = {t.value for t in reading.families} | set(reading.objects)
    pool = [w for w in wishes if w.head in named] or ([] if named - {"cable"} else list(wishes))
    if is_all and not [w for w in wishes if w.head in named]:
        pool = list(wishes)
    shared = [key for key in old if key in new]
    if shared:
        had = [w for w in pool if all(_had(w, key, old[key]) for key in shared)]
        return had or ([w for w in pool if is_all])
    if named or is_all:
        return pool if is_all or len(pool) == 1 else pool[-1:]
    fitting = [w for w in pool if any(key in w.attributes for key in new)]
    return fitting[-1:]


def _had(wish: Wish, key: str, values: frozenset[str]) -> bool:
    return key not in wish.attributes or bool(wish.attributes[key] & values)


def set_quantity(wishes: list[Wish], piece: str, reading: Reading) -> bool:
    """ "make it 30 not 20", "change the 4 domes to 6"."""
    old, new = _numbers(piece, reading)
    if new is None:
        return False
    found = targets(wishes, reading) or (
        by_attribute(wishes, reading) if not reading.families else []
    )
    if not found and reading.families:
        found = targets(wishes, reading, strict=False)
        if len(found) > 1:
            found = []
    if not found and not reading.families:
        found = [w for w in wishes if old is not None and w.quantity == old] or wishes[-1:]
    if old is not None and len(found) > 1:
        found = [w for w in found if w.quantity == old] or found
    if not found or (len(found) > 1 and old is None and not reading.families):
        return False
    for wish in found:
        wish.quantity, wish.range, wish.is_pending = new, None, False
        wish.is_about = False
        wish.rule = ""
    return True


def is_recount(piece: str, reading: Reading) -> bool:
    """ "8 domes not 6": both numbers are told."""
    old, new = _numbers(piece, reading)
    return old is not None and new is not None


def _numbers(piece: str, reading: Reading) -> tuple[Decimal | None, Decimal | None]:
    """(what it was, what it shall be) of the numbers that count things."""
    told = [n for n in reading.numbers if not n.is_article]
    if not told:
        return None, None
    old = [n for n in told if _is_old(piece, n)]
    new = [n for n in told if n not in old]
    if len(new) > 1:
        aimed = [n for n in new if pattern("to").search(piece[: n.start])]
        if aimed and aimed[-1] is not new[0]:
            old, new = [new[0]], [aimed[-1]]
        elif re.search(r"\b(?:should be|becomes?|now|sollen|deben ser|werden)\b", piece):
            old, new = [new[0]], [new[-1]]
    return (old[0].value if old else None), (new[0].value if new else None)


def _is_old(piece: str, number: Number) -> bool:
    before = piece[: number.start]
    cuts = list(pattern("contrast").finditer(before))
    cut = cuts[-1] if cuts else None
    if cut is not None and len(before[cut.end() :].strip()) <= 14 and cut.start() > 0:
        return True
    return bool(pattern("from").search(before))


def increase(wishes: list[Wish], piece: str, reading: Reading) -> bool:
    """ "5 more", "another two of the domes"."""
    if not marker("increase").has(piece):
        return False
    number = quantity_of(piece, reading)
    if number is None or (reading.residual and not reading.families):
        return False
    found = targets(wishes, reading)
    if not reading.families:
        found = by_attribute(wishes, reading) or wishes[-1:]
    if len(found) != 1 or found[0].quantity is None:
        return False
    found[0].quantity += number.value
    return True


def resize(wishes: list[Wish], piece: str, reading: Reading) -> bool:
    """ "change the 24 port panel to a 48": the number is a size, told by its article."""
    for wish in targets(wishes, reading, strict=False)[-1:]:
        key = _SIZES.get(wish.head)
        number = pattern("other_size").search(piece)
        if key and number and key in wish.attributes:
            wish.attributes[key] = frozenset({number[1]})
            _drop_dependent(wish, key)
            return True
    return False
