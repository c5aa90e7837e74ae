"""`/desk macro`: canned replies with variables, and what they change when they are sent."""

from dataclasses import replace
from typing import Any

from bot.desk.asking.parsing import first_word, reference, wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling import answering
from bot.desk.handling.bench import Answer, Bench, as_id, ticket_meant
from bot.desk.handling.ticketing import change
from bot.desk.handling.tickets.joining import follow
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Card, Form, Section, Used
from domain.audit.service import note as audit
from domain.errors import NotFound
from domain.tickets.models import Macro, Ticket
from domain.tickets.service import NewComment, Tickets
from domain.tickets.working.macros import Macros, actions_of

_KEPT_AS_NOTE = "An internal note: the ticket has no conversation, so nothing went to the customer."
_WORDS = ("status", "priority", "type", "tag", "assign")


async def macro(bench: Bench, command: StaffCommand) -> Answer:
    verb, rest = first_word(command.words)
    if verb in ("", "list"):
        return await _listed(bench, command)
    if verb == "save":
        return await _saved(bench, command, rest)
    if verb == "use":
        return await _used(bench, command, rest)
    raise wrong_use("macro", "list, save or use?")


async def _listed(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await Macros(session, command.tenant_id).all()
    sections = tuple(
        Section(f"{row.name} · {short(row.text or _told(row), 160)}") for row in rows[:40]
    )
    empty = Section("None yet: /desk macro save thanks: Thank you, {customer}!")
    return Card(title="Macros", sections=sections or (empty,), is_private=True)


def _told(row: Macro) -> str:
    return ", ".join(f"{name}: {value}" for name, value in row.actions.items() if value)


async def _saved(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """`NAME: TEXT | status=resolved tag=warranty assign=me`."""
    name, colon, rest = words.partition(":")
    if not colon:
        raise wrong_use("macro", "Save it as NAME: TEXT.")
    text, _, done = rest.partition("|")
    async with bench.database.transaction(command.tenant_id) as session:
        macros = Macros(session, command.tenant_id)
        row = await macros.save(name, text, _actions(done), actor=command.by.actor)
        audit(session, command.tenant_id, command.by.actor, "macro.saved", row.name)
    return Card(
        title=f"Macro “{row.name}” is saved",
        sections=(Section(row.text or _told(row), is_quoted=True),),
        is_private=True,
    )


def _actions(words: str) -> dict[str, Any]:
    actions: dict[str, Any] = {}
    for word in words.split():
        name, equals, value = word.partition("=")
        if not equals or name not in _WORDS:
            raise wrong_use("macro", f"“{word[:40]}” is none of {'=, '.join(_WORDS)}=.")
        if name == "tag":
            actions.setdefault("add_tags", []).append(value.lower())
        elif name == "assign":
            actions["assign_to_me"] = value.lower() == "me"
        else:
            actions[name] = value.lower()
    return actions


async def _used(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """The reply form with its words in it; without a conversation it is a note at once."""
    name, target = words, ""
    head, _, last = words.rpartition(" ")
    if head and reference(last) is not None:
        name, target = head.removesuffix(" on"), last
    meant = replace(command, words=target)
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, _ = await ticket_meant(session, meant)
        macros = Macros(session, command.tenant_id)
        row = await macros.named(name)
        text = await macros.filled(row, ticket, command.by.name)
    if ticket.conversation_id is None or not text:
        return await _applied(bench, command.by, row, ticket, text)
    reply = StaffCommand("reply", f"{ticket.number} {text}", command.by, command.place)
    form = await answering.reply(bench, reply)
    if not isinstance(form, Form):
        return form
    value = f"{form.value}|{ticket.number}|{row.id}"
    return replace(form, action="macro.send", value=value)


async def _applied(bench: Bench, by: StaffView, row: Macro, ticket: Ticket, text: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        tickets = Tickets(session, by.tenant_id)
        if text:
            found = await tickets.get(ticket.number, for_change=True)
            await tickets.comment(found, NewComment(text, author="staff", staff_id=by.id))
        wanted = actions_of(row.actions).changes(ticket, by.id)
        await change(session, StaffCommand(f"macro {row.name}", "", by), ticket.number, wanted)
        await follow(session, by)
    return Card(
        title=f"“{row.name}” on {ticket.number}",
        sections=(Section(text, is_quoted=True),) if text else (),
        buttons=(run("Open", f"ticket {ticket.number}"),),
        footnote=_KEPT_AS_NOTE if text else "",
    )


async def send(bench: Bench, used: Used, by: StaffView) -> Answer:
    """The reply, and then what the macro changes."""
    value, number, macro_id = [*used.value.split("|"), "", ""][:3]
    answer = await answering.send(bench, replace(used, action="reply.send", value=value), by)
    async with bench.database.transaction(by.tenant_id) as session:
        try:
            row = await Macros(session, by.tenant_id).get(as_id(macro_id))
        except NotFound:
            return answer
        ticket = await Tickets(session, by.tenant_id).get(number, for_change=True)
        wanted = actions_of(row.actions).changes(ticket, by.id)
        await change(session, StaffCommand(f"macro {row.name}", "", by), number, wanted)
    return answer
