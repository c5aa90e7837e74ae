"""`/desk react`: an emoji to the customer's last message."""

from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, conversation_meant, own_id
from bot.engine.delivering.reacting import react as put_reaction
from bot.engine.reacting.threads import touched
from channels.cards import Card
from domain.audit.service import note as audit


async def react(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        conversation, words = await conversation_meant(session, command)
        able = bench.accounts.channels[conversation.channel].capabilities
        put = await put_reaction(session, conversation, able, words, staff_id=own_id(command.by))
        audit(session, command.tenant_id, command.by.actor, "conversation.reacted", str(put.id))
        await touched(session, command.tenant_id, conversation.id)
    return Card(title=f"Reacted with {put.text}", is_private=True)
