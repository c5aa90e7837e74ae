"""Changing one ticket: whose it is, its state, priority and tags, a note on it."""

import re
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk import threads
from bot.desk.asking.parsing import wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, meant, ticket_meant
from bot.desk.showing.tickets import ticket_card
from bot.desk.showing.words import spoken
from bot.engine.reacting.threads import touched
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.conversations.models import Conversation, Message
from domain.errors import Refused
from domain.staff.service import StaffMembers
from domain.tickets.lifecycle import STATUSES
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, Tickets
from domain.types import new_id, utc_now

MOST_TAGS = 20
_TAG = re.compile(r"[\w][\w .:/-]{0,39}")
_SAID = {"waiting": "waiting_customer", "in-progress": "in_progress", "reopen": "open"}


async def assign(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        if not words:
            raise wrong_use("assign", "To whom?")
        who = words.lower().lstrip("@")
        if who in ("nobody", "no one", "none"):
            assignee = None
        elif who in ("me", "myself"):
            assignee = command.by.id
        else:
            assignee = (await StaffMembers(session, command.tenant_id).meant(words)).id
        return await _changed(session, command, ticket, {"assignee_id": assignee})


async def status(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        value = words.lower().replace(" ", "_")
        value = _SAID.get(value, value)
        if value not in STATUSES:
            raise wrong_use("status", f"A ticket's status is one of {', '.join(STATUSES)}.")
        return await _changed(session, command, ticket, {"status": value})


async def priority(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        if not words:
            raise wrong_use("priority", "Which priority?")
        return await _changed(session, command, ticket, {"priority": words.lower()})


async def tag(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        if not words:
            raise wrong_use("tag", "Which tag?")
        tags = list(ticket.tags)
        for word in words.replace(",", " ").split():
            name = word.lstrip("+-#").lower()
            if not _TAG.fullmatch(name):
                raise wrong_use("tag", f"“{word[:40]}” cannot be a tag.")
            if word.startswith("-"):
                tags = [known for known in tags if known != name]
            elif name not in tags:
                tags.append(name)
        if len(tags) > MOST_TAGS:
            raise Refused(f"A ticket has at most {MOST_TAGS} tags.")
        return await _changed(session, command, ticket, {"tags": tags})


async def note(bench: Bench, command: StaffCommand) -> Answer:
    """On the ticket and in the conversation's thread; it never leaves."""
    async with bench.database.transaction(command.tenant_id) as session:
        found = await meant(session, command)
        if found.ticket is None and found.conversation is None:
            raise wrong_use("note", "A note on what? Give a ticket's number.")
        if not found.words:
            raise wrong_use("note", "A note needs words.")
        written = None
        if found.conversation is not None:
            written = _internal(command, found.conversation, found.words)
            session.add(written)
            await session.flush()
        if found.ticket is not None:
            comment = NewComment(
                found.words,
                author="staff",
                staff_id=command.by.id,
                message_id=written.id if written else None,
            )
            await Tickets(session, command.tenant_id).comment(found.ticket, comment)
            await queue.put(session, "react", tenant_id=command.tenant_id)
        elif written is not None:
            await touched(session, command.tenant_id, written.conversation_id)
        subject = found.ticket.number if found.ticket else str(found.conversation)
        audit(session, command.tenant_id, command.by.actor, "ticket.noted", subject)
    return Card(
        title=f"Noted on {found.ticket.number if found.ticket else 'the conversation'}",
        sections=(Section(found.words, is_quoted=True),),
        footnote="Internal: the customer does not see it.",
    )


def _internal(command: StaffCommand, conversation: Conversation, words: str) -> Message:
    return Message(
        id=new_id(),
        tenant_id=command.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        staff_id=command.by.id,
        direction="note",
        author="staff",
        text=words,
        sent_at=utc_now(),
    )


async def _changed(
    session: AsyncSession, command: StaffCommand, ticket: Ticket, changes: dict[str, Any]
) -> Card:
    await change(session, command, ticket.number, changes)
    card = await threads.ticket(session, command.tenant_id, ticket)
    return ticket_card(card, has_conversation=ticket.conversation_id is not None, may_act=True)


async def change(
    session: AsyncSession, command: StaffCommand, number: str, changes: dict[str, Any]
) -> Ticket:
    """In the caller's transaction, with history, audit and what follows from it."""
    by = command.by
    why = f"{by.name}: /desk {command.verb}"
    ticket = await Tickets(session, command.tenant_id).change(
        number, changes, actor=by.actor, why=why
    )
    told = {name: spoken(str(value)) for name, value in changes.items()}
    audit(session, command.tenant_id, by.actor, "ticket.changed", ticket.number, **told)
    if session.info.pop("has_events", False):
        await queue.put(session, "react", tenant_id=command.tenant_id)
    return ticket
