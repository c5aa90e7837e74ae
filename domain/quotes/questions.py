"""What to ask the customer: what keeps a line from being priced, then what an installer asks.

At most five questions a message, those about one thing merged, in the customer's language.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from importlib import resources

from domain.quotes.request import Ask, OpenPoint, QuoteRequest

LIMIT = 5
MOST_JOINED = 8
"""More open things than that are no conversation: the rest is listed for staff."""
_ORDER = {ask: place for place, ask in enumerate(Ask)}
_LATE = {Ask.CONFIRM: 20}
_BY_KIND = {
    "cabling": ("containment", "ceilings", "patch_panels", "rack", "certification", "site_hours"),
    "wifi": ("wifi_area", "ceilings", "site_hours"),
    "cctv": ("camera_positions", "recording", "site_hours"),
    "door": ("doors", "site_hours"),
}


@cache
def _wording() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("questions.toml").read_text("utf-8"))


def _phrases(language: str) -> dict[str, str]:
    return _wording().get(language, _wording()["en"])


def topics_spoken_of(text: str) -> frozenset[str]:
    """The installer's topics that a text already speaks of: they are not asked again."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return frozenset(
        topic for topic, words in _wording()["spoken"].items() if re.search(words, plain)
    )


def questions(request: QuoteRequest, more: Iterable[OpenPoint] = ()) -> tuple[str, ...]:
    """All questions of a request, at most five; `more` are points found while pricing."""
    return asked_and_left(request, more)[0]


def asked_and_left(
    request: QuoteRequest, more: Iterable[OpenPoint] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The questions for the customer, and those that are too many: for staff."""
    if not request.is_quote_request:
        return (), ()
    points = [*(p for item in request.items for p in item.open_points), *request.open_points, *more]
    told = _told(points, request.language)
    asked = _joined(told)
    kept = tuple(asked + installer_questions(request)[: max(0, LIMIT - len(asked))])[:LIMIT]
    return kept, tuple(told[LIMIT:]) if len(told) > MOST_JOINED else ()


def merged(points: Iterable[OpenPoint], language: str) -> list[str]:
    """One question a thing, the ones without which nothing can be priced first."""
    return _joined(_told(points, language))


def _told(points: Iterable[OpenPoint], language: str) -> list[str]:
    things: dict[str, list[OpenPoint]] = {}
    for point in points:
        known = things.setdefault(point.subject.casefold(), [])
        if point not in known:
            known.append(point)
    ranked = sorted(things.values(), key=lambda group: min(_rank(point) for point in group))
    return [_text(group, _phrases(language)) for group in ranked]


def _joined(texts: list[str]) -> list[str]:
    """A few too many are asked together; of a long list the first five."""
    if LIMIT < len(texts) <= MOST_JOINED:
        return [*texts[: LIMIT - 1], " ".join(texts[LIMIT - 1 :])]
    return texts[:LIMIT]


def _rank(point: OpenPoint) -> int:
    return _LATE.get(point.ask, _ORDER[point.ask])


def _text(group: list[OpenPoint], phrases: dict[str, str]) -> str:
    ordered = sorted(group, key=_rank)
    parts = [_one(point, phrases, is_first=not n) for n, point in enumerate(ordered)]
    return " ".join(parts)


def _one(point: OpenPoint, phrases: dict[str, str], *, is_first: bool) -> str:
    template = phrases[point.ask.value]
    if point.ask is Ask.QUANTITY and point.low is not None:
        template = phrases["quantity_range" if point.high is not None else "quantity_about"]
    if point.ask is Ask.VARIANT and not is_first:
        template = phrases["which"]
    return template.format(
        subject=point.subject,
        options=_options(point.options, phrases["or"]),
        low=_number(point.low),
        high=_number(point.high),
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _options(options: tuple[str, ...], joiner: str) -> str:
    if len(options) < 2:
        return "".join(options)
    return f"{'; '.join(options[:-1])} {joiner} {options[-1]}"


def installer_questions(request: QuoteRequest) -> list[str]:
    """What an installer asks before work on site, less what the customer spoke of."""
    if not request.is_installation:
        return []
    topics = [
        topic for kind in _BY_KIND if kind in request.kinds_of_work for topic in _BY_KIND[kind]
    ]
    open_topics = [t for t in dict.fromkeys(topics) if t not in request.already_said]
    phrases = _phrases(request.language)
    if {"containment", "ceilings"} <= set(open_topics):
        joined = f"{phrases['containment']} {phrases['ceilings']}"
        rest = [phrases[t] for t in open_topics if t not in {"containment", "ceilings"}]
        return [joined, *rest]
    return [phrases[topic] for topic in open_topics]
