"""Which rule a command means, and who may be named in one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, reference, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffView
from bot.desk.handling.workflows.cards import Seen
from bot.desk.handling.workflows.pieces import People
from domain.errors import NotFound
from domain.staff.service import StaffMembers
from domain.workflows.models import WorkflowRule
from domain.workflows.service import Workflows


@dataclass(frozen=True, slots=True)
class Picked:
    """`place`: its number in the list. `rest`: the words after it."""

    rule: WorkflowRule
    place: int
    rest: str = ""


async def picked(session: AsyncSession, by: StaffView, words: str) -> Picked:
    """By its number, its id or its whole name. Raises WrongUse or NotFound."""
    rules = await Workflows(session, by.tenant_id).all()
    head, rest = first_word(words)
    meant = reference(head) if head else None
    for place, rule in enumerate(rules, 1):
        if meant is not None and (place == meant.short or rule.id == meant.conversation_id):
            return Picked(rule, place, rest)
        if words.strip().strip('"“”').casefold() == rule.name.casefold():
            return Picked(rule, place)
    if not head:
        raise wrong_use("rule", "Which rule? Give its number, as in rule list.")
    raise NotFound("workflow rule", words[:60])


async def people(session: AsyncSession, by: StaffView) -> People:
    return People.of(await StaffMembers(session, by.tenant_id).all(), by.id)


async def seen(session: AsyncSession, by: StaffView, rule_id: UUID) -> Seen:
    """As it is now, for a card."""
    found = await picked(session, by, str(rule_id))
    return Seen(found.rule, found.place, await people(session, by), may_change(by))


def may_change(by: StaffView) -> bool:
    return Right.RULES in by.rights.held
