"""Numbers in a text: digits, words of seven languages, dozens, ranges."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.agents.quoting.language.text import Word, are_joined
from bot.agents.quoting.vocabulary import articles, number_words, pattern

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_UNITS = {"ein": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7,
          "acht": 8, "neun": 9, "een": 1, "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7,
          "negen": 9}  # fmt: skip
_TENS = {"zwanzig": 20, "dreisig": 30, "dreissig": 30, "vierzig": 40, "funfzig": 50,
         "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90, "twintig": 20,
         "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60}  # fmt: skip
_COMPOUND = re.compile(rf"({'|'.join(_UNITS)})(?:und|en)({'|'.join(_TENS)})$")
_ITALIAN = re.compile(r"(vent|trent|quarant|cinquant)[aio]?(uno|due|tre|quattro|cinque|sei|sette|"
                      r"otto|nove)$")  # fmt: skip
_ITALIAN_TENS = {"vent": 20, "trent": 30, "quarant": 40, "cinquant": 50}
_ITALIAN_UNITS = {"uno": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7,
                  "otto": 8, "nove": 9}  # fmt: skip
_TO = r"(?:-|to|or|/|bis|oder|a|o|à|ou|of|tot|ad|fino a|e|y|et|und|en|and)"
RANGE = re.compile(
    rf"(?:between|zwischen|entre|tra|fra|tussen|from|de|von|da|van)?\s*"
    rf"(?<![\w.,£$€/x-])(\d{{1,4}})\s*{_TO}\s*(\d{{1,4}})(?![\w%/-]|[.,]\d)"
)
_DOZENS = frozenset({
    "dozen", "doz", "docenas", "docena", "dutzend", "douzaines", "douzaine", "duzia", "duzias",
    "dozijn", "hundred", "hundert", "cent", "dozzina", "score", "honderd",
})  # fmt: skip
_BETWEEN = re.compile(r"^\s*(?:between|zwischen|entre|tra|fra|tussen)\b")
_AND_RANGE = re.compile(r"\d\s*(?:e|y|et|und|en|and)\s*\d")
_WEAK_RANGE = re.compile(r"\d\s*(?:a|o|of|/|e)\s*\d")


@dataclass(frozen=True, slots=True)
class Number:
    """A number and its place; `first` and `last` index the words it was read from."""

    value: Decimal
    start: int
    end: int
    first: int
    last: int
    is_article: bool = False
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    low: Decimal
    high: Decimal
    start: int
    end: int


def digits(text: str) -> Decimal:
    """`1.234` and `1,234` are thousands, `1,5` and `1.5` are not."""
    if _GROUPED.match(text):
        return Decimal(re.sub(r"[.,]", "", text))
    return (
        Decimal(text.replace(",", ".", 1))
        if text.count(",") + text.count(".") <= 1
        else (Decimal(re.sub(r"[.,]", "", text)))
    )


def find(folded: str, found: list[Word], language: str) -> list[Number]:
    """All numbers among the words, compounds ("twenty-four", "two dozen") as one."""
    numbers: list[Number] = []
    index = 0
    while index < len(found):
        number = _number_at(folded, found, index, language)
        if number is None:
            index += 1
            continue
        numbers.append(number)
        index = number.last + 1
    return numbers


def _number_at(folded: str, found: list[Word], index: int, language: str) -> Number | None:
    word = found[index]
    if word.is_number:
        value, last = digits(word.text), index
        is_article = False
    else:
        spoken = _spoken(word.text, language)
        is_article = language in articles().get(word.text, frozenset())
        halves = word.text in _HALVES and any("do" in w.text for w in found[index + 1 : index + 3])
        if spoken is None and not is_article and not halves:
            return None
        value, last = spoken or Decimal(1), index
        if halves:
            value = Decimal("0.5")
    value, last = _extended(folded, found, last, value, language)
    if last > index:
        is_article = False
    return Number(value, word.start, found[last].end, index, last, is_article, not word.is_number)


_HALVES = frozenset({"half", "halbes", "media", "demi", "mezza", "meia", "half-"})


def _spoken(word: str, language: str) -> Decimal | None:
    entry = number_words().get(word)
    if entry and (language in entry[1] or (language == "en" and len(word) > 4)):
        return entry[0]
    if match := _COMPOUND.match(word):
        return Decimal(_UNITS[match[1]] + _TENS[match[2]])
    if match := _ITALIAN.match(word):
        return Decimal(_ITALIAN_TENS[match[1]] + _ITALIAN_UNITS[match[2]])
    return None


def _extended(
    folded: str, found: list[Word], last: int, value: Decimal, language: str
) -> tuple[Decimal, int]:
    """Joins what follows: "twenty four", "treinta y dos", "two dozen", "half a dozen"."""
    following = found[last + 1 : last + 3]
    if not following or not are_joined(folded, found[last], following[0]):
        return value, last
    link = 1 if following[0].text in {"y", "et", "e", "a"} and len(following) > 1 else 0
    tail = following[link]
    if tail.is_number or (link and not are_joined(folded, following[0], tail)):
        return value, last
    small = _spoken(tail.text, language)
    if small is None:
        return value, last
    if tail.text in _DOZENS:
        return (value * small, last + 1 + link) if value < small else (value, last)
    if value >= 20 and value % 10 == 0 and small < 10 and not found[last].is_number:
        return value + small, last + 1 + link
    return value, last


def ranges(folded: str, start: int = 0, end: int | None = None) -> list[Range]:
    """`20-25`, `15 bis 18`, `between 20 and 25`. "2 and 3" alone is no range."""
    found = []
    for match in RANGE.finditer(folded, start, len(folded) if end is None else end):
        low, high = Decimal(match[1]), Decimal(match[2])
        if low >= high or high > low * 4:
            continue
        joined = folded[match.start(1) : match.end()]
        is_told_so = bool(_BETWEEN.match(match[0]))
        if _AND_RANGE.search(joined) and not is_told_so:
            continue
        if _WEAK_RANGE.search(joined) and high > low * 2 and not is_told_so:
            continue
        found.append(Range(low, high, match.start(1), match.end()))
    return found


def word_ranges(folded: str, numbers: list[Number]) -> list[Range]:
    """ "four or five", "zwischen acht und zehn": ranges told in words."""
    found = []
    for low, high in pairwise(numbers):
        gap = folded[low.end : high.start]
        joined = pattern("range_joint").match(gap)
        between = re.search(r"\b(?:between|zwischen|entre|tra|fra|tussen)\s*$", folded[: low.start])
        in_words = low.is_word or high.is_word
        fits = not low.is_article and low.value < high.value <= low.value * 3
        if in_words and fits and (joined or (between and len(gap) < 6)):
            found.append(Range(low.value, high.value, low.start, high.end))
    return found
