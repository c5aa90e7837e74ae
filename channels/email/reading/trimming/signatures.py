"""What stands below the new words: signatures, footers, disclaimers. Pure."""

import re
from collections.abc import Sequence

from channels.email.reading.trimming.phrases import ADDRESSEE, CONFIDENTIAL, FOOTER

MAX_SIGNATURE = 15
MAX_FOOTER = 40
MAX_UNDER_RULE = 8

_CONTACT = re.compile(
    r"(?i)(?:https?://|www\.)\S{3,}|[\w.+-]{1,60}@[\w-]{1,60}\.\w|\b(?:tel|phone|mobile?|fax|cell|fon)\b"
    r"|(?:\+|\b0)\d[\d ()/.-]{6,18}\d"
)
_ITEM = re.compile(r"^\s*(?:[-*•]\s|\d+[.)]?\s*(?:x|×|pcs|pc|stk|st|stück|m|kg|l|ea)?\b)", re.I)


def is_signature(lines: Sequence[str]) -> bool:
    """Below a line that is just "--" (RFC 3676, 4.3): anything not too long."""
    return sum(1 for line in lines if line.strip()) <= MAX_SIGNATURE


def is_under_rule(lines: Sequence[str], rule: str) -> bool:
    """Whether what is below a drawn line is a footer; people draw lines for other reasons too."""
    spoken = [line for line in lines if line.strip()]
    if is_footer(spoken):
        return True
    if any(_ITEM.match(line) or line.rstrip().endswith("?") for line in spoken):
        return False
    if len(spoken) > MAX_UNDER_RULE:
        return False
    if rule.strip().startswith("_"):
        return (len(spoken) <= 3 and all(len(line) <= 60 for line in spoken)) or is_contact(spoken)
    return is_contact(spoken)


def is_footer(lines: Sequence[str]) -> bool:
    spoken = [line for line in lines if line.strip()]
    if not spoken:
        return True
    said = "\n".join(spoken[:8])
    if len(spoken) > MAX_FOOTER or (said.rstrip().endswith("?")):
        return False
    return bool(FOOTER.search(said) or (CONFIDENTIAL.search(said) and ADDRESSEE.search(said)))


def is_contact(lines: Sequence[str]) -> bool:
    """Short lines with a telephone number, an address or a web page, and no sentence."""
    spoken = [line for line in lines if line.strip()]
    said = "\n".join(spoken)
    if not spoken or len(spoken) > MAX_UNDER_RULE or "?" in said or not _CONTACT.search(said):
        return False
    return all(len(line) <= 80 and not _ITEM.match(line) for line in spoken)


def without_disclaimer(text: str) -> str:
    """The text without the last paragraphs that only say who may read it."""
    paragraphs = text.split("\n\n")
    kept = len(paragraphs)
    while kept > 1 and _is_disclaimer(paragraphs[kept - 1]):
        kept -= 1
    return "\n\n".join(paragraphs[:kept]).rstrip()


def _is_disclaimer(paragraph: str) -> bool:
    said = paragraph[:4000]
    if not said.strip():
        return True
    is_long = len(said) > 100 and "?" not in said
    return is_long and bool(CONFIDENTIAL.search(said)) and bool(ADDRESSEE.search(said))
