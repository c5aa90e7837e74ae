"""Cuts an article into passages: what is indexed, ranked, and quoted to a customer."""

import re

WHOLE_WORDS = 200
WINDOW_WORDS = 150
OVERLAP_WORDS = 30

_WORD = re.compile(r"\S+")


def split(title: str, text: str) -> tuple[str, ...]:
    """The article's own words, line breaks kept, so that a passage can be quoted.

    Whole up to 200 words; longer texts in windows of about 150 words that share about 30.
    A window ends at the end of a line or sentence where one is near. An article without text
    is found by its title.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    if not words:
        return (title.strip(),) if title.strip() else ()
    if len(words) <= WHOLE_WORDS:
        return (text[words[0][0] : words[-1][1]],)
    return tuple(text[words[a][0] : words[b - 1][1]] for a, b in _windows(len(words)))


def indexed(title: str, passage: str) -> str:
    """What a passage is found by."""
    return f"{title}\n{passage}"


def _windows(count: int) -> list[tuple[int, int]]:
    step = WINDOW_WORDS - OVERLAP_WORDS
    starts = range(0, max(count - OVERLAP_WORDS, 1), step)
    return [(start, min(start + WINDOW_WORDS, count)) for start in starts]
