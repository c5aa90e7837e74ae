"""`quote export N xero` puts an invoice to import into the thread; `quote order N` lists goods."""

from bot.desk.asking.parsing import wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from bot.engine.reacting.threads import touched
from channels.cards import Card, Field, Section
from domain.audit.service import note as audit
from domain.contracts.calendar import today
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Conversation, Message
from domain.quotes.handover.formats import FORMATS
from domain.quotes.handover.orders import Order, OrderLine, order_list
from domain.quotes.handover.taking import handed_over
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.types import new_id, utc_now

LONGEST = 60


async def export(bench: Bench, command: StaffCommand, number: str, program: str) -> Card:
    """A file in the quote's thread, for staff; without one, where it can be got."""
    program = program.strip().lower()
    if program not in FORMATS:
        raise wrong_use("quote", "For which program: xero or quickbooks?")
    tenant_id = command.tenant_id
    async with bench.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).numbered(number)
        day = await today(session, tenant_id)
        name, content = await handed_over(session, tenant_id, quote.id, program, day)
        audit(session, tenant_id, command.by.actor, "quote.exported", quote.number, to=program)
        total = f"{quote.total} {quote.currency}"
        if quote.conversation_id is None:
            return Card(
                title=f"{quote.number} for {program}: {total}",
                sections=(Section(f"It belongs to no conversation, so there is no thread to put "
                                  f"{name} into: get it with “frontdesk quote-export "
                                  f"{quote.number} {program}”."),),
            )  # fmt: skip
        conversation = await session.get_one(Conversation, quote.conversation_id)
        message = _note(command, conversation, quote, name)
        session.add(message)
        await session.flush()
        file = NewFile(message.id, name, "text/csv", content=content.encode())
        await Attachments(session, tenant_id).add_all([file])
        await touched(session, tenant_id, conversation.id)
    return Card(
        title=f"{number}: {name} is in the thread",
        sections=(Section(f"An invoice of {total} to import."),),
        footnote="Internal: the customer does not see it.",
    )


async def order(bench: Bench, command: StaffCommand, number: str, _: str) -> Card:
    tenant_id = command.tenant_id
    async with bench.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).numbered(number)
        found = await order_list(session, tenant_id, quote.id)
    with_costs = command.by.rights.sees_margins
    sections = [Section(found.warning)] if found.warning else []
    sections += [_order(one, with_costs=with_costs) for one in found.orders]
    if not found.orders:
        sections.append(Section("Nothing on it has to be ordered."))
    return Card(title=f"{quote.number}: to order", sections=tuple(sections))


def _order(one: Order, *, with_costs: bool) -> Section:
    told = [_line(line, with_costs=with_costs) for line in one.lines[:LONGEST]]
    if len(one.lines) > LONGEST:
        told.append(f"… and {len(one.lines) - LONGEST} parts more")
    supplier = one.supplier or "supplier not known"
    fields = (Field("Cost", str(one.cost)),) if with_costs and one.cost else ()
    text = "\n".join([f"{supplier}:", *told])
    return Section(text, fields=fields)


def _line(one: OrderLine, *, with_costs: bool) -> str:
    part = f" [{one.part_number or one.code}]" if one.part_number or one.code else ""
    held = f" ({one.contains.normalize():f} in all)" if one.contains else ""
    sites = f" for {', '.join(one.sites)}" if one.sites else ""
    cost = f", {one.cost}" if with_costs and one.cost else ""
    return f"• {one.quantity.normalize():f} {one.unit} × {one.description}{part}{held}{sites}{cost}"


def _note(command: StaffCommand, conversation: Conversation, quote: Quote, name: str) -> Message:
    return Message(
        id=new_id(),
        tenant_id=command.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        staff_id=command.by.id,
        direction="note",
        author="bot",
        text=f"{quote.number} as an invoice to import: {name}.",
        sent_at=utc_now(),
    )
