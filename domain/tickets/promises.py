"""Promises in a text: “I'll send it by Friday”. Pure, in seven languages, in the company's time.

A sentence promises when somebody of ours says in it that they will do something, and by when. A
question, a condition, a refusal, a quotation and what was done already are no promises.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

END_OF_DAY = time(18)
LAST_MINUTE = time(23, 59)
MOST = 5
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Promise:
    """`due_day` is the day as the company's people count it."""

    text: str
    due_at: datetime
    due_day: date


_EN = (
    r"\b(?:i|we|our \w+|the (?:engineer|technician|team)|an? (?:engineer|technician|colleague))"
    r"(?:['’]ll| will| shall| am going to| are going to|['’](?:m|re) going to"
    r"| (?:come|arrive|call|deliver)s)\b"
    r"|\byou(?:['’]ll| will) (?:have|get|receive|hear)\b"
)
_ES = (
    r"\b(?!para\b)\w{2,}(?:aré|eré|iré|dré|aremos|eremos|iremos|dremos)\b|\b(?:voy|vamos) a \w+"
    r"|\b(?:tendrá|tendrás|recibirá|recibirás)\b"
)
_DE = (
    r"\b(?:ich|wir)\b.{0,40}?\b(?:werden?|schicken?|senden?|liefern|liefere|melden?|rufen?|kommen?"
    r"|erledigen?|prüfen?|klären?|besorgen?|reparieren|repariere|machen?)\b"
    r"|\b(?:werden?|schicken?|senden?|liefern|liefere|melden?|rufen?|kommen?|erledigen?|prüfen?"
    r"|klären?|machen?) (?:ich|wir)\b|\bsie (?:bekommen|erhalten)\b"
    r"|\b(?:der|unser) (?:techniker|kollege) (?:kommt|meldet|ruft)\b"
)
_FR = (
    r"\b(?:je|nous|on)\s+(?:\w+\s+){0,3}?\w+(?:rai|rons|ra)\b|\bj['’]\w+rai\b"
    r"|\b(?:je vais|nous allons|on va) \w+|\bvous (?:aurez|recevrez)\b"
)
_IT = r"\b\w{2,}(?:erò|irò|arò|drò|eremo|iremo|aremo)\b|\b(?:riceverà|riceverai|avrà|avrai)\b"
_NL = (
    r"\b(?:ik|wij|we)\b.{0,12}?\b(?:zal|zullen|ga|gaan|stuur|sturen|bel|bellen|kom|komen|lever"
    r"|leveren|regel|regelen)\b|\b(?:stuur|sturen|bel|bellen|kom|komen|lever|leveren|regel"
    r"|regelen) (?:ik|wij|we)\b|\bu (?:krijgt|ontvangt)\b"
)
_PT = (
    r"\b\w{2,}(?:arei|erei|irei|aremos|eremos|iremos)\b|\b(?:vou|vamos) \w+r\b"
    r"|\b(?:receberá|terá)\b"
)
_SAYS_SO = re.compile("|".join((_EN, _ES, _DE, _FR, _IT, _NL, _PT)), re.I)
_BUT_NOT = re.compile(
    r"\b(?:if|unless|once you|in case|whether|si usted|cuando (?:usted|nos)|falls|wenn|sobald|si "
    r"vous|dès que|se lei|non appena|als u|indien|zodra|se o senhor|assim que"
    r"|won['’]t|will not|can['’]?not|can['’]t|not able|unable|never|nicht|kein\w*|pas|jamais|niet"
    r"|geen|nunca|try to|hope to|might|maybe|perhaps|versuchen?|vielleicht|essayer\w*|peut-être"
    r"|intentar\w*|quizás|proberen?|misschien|forse|prover\w*|talvez|tentar\w*)\b"
    r"|\bno (?:le |lo |te |se )?\w+(?:ré|remos)\b|\bnão\b|\bnon\b",
    re.I,
)
_WEEKDAYS = (
    r"monday|lunes|montag|lundi|lunedì|maandag|segunda(?:-feira)?",
    r"tuesday|martes|dienstag|mardi|martedì|dinsdag|terça(?:-feira)?",
    r"wednesday|miércoles|mittwoch|mercredi|mercoledì|woensdag|quarta(?:-feira)?",
    r"thursday|jueves|donnerstag|jeudi|giovedì|donderdag|quinta(?:-feira)?",
    r"friday|viernes|freitag|vendredi|venerdì|vrijdag|sexta(?:-feira)?",
    r"saturday|sábado|samstag|samedi|sabato|zaterdag",
    r"sunday|domingo|sonntag|dimanche|domenica|zondag",
)
_MONTHS = (
    r"january|enero|januar|janvier|gennaio|januari|janeiro",
    r"february|febrero|februar|février|febbraio|februari|fevereiro",
    r"march|marzo|märz|mars|maart|março",
    r"april|abril|avril|aprile",
    r"may|mayo|mai|maggio|mei|maio",
    r"june|junio|juni|juin|giugno|junho",
    r"july|julio|juli|juillet|luglio|julho",
    r"august|agosto|août|augustus",
    r"september|septiembre|septembre|settembre|setembro",
    r"october|octubre|oktober|octobre|ottobre|outubro",
    r"november|noviembre|novembre|novembro",
    r"december|diciembre|dezember|décembre|dicembre|dezembro",
)
_TODAY = r"today|tonight|hoy|heute|aujourd['’]hui|oggi|vandaag|hoje"
_TOMORROW = r"tomorrow|mañana|morgen|demain|domani|amanhã"
_AFTER = (
    r"day after tomorrow|pasado mañana|übermorgen|après-demain|dopodomani|overmorgen"
    r"|depois de amanhã"
)
_WEEKS_END = (
    r"end of (?:the|this) week|fin(?:al)? de (?:la )?semana|ende der woche|fin de (?:la )?semaine"
    r"|fine (?:della )?settimana|einde van de week|fim da semana"
)
_UNITS = (
    r"(?P<hours>hours?|horas?|stunden?|heures?|or[ea]|uur|uren)"
    r"|(?P<days>days?|días?|tage?n?|jours?|giorn[io]|dag(?:en)?|dias?)"
    r"|(?P<weeks>weeks?|semanas?|wochen?|semaines?|settiman[ae]|weken|week)"
    r"|(?P<minutes>minutes?|minutos?|minuten|minut[io])"
)
_ONES = r"one|an?|una?|un|einer?|einem|une|uno|één|um|uma"
_IN = re.compile(
    rf"\b(?:in|within|en|dentro de|innerhalb von|binnen|dans|sous|entro|tra|fra|over|em)\s+"
    rf"(?P<n>\d{{1,3}}|{_ONES}|two|three|dos|tres|zwei|drei|deux|trois|due|tre|twee|drie|dois|três)"
    rf"\s+(?:working |business )?(?:{_UNITS})\b",
    re.I,
)
_NUMBERS = {
    **dict.fromkeys(("two", "dos", "zwei", "deux", "due", "twee", "dois"), 2),
    **dict.fromkeys(("three", "tres", "drei", "trois", "tre", "drie", "três"), 3),
}
_CLOCK = re.compile(
    r"\b(?:at|by|a las|um|bis|à|alle|om|às|before|around)\s+(?P<h>\d{1,2})"
    r"(?:(?:[:.h](?P<m>\d{2}))|\s*(?P<half>am|pm)|\s*(?:uhr|uur|h)\b)",
    re.I,
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})\.?(?:[/.]?(\d{4}))?(?!\d)")
_NAMED = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?\s+(?:of |de |d['’])?"
    rf"(?P<month>{'|'.join(_MONTHS)})\b"
    rf"|\b(?P<month2>{'|'.join(_MONTHS)})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b",
    re.I,
)
_DAYS = tuple(re.compile(rf"\b(?:{names})\b", re.I) for names in _WEEKDAYS)
_PLAIN_DAYS = (
    (re.compile(rf"\b(?:{_AFTER})\b", re.I), 2),
    (re.compile(rf"\b(?:{_TOMORROW})\b", re.I), 1),
    (re.compile(rf"\b(?:{_TODAY})\b", re.I), 0),
)
_END = re.compile(rf"\b(?:{_WEEKS_END})\b", re.I)
_MORNING = re.compile(
    r"\b(?:por la mañana|de la mañana|(?:am|heute|guten) morgen|goede morgen)\b", re.I
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\S)[^.!?\n]*)*[.!?\n]?")


def may_promise(text: str) -> bool:
    """Cheap: whether it is worth reading the text with care."""
    return _SAYS_SO.search(text) is not None


def promises_in(text: str, at: datetime, where: ZoneInfo) -> tuple[Promise, ...]:
    """`at`: when it was said. The same day is promised once."""
    found: dict[datetime, Promise] = {}
    for sentence in _sentences(text):
        if not _SAYS_SO.search(sentence) or _BUT_NOT.search(sentence):
            continue
        due = _due(sentence, at.astimezone(where), where)
        if due is not None and due > at:
            found.setdefault(due, Promise(sentence[:LONGEST], due, due.astimezone(where).date()))
    return tuple(found.values())[:MOST]


def times_in(text: str, at: datetime, where: ZoneInfo) -> frozenset[datetime]:
    """Every time to come that the text names, promised or not; `at`: when it is read."""
    named = (_due(sentence, at.astimezone(where), where) for sentence in _sentences(text))
    return frozenset(due for due in named if due is not None)


def _sentences(text: str) -> list[str]:
    """Without quoted lines, and without questions."""
    own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
    pieces = (match[0].strip() for match in _SENTENCE.finditer(own[:20_000]))
    return [piece for piece in pieces if piece and not piece.endswith("?")]


def _due(sentence: str, said: datetime, where: ZoneInfo) -> datetime | None:
    if spanned := _IN.search(sentence):
        number = spanned["n"].lower()
        count = int(number) if number.isdecimal() else _NUMBERS.get(number, 1)
        if spanned["hours"]:
            return said + timedelta(hours=count)
        if spanned["minutes"]:
            return said + timedelta(minutes=count)
        days = count * (7 if spanned["weeks"] else 1)
        return datetime.combine(said.date() + timedelta(days=days), END_OF_DAY, where)
    day = _day(_MORNING.sub(" ", sentence), said)
    if day is None:
        return None
    due = datetime.combine(day, _hour(sentence), where)
    if due <= said and day == said.date():
        due = datetime.combine(day, LAST_MINUTE, where)
    return due


def _day(sentence: str, said: datetime) -> date | None:
    today = said.date()
    named = _written(sentence, today)
    if named is not None:
        return named
    for pattern, ahead in _PLAIN_DAYS:
        if pattern.search(sentence):
            return today + timedelta(days=ahead)
    if _END.search(sentence):
        return today + timedelta(days=(4 - today.weekday()) % 7)
    for weekday, pattern in enumerate(_DAYS):
        if pattern.search(sentence):
            return today + timedelta(days=(weekday - today.weekday()) % 7)
    return None


def _written(sentence: str, today: date) -> date | None:
    """A date in figures (day first) or with the month's name; next year's where it is over."""
    if iso := _ISO.search(sentence):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if named := _NAMED.search(sentence):
        name = (named["month"] or named["month2"]).lower()
        month = next(n for n, names in enumerate(_MONTHS, 1) if re.fullmatch(names, name, re.I))
        return _to_come(month, int(named["d"] or named["d2"]), today)
    if figures := _SLASHED.search(sentence):
        day, month = int(figures[1]), int(figures[2])
        if figures[3]:
            return _date(int(figures[3]), month, day)
        return _to_come(month, day, today)
    return None


def _to_come(month: int, day: int, today: date) -> date | None:
    found = _date(today.year, month, day)
    if found is not None and found < today:
        return _date(today.year + 1, month, day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour(sentence: str) -> time:
    found = _CLOCK.search(sentence)
    if found is None:
        return END_OF_DAY
    hour = int(found["h"])
    if (found["half"] or "").lower() == "pm" and hour < 12:
        hour += 12
    minute = int(found["m"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else END_OF_DAY
