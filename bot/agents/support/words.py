"""Names of months, weekdays, numbers and currencies as customers write them."""

import re
from decimal import Decimal

_MONTHS = (
    "january jan januar januari janvier enero gennaio janeiro",
    "february feb februar februari février fevrier febrero febbraio fevereiro",
    "march mar märz maerz maart mars marzo março",
    "april apr avril abril aprile",
    "may mai mei mayo maggio maio",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août aout augustus agosto",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre diciembre dicembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

_WEEKDAYS = (
    "monday mondays montag montags lundi lunes lunedì maandag segunda-feira",
    "tuesday tuesdays dienstag mardi martes martedì dinsdag terça-feira",
    "wednesday wednesdays mittwoch mercredi miércoles mercoledì woensdag quarta-feira",
    "thursday thursdays donnerstag jeudi jueves giovedì donderdag quinta-feira",
    "friday fridays freitag vendredi viernes venerdì vrijdag sexta-feira",
    "saturday saturdays samstag sonnabend samedi sábado sabato zaterdag",
    "sunday sundays sonntag dimanche domingo domenica zondag",
)
WEEKDAYS = {name: day for day, names in enumerate(_WEEKDAYS) for name in names.split()}
_SHORT = ("Mon", "Tue Tues", "Wed", "Thu Thur Thurs", "Fri", "Sat", "Sun")
WEEKDAYS_SHORT = {name: day for day, names in enumerate(_SHORT) for name in names.split()}
"""Only capitalised: a router that sat in the sun names no day."""
WEEKDAY_GROUPS = {
    "weekdays": range(5),
    "weekday": range(5),
    "weekend": (5, 6),
    "weekends": (5, 6),
    "every day": range(7),
    "daily": range(7),
    "7 days": range(7),
    "24/7": range(7),
}

_CURRENCIES = {
    "GBP": "£ gbp pound pounds quid",
    "EUR": "€ eur euro euros",
    "USD": "$ us$ usd dollar dollars",
    "JPY": "¥ jpy yen",
    "CHF": "chf franken",
    "PLN": "zł pln",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "CAD": "cad",
    "AUD": "aud",
}
CURRENCIES = {word: code for code, words in _CURRENCIES.items() for word in words.split()}
"""Symbols, codes and words, in lower case."""

_NUMBERS = {
    0: "zero",
    1: "one ein eine einen un une una",
    2: "two zwei deux dos",
    3: "three drei trois tres",
    4: "four vier quatre cuatro",
    5: "five fünf cinq cinco",
    6: "six sechs seis",
    7: "seven sieben sept siete",
    8: "eight acht huit ocho",
    9: "nine neun neuf nueve",
    10: "ten zehn dix diez",
    11: "eleven elf",
    12: "twelve zwölf douze doce",
    13: "thirteen",
    14: "fourteen vierzehn quatorze catorce",
    15: "fifteen quinze quince",
    16: "sixteen",
    17: "seventeen",
    18: "eighteen",
    19: "nineteen",
    20: "twenty zwanzig vingt veinte",
    30: "thirty dreißig trente treinta",
    40: "forty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
    100: "hundred hundert cien",
    1000: "thousand tausend mille mil",
}
NUMBER_WORDS = {word: value for value, words in _NUMBERS.items() for word in words.split()}
COUNTED = "|".join(
    [
        "pounds?|quid|euros?|dollars?|pence|percent|per cent|prozent",
        "days?|hours?|weeks?|months?|years?|minutes?|metres?|meters?|miles?|km",
        "tage?n?|stunden?|wochen?|monate?n?|jahre?n?",
        "jours?|heures?|semaines?|mois|ans?|années?",
        "días?|horas?|semanas?|meses|mes|años?",
    ]
)

_NUMBER_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_SPOKEN = re.compile(
    rf"\b((?:{_NUMBER_WORD})(?:(?:[ -]|\band\b){{1,3}}(?:{_NUMBER_WORD}))*)"
    rf"(?=[ -](?:(?:working|business|calendar)[ -])?(?:{COUNTED})\b)",
    re.IGNORECASE,
)


def with_digits(text: str) -> str:
    """Number words before something counted become digits: “five working days” → “5 …”."""
    return _SPOKEN.sub(lambda match: str(_spoken_value(match[1])), text)


def _spoken_value(words: str) -> Decimal:
    total = part = 0
    for word in re.findall(r"\w+", words.lower()):
        value = NUMBER_WORDS.get(word, 0)
        if value == 1000:
            total, part = total + (part or 1) * 1000, 0
        elif value == 100:
            part = (part or 1) * 100
        else:
            part += value
    return Decimal(total + part)
