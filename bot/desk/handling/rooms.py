"""Rooms of conversations; what a member is told of; addresses that may be written to again."""

from bot.desk.asking.parsing import wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.handling.switching import TOPICS
from bot.desk.showing.tickets import run
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.customers.service import Customers
from domain.staff.notices import KINDS
from domain.staff.service import StaffMembers
from domain.tenants.service import Tenants

MAIL, CHAT = "email", "telegram"
"""The kinds of address that mute: what bounced, and where we were blocked."""
EVERYTHING = ("", "all", "everything")


async def here(bench: Bench, command: StaffCommand) -> Answer:
    """The room is a setting of the tenant; `off` takes this room out of all its rules."""
    room, what = command.place.room, command.words.strip().lower()
    if not room:
        raise wrong_use("here", "Say it in the staff channel that is meant.")
    if what not in (*EVERYTHING, "off", *TOPICS, *bench.accounts.channels):
        known = ", ".join((*bench.accounts.channels, *TOPICS))
        raise wrong_use("here", f"What shall be shown here? Everything, or one of {known}.")
    async with bench.database.transaction(command.tenant_id) as session:
        tenants = Tenants(session, command.tenant_id)
        rooms = (await tenants.settings()).desk.rooms
        if what == "off":
            rooms = {key: value for key, value in rooms.items() if value != room}
        else:
            rooms = rooms | {"" if what in EVERYTHING else what: room}
        await tenants.change({"desk.rooms": rooms})
        audit(session, command.tenant_id, command.by.actor, "room.set", room, what=what or "all")
    bench.accounts.forget()
    if what == "off":
        return Card(title="Conversations are no longer shown here")
    shown = "Everything that has no other channel" if what in EVERYTHING else what.capitalize()
    return Card(
        title="Conversations are shown here now",
        sections=(
            Section(
                f"{shown}: each conversation becomes a thread. Plain text in a thread is an "
                "internal note; only Reply reaches the customer."
            ),
        ),
        buttons=(run("Inbox", "inbox"), run("Help", "help")),
    )


async def mute(bench: Bench, command: StaffCommand) -> Answer:
    return await _switch(bench, command, is_muted=True)


async def unmute(bench: Bench, command: StaffCommand) -> Answer:
    return await _switch(bench, command, is_muted=False)


async def _switch(bench: Bench, command: StaffCommand, *, is_muted: bool) -> Answer:
    word = command.words.strip().lower() or "all"
    if word not in (*KINDS, "all"):
        raise wrong_use(command.verb, f"It is one of {', '.join(KINDS)}, or all.")
    async with bench.database.transaction(command.tenant_id) as session:
        member = await StaffMembers(session, command.tenant_id).get(own_id(command.by))
        kept = {*member.muted} - ({word} if word != "all" else {*KINDS, "all"})
        member.muted = sorted(kept | ({word} if is_muted else set()))
        muted = ", ".join(member.muted) or "nothing"
    return Card(
        title=f"Muted for you: {muted}",
        sections=(Section("You are written to directly about everything else."),),
        is_private=True,
    )


async def unmute_address(bench: Bench, command: StaffCommand) -> Answer:
    address = command.words.strip()
    if not address:
        raise wrong_use("unmute-address", "Which address?")
    async with bench.database.transaction(command.tenant_id) as session:
        customers = Customers(session, command.tenant_id)
        kind = MAIL if "@" in address else CHAT
        identity = await customers.unmute(kind, address, by=command.by.actor)
        audit(session, command.tenant_id, command.by.actor, "address.unmuted", identity.value)
        value = identity.value
    text = "What failed is not sent again by itself: answer the customer once more."
    return Card(title=f"Messages go to {value} again", sections=(Section(text),), is_private=True)
