"""`/desk promise`: what was promised to customers, by when, and that it was kept."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.asking.times import moment, zone
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, ticket_meant
from bot.desk.handling.tickets.joining import follow
from bot.desk.showing.promises import promise_section
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.customers.naming import called
from domain.tenants.service import Tenants
from domain.tickets.models import Ticket, TicketPromise
from domain.tickets.promises import Promise
from domain.tickets.working.ledger import PromiseLedger
from domain.types import utc_now

PAGE = 15
_ENDS = {"done": "kept", "kept": "kept", "withdraw": "withdrawn"}


async def promise(bench: Bench, command: StaffCommand) -> Answer:
    verb, rest = first_word(command.words)
    if verb in ("", "list", "mine"):
        return await _listed(bench, command, rest, only_mine=verb == "mine")
    command.by.rights.require(Right.ACT, command.by.role)
    if verb in _ENDS:
        return await _ended(bench, command, _ENDS[verb], rest)
    if verb == "add":
        return await _added(bench, command, rest)
    raise wrong_use("promise", "list, mine, done, withdraw or add?")


async def _listed(bench: Bench, command: StaffCommand, who: str, *, only_mine: bool) -> Answer:
    """`who`: only what was promised to that customer."""
    now = utc_now()
    async with bench.database.transaction(command.tenant_id) as session:
        ledger = PromiseLedger(session, command.tenant_id)
        customer = await called(session, command.tenant_id, who) if who else None
        staff_id, to = command.by.id if only_mine else None, customer.id if customer else None
        rows = await ledger.due(PAGE, staff_id, to)
    may_act = Right.ACT in command.by.rights.held
    sections = tuple(promise_section(row, ticket, now, may_act=may_act) for row, ticket in rows)
    empty = Section("Nothing is promised that was not kept.")
    return Card(title="Promises", sections=sections or (empty,), is_private=True)


async def _ended(bench: Bench, command: StaffCommand, state: str, word: str) -> Answer:
    plain = word.strip().lstrip("#")
    if not plain.isdecimal() or len(plain) > 9:
        raise wrong_use("promise", "Which promise? Give its number.")
    by = command.by
    async with bench.database.transaction(command.tenant_id) as session:
        ledger = PromiseLedger(session, command.tenant_id)
        row = await ledger.end(await ledger.numbered(int(plain)), state, actor=by.actor)
        audit(session, command.tenant_id, by.actor, f"promise.{state}", str(row.number))
        await follow(session, by)
    return Card(title=f"Promise {row.number} is {state}", sections=(Section(row.text),))


async def _added(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """`add [N] WHEN WORDS`: for what was said on the phone."""
    meant = StaffCommand(command.verb, words, command.by, command.place)
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, rest = await ticket_meant(session, meant)
        row = await _made(session, command, ticket, rest)
        audit(session, command.tenant_id, command.by.actor, "promise.made", str(row.number))
        await follow(session, command.by)
    return Card(
        title=f"Promise {row.number} on {ticket.number}, by {row.due_at:%a %d %b}",
        sections=(Section(row.text),),
    )


async def _made(
    session: AsyncSession, command: StaffCommand, ticket: Ticket, words: str
) -> TicketPromise:
    where = zone((await Tenants(session, command.tenant_id).settings()).time_zone)
    due, text = moment(words, utc_now(), where)
    if due is None or not text:
        raise wrong_use("promise", "By when, and what? Like friday send the quote.")
    promised = Promise(text, due, due.astimezone(where).date())
    ledger = PromiseLedger(session, command.tenant_id)
    row = await ledger.add(ticket, promised, actor=command.by.actor)
    assert row is not None  # only a message's promise can be known already
    return row
