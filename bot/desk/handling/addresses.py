"""Addresses that get nothing more because mail to them failed, until a person says otherwise."""

from bot.desk.asking.parsing import wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.customers.service import Customers

MAIL = "email"


async def unmute(bench: Bench, command: StaffCommand) -> Answer:
    address = command.words.strip()
    if not address:
        raise wrong_use("unmute-address", "Which address?")
    async with bench.database.transaction(command.tenant_id) as session:
        customers = Customers(session, command.tenant_id)
        identity = await customers.unmute(MAIL, address, by=command.by.actor)
        audit(session, command.tenant_id, command.by.actor, "address.unmuted", identity.value)
        value = identity.value
    text = "What failed is not sent again by itself: answer the customer once more."
    return Card(title=f"Mail goes to {value} again", sections=(Section(text),), is_private=True)
