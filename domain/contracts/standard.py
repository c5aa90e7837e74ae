"""The template that a company has before it writes its own, in each language, and the words that
are filled into any template; from `words/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain.quotes.writing.words import LANGUAGES, known_language

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class ContractWords:
    """`sections`: as a template has them, in their order."""

    language: str
    name: str
    sections: tuple[dict[str, Any], ...]
    phrases: Mapping[str, str]


@cache
def words_of(language: str) -> ContractWords:
    """English where there are none in the language."""
    language = known_language(language)
    tree = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    sections = tuple(part | {"order": n} for n, part in enumerate(tree["sections"], 1))
    return ContractWords(language, tree["name"], sections, tree["phrases"])


NAME = words_of("en").name
SECTIONS = words_of("en").sections


def is_standard(name: str) -> bool:
    return any(words_of(language).name == name for language in LANGUAGES)
