"""What changed between two bodies, line by line; pure."""

from difflib import SequenceMatcher
from typing import NamedTuple

SAME, ADDED, REMOVED = "same", "added", "removed"


class Line(NamedTuple):
    """`change`: same, added or removed."""

    change: str
    text: str


def difference(old: str, new: str) -> tuple[Line, ...]:
    """Both bodies whole: the lines of `removed` and `same` are the old one, `added` and `same`
    the new one."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[Line] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            lines += [Line(SAME, text) for text in before[a:b]]
        else:
            lines += [Line(REMOVED, text) for text in before[a:b]]
            lines += [Line(ADDED, text) for text in after[c:d]]
    return tuple(lines)
