"""One-time codes: how long they hold, how often they are sent and tried. Pure."""

import re
import secrets
from datetime import timedelta

VALID = timedelta(minutes=10)
MOST_TRIES = 5
PROVEN_FOR = timedelta(hours=24)
MOST_PER_PERSON = 3
"""Within an hour."""
MOST_PER_ADDRESS = 5
"""Within a day."""
GAP = "{code}"
"""Stands in the stored words: the code itself is made when they leave, and kept nowhere."""
_DIGITS = re.compile(r"(?<!\d)(\d{6}|\d{3}[ -]\d{3})(?!\d)")
_LONGEST_ANSWER = 60


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def code_in(text: str) -> str:
    """The first six digits, however they are written; empty where there are none."""
    found = _DIGITS.search(text)
    return re.sub(r"\D", "", found[1]) if found else ""


def is_mere_code(text: str) -> bool:
    """Whether the words are nothing but an answer to the question for the code."""
    return bool(code_in(text)) and len(text.strip()) <= _LONGEST_ANSWER
