"""The four documents from a quote's lines, norms and the tenant's settings; pure.

They state what those say and nothing else. A section is `{id, title, content, order, origin}`;
`origin` tells who wrote it: code (written anew when the lines change), a model, or a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

from domain.quotes.pricing import QuoteLine, Tier, Totals, tier_totals, totals
from domain.quotes.writing.linework import amount, is_hours, is_labour, line_content
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.words import Words, words_of

PARTS_LIST, TECHNICAL, OVERVIEW, BUILD = "parts_list", "technical", "overview", "build"
TYPES = (PARTS_LIST, TECHNICAL, OVERVIEW, BUILD)
INTERNAL = frozenset({BUILD})
"""Never leaves the company."""
HOURS_PER_DAY = Decimal(8)
CODE, MODEL, PERSON = "code", "model", "person"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a quote's documents are written from. `language`: the customer's; the internal
    document is in the tenant's, `house_language`."""

    title: str
    lines: tuple[QuoteLine, ...] = ()
    currency: str = "GBP"
    questions: tuple[str, ...] = ()
    location: str = ""
    deadline: str = ""
    language: str = "en"
    house_language: str = "en"
    country: str = "GB"
    validity_days: int = 30
    terms: str = ""
    exclusions: str = ""

    @property
    def totals(self) -> Totals:
        return totals(self.lines, self.currency)

    @property
    def is_tiered(self) -> bool:
        return any(line.tier for line in self.lines)

    @property
    def counted(self) -> tuple[QuoteLine, ...]:
        """What the total is made of: of tiers the Standard one."""
        return tuple(
            line for line in self.lines if line.is_summed and line.tier in (None, Tier.STANDARD)
        )


def written(matter: Matter) -> dict[str, dict[str, Any]]:
    """Document type → content."""
    customer = _Writer(matter, matter.language)
    return {
        PARTS_LIST: parts_list(matter.lines, matter.currency),
        TECHNICAL: customer.technical(),
        OVERVIEW: customer.overview(),
        BUILD: _Writer(matter, matter.house_language).build(),
    }


def parts_list(lines: Sequence[QuoteLine], currency: str) -> dict[str, Any]:
    """Amounts as text in minor units; with tiers each one's totals too."""
    summed = _summary(totals(lines, currency), currency)
    if any(line.tier for line in lines):
        each = tier_totals(tuple(lines), currency)
        summed["tiers"] = {tier.value: _summary(each[tier], currency) for tier in Tier}
    return {
        "lines": [line_content(number, line) for number, line in enumerate(lines, 1)],
        "summary": summed,
    }


def _summary(of: Totals, currency: str) -> dict[str, Any]:
    return {
        "subtotal": amount(of.subtotal),
        "taxes": [
            {"rate": str(sum_.rate), "net": amount(sum_.net), "tax": amount(sum_.tax)}
            | ({"treatment": sum_.treatment.value} if sum_.treatment else {})
            for sum_ in of.taxes
        ],
        "tax": amount(of.tax),
        "total": amount(of.total),
        "currency": currency,
    }


class _Writer:
    def __init__(self, matter: Matter, language: str) -> None:
        self._matter = matter
        self._words: Words = words_of(language)
        self._locale: Locale = locale_of(language, matter.country)

    def technical(self) -> dict[str, Any]:
        goods = [line for line in self._matter.counted if not is_labour(line)]
        tests = [line for line in self._matter.counted if _is_test(line)]
        say = self._words.say
        return self._sections(
            ("specifications", self._bullets(goods) or say("none")),
            ("deliverables", self._bullets(self._matter.counted) or say("none")),
            ("requirements", self._requirements()),
            ("testing", self._bullets(tests) or say("no_testing")),
        )

    def overview(self) -> dict[str, Any]:
        matter, say = self._matter, self._words.say
        extra = [line for line in matter.lines if not line.is_summed]
        days = matter.validity_days
        ahead = say("settle") if matter.questions else say("accept")
        return self._sections(
            ("summary", self._summary()),
            ("options", self._tiers() or self._bullets(extra) or say("none")),
            ("benefits", self._bullets(matter.counted) or say("none")),
            ("assumptions", _listed(self._assumptions()) or say("none")),
            ("exclusions", matter.exclusions or say("not_listed")),
            ("next_steps", ahead),
            ("terms", matter.terms or say("valid", days=days)),
        )

    def build(self) -> dict[str, Any]:
        matter, say = self._matter, self._words.say
        goods = [line for line in matter.counted if not is_labour(line)]
        steps = [
            self._counted(line) if _is_test(line) else say("install", what=self._counted(line))
            for line in sorted(goods, key=_is_test)
        ]
        notes = [line.note for line in matter.lines if line.note]
        return self._sections(
            ("steps", _listed(steps) or say("delivery_only")),
            ("resources", self._resources()),
            ("timeline", say("wanted_by", deadline=matter.deadline) if matter.deadline
             else say("no_date")),
            ("dependencies", _listed(matter.questions) or say("none_known")),
            ("risks", _listed(dict.fromkeys(notes)) or say("none_known")),
        )  # fmt: skip

    def _sections(self, *parts: tuple[str, str]) -> dict[str, Any]:
        return {
            "sections": [
                {
                    "id": id_,
                    "title": self._words.documents[id_],
                    "content": content,
                    "order": order,
                    "origin": CODE,
                }
                for order, (id_, content) in enumerate(parts, 1)
            ]
        }

    def _summary(self) -> str:
        matter = self._matter
        where = self._words.say("where", site=matter.location) if matter.location else ""
        count = len(matter.counted)
        return self._words.say(
            "summary_one" if count == 1 else "summary_many",
            title=matter.title,
            where=where,
            count=count,
            subtotal=self._locale.money(matter.totals.subtotal),
            total=self._locale.money(matter.totals.total),
        )

    def _tiers(self) -> str:
        if not self._matter.is_tiered:
            return ""
        each = tier_totals(self._matter.lines, self._matter.currency)
        return _listed(
            f"{self._words.paper[tier.value]}: {self._locale.money(each[tier].total)}"
            for tier in Tier
        )

    def _assumptions(self) -> Iterable[str]:
        for line in self._matter.counted:
            if line.rule.startswith("norm "):
                hours = self._locale.number(line.quantity)
                yield self._words.say("by_the_norm", what=line.description, hours=hours)
            elif line.note:
                yield f"{line.description}: {line.note}"
        for question in self._matter.questions:
            yield self._words.say("still_open", question=question)

    def _requirements(self) -> str:
        matter, say = self._matter, self._words.say
        said = [say("site", site=matter.location)] if matter.location else []
        said += [say("wanted_by", deadline=matter.deadline)] if matter.deadline else []
        said += [say("to_settle", question=question) for question in matter.questions]
        return _listed(said) or say("none_named")

    def _resources(self) -> str:
        work = [line for line in self._matter.counted if is_labour(line) and is_hours(line)]
        hours = sum((line.quantity for line in work), Decimal(0))
        if not hours:
            return self._words.say("no_labour")
        days = (hours / HOURS_PER_DAY).quantize(Decimal("0.1"), ROUND_UP)
        number = self._locale.number
        return self._words.say(
            "hours", hours=number(hours), days=number(days), day=number(HOURS_PER_DAY)
        )

    def _bullets(self, lines: Iterable[QuoteLine]) -> str:
        return _listed(self._counted(line) for line in lines)

    def _counted(self, line: QuoteLine) -> str:
        unit = self._words.unit(line.unit)
        return f"{self._locale.number(line.quantity)} {unit} · {line.description}"


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _is_test(line: QuoteLine) -> bool:
    return any(word in line.description.lower() for word in ("test", "certif"))
