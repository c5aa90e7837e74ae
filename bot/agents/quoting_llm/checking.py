"""Holds the model's form against the customer's words and the catalogue: pure.

A line whose words nobody wrote is dropped; a product that is not in the catalogue, or a quantity
that the customer never said, becomes a question.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from bot.agents.quoting.files.wire import Places, has_files, segments, words_of
from bot.agents.quoting.language import numbers
from bot.agents.quoting.language.text import fold, words
from bot.agents.quoting_llm.form import MOST_LINES, FormLine, RequestForm
from bot.agents.support.facts import Kind, facts
from bot.model.untrusted import visible
from domain.catalogue.product import Catalogue, Product
from domain.catalogue.units import convert
from domain.quotes.norms import includes_work
from domain.quotes.questions import topics_spoken_of
from domain.quotes.request import Ask, OpenPoint, QuoteRequest, RequestedItem

LARGEST_QUANTITY = Decimal(100_000)
MOST_QUESTIONS = 5
LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl")

_ONE = re.compile(r"\b(?:an?|one|the|ein\w*|une?|una?|uno|een|um|uma)\b")
_METRES = re.compile(r"(\d{1,7}(?:[.,]\d{1,3})?) ?(?:m|mtrs?|met\w+|lfm|lm)\b")
_NO_TELLING = frozenset({Kind.MONEY, Kind.PERCENT, Kind.FREE, Kind.LINK, Kind.PHONE, Kind.EMAIL})


@dataclass(frozen=True, slots=True)
class Checked:
    """`questions`: the model's own, those without an amount or a link. `notes`: for staff."""

    request: QuoteRequest
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """The customer's words of this and the earlier messages, with their files."""

    text: str
    previous: str

    @property
    def both(self) -> str:
        return f"{self.previous}\n{self.text}" if self.previous.strip() else self.text

    def find(self, wanted: str) -> str:
        """The words as they stand in the text, white space and case aside; empty: not there."""
        found = self._match(wanted)
        return found[0] if found else ""

    def cited(self, wanted: str) -> str:
        """The row of a file in which the words stand, if they do."""
        found = self._match(wanted) if has_files(self.both) else None
        return self._places.cited(found.start()) if found else ""

    @cached_property
    def _places(self) -> Places:
        return Places([part for segment in segments(self.both) for part in segment.parts])

    def _match(self, wanted: str) -> re.Match[str] | None:
        pattern = r"\s+".join(map(re.escape, wanted.split()))
        return re.search(pattern, self.both, re.IGNORECASE) if pattern else None

    def numbers(self) -> frozenset[Decimal]:
        return _numbers(re.sub("⟦[^⟦⟧\n]*⟧", " ", self.both))


def checked(form: RequestForm, spoken: Spoken, catalogue: Catalogue, base: QuoteRequest) -> Checked:
    """`base`: what the extractive reading found; it keeps what the form does not say."""
    if not form.is_quote_request:
        return Checked(QuoteRequest(language=base.language, text=spoken.text))
    said = spoken.numbers()
    notes: list[str] = []
    items = []
    for line in form.lines:
        item = _item(line, spoken, catalogue, said)
        if item is None:
            notes.append(f"dropped, nobody wrote it: “{visible(line.words, 80)}”")
        else:
            items.append(item)
    items += _beyond(base, items, len(form.lines))
    request = replace(
        base,
        items=tuple(items),
        open_points=() if items else (base.open_points or (OpenPoint(Ask.WHAT, ""),)),
        is_quote_request=True,
        is_installation=base.is_installation or _needs_work(items, catalogue),
        already_said=topics_spoken_of(spoken.both),
        sites=tuple(dict.fromkeys(item.site for item in items if item.site)),
        text=words_of(spoken.text),
    )
    return Checked(request, _questions(form.questions), tuple(notes))


def _beyond(base: QuoteRequest, items: list[RequestedItem], told: int) -> list[RequestedItem]:
    """Rows of a list too long for the model's form, as they were read without it."""
    if told < MOST_LINES:
        return []
    read = {item.source for item in items}
    return [item for item in base.items if item.source and item.source not in read]


def _item(
    line: FormLine, spoken: Spoken, catalogue: Catalogue, said: frozenset[Decimal]
) -> RequestedItem | None:
    own_words = spoken.find(line.words)
    if not own_words:
        return None
    cited = spoken.cited(line.words)
    subject = f"{visible(own_words, 120)} ({cited})" if cited else visible(own_words, 120)
    product = catalogue.find(line.code)
    options = tuple(code for code in dict.fromkeys(line.options) if catalogue.find(code))
    points = []
    if product is None and len(options) > 1:
        names = tuple(found.name for code in options if (found := catalogue.find(code)))
        points.append(OpenPoint(Ask.VARIANT, subject, names))
    elif product is None:
        points.append(OpenPoint(Ask.MISSING, subject))
    quantity = _quantity(line.quantity, own_words, said)
    unit = spoken.find(line.unit)
    if quantity is None and product is not None and _is_packed(line.quantity, own_words, product):
        quantity, unit = line.quantity, product.unit
    if quantity is None:
        points.append(OpenPoint(Ask.QUANTITY, subject))
    return RequestedItem(
        words=own_words,
        description=product.name if product else "",
        code=product.code if product else None,
        quantity=quantity,
        unit=unit,
        is_optional=line.is_optional,
        site=spoken.find(line.site),
        source=cited,
        open_points=tuple(points),
        candidates=options if product is None else (),
    )


def _quantity(quantity: Decimal | None, own_words: str, said: frozenset[Decimal]) -> Decimal | None:
    """The quantity if it is sane and said: as a number, as “a …”, or as so many times so many."""
    if quantity is None or not quantity.is_finite() or not 0 < quantity <= LARGEST_QUANTITY:
        return None
    if quantity in said or (quantity == 1 and _ONE.search(fold(own_words))):
        return quantity
    is_product = any(a * b == quantity for a in said for b in said if a > 1 and b > 1)
    return quantity if is_product else None


def _is_packed(quantity: Decimal | None, own_words: str, product: Product) -> bool:
    """Whether it is what they want, told in whole packages: 20 m of tray in 3 m lengths are 7."""
    if quantity is None:
        return False
    metres = (Decimal(m[1].replace(",", ".")) for m in _METRES.finditer(fold(own_words)))
    wanted = [(n, "m") for n in metres] + [(n, "each") for n in _numbers(own_words)]
    told = (convert(number, unit, product) for number, unit in wanted)
    return any(one is not None and one.rule and one.quantity == quantity for one in told)


def _numbers(text: str) -> frozenset[Decimal]:
    folded = fold(text)
    found = words(folded)
    return frozenset(
        number.value for language in LANGUAGES for number in numbers.find(folded, found, language)
    )


def _needs_work(items: Iterable[RequestedItem], catalogue: Catalogue) -> bool:
    products = (catalogue.find(item.code) for item in items)
    return any(product is not None and includes_work(product) for product in products)


def _questions(asked: Iterable[str]) -> tuple[str, ...]:
    """A question may not smuggle in a price: “is £1 each fine?”."""
    clean = (visible(question, 300) for question in asked)
    kept = (q for q in clean if q and not any(fact.kind in _NO_TELLING for fact in facts(q)))
    return tuple(dict.fromkeys(kept))[:MOST_QUESTIONS]
