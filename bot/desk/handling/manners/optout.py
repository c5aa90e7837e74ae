"""`/desk optout`: who has written STOP, and what staff say about it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import WrongUse, first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, conversation_meant
from bot.desk.showing.tickets import run
from bot.engine.reacting.threads import touched
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.conversations.models import Conversation
from domain.customers.models import OptOut
from domain.customers.optouts import Address, OptOuts
from domain.customers.service import Customers
from domain.errors import NotFound

VERBS = ("show", "set", "clear")
_RESULT = {
    True: (
        "Nothing automatic goes there any more",
        "No answer of the bot, no question, no reminder.",
    ),
    False: (
        "Automatic messages may go there again",
        "Only do this when the customer asked for it.",
    ),
}


async def optout(bench: Bench, command: StaffCommand) -> Answer:
    """Of the conversation meant, or of an address."""
    verb, words = first_word(command.words)
    if verb not in VERBS:
        verb, words = "show", command.words
    if verb == "show":
        return await _show(bench, command, words.strip())
    command.by.rights.require(Right.ACT, command.by.role)
    begins = verb == "set"
    async with bench.database.transaction(command.tenant_id) as session:
        opt_outs = OptOuts(session, command.tenant_id)
        address, person_id, conversation = await _meant(session, command, words)
        if begins:
            changed = await opt_outs.begin(address, command.by.actor, person_id=person_id)
        else:
            changed = await opt_outs.end(address, command.by.actor, person_id=person_id)
        if changed:
            audit(session, command.tenant_id, command.by.actor, f"optout.{verb}", address.value)
        if conversation:
            await touched(session, command.tenant_id, conversation.id)
    title, text = _RESULT[begins]
    known = "" if changed else " It was so already."
    undo = run("Take back", f"optout {'clear' if begins else 'set'} {words.strip()}".strip())
    return Card(
        title=f"{title}: {address.value}",
        sections=(Section(f"{text}{known}"),),
        buttons=(undo,),
        is_private=True,
    )


async def _show(bench: Bench, command: StaffCommand, words: str) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        opt_outs = OptOuts(session, command.tenant_id)
        rows: Sequence[OptOut]
        if _is_address(words):
            rows, name = await opt_outs.at(_plain(words)), _plain(words)
        else:
            said = StaffCommand("optout", words, command.by, command.place)
            conversation, _ = await conversation_meant(session, said)
            rows = await opt_outs.of_person(conversation.person_id)
            name = (await opt_outs.address_of(conversation.id)).value
    told = [
        f"{row.channel} {row.address}: since {row.created_at:%d %b %Y %H:%M} UTC, by {row.source}"
        + (f" (“{row.words}”)" if row.words else "")
        for row in rows
    ]
    return Card(
        title=f"Opted out: {name}" if rows else f"Not opted out: {name}",
        sections=tuple(Section(line) for line in told),
        is_private=True,
    )


async def _meant(
    session: AsyncSession, command: StaffCommand, words: str
) -> tuple[Address, UUID | None, Conversation | None]:
    """`CHANNEL ADDRESS`, or the conversation of a ticket or of this thread."""
    first, rest = first_word(words)
    opt_outs = OptOuts(session, command.tenant_id)
    if _is_address(rest):
        address = Address(first.lower(), _plain(rest))
        return address, await opt_outs.person_at(address), None
    if _is_address(words):
        raise wrong_use("optout", "On which channel? Say optout set CHANNEL ADDRESS.")
    said = StaffCommand("optout", words, command.by, command.place)
    try:
        conversation, _ = await conversation_meant(session, said)
    except (WrongUse, NotFound) as error:
        raise wrong_use("optout", "Whom? Give a ticket's number, or CHANNEL ADDRESS.") from error
    address = await opt_outs.address_of(conversation.id)
    await Customers(session, command.tenant_id).person(conversation.person_id)
    return address, conversation.person_id, conversation


def _is_address(words: str) -> bool:
    plain = words.strip()
    return "@" in plain or plain.startswith("+") or (plain.isdecimal() and len(plain) > 6)


def _plain(words: str) -> str:
    """As channels write it: mail in lower case, phones in digits."""
    plain = words.strip()
    return plain.lower() if "@" in plain else "".join(c for c in plain if c.isalnum())
