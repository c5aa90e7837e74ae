"""The fixed words of quotes, per language, from `words/*.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")


@dataclass(frozen=True, slots=True)
class Words:
    """`paper`: what stands on the page; `documents`: titles of sections by their id.

    `changes`: what is different in the next revision, without the last full stop.
    `letters`: what a customer is written about a quote. `tax`: how a treatment is named and what
    the law has said about it.
    """

    language: str
    months: tuple[str, ...]
    paper: dict[str, str]
    tax: dict[str, str]
    internal: dict[str, str]
    categories: dict[str, str]
    units: dict[str, str]
    documents: dict[str, str]
    sentences: dict[str, str]
    changes: dict[str, str]
    letters: dict[str, str]

    def say(self, sentence: str, **facts: object) -> str:
        return self.sentences[sentence].format(**facts)

    def unit(self, unit: str) -> str:
        """A unit as it is written beside a number; an unknown one as it is."""
        return self.units.get(unit.lower().removesuffix("s"), self.units.get(unit.lower(), unit))


def known_language(language: str) -> str:
    """The language whose words are used: English where there are none."""
    short = language.strip().lower()[:2]
    return short if short in LANGUAGES else "en"


@cache
def words_of(language: str) -> Words:
    language = known_language(language)
    tree = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language, tuple(tree.pop("months")), **tree)
