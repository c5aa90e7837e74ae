"""Amounts and rates as people write them: `1.234,56`, `£1,234.50`, `20%`, `0.20`."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

_MONEY = re.compile(
    r"[£$€¥]|\b(?:gbp|eur|usd|chf|euros?|pounds?|net|each|ea|p/?u)\b|['\u00a0\u202f\s]",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?$")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y")
_TRUE = frozenset({"1", "yes", "y", "true", "si", "sí", "ja", "oui", "sì", "sim", "x", "service",
                   "labour", "dienstleistung", "servicio"})  # fmt: skip
_FALSE = frozenset({"0", "no", "n", "false", "nein", "non", "não", "nee", "-", "product", "goods"})


class NotANumber(ValueError):
    pass


def amount(text: str, decimal: str = "") -> Decimal | None:
    """The number a cell holds; None for an empty cell. Raises NotANumber for anything else.

    `decimal`: the sign before the pence where it is known.
    """
    bare = _MONEY.sub("", text.strip())
    if bare in {"", "-", "–", "—"} or bare.casefold() in {"n/a", "na", "poa", "tbc", "tba"}:
        return None
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    bare = _signed(bare, decimal) if decimal else _with_point(bare)
    if not _PLAIN.match(bare):
        raise NotANumber(text)
    try:
        return Decimal(bare)
    except InvalidOperation as error:
        raise NotANumber(text) from error


def _signed(bare: str, decimal: str) -> str:
    """Thousands' signs stand before three digits, or it is no number of this list."""
    thousands = "." if decimal == "," else ","
    t, d = re.escape(thousands), re.escape(decimal)
    if not re.fullmatch(rf"-?(?:\d+|\d{{1,3}}(?:{t}\d{{3}})+)(?:{d}\d+)?", bare):
        raise NotANumber(bare)
    return bare.replace(thousands, "").replace(decimal, ".")


def _with_point(bare: str) -> str:
    """Thousands' signs out, the decimal sign as a point.

    A lone comma before exactly three digits is a thousands' sign ("1,234"), a lone point is
    a decimal point ("1.234") unless it comes twice.
    """
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma >= 0 and point >= 0:
        if comma > point:
            return bare.replace(".", "").replace(",", ".")
        return bare.replace(",", "")
    if comma >= 0:
        thousands = re.fullmatch(r"-?\d{1,3}(?:,\d{3})+", bare)
        return bare.replace(",", "" if thousands else ".")
    if bare.count(".") > 1:
        return bare.replace(".", "")
    return bare


def rate(text: str) -> Decimal | None:
    """A tax rate as a fraction: "20%", "20" and "0.20" are all a fifth."""
    is_percent = "%" in text
    value = amount(text.replace("%", ""))
    if value is None:
        return None
    fraction = value / 100 if is_percent or value > 1 else value
    if not 0 <= fraction <= 1:
        raise NotANumber(text)
    return fraction


def day(text: str) -> date | None:
    """A day as people write it, the day before the month; None for an empty cell."""
    bare = text.strip().partition(" ")[0].partition("T")[0]
    if not bare:
        return None
    for form in _DAYS:
        try:
            return datetime.strptime(bare, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise NotANumber(text)


def truth(text: str) -> bool | None:
    word = text.strip().casefold()
    if word in _TRUE:
        return True
    return False if word in _FALSE or not word else None
