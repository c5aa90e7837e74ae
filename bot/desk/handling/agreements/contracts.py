"""`/desk contract`: made from a quote, shown, signed, renewed, quoted again, ended, used."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.agreements.pages import contract_link
from bot.desk.handling.agreements.sending import send_contract
from bot.desk.handling.bench import Answer, Bench
from bot.desk.papers.handing import hand_over_contract
from bot.desk.showing.contracts import (
    contract_card,
    contract_list,
    expiring_title,
    revenue_card,
)
from bot.desk.showing.words import short
from domain.audit.service import note as audit
from domain.catalogue.service import load
from domain.contracts.calendar import today
from domain.contracts.making import Agreed, Making
from domain.contracts.models import Contract
from domain.contracts.renewing import expiring_until, renew
from domain.contracts.revenue import revenue
from domain.contracts.service import Contracts, Signatory
from domain.contracts.support import Used, left, use
from domain.customers.models import Company, Person
from domain.quotes.service import Quotes

PAGE = 20
EXPIRING_DAYS = 90
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_MONTHS = re.compile(r"\b(\d{1,3}) ?(?:months?|m)\b", re.I)
_SIGNATURE = re.compile(r"(?P<name>[^,@]+),\s*(?P<email>\S+@\S+?),?(?:\s+(?P<role>.+))?\s*")

Act = Callable[[AsyncSession, StaffCommand, str, str], Awaitable[Contract]]


async def contract(bench: Bench, command: StaffCommand) -> Answer:
    kind, words = first_word(command.words)
    kind = kind.lower().rstrip(":")
    if kind in ("", "list"):
        return await _list(bench, command)
    if kind == "expiring":
        return await _expiring(bench, command, words)
    if kind == "revenue":
        return await _revenue(bench, command)
    if kind == "show":
        return await _show(bench, command.by, _number(words)[0])
    command.by.rights.require(Right.ACT, command.by.role)
    if kind == "pdf":
        return await hand_over_contract(bench, command, _number(words)[0])
    if kind == "send":
        return await send_contract(bench, command, words)
    if kind == "link":
        return await contract_link(bench, command, words)
    act = _ACTS.get(kind)
    if act is None:
        raise wrong_use("contract", f"A contract cannot be told to “{short(kind, 30)}”.")
    number, rest = _number(words)
    async with bench.database.transaction(command.tenant_id) as session:
        done = await act(session, command, number, rest)
        audit(session, command.tenant_id, command.by.actor, f"contract.{kind}", done.number)
        await session.flush()
        await queue.put(session, "react", tenant_id=command.tenant_id)
    return await _show(bench, command.by, done.number)


async def _list(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        found = await Contracts(session, command.tenant_id).page(PAGE)
    return contract_list("Latest contracts", found)


async def _expiring(bench: Bench, command: StaffCommand, words: str) -> Answer:
    days = int(words.split()[0][:4]) if words and words.split()[0].isdecimal() else EXPIRING_DAYS
    async with bench.database.transaction(command.tenant_id) as session:
        day = await today(session, command.tenant_id)
        found = await Contracts(session, command.tenant_id).page(
            PAGE, ends_until=expiring_until(day, days)
        )
    soonest = sorted(found, key=lambda one: (one.ends_on, one.number))
    return contract_list(expiring_title(days, day), soonest)


async def _revenue(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        day = await today(session, command.tenant_id)
        found = await revenue(session, command.tenant_id, day, EXPIRING_DAYS)
    return revenue_card(found, EXPIRING_DAYS)


async def _show(bench: Bench, by: StaffView, number: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        contracts = Contracts(session, by.tenant_id)
        found = await contracts.numbered(number)
        lines = await contracts.lines(found.id)
        services = await left(session, found, await today(session, by.tenant_id))
        company = await session.get(Company, found.company_id) if found.company_id else None
        person = await session.get(Person, found.person_id) if found.person_id else None
    customer = " · ".join(one.name for one in (company, person) if one and one.name)
    return contract_card(found, lines, services, customer, by.rights)


# --- what changes something ---------------------------------------------------------------


async def _new(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    """`QT-… [from 2027-01-01] [24 months] [automatic]`."""
    quote = await Quotes(session, command.tenant_id).numbered(number)
    begins, months = _day(rest), _MONTHS.search(rest)
    agreed = Agreed(
        starts_on=begins or await today(session, command.tenant_id),
        months=int(months[1]) if months else 12,
        renewal="automatic" if "automatic" in rest.lower() else "manual",
    )
    making = Making(session, command.tenant_id)
    return await making.from_quote(quote.id, agreed, actor=command.by.actor)


async def _draft(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    return await _moved(session, command, number, "draft", rest)


async def _suspend(
    session: AsyncSession, command: StaffCommand, number: str, rest: str
) -> Contract:
    return await _moved(session, command, number, "suspended", rest)


async def _resume(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    return await _moved(session, command, number, "active", rest)


async def _moved(
    session: AsyncSession, command: StaffCommand, number: str, status: str, why: str
) -> Contract:
    contracts = Contracts(session, command.tenant_id)
    found = await contracts.numbered(number)
    return await contracts.move(found.id, status, actor=command.by.actor, why=why)


async def _signed(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    """On paper: `NAME, EMAIL [ROLE]`."""
    told = _SIGNATURE.fullmatch(rest)
    if told is None:
        raise wrong_use("contract", "Who signed? For example: Anna Weber, anna@acme.example owner")
    by = Signatory(told["name"].strip(), told["role"] or "", told["email"].rstrip(","), "paper")
    contracts = Contracts(session, command.tenant_id)
    found = await contracts.numbered(number)
    return await contracts.sign(found.id, by, actor=command.by.actor)


async def _renew(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    contracts = Contracts(session, command.tenant_id)
    found = await contracts.numbered(number, for_change=True)
    renew(contracts, found, actor=command.by.actor, why=rest or "renewed by staff")
    return found


async def _quote(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    found = await Contracts(session, command.tenant_id).numbered(number)
    catalogue = await load(session, command.tenant_id)
    day = await today(session, command.tenant_id)
    making = Making(session, command.tenant_id)
    await making.to_quote(found.id, catalogue, day, actor=command.by.actor)
    return found


async def _cancel(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    """`[2027-03-31] [agreed] why`."""
    day = await today(session, command.tenant_id)
    is_agreed = bool(re.match(r"(\S+ )?agreed\b", rest, re.I))
    why = re.sub(r"^agreed\b", "", _DAY.sub("", rest).strip(), flags=re.I).strip(" ,:")
    if not why:
        raise wrong_use("contract", "Why? For example: cancel 12 2027-03-31 they move")
    contracts = Contracts(session, command.tenant_id)
    found = await contracts.numbered(number)
    return await contracts.cancel(
        found.id, _day(rest) or day, day, actor=command.by.actor, why=why, is_agreed=is_agreed
    )


async def _used(session: AsyncSession, command: StaffCommand, number: str, rest: str) -> Contract:
    """`1.5 SERVICE [: note]`."""
    amount, words = first_word(rest)
    service, _, note = words.partition(":")
    try:
        much = Decimal(amount.replace(",", "."))
    except InvalidOperation as error:
        raise wrong_use("contract", "How much of what? For example: used 12 1.5 Hours") from error
    contracts = Contracts(session, command.tenant_id)
    found = await contracts.numbered(number, for_change=True)
    day = await today(session, command.tenant_id)
    used = Used(service.strip(), much, day, note.strip())
    await use(session, found, used, actor=command.by.actor)
    return found


_ACTS: dict[str, Act] = {
    "new": _new,
    "draft": _draft,
    "signed": _signed,
    "renew": _renew,
    "quote": _quote,
    "suspend": _suspend,
    "resume": _resume,
    "cancel": _cancel,
    "used": _used,
}


def _number(words: str) -> tuple[str, str]:
    head, rest = first_word(words)
    if not head:
        raise wrong_use("contract", "Which one? Give its number, or the quote's for a new one.")
    return head.lstrip("#").rstrip(":,"), rest


def _day(words: str) -> date | None:
    found = _DAY.search(words)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[0])
    except ValueError as error:
        raise wrong_use("contract", f"There is no day {found[0]}.") from error
