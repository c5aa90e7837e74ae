"""The words of customers' pages and of the mails about them, per language, from `words/*.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from domain.quotes.writing.words import LANGUAGES, known_language

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class PageWords:
    """`page`: on both pages; `quote`, `contract`: on one; `errors`: by what is missing or wrong."""

    language: str
    page: dict[str, str]
    quote: dict[str, str]
    contract: dict[str, str]
    errors: dict[str, str]
    mail: dict[str, str]


@cache
def page_words(language: str) -> PageWords:
    known = known_language(language)
    tree = tomllib.loads((FOLDER / f"{known}.toml").read_text(encoding="utf-8"))
    return PageWords(known, **tree)


def wished_language(accepted: str) -> str:
    """Of a browser's Accept-Language; English where there are no words of any."""
    for part in accepted.split(",")[:10]:
        short = part.strip()[:2].lower()
        if short in LANGUAGES:
            return short
    return "en"
