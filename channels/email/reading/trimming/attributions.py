"""Lines like "On Monday, Ann wrote:", broken over up to four lines, in many languages. Pure."""

import re
from dataclasses import dataclass

from channels.email.reading.trimming.phrases import ADDRESS, CUE, STAMPED, TIME, WROTE, YEAR

MAX_LINES = 4
MAX_LENGTH = 320

_ENDS_WITH_ADDRESS = re.compile(r"@[^\s<>()]{1,200}[>)\]\"'’]{1,3}\s?[:：][\s*_]{0,3}$")
_ENDS = re.compile(
    rf"(?i)(?:{WROTE.pattern}|[>)\]\d]|[ap]\.?m\.?|uhr|gmt|utc)\s?[:：]?[\s*_]{{0,3}}$"
)
_STARTS = re.compile(r"^[^.!?:]{0,80}[<(\[][^\s@]{1,100}@[^\s]{1,200}[>)\]]")


@dataclass(frozen=True, slots=True)
class Attribution:
    """`is_strong`: it has what only a program writes, an address or a time of day."""

    start: int
    is_strong: bool


def may_end(line: str) -> bool:
    """A cheap test, because every line of every mail is asked."""
    bare = line.rstrip(" *_")
    if bare.endswith((":", "：")):
        return True
    return STAMPED.match(line) is not None or (len(bare) < 200 and bare.endswith(_WROTE_LAST))


_WROTE_LAST = ("wrote", "schrieb", "escribió", "a écrit", "ha scritto", "escreveu", "写道", "寫道")


def ending_at(lines: list[str], end: int) -> Attribution | None:
    """The attribution whose last line is `lines[end]`; empty strings are lines of other kinds."""
    if STAMPED.match(lines[end]) and not lines[end].rstrip().endswith("<"):
        return Attribution(end, is_strong=True)
    for start in range(end, max(-1, end - MAX_LINES), -1):
        if not lines[start]:
            break
        said = " ".join(line.strip() for line in lines[start : end + 1])
        if len(said) > MAX_LENGTH:
            break
        if _is_attribution(said):
            start = _widened(lines, start, end)
            said = " ".join(line.strip() for line in lines[start : end + 1])
            return Attribution(start, _is_strong(said))
    return None


def _is_attribution(said: str) -> bool:
    has_address, has_time = ADDRESS.search(said), TIME.search(said)
    if has_address and has_time and _ENDS_WITH_ADDRESS.search(said) and CUE.match(said):
        return True  # Russian and Japanese programs name the writer and leave out the verb.
    if not WROTE.search(said):
        return False
    return bool(has_address or has_time or YEAR.search(said) or len(said.split()) <= 5)


def _is_strong(said: str) -> bool:
    """People tell what somebody wrote as well, but without an address or a whole date."""
    is_exact = ADDRESS.search(said) or (TIME.search(said) and YEAR.search(said))
    return bool(is_exact and (CUE.match(said) or _ENDS.search(said) or _STARTS.match(said)))


def _widened(lines: list[str], start: int, end: int) -> int:
    """The line above, where the sentence plainly began there: "On 4 May 2020 at 10:12,"."""
    if CUE.match(lines[start]) and YEAR.search(lines[start]):
        return start
    for above in range(start - 1, max(-1, end - MAX_LINES), -1):
        line = lines[above].strip()
        if not line or line.endswith((".", "!", "?")):
            break
        begins = CUE.match(line) and (YEAR.search(line) or TIME.search(line))
        if begins and len(line) <= 120:
            return above
    if start and lines[start].lstrip().startswith("<") and '"' in lines[start - 1]:
        return start - 1
    return start
