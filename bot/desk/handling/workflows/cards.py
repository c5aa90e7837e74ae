"""Workflow rules as cards: the list, one rule, what it would change, what it did."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.desk.handling.workflows.pieces import People
from bot.desk.handling.workflows.words import in_words
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short, spoken
from channels.cards import Button, Card, Section, Style
from domain.workflows.models import WorkflowRule
from domain.workflows.rules import RuleBody, body_of
from domain.workflows.service import Logged
from domain.workflows.trying import Tried

WITH_BUTTON = 15
SHOWN = 15


@dataclass(frozen=True, slots=True)
class Seen:
    """A rule, where it stands, and for whom it is shown."""

    rule: WorkflowRule
    place: int
    people: People
    may_change: bool


def rule_list(rules: Sequence[WorkflowRule], *, may_change: bool) -> Card:
    lines = [f"{place} · {_line(rule)}" for place, rule in enumerate(rules, 1)]
    sections = [
        Section(line, buttons=(run("Show", f"rule show {rule.id}"),))
        for line, rule in zip(lines[:WITH_BUTTON], rules, strict=False)
    ]
    if lines[WITH_BUTTON:]:
        sections.append(Section("\n".join(lines[WITH_BUTTON:])))
    return Card(
        title="Workflow rules, in their order",
        sections=tuple(sections) or (Section("None yet."),),
        buttons=(run("New rule", "rule new"),) if may_change else (),
    )


def _line(rule: WorkflowRule) -> str:
    state = "on" if rule.is_on else "off"
    return f"{short(rule.name, 100)} · {state} · {spoken(rule.event)} · version {rule.version}"


def rule_card(seen: Seen, title: str = "", footnote: str = "") -> Card:
    rule = seen.rule
    state = "on" if rule.is_on else "off"
    told = f"Rule {seen.place} · {state} · version {rule.version}"
    return Card(
        title=title or rule.name,
        sections=(Section(told), Section(in_words(body_of(rule), seen.people), is_quoted=True)),
        buttons=_buttons(seen),
        footnote=footnote,
    )


def _buttons(seen: Seen) -> tuple[Button, ...]:
    """By the rule's id: numbers change when rules are moved."""
    reference = str(seen.rule.id)
    looks = (run("Try", f"rule try {reference}"), run("Log", f"rule log {reference}"))
    if not seen.may_change:
        return looks
    switch = ("Switch off", "off") if seen.rule.is_on else ("Switch on", "on")
    return (
        run(switch[0], f"rule {switch[1]} {reference}"),
        *looks,
        run("Edit", f"rule edit {reference}"),
        run("Delete", f"rule delete {reference}", Style.DANGER),
    )


def tried_sections(tried: Tried, body: RuleBody, people: People) -> tuple[Section, ...]:
    """What would change, ticket by ticket; nothing was written."""
    matched = tried.matched
    told = (
        f"Of the latest {many(tried.tickets, 'ticket')} {len(matched)} match as they are now, "
        f"{len(tried.open_changed)} of them open with something to change."
    )
    lines = [
        f"{one.number} · {people.named('; '.join(one.changes)) or 'nothing: it is so already'}"
        for one in matched[:SHOWN]
    ]
    if len(matched) > SHOWN:
        lines.append(f"… and {len(matched) - SHOWN} more.")
    sections = [Section(told), *([Section("\n".join(lines))] if lines else [])]
    return (*sections, Section(_when(body)))


def _when(body: RuleBody) -> str:
    if body.event == "time_passed":
        return "Switched on, it acts on the open ones among them within minutes."
    return f"Switched on, it acts whenever “{spoken(body.event)}” happens from then on."


def tried_card(tried: Tried, body: RuleBody, people: People) -> Card:
    return Card(
        title=f"“{body.name}” tried: nothing was changed",
        sections=tried_sections(tried, body, people),
    )


def log_card(rows: Sequence[Logged], people: People, name: str = "") -> Card:
    lines = [_fired(row, people) for row in rows]
    return Card(
        title=f"What “{name}” did, newest first" if name else "What rules did, newest first",
        sections=(Section("\n".join(lines) or "Nothing yet."),),
    )


def _fired(row: Logged, people: People) -> str:
    firing = row.firing
    what = firing.error or people.named("; ".join(firing.changed)) or "all was so already"
    at = f"{firing.created_at:%d %b %H:%M}"
    name = short(row.rule, 60)
    head = f"{at} · {row.number} · {name}, version {firing.rule_version} · {firing.outcome}"
    return f"{head}: {short(what, 200)}"
