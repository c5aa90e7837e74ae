"""Quotes at the desk: drafted from words, shown, changed (priced again by code), approved."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk import quotes as wishes
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import NotAllowed, Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling import revising
from bot.desk.handling.bench import Answer, Bench, meant, own_id
from bot.desk.papers.handing import hand_over
from bot.desk.showing.quotes import edit_form, proposal_card, quote_card
from bot.desk.showing.words import short
from channels.cards import Card, Section, Used
from domain.audit.service import note as audit
from domain.catalogue.watching.proposals import learn
from domain.customers.models import Company, Person
from domain.customers.naming import called
from domain.database import Database
from domain.errors import Conflict, Refused
from domain.quotes.approval import Approver, approve, line_of
from domain.quotes.models import Quote
from domain.quotes.pricing import QuoteLine
from domain.quotes.revising import difference
from domain.quotes.service import Quotes
from domain.staff.service import StaffMembers

REVISE = "quote.revise"


async def quote(bench: Bench, command: StaffCommand) -> Answer:
    kind, words = first_word(command.words)
    kind = kind.lower().rstrip(":")
    if kind in ("", "list"):
        return await _list(bench, command)
    if kind == "show":
        return await _show(bench, command.by, words)
    command.by.rights.require(Right.ACT, command.by.role)
    if kind == "new":
        return await _new(bench, command, words)
    if kind == "edit":
        return await _edit(bench, command.by, words)
    if kind == "approve":
        return await _approve(bench, command.by, words, None)
    if kind == "pdf":
        return await hand_over(bench, command, _number(words))
    raise wrong_use("quote", f"A quote cannot be told to “{short(kind, 30)}”.")


@dataclass(frozen=True, slots=True)
class Held:
    """A quote with its lines and customer, as read."""

    quote: Quote
    lines: tuple[QuoteLine, ...]
    customer: str


async def held(session: AsyncSession, tenant_id: UUID, number: str) -> Held:
    service = Quotes(session, tenant_id)
    found = await service.numbered(number)
    lines = tuple(line_of(row, found.currency) for row in await service.lines(found.id))
    return Held(found, lines, await _customer(session, found))


async def _customer(session: AsyncSession, found: Quote) -> str:
    company = await session.get(Company, found.company_id) if found.company_id else None
    person = await session.get(Person, found.person_id) if found.person_id else None
    return " · ".join(one.name for one in (company, person) if one and one.name)


async def _list(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        found = await Quotes(session, command.tenant_id).page(15)
    lines = [
        f"{q.number} · {q.status} · {q.total} {q.currency} · {short(q.title, 80)}" for q in found
    ]
    return Card(title="Latest quotes", sections=(Section("\n".join(lines) or "None yet."),))


async def _show(bench: Bench, by: StaffView, words: str) -> Answer:
    number = _number(words)
    async with bench.database.transaction(by.tenant_id) as session:
        found = await held(session, by.tenant_id, number)
    return quote_card(found.quote, found.lines, found.customer, by.rights)


async def _new(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """`CUSTOMER: WORDS`, or words alone in the customer's thread."""
    who, colon, wish = words.partition(":")
    conversation_id = None
    async with bench.database.transaction(command.tenant_id) as session:
        if colon and who.strip():
            customer_id = (await called(session, command.tenant_id, who)).id
        else:
            wish = wish if colon else words
            here = StaffCommand("quote", "", command.by, command.place)
            conversation = (await meant(session, here)).conversation
            if conversation is None:
                raise wrong_use("quote", "For which customer? Put the name and a colon in front.")
            customer_id, conversation_id = conversation.person_id, conversation.id
    if not wish.strip():
        raise wrong_use("quote", "A quote of what?")
    title = f"Quote: {short(wish, 60)}"
    considered = await wishes.consider(
        bench.database,
        bench.drafter,
        command.tenant_id,
        wishes.QuoteWish(customer_id, wish.strip(), title),
    )
    async with bench.database.transaction(command.tenant_id) as session:
        actor = command.by.actor
        made = await wishes.store(session, command.tenant_id, considered, actor=actor)
        made.conversation_id = conversation_id
        audit(session, command.tenant_id, actor, "quote.drafted", made.number)
        await queue.put(session, "react", tenant_id=command.tenant_id)
        number = made.number
    return await _show(bench, command.by, number)


async def _edit(bench: Bench, by: StaffView, words: str) -> Answer:
    number, change = first_word(words)
    number = _number(number)
    async with bench.database.transaction(by.tenant_id) as session:
        found = await held(session, by.tenant_id, number)
    _require_draft(found.quote)
    if not change:
        return edit_form(found.quote, found.lines)
    index = await bench.shelf.index(by.tenant_id)
    wanted = await revising.from_words(index, found.quote.request, found.lines, change)
    return await _propose(bench, by, found, revising.Wish(wanted, change))


async def edited(bench: Bench, used: Used, by: StaffView) -> Answer:
    """The form of `quote edit`: nothing is changed before the difference was seen."""
    number, _, version = used.value.partition(":")
    async with bench.database.transaction(by.tenant_id) as session:
        found = await held(session, by.tenant_id, number)
    _require_draft(found.quote)
    _require_version(found.quote, version)
    return await _propose(
        bench, by, found, revising.Wish(revising.from_form(used.inputs, found.lines))
    )


async def _propose(bench: Bench, by: StaffView, found: Held, wish: revising.Wish) -> Answer:
    index = await bench.shelf.index(by.tenant_id)
    proposed = revising.propose(index, found.quote, found.lines, wish)
    told = difference(found.lines, proposed.draft.lines)
    if not told:
        raise Refused(f"That changes nothing in {found.quote.number}.")
    payload = {
        "number": found.quote.number,
        "version": found.quote.version,
        **revising.as_json(wish),
    }
    async with bench.database.transaction(by.tenant_id) as session:
        question = await StaffMembers(session, by.tenant_id).ask(own_id(by), REVISE, payload)
    return proposal_card(found.quote, told, str(proposed.draft.total), str(question))


async def revise(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    """What was proposed, on the version that was looked at."""
    number = str(payload["number"])
    index = await bench.shelf.index(by.tenant_id)
    wish = revising.from_json(payload, index)
    async with bench.database.transaction(by.tenant_id) as session:
        service = Quotes(session, by.tenant_id)
        locked = await service.get((await service.numbered(number)).id, for_change=True)
        _require_version(locked, str(payload["version"]))
        found = await held(session, by.tenant_id, number)
        proposed = revising.propose(index, locked, found.lines, wish)
        why = wish.words or "edited by hand"
        await service.redraft(locked.id, proposed, actor=by.actor, why=why)
        await learn(session, locked, found.lines, proposed.draft.lines, actor=by.actor)
        changed = list(difference(found.lines, proposed.draft.lines))
        audit(session, by.tenant_id, by.actor, "quote.revised", number, changed=changed)
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await _show(bench, by, number)


async def approve_seen(bench: Bench, used: Used, by: StaffView) -> Answer:
    number, _, version = used.value.partition(":")
    return await _approve(bench, by, number, int(version) if version.isdecimal() else None)


async def _approve(bench: Bench, by: StaffView, words: str, seen: int | None) -> Answer:
    number = _number(words)
    async with bench.database.transaction(by.tenant_id) as session:
        service = Quotes(session, by.tenant_id)
        locked = await service.get((await service.numbered(number)).id, for_change=True)
        if not await service.lines(locked.id):
            raise Refused(f"{number} has no lines yet: there is nothing to approve.")
        limit = by.rights.approves_up_to
        if limit is not None and limit <= 0:
            raise NotAllowed("Sorry, you may not approve quotes. Ask an admin for a limit.")
        await approve(session, locked, Approver(own_id(by), limit), seen_version=seen)
        audit(session, by.tenant_id, by.actor, "quote.approved", number, version=locked.version)
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await _show(bench, by, number)


async def waiting_for(database: Database, by: StaffView, limit: int = 10) -> list[Quote]:
    """Drafts without open questions that this member may approve."""
    async with database.transaction(by.tenant_id) as session:
        rows = await Quotes(session, by.tenant_id).page(limit * 5, status="draft")
    fitting = (q for q in rows if q.approved_version != q.version and not q.open_questions)
    return [q for q in fitting if by.rights.may_approve(q.total)][:limit]


def _number(words: str) -> str:
    number, _ = first_word(words)
    number = number.lstrip("#")
    if not number.upper().startswith("QT-") and not number.isdecimal():
        raise wrong_use("quote", "Which quote? Give its number.")
    return number.upper().rstrip(".,:;")


def _require_draft(found: Quote) -> None:
    if found.status != "draft":
        raise Refused(f"{found.number} is {found.status}: only a draft can be changed.")


def _require_version(found: Quote, version: str) -> None:
    if version != str(found.version):
        raise Conflict(f"{found.number} was changed meanwhile: look at it again.")
