"""Numbers, money and dates as a customer's language writes them (CLDR); pure."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from domain.quotes.writing.words import known_language, words_of
from domain.types import MINOR_UNITS, Money

HARD = "\u00a0"
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "US$", "JPY": "¥", "PLN": "zł"}
FINEST_PRICE = 4
"""Decimals of a unit price: an hour of a day rate may be finer than a penny."""


@dataclass(frozen=True, slots=True)
class Locale:
    """`group_from`: thousands are grouped from so many digits on."""

    tag: str
    decimal: str
    group: str
    symbol_before: bool
    symbol_gap: str
    group_from: int = 4

    @property
    def language(self) -> str:
        return self.tag[:2]

    def number(self, value: Decimal, places: int | None = None) -> str:
        """`places`: as many decimals; None: as many as it has."""
        if places is not None:
            value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        whole, _, fraction = f"{abs(value):f}".partition(".")
        fraction = fraction if places is not None else fraction.rstrip("0")
        if len(whole) >= self.group_from:
            whole = f"{int(whole):,}".replace(",", self.group)
        sign = "−" if value < 0 else ""
        return f"{sign}{whole}{self.decimal}{fraction}" if fraction else f"{sign}{whole}"

    def money(self, money: Money) -> str:
        rounded = money.rounded()
        return self._with_symbol(self.number(rounded.amount, _minor(money)), money.currency)

    def price(self, money: Money) -> str:
        """Of one unit: finer than the minor unit where it is."""
        places = _minor(money)
        exact = -int(money.amount.normalize().as_tuple().exponent)
        places = min(max(places, exact), FINEST_PRICE)
        return self._with_symbol(self.number(money.amount, places), money.currency)

    def percent(self, rate: Decimal) -> str:
        gap = "" if self.language == "en" else HARD
        return f"{self.number((rate * 100).normalize())}{gap}%"

    def day(self, day: date) -> str:
        month = words_of(self.language).months[day.month - 1]
        number = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        if self.tag == "en-US":
            return f"{month}{HARD}{day.day}, {day.year}"
        if self.language == "de":
            return f"{number}.{HARD}{month} {day.year}"
        if self.language in ("es", "pt"):
            return f"{number}{HARD}de {month} de {day.year}"
        return f"{number}{HARD}{month} {day.year}"

    def _with_symbol(self, number: str, currency: str) -> str:
        symbol = SYMBOLS.get(currency, currency)
        if currency == "USD" and self.tag == "en-US":
            symbol = "$"
        gap = self.symbol_gap or (HARD if symbol.isalpha() else "")
        if not self.symbol_before:
            return f"{number}{gap}{symbol}"
        sign, plain = ("−", number[1:]) if number.startswith("−") else ("", number)
        return f"{sign}{symbol}{gap}{plain}"


_LOCALES = {
    locale.tag: locale
    for locale in (
        Locale("en-GB", ".", ",", symbol_before=True, symbol_gap=""),
        Locale("en-US", ".", ",", symbol_before=True, symbol_gap=""),
        Locale("de", ",", ".", symbol_before=False, symbol_gap=HARD),
        Locale("fr", ",", HARD, symbol_before=False, symbol_gap=HARD),
        Locale("es", ",", ".", symbol_before=False, symbol_gap=HARD, group_from=5),
        Locale("it", ",", ".", symbol_before=False, symbol_gap=HARD),
        Locale("nl", ",", ".", symbol_before=True, symbol_gap=HARD),
        Locale("pl", ",", HARD, symbol_before=False, symbol_gap=HARD, group_from=5),
        Locale("pt", ",", HARD, symbol_before=False, symbol_gap=HARD, group_from=5),
    )
}
TAGS = tuple(_LOCALES)


def locale_of(language: str, country: str = "") -> Locale:
    """Of a language ("de", "en-US"); English is American in the United States only."""
    if language.strip().lower().replace("_", "-") == "en-us":
        return _LOCALES["en-US"]
    known = known_language(language)
    if known == "en":
        return _LOCALES["en-US" if country == "US" else "en-GB"]
    return _LOCALES[known]


def _minor(money: Money) -> int:
    return MINOR_UNITS.get(money.currency, 2)
