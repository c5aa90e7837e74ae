"""The next revision of what was sent, and quotes made again, at the desk."""

import re
from dataclasses import replace

from bot import queue
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffView
from bot.desk.handling.bench import Answer, Bench
from bot.desk.handling.quotes.looking import card, held, locked, number_in, show
from channels.cards import Section
from domain.audit.service import note as audit
from domain.customers.naming import called
from domain.quotes.lifecycle.copying import Copied, clone, duplicate
from domain.quotes.lifecycle.revisions import give_up_draft, start_revision
from domain.quotes.service import Quotes

_FOR = re.compile(r"^(?:for|to)\s+", re.I)


async def begun(bench: Bench, by: StaffView, words: str) -> str:
    """The number of the quote, whose next revision is a draft now."""
    number, (_, why) = number_in(words), first_word(words)
    async with bench.database.transaction(by.tenant_id) as session:
        quote = await locked(session, by.tenant_id, number)
        reason = why.strip() or "Something is to be changed"
        await start_revision(session, by.tenant_id, quote, by.actor, reason)
        audit(session, by.tenant_id, by.actor, "quote.revision_started", quote.number, why=reason)
        await queue.put(session, "react", tenant_id=by.tenant_id)
        return quote.number


async def given_up(bench: Bench, by: StaffView, words: str) -> Answer:
    number = number_in(words)
    async with bench.database.transaction(by.tenant_id) as session:
        quote = await locked(session, by.tenant_id, number)
        await give_up_draft(session, by.tenant_id, quote, by.actor)
        audit(session, by.tenant_id, by.actor, "quote.draft_dropped", quote.number)
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await show(bench, by, number)


async def duplicated(bench: Bench, by: StaffView, words: str) -> Answer:
    number = number_in(words)
    catalogue = (await bench.shelf.index(by.tenant_id)).catalogue
    async with bench.database.transaction(by.tenant_id) as session:
        quote = await Quotes(session, by.tenant_id).numbered(number)
        made = await duplicate(session, by.tenant_id, quote, catalogue, by.actor)
        audit(
            session,
            by.tenant_id,
            by.actor,
            "quote.duplicated",
            quote.number,
            made=made.quote.number,
        )
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await _shown(bench, by, made)


async def cloned(bench: Bench, by: StaffView, words: str) -> Answer:
    """`N for CUSTOMER`."""
    number, (_, whom) = number_in(words), first_word(words)
    whom = _FOR.sub("", whom.strip())
    if not whom:
        raise wrong_use("quote", "For which customer? Put “for” and the name behind the number.")
    catalogue = (await bench.shelf.index(by.tenant_id)).catalogue
    async with bench.database.transaction(by.tenant_id) as session:
        customer = await called(session, by.tenant_id, whom)
        quote = await Quotes(session, by.tenant_id).numbered(number)
        made = await clone(session, by.tenant_id, quote, customer.id, catalogue, by.actor)
        audit(session, by.tenant_id, by.actor, "quote.cloned", quote.number, made=made.quote.number)
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await _shown(bench, by, made)


async def _shown(bench: Bench, by: StaffView, made: Copied) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        shown = card(await held(session, by.tenant_id, made.quote.number), by)
    if not made.gone:
        return shown
    told = f"No longer in the catalogue, check their prices: {', '.join(made.gone)}"
    return replace(shown, sections=(*shown.sections, Section(told)))
