"""The trade's words, read once from the data beside this file."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources

from bot.agents.quoting.language.text import Word, are_joined, fold, words

LANGUAGES = ("en", "es", "de", "fr", "it", "pt", "nl")


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase found in a text: what it means and the words it was found in."""

    value: str
    start: int
    end: int
    first: int
    last: int
    is_plural: bool = False


@dataclass
class Lexicon:
    """Phrases by their first word; the longest one wins, hyphens and blanks are alike."""

    entries: dict[str, list[tuple[tuple[str, ...], str, bool]]] = field(default_factory=dict)

    def add(self, phrase: str, value: str) -> None:
        is_plural = phrase.endswith("*")
        parts = tuple(word.text for word in words(fold(phrase.rstrip("*"))))
        if parts:
            bucket = self.entries.setdefault(parts[0], [])
            bucket.append((parts, value, is_plural))

    def close(self) -> "Lexicon":
        for bucket in self.entries.values():
            bucket.sort(key=lambda entry: -len(entry[0]))
        return self

    def match_at(self, folded: str, found: list[Word], index: int) -> Term | None:
        for parts, value, is_plural in self.entries.get(found[index].text, ()):
            last = index + len(parts) - 1
            if last < len(found) and self._fits(folded, found, index, parts):
                start, end = found[index].start, found[last].end
                return Term(value, start, end, index, last, is_plural)
        return None

    @staticmethod
    def _fits(folded: str, found: list[Word], index: int, parts: tuple[str, ...]) -> bool:
        return all(
            found[index + n].text == part
            and (n == 0 or are_joined(folded, found[index + n - 1], found[index + n]))
            for n, part in enumerate(parts)
        )

    def find(self, folded: str, found: list[Word] | None = None) -> list[Term]:
        """All phrases, left to right, none inside another."""
        inside = words(folded) if found is None else found
        terms, index = [], 0
        while index < len(inside):
            term = self.match_at(folded, inside, index)
            if term is not None:
                terms.append(term)
            index = term.last + 1 if term is not None else index + 1
        return terms

    def has(self, folded: str) -> bool:
        inside = words(folded)
        return any(self.match_at(folded, inside, n) for n in range(len(inside)))


def _read(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _split(phrases: str) -> Iterable[str]:
    return (each.strip() for each in phrases.replace("\n", ";").split(";") if each.strip())


def _plural(phrase: str) -> str:
    if phrase.endswith(("s", "x", "ch", "sh")):
        return phrase + "es*"
    return (phrase[:-1] + "ies*") if phrase.endswith("y") else phrase + "s*"


@cache
def families() -> Lexicon:
    """Words for a kind of thing → the family's name."""
    lexicon = Lexicon()
    for family, by_language in _read("families.toml").items():
        for language, phrases in by_language.items():
            for phrase in _split(phrases):
                lexicon.add(phrase, family)
                if language == "en" and not phrase.endswith("*"):
                    lexicon.add(_plural(phrase), family)
    return lexicon.close()


@cache
def family_words(language: str) -> tuple[str, ...]:
    """Single words of six letters and more: what a typo may have been meant for."""
    lexicon = Lexicon()
    for by_language in _read("families.toml").values():
        for spoken in {"en", language} & by_language.keys():
            for phrase in _split(by_language[spoken]):
                lexicon.add(phrase, "")
    return tuple(word for word, bucket in lexicon.entries.items()
                 if len(word) >= 6 and any(len(parts) == 1 for parts, _, _ in bucket))  # fmt: skip


@cache
def attributes() -> Lexicon:
    """Words that tell near-duplicates apart → `key=value`."""
    lexicon = Lexicon()
    for key, values in _read("attributes.toml").items():
        for value, phrases in values.items():
            for phrase in _split(phrases):
                if not phrase.startswith(("+", "&")):
                    lexicon.add(phrase, f"{key}={value}")
    return lexicon.close()


@cache
def marker(name: str) -> Lexicon:
    """Phrases that steer the reading, by the name of their group."""
    lexicon = Lexicon()
    for phrase in _split(_markers()[name]):
        lexicon.add(phrase, name)
    return lexicon.close()


@cache
def _markers() -> dict[str, str]:
    return tomllib.loads(_text("markers.toml"))


@cache
def number_words() -> dict[str, tuple[Decimal, frozenset[str]]]:
    """A number word → its value and the languages that mean it."""
    table = _read("numbers.toml")
    found: dict[str, tuple[Decimal, frozenset[str]]] = {}
    for language, pairs in table["words"].items():
        for pair in pairs.split(","):
            word, value = pair.split()
            known = found.get(word, (Decimal(value), frozenset[str]()))[1]
            found[word] = (Decimal(value), known | {language})
    for word, languages in table["ambiguous"].items():
        if word in found:
            found[word] = (found[word][0], frozenset(languages.split()))
    return found


@cache
def articles() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for language, listed in _read("numbers.toml")["articles"].items():
        for word in listed.split():
            table.setdefault(word, set()).add(language)
    return {word: frozenset(languages) for word, languages in table.items()}


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """A size: the pattern's first group is its value, times a factor, or a fixed value."""

    key: str
    pattern: re.Pattern[str]
    value: str = ""
    times: int = 1
    is_word: bool = False


def _joined(lines: str) -> str:
    return "".join(line.strip() for line in lines.splitlines())


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern over folded text, by its name in patterns.toml."""
    return re.compile(_joined(_patterns()[name]))


@cache
def _patterns() -> dict[str, str]:
    return tomllib.loads(_text("patterns.toml"))


@cache
def measure_rules() -> tuple[MeasureRule, ...]:
    rules = tomllib.loads(_text("measures.toml"))["rule"]
    return tuple(
        MeasureRule(**{**rule, "pattern": re.compile(_joined(rule["pattern"]))}) for rule in rules
    )


@cache
def measure_values() -> dict[str, str]:
    values: dict[str, str] = tomllib.loads(_text("measures.toml"))["values"]
    return values
