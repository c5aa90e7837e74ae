"""A message as lines worth reading: history, signature and greeting blanked, tables found.

Nothing moves: what is left out becomes blanks, so every span is still the customer's own text.
"""

import re
from dataclasses import dataclass

from bot.agents.quoting.language.text import fold, words
from bot.agents.quoting.vocabulary import marker, pattern


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body with its place; `text` is folded and stripped of its bullet."""

    text: str
    start: int
    end: int
    is_bullet: bool = False
    is_wrapped: bool = False
    """Long enough that the next line may go on with the same sentence."""


def body(text: str) -> str:
    """The folded text with quoted history, signature and contact lines blanked out."""
    folded = fold(text)
    rows = folded.split("\n")
    kept: list[str] = []
    state, seen_words = "body", 0
    for number, row in enumerate(rows):
        if state == "signature" and pattern("postscript").match(row):
            state = "body"
        if state == "body" or (state == "signature" and _starts_history(rows, number)):
            state = _after(rows, number, seen_words)
        if row.lstrip().startswith(">") or state != "body":
            kept.append(" " * len(row))
        else:
            kept.append(row)
            seen_words += len(words(row))
    return "\n".join(kept)


def _starts_history(rows: list[str], number: int) -> bool:
    return bool(pattern("history").match(rows[number])) or _is_header(rows, number)


def _after(rows: list[str], number: int, seen_words: int) -> str:
    row = rows[number]
    if pattern("history").match(row) or _is_header(rows, number) or pattern("signature").match(row):
        return "history"
    if _is_wrapped_history(rows, number):
        return "history"
    if seen_words >= 3 and _is_sign_off(rows, number):
        return "signature"
    return "body"


def _is_header(rows: list[str], number: int) -> bool:
    following = rows[number + 1 : number + 4]
    return bool(pattern("header").match(rows[number])) and any(
        pattern("sent").match(row) for row in following
    )


def _is_wrapped_history(rows: list[str], number: int) -> bool:
    both = " ".join(rows[number : number + 2]).strip()
    return (
        number + 1 < len(rows)
        and rows[number].strip() != ""
        and bool(pattern("history").match(both))
        and (not re.search(r"\d+\s?x\b", both))
    )


def _is_sign_off(rows: list[str], number: int) -> bool:
    """A closing phrase at the start of a short line with no more list or number behind it."""
    row = rows[number].strip()
    found = words(row)
    if not found or len(found) > 9:
        return False
    closing = marker("sign_off").match_at(row, found, 0)
    if closing is None:
        return False
    rest = row[closing.end :].strip(" ,.!-")
    return len(words(rest)) <= 4 and not any(c.isdigit() for c in rest)


def lines(folded: str) -> list[Line]:
    """All lines that say something, greeting and contact lines left out."""
    found, position = [], 0
    for row in folded.split("\n"):
        start, position = position, position + len(row) + 1
        if not row.strip() or (pattern("contact").search(row) and not _has_list_mark(row)):
            continue
        bullet = pattern("bullet").match(row)
        offset = bullet.end() if bullet else len(row) - len(row.lstrip())
        text = row[offset:].rstrip()
        if text:
            where = start + offset
            found.append(Line(text, where, where + len(text), bool(bullet), len(row) > 58))
    return _without_greeting(found)


def _has_list_mark(row: str) -> bool:
    return "|" in row and row.count("|") > 2 and "@" not in row


def _without_greeting(found: list[Line]) -> list[Line]:
    if not found:
        return found
    first = found[0]
    inside = words(first.text)
    greeting = marker("greeting").match_at(first.text, inside, 0) if inside else None
    if greeting is None:
        return found
    if (
        len(inside) <= 6
        and not any(word.is_number for word in inside)
        and first.text.endswith((",", "!", ":", ".", "-", inside[-1].text[-1]))
        and len(found) > 1
    ):
        return found[1:]
    shift = greeting.end
    rest = Line(
        first.text[shift:], first.start + shift, first.end, first.is_bullet, first.is_wrapped
    )
    return [rest, *found[1:]]


def paragraphs(found: list[Line]) -> list[list[Line]]:
    """Lines that belong to one sentence run together: wrapped prose, never bullets."""
    groups: list[list[Line]] = []
    for line in found:
        last = groups[-1][-1] if groups else None
        goes_on = (
            last is not None
            and last.is_wrapped
            and not line.is_bullet
            and line.start - last.end <= 2
            and not last.text.endswith((".", "!", "?", ":", ";"))
        )
        if goes_on:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups
