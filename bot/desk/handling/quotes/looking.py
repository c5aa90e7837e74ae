"""A quote as the desk shows it: its lines, its approval, and the revisions that were sent."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffView
from bot.desk.handling.bench import Answer, Bench
from bot.desk.showing.quotes import Lineage, quote_card
from channels.cards import Card
from domain.customers.models import Company, Person
from domain.errors import Conflict, Refused
from domain.quotes.approval import Standing, line_of, standing_of
from domain.quotes.lifecycle.revisions import Revisions
from domain.quotes.models import Quote
from domain.quotes.pricing import QuoteLine
from domain.quotes.service import Quotes
from domain.tenants.service import Tenants


@dataclass(frozen=True, slots=True)
class Held:
    """A quote with its lines, customer, approval and revisions, as read."""

    quote: Quote
    lines: tuple[QuoteLine, ...]
    customer: str
    standing: Standing
    lineage: Lineage


async def held(session: AsyncSession, tenant_id: UUID, number: str) -> Held:
    service = Quotes(session, tenant_id)
    found = await service.numbered(number)
    lines = tuple(line_of(row, found.currency) for row in await service.lines(found.id))
    settings = await Tenants(session, tenant_id).settings()
    return Held(
        found,
        lines,
        await _customer(session, found),
        standing_of(found, lines, settings.quoting),
        await _lineage(session, found),
    )


async def _lineage(session: AsyncSession, found: Quote) -> Lineage:
    revisions = Revisions(session, found.tenant_id)
    earlier = tuple(one for one in await revisions.all(found.id) if one.revision < found.revision)
    if not earlier:
        return Lineage()
    _, _, told = await revisions.changes(found)
    return Lineage(earlier, told.sentences)


async def _customer(session: AsyncSession, found: Quote) -> str:
    company = await session.get(Company, found.company_id) if found.company_id else None
    person = await session.get(Person, found.person_id) if found.person_id else None
    return " · ".join(one.name for one in (company, person) if one and one.name)


async def show(bench: Bench, by: StaffView, words: str) -> Answer:
    number = number_in(words)
    async with bench.database.transaction(by.tenant_id) as session:
        return card(await held(session, by.tenant_id, number), by)


def card(found: Held, by: StaffView) -> Card:
    return quote_card(
        found.quote, found.lines, found.customer, by.rights, found.standing, found.lineage
    )


async def locked(session: AsyncSession, tenant_id: UUID, number: str) -> Quote:
    service = Quotes(session, tenant_id)
    return await service.get((await service.numbered(number)).id, for_change=True)


def number_in(words: str) -> str:
    number, _ = first_word(words)
    number = number.lstrip("#")
    if not number.upper().startswith("QT-") and not number.isdecimal():
        raise wrong_use("quote", "Which quote? Give its number.")
    return number.upper().rstrip(".,:;")


def require_draft(found: Quote) -> None:
    if found.status == "draft":
        return
    hint = "" if found.status in ("accepted", "cancelled") else (
        f" `/desk quote revise {found.number}` begins the next revision."
    )  # fmt: skip
    raise Refused(f"{found.number} is {found.status}: only a draft can be changed.{hint}")


def require_version(found: Quote, version: str) -> None:
    if version != str(found.version):
        raise Conflict(f"{found.number} was changed meanwhile: look at it again.")
