"""The new words of a mail: what its author wrote, without quotes, history and signature. Pure.

When in doubt, words are kept: a hidden answer costs more than a quotation too much.
"""

from channels.email.reading.trimming import signatures
from channels.email.reading.trimming.lines import Kind, Line, classified

MAX_BELOW = 120
"""Lines that a signature may span, blank ones counted."""

_ARMOUR = "-----BEGIN PGP SIGNED MESSAGE-----"
_ARMOUR_END = "-----BEGIN PGP SIGNATURE-----"
_HISTORY = (Kind.BANNER, Kind.HEADER, Kind.ATTRIBUTION)
_UNSPOKEN = (Kind.EMPTY, Kind.RULE, Kind.DEVICE, *_HISTORY)


def trimmed(text: str) -> str:
    """Empty where nothing of it is new."""
    lines = classified(_without_armour(text).strip("\n"))
    lines = _until_marker(lines)
    lines = _without_history(lines)
    lines = _without_signatures(lines)
    lines = _without_quotes_at_the_end(lines)
    new = _joined(lines)
    if not new and not any(line.kind in (Kind.QUOTE, *_HISTORY) for line in classified(text)):
        return text.strip()  # A mail of nothing but a signature.
    return signatures.without_disclaimer(new)


def _joined(lines: list[Line]) -> str:
    return "\n".join(line.text.rstrip() for line in lines).strip()


def _without_armour(text: str) -> str:
    if _ARMOUR not in text:
        return text
    before, _, signed = text.partition(_ARMOUR)
    _, _, signed = signed.lstrip("\n").partition("\n\n")
    signed, _, _ = signed.partition(_ARMOUR_END)
    return before + "\n".join(line.removeprefix("- ") for line in signed.split("\n"))


def _until_marker(lines: list[Line]) -> list[Line]:
    """Help desks ask to answer above a line."""
    for number, line in enumerate(lines):
        if line.kind is Kind.ABOVE:
            return lines[:number] if _has_text(lines[:number]) else lines[number + 1 :]
    return lines


def _has_text(lines: list[Line]) -> bool:
    return any(line.kind is Kind.TEXT for line in lines)


def _without_history(lines: list[Line]) -> list[Line]:
    """Cut where a whole older mail begins; a mail that is only forwarded keeps its words."""
    kept: list[Line] = []
    position = judged = 0
    has_text = False
    while position < len(lines):
        line = lines[position]
        if line.kind not in _HISTORY:
            kept.append(line)
            has_text = has_text or line.kind is Kind.TEXT
            position += 1
            continue
        end = _end_of_history_marks(lines, position)
        if line.kind is Kind.ATTRIBUTION and not line.is_strong:
            is_over = False
        else:
            is_over = has_text and _next_kind(lines, end) is not Kind.QUOTE
        if is_over:
            return _without_rules_at_the_end(kept)
        if not has_text:
            kept[judged:] = [one for one in kept[judged:] if one.kind is Kind.QUOTE]
            judged = len(kept)
        position = end
    return kept


def _end_of_history_marks(lines: list[Line], start: int) -> int:
    """A banner, the header block under it, and what is blank between them, are one mark."""
    end = start
    for number in range(start, len(lines)):
        if lines[number].kind in _HISTORY:
            end = number + 1
        elif lines[number].kind not in (Kind.EMPTY, Kind.RULE):
            break
    return end


def _next_kind(lines: list[Line], position: int) -> Kind | None:
    return next((line.kind for line in lines[position:] if line.kind is not Kind.EMPTY), None)


def _without_rules_at_the_end(lines: list[Line]) -> list[Line]:
    end = len(lines)
    while end and lines[end - 1].kind in (Kind.EMPTY, Kind.RULE):
        end -= 1
    return lines[:end]


def _without_signatures(lines: list[Line]) -> list[Line]:
    kept: list[Line] = []
    position = 0
    has_text = False
    while position < len(lines):
        line = lines[position]
        end = _end_of_signature(lines, position) if has_text else 0
        if end:
            position = end
            continue
        if line.kind is not Kind.DEVICE:
            kept.append(line)
            has_text = has_text or line.kind is Kind.TEXT
        position += 1
    return kept


def _end_of_signature(lines: list[Line], position: int) -> int:
    """Where the signature that begins at `position` ends, 0 where none begins there."""
    line = lines[position]
    if line.kind not in (Kind.SIGNATURE, Kind.RULE):
        return 0
    below: list[str] = []
    end = position + 1
    while end < len(lines) and lines[end].kind is not Kind.QUOTE:
        if lines[end].kind is Kind.TEXT:
            below.append(lines[end].plain)
        if len(below) > signatures.MAX_FOOTER or end - position > MAX_BELOW:
            return 0
        end += 1
    if line.kind is Kind.SIGNATURE:
        return end if signatures.is_signature(below) or signatures.is_footer(below) else 0
    return end if signatures.is_under_rule(below, line.plain) else 0


def _without_quotes_at_the_end(lines: list[Line]) -> list[Line]:
    """Without what is quoted below the last new words; all of it where nothing is new."""
    last = _last_text(lines)
    if last < 0:
        return [line for line in lines if line.kind is Kind.SIGNATURE]
    lines = lines[: last + 1]
    quotes = [n for n, line in enumerate(lines) if line.kind is Kind.QUOTE]
    if quotes and _has_text(lines[: quotes[0]]):
        below = [line.plain for line in lines[quotes[-1] + 1 :]]
        if signatures.is_contact(below) or signatures.is_footer(below):
            return _without_quotes_at_the_end(lines[: quotes[-1] + 1])
    return lines


def _last_text(lines: list[Line]) -> int:
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].kind not in (Kind.EMPTY, Kind.QUOTE, Kind.RULE, Kind.SIGNATURE):
            return number
    return -1
