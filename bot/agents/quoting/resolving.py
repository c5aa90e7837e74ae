"""From wishes to items: the product, the quantity with its unit, what is left to ask."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.agents.quoting.files.wire import Places
from bot.agents.quoting.matching.entries import Entry
from bot.agents.quoting.matching.index import Index, Match
from bot.agents.quoting.matching.scoring import Query
from bot.agents.quoting.sentence import Notes, Work
from bot.agents.quoting.wishes import TOPICS, Wish
from domain.quotes.norms import includes_work
from domain.quotes.request import Ask, OpenPoint, RequestedItem

CATEGORIZED = frozenset({"outlet", "patch_panel", "patch_lead", "cable", "keystone"})
_MEASURED = frozenset({"m", "length"})
_TIMED = frozenset({"day", "hour", "km", "month"})


@dataclass
class Resolved:
    """An item with what it was made from, so that work can be added to it."""

    item: RequestedItem
    wish: Wish
    entry: Entry | None


class Resolver:
    def __init__(
        self, index: Index, notes: Notes, texts: dict[str, str], places: Places | None = None
    ) -> None:
        self.index = index
        self.notes = notes
        self.texts = texts
        self.places = places
        self.hints = self._hints()

    def _hints(self) -> dict[str, frozenset[str]]:
        told = {v for w in self.notes.wishes for v in w.attributes.get("category", ())}
        return {"category": frozenset(told)} if len(told) == 1 else {}

    def resolve(self) -> list[Resolved]:
        found = [self._one(wish) for wish in self.notes.wishes if wish.head not in TOPICS]
        kept = [each for each in found if each is not None]
        return kept + self._installation(kept) + self._certification(kept)

    def _words(self, wish: Wish) -> str:
        """The customer's own, those of a correction after those it corrects."""
        places = [(wish.source, wish.start, wish.end), *wish.later]
        return " … ".join(self.texts[source][start:end].strip() for source, start, end in places)

    def _one(self, wish: Wish) -> Resolved | None:
        if wish.head in CATEGORIZED and "category" in self.notes.defaults:
            wish.attributes.setdefault("category", self.notes.defaults["category"])
        hints = self.hints if wish.head in CATEGORIZED and not _is_fibre(wish) else {}
        match = self.index.match(wish.query(hints))
        subject = self._subject(wish)
        item = RequestedItem(
            words=self._words(wish), description=subject, is_optional=wish.is_optional,
            site=wish.site, quantity_range=wish.range, rule=wish.rule, source=self._cited(wish),
        )  # fmt: skip
        if match.best is None and not match.alike:
            return self._missing(wish, item, subject)
        sold = match.best or match.alike[0]
        wish.head = wish.head or sold.head
        quantity, unit, ask = measured(wish, sold)
        points = self._points(wish, match, subject, ask)
        asks_what = match.best is None
        item = replace(
            item, code=None if asks_what or match.best is None else match.best.product.code,
            quantity=None if quantity is None else quantity * wish.factor, unit=unit,
            open_points=points, candidates=tuple(e.product.code for e in match.alike[:6]),
        )  # fmt: skip
        return Resolved(item, wish, match.best)

    def _cited(self, wish: Wish) -> str:
        if self.places is None or wish.source != "previous":
            return ""
        return self.places.cited(wish.start)

    def _subject(self, wish: Wish) -> str:
        if cited := self._cited(wish):
            return f"{_in_short(wish.named or self._words(wish))} ({cited})"
        text = self.texts[wish.source]
        at = (
            text.casefold().find(wish.head_words, max(0, wish.start - 1)) if wish.head_words else -1
        )
        told = text[at : at + len(wish.head_words)] if at >= 0 else wish.head_words
        return told or self._words(wish)[:60]

    def _missing(self, wish: Wish, item: RequestedItem, subject: str) -> Resolved | None:
        """A thing that is not sold is told, when it was asked for as a thing."""
        if not wish.head and not wish.is_listed and wish.quantity is None:
            return None
        words = subject if wish.head or item.source else item.words[:60]
        point = OpenPoint(Ask.MISSING, words.strip(" |,.;"))
        return Resolved(replace(item, open_points=(point,), quantity=wish.quantity), wish, None)

    def _points(
        self, wish: Wish, match: Match, subject: str, ask: Ask | None
    ) -> tuple[OpenPoint, ...]:
        points = []
        if ask is not None:
            low, high = wish.range or (None, None)
            points.append(OpenPoint(ask, subject, low=low, high=high))
        if match.best is None:
            names = tuple(dict.fromkeys(e.product.name for e in match.alike))
            points.append(OpenPoint(Ask.VARIANT, subject, _shortened(names, match)))
        elif match.assumed == "colour":
            colours = tuple(dict.fromkeys(_colour(e) for e in match.alike if _colour(e)))
            points.append(OpenPoint(Ask.CONFIRM, f"{subject}: {match.best.product.name}", colours))
        if wish.is_about and ask is None and wish.quantity is not None:
            points.append(OpenPoint(Ask.QUANTITY, subject, low=wish.quantity * wish.factor))
        return tuple(points)

    def _installation(self, found: list[Resolved]) -> list[Resolved]:
        """Fixing what is not sold fixed, when the customer asks for it and it has a price."""
        wanted_all = any(work.kind == "installed" for work in self.notes.work)
        if any(each.wish.head == "installation" for each in found):
            return []
        added = []
        for each in found:
            told = each.wish.attributes.get("installed", frozenset())
            if each.entry is None or includes_work(each.entry.product) or "no" in told:
                continue
            if "yes" in told or (wanted_all and self._is_meant(each)):
                added += self._work_on(each)
        return added

    def _is_meant(self, each: Resolved) -> bool:
        """ "fitting of the cameras" is not of the cabinet."""
        named = {f for w in self.notes.work if w.kind == "installed" for f in w.families}
        return not named or each.wish.head in named

    def _work_on(self, each: Resolved) -> list[Resolved]:
        query = Query("installation", frozenset({each.wish.head}))
        match = self.index.match(query)
        if match.best is None or each.wish.head not in match.best.families:
            return []
        item = replace(each.item, code=match.best.product.code, open_points=(), candidates=(),
                       description=match.best.product.name, unit="")  # fmt: skip
        return [Resolved(item, each.wish, match.best)]

    def _certification(self, found: list[Resolved]) -> list[Resolved]:
        """One test per port of the outlets to be certified, or as many as the customer says."""
        if any(each.wish.head == "certification" for each in found):
            return []
        work = [w for w in self.notes.work if w.kind == "certified"]
        tested = [e for e in found if e.wish.head == "outlet" and e.entry is not None]
        for key, values in (work[0].attributes if work else {}).items():
            tested = [e for e in tested if e.wish.attributes.get(key, values) & values]
        if not work:
            tested = [e for e in tested if "certified" in e.wish.attributes]
        told = next((w.quantity for w in work if w.quantity is not None), None)
        if not tested and told is None:
            return []
        match = self.index.match(Query("certification", objects=frozenset({"outlet"})))
        if match.best is None:
            return []
        ports = sum((_ports(e) for e in tested), Decimal(0))
        words = self._work_words(work) or tested[0].item.words
        rule = "one test per RJ45 port" if told is None else ""
        if not (told or ports):
            return []
        item = RequestedItem(words, match.best.product.name, match.best.product.code,
                             told or ports, rule=rule)  # fmt: skip
        wish = Wish("new", 0, 0, head="certification")
        return [Resolved(item, wish, match.best)]

    def _work_words(self, work: list[Work]) -> str:
        return self.texts[work[0].source][work[0].start : work[0].end].strip() if work else ""


def measured(wish: Wish, entry: Entry) -> tuple[Decimal | None, str, Ask | None]:
    """(quantity, unit, what to ask) of a wish for this product."""
    if wish.range is not None or (wish.is_pending and not wish.metres):
        return None, "", Ask.LENGTH if entry.unit in _MEASURED else Ask.QUANTITY
    if entry.unit in _TIMED:
        return _timed(wish, entry)
    count = wish.quantity if wish.quantity is not None and not wish.is_article else None
    if entry.unit == "floor":
        return count or wish.places or Decimal(1), "", None
    if entry.unit in _MEASURED or entry.package is not None:
        return _by_length(wish, entry, count)
    if wish.quantity is None and wish.is_plural:
        return None, "", Ask.QUANTITY
    return wish.quantity or Decimal(1), wish.unit if wish.unit == "pack" else "", None


def _timed(wish: Wish, entry: Entry) -> tuple[Decimal | None, str, Ask | None]:
    count = wish.quantity or Decimal(1)
    if wish.places and wish.head in {"support", "health_check"}:
        count = wish.places
    if entry.unit in wish.durations:
        told = wish.durations[entry.unit]
        alone = wish.is_article or wish.quantity is None or entry.unit == "km"
        return told if alone or wish.head == "engineer" else told * count, entry.unit, None
    if wish.durations and entry.unit != "month":
        unit, told = next(iter(wish.durations.items()))
        return told, unit, None
    if entry.unit == "month" or (wish.quantity is not None and not wish.is_article):
        return count, "", None
    if wish.unit == entry.unit:
        return count, "", None
    return None, "", Ask.DURATION


def _by_length(
    wish: Wish, entry: Entry, count: Decimal | None
) -> tuple[Decimal | None, str, Ask | None]:
    metres = [m for m in wish.metres if m != entry.package or entry.unit == "m"]
    packaged = wish.unit in {"box", "reel", "length", "pack"}
    if metres and not packaged:
        return metres[0] * (count or Decimal(1)), "m", None
    if entry.unit == "m":
        if count is not None and (wish.unit == "m" or (wish.is_listed and count >= 10)):
            return count, "m", None
        return None, "", Ask.LENGTH
    if count is not None:
        return count, entry.unit if packaged else (wish.unit or ""), None
    if entry.unit == "length" and not packaged:
        exact = entry.package in wish.metres if wish.metres else False
        return (entry.package, "m", None) if exact and wish.is_article else (None, "", Ask.LENGTH)
    if wish.is_plural:
        return None, "", Ask.QUANTITY
    return wish.quantity or Decimal(1), entry.unit if packaged or entry.unit != "pack" else "", None


def _in_short(words: str) -> str:
    """A row's words as a question names it."""
    return words if len(words) <= 60 else f"{words[:59].rsplit(' ', 1)[0]}…"


def _is_fibre(wish: Wish) -> bool:
    return "fibre" in wish.attributes.get("medium", ())


def _ports(each: Resolved) -> Decimal:
    told = each.entry.attributes.get("ports") if each.entry else None
    count = each.item.quantity or Decimal(0)
    return count * Decimal(next(iter(told))) if told else count


def _colour(entry: Entry) -> str:
    return next(iter(entry.attributes.get("colour", ())), "")


def _shortened(names: tuple[str, ...], match: Match) -> tuple[str, ...]:
    """At most four options; many colours of one thing are one option."""
    plain: dict[object, str] = {}
    for entry in match.alike:
        key = tuple(sorted((k, tuple(sorted(entry.attributes.get(k, ())))) for k in match.keys))
        plain.setdefault((key, entry.metres), entry.product.name)
    return tuple(plain.values())[:4] or names[:4]
