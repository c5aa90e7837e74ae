"""Cuts an article into passages: what is indexed, ranked, and quoted to a customer."""

import re
from bisect import bisect_left

WHOLE_WORDS = 200
WINDOW_WORDS = 150
OVERLAP_WORDS = 30
_SLACK = 15
"""Words by which a window's edge may move to the start of a line or a sentence."""

_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\s{_UNSPACED}]{{1,60}}")
_START = re.compile(r"(?:\n\s*|[.!?…:][\"'”’)\]]*\s+|[。！？]\s*)(?=\S)")


def split(title: str, text: str) -> tuple[str, ...]:
    """The article's own words, line breaks kept, so that a passage can be quoted.

    Whole up to 200 words; longer texts in windows of about 150 words that share about 30 and
    start where a line or a sentence does, if one is near. An article without text is found by
    its title.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    if not words:
        return (title.strip(),) if title.strip() else ()
    if len(words) <= WHOLE_WORDS:
        return (text[words[0][0] : words[-1][1]],)
    starts = _starts(text, [first for first, _ in words])
    return tuple(text[words[a][0] : words[b - 1][1]] for a, b in _windows(len(words), starts))


def indexed(title: str, passage: str) -> str:
    """What a passage is found by."""
    return f"{title}\n{passage}"


def _windows(count: int, starts: list[int]) -> list[tuple[int, int]]:
    windows, start = [], 0
    while count - start > WINDOW_WORDS:
        end = _near(starts, start + WINDOW_WORDS)
        windows.append((start, end))
        start = _near(starts, start + WINDOW_WORDS - OVERLAP_WORDS)
    return [*windows, (start, count)]


def _near(starts: list[int], wanted: int) -> int:
    """The last start of a line or sentence up to `wanted`, if it is near; else `wanted`."""
    at = bisect_left(starts, wanted + 1) - 1
    return starts[at] if at >= 0 and wanted - starts[at] <= _SLACK else wanted


def _starts(text: str, words: list[int]) -> list[int]:
    """Numbers of the words that a line or a sentence begins with."""
    return sorted({bisect_left(words, match.end()) for match in _START.finditer(text)})
