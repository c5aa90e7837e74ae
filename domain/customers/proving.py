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
MOST_PER_PERSON_A_DAY = 8
_NUMBERS = re.compile(r"\b[A-Z]{2,4}-[\d-]{4,}", re.IGNORECASE)
"""Of tickets and quotes: six digits in one are no code."""
_DIGITS = re.compile(r"(?<!\d)(\d{6}|\d{3}[ -]\d{3})(?!\d)")
_LONGEST_ANSWER = 60
_WORDS_WITH_A_CODE = 5


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def code_in(text: str) -> str:
    """The first six digits, however they are written; empty where there are none."""
    found = _DIGITS.search(_NUMBERS.sub(" ", text))
    return re.sub(r"\D", "", found[1]) if found else ""


def words_beside(text: str) -> str:
    """What is said besides the code, if it is more than a word or two."""
    rest = _DIGITS.sub(" ", text)
    return rest.strip() if len(re.findall(r"[^\W\d_]{2,}", rest)) > _WORDS_WITH_A_CODE else ""


def is_mere_code(text: str) -> bool:
    """Whether the words are nothing but an answer to the question for the code."""
    return bool(code_in(text)) and len(text.strip()) <= _LONGEST_ANSWER
