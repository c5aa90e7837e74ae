"""Keeps what was written of a rule: first shown on past tickets where it would act on open ones."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.rights import Right
from bot.desk.command import StaffView
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.handling.workflows.cards import rule_card, tried_sections
from bot.desk.handling.workflows.shelf import people, seen
from bot.desk.handling.workflows.words import in_words
from channels.cards import Button, Card, Section, Style
from domain.errors import Conflict
from domain.staff.service import StaffMembers
from domain.workflows.book import RuleBook
from domain.workflows.rules import RuleBody, body_of, parse
from domain.workflows.service import Workflows
from domain.workflows.trying import MOST_TRIED, Tried, try_rule

KEEP = "rule.keep"


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as it shall be. `rule_id` None: a new one. `version`: what its writer had before
    them."""

    body: RuleBody
    is_on: bool = False
    rule_id: UUID | None = None
    version: int = 0

    def kept(self) -> dict[str, Any]:
        """As it waits for a confirmation."""
        return {
            "body": self.body.model_dump(mode="json"),
            "is_on": self.is_on,
            "rule_id": str(self.rule_id) if self.rule_id else "",
            "version": self.version,
        }

    @classmethod
    def of(cls, payload: dict[str, Any]) -> "Wish":
        rule_id = UUID(payload["rule_id"]) if payload["rule_id"] else None
        return cls(parse(payload["body"]), payload["is_on"], rule_id, payload["version"])


async def propose(bench: Bench, by: StaffView, wish: Wish) -> Answer:
    """Done at once, or asked first where the rule, on, would change open tickets."""
    async with bench.database.transaction(by.tenant_id) as session:
        await RuleBook(session, by.tenant_id, by.actor).require_sound(wish.body)
        if wish.is_on:
            tried = await try_rule(session, by.tenant_id, wish.body, MOST_TRIED)
            if tried.open_changed:
                return await _asked(session, by, wish, tried)
        return await _keep(session, by, wish)


async def keep_shown(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    """What was shown and confirmed."""
    by.rights.require(Right.RULES, by.role)
    async with bench.database.transaction(by.tenant_id) as session:
        return await _keep(session, by, Wish.of(payload))


async def ask(session: AsyncSession, by: StaffView, wish: Wish) -> str:
    """The question that a confirmation answers."""
    members = StaffMembers(session, by.tenant_id)
    return str(await members.ask(own_id(by), KEEP, wish.kept()))


async def _asked(session: AsyncSession, by: StaffView, wish: Wish, tried: Tried) -> Card:
    known = await people(session, by)
    question = await ask(session, by, wish)
    return Card(
        title=f"“{wish.body.name}” on?",
        sections=(
            Section(in_words(wish.body, known), is_quoted=True),
            *tried_sections(tried, wish.body, known),
        ),
        buttons=(
            Button("confirm", "Switch it on", question, Style.DANGER),
            Button("dismiss", "Leave it", question),
        ),
        is_private=True,
    )


async def _keep(session: AsyncSession, by: StaffView, wish: Wish) -> Card:
    """Raises Conflict where the rule was changed since it was seen."""
    book = RuleBook(session, by.tenant_id, by.actor)
    if wish.rule_id is None:
        rule = await book.add(wish.body, is_on=wish.is_on)
        done = "is on" if wish.is_on else "is kept, and off"
        return rule_card(await seen(session, by, rule.id), f"“{rule.name}” {done}")
    rule = await Workflows(session, by.tenant_id).get(wish.rule_id, for_change=True)
    if rule.version != wish.version:
        raise Conflict(f"“{rule.name}” was changed meanwhile: look at it, then do it again.")
    if wish.body != body_of(rule):
        rule = await book.change(rule.id, wish.body)
    if rule.is_on != wish.is_on:
        rule = await book.switch(rule.id, is_on=wish.is_on)
    state = "on" if rule.is_on else "off"
    title = f"“{rule.name}” is {state}, version {rule.version}"
    return rule_card(await seen(session, by, rule.id), title)
