"""Quotes at the desk: drafted from words, shown, changed (priced again by code), approved."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot import queue
from bot.desk import quotes as wishes
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling import revising
from bot.desk.handling.agreements.pages import quote_link
from bot.desk.handling.bench import Answer, Bench, meant, own_id
from bot.desk.handling.quotes import approving, copying
from bot.desk.handling.quotes.looking import (
    Held,
    held,
    number_in,
    require_draft,
    require_version,
    show,
)
from bot.desk.papers.handing import hand_over
from bot.desk.showing.quotes import edit_form, proposal_card
from bot.desk.showing.words import short
from channels.cards import Card, Section, Used
from domain.audit.service import note as audit
from domain.customers.naming import called
from domain.errors import Refused
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
        return await show(bench, command.by, words)
    command.by.rights.require(Right.ACT, command.by.role)
    if kind == "new":
        return await _new(bench, command, words)
    if kind == "pdf":
        return await hand_over(bench, command, number_in(words))
    if kind == "link":
        return await quote_link(bench, command, words)
    act = _ACTS.get(kind)
    if act is None:
        raise wrong_use("quote", f"A quote cannot be told to “{short(kind, 30)}”.")
    return await act(bench, command.by, words)


async def _list(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        found = await Quotes(session, command.tenant_id).page(15)
    lines = [
        f"{q.number} · {q.status} · {q.total} {q.currency} · {short(q.title, 80)}" for q in found
    ]
    return Card(title="Latest quotes", sections=(Section("\n".join(lines) or "None yet."),))


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
    return await show(bench, command.by, number)


async def _edit(bench: Bench, by: StaffView, words: str) -> Answer:
    number, change = first_word(words)
    number = number_in(number)
    async with bench.database.transaction(by.tenant_id) as session:
        found = await held(session, by.tenant_id, number)
    require_draft(found.quote)
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
    require_draft(found.quote)
    require_version(found.quote, version)
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
        require_version(locked, str(payload["version"]))
        found = await held(session, by.tenant_id, number)
        proposed = revising.propose(index, locked, found.lines, wish)
        why = wish.words or "edited by hand"
        await service.redraft(locked.id, proposed, actor=by.actor, why=why)
        changed = list(difference(found.lines, proposed.draft.lines))
        audit(session, by.tenant_id, by.actor, "quote.revised", number, changed=changed)
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await show(bench, by, number)


async def _revised(bench: Bench, by: StaffView, words: str) -> Answer:
    """`N [WORDS]`: the next revision, with the change that the words ask for proposed at once."""
    number, change = number_in(words), first_word(words)[1]
    wish = None
    if change:  # understood and possible before anything is begun
        async with bench.database.transaction(by.tenant_id) as session:
            found = await held(session, by.tenant_id, number)
        index = await bench.shelf.index(by.tenant_id)
        wanted = await revising.from_words(index, found.quote.request, found.lines, change)
        wish = revising.Wish(wanted, change)
        revising.propose(index, found.quote, found.lines, wish)
    number = await copying.begun(bench, by, words)
    if wish is None:
        return await show(bench, by, number)
    async with bench.database.transaction(by.tenant_id) as session:
        found = await held(session, by.tenant_id, number)
    return await _propose(bench, by, found, wish)


_ACTS: dict[str, Callable[[Bench, StaffView, str], Awaitable[Answer]]] = {
    "edit": _edit,
    "approve": approving.approved,
    "refuse": approving.refused,
    "revise": _revised,
    "drop": copying.given_up,
    "duplicate": copying.duplicated,
    "clone": copying.cloned,
}
