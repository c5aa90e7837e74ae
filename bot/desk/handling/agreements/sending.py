"""`quote send N [by CHANNEL]`, `contract send N …`: to whom it goes first, then it goes."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.answering import destination, planned
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.papers.contracts import contract_paper
from bot.desk.papers.making import Paper
from bot.desk.sending import contracts, quotes
from bot.desk.sending.posting import Sender
from bot.desk.sending.roads import NoRoad, Wish, beginning, road
from bot.desk.showing.preflight import preflight
from bot.desk.showing.words import many, masked
from channels.cards import Button, Card, Section, Style
from domain.audit.service import note as audit
from domain.contracts.service import Contracts
from domain.conversations.models import Conversation
from domain.quotes.lifecycle.freezing import ChangedMeanwhile
from domain.quotes.lifecycle.states import OPEN, require_move
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.staff.service import StaffMembers
from domain.tenants.models import ChannelAccount
from domain.types import utc_now

SEND_QUOTE = "quote.send"
_BY = re.compile(r"(?:(?:by|via|on)\s+)?(\w+)", re.I)


@dataclass(frozen=True, slots=True)
class _Way:
    """The thread that there is, or the address at which one is to be begun."""

    conversation: Conversation | None
    account: ChannelAccount | None = None
    address: str = ""


async def send_quote(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """Shows to whom it would go; the button sends it."""
    number, channel = _asked("quote", words)
    async with bench.database.transaction(command.tenant_id) as session:
        quote = await Quotes(session, command.tenant_id).numbered(number)
        if quote.status not in OPEN:
            require_move(quote.number, quote.status, "sent")
        wish = quotes.wish_of(quote, channel)
        way = await _way(bench, session, command.tenant_id, wish)
    told = await _told(bench, way)
    payload = {"number": quote.number, "version": quote.version, "channel": channel}
    async with bench.database.transaction(command.tenant_id) as session:
        members = StaffMembers(session, command.tenant_id)
        question = await members.ask(own_id(command.by), SEND_QUOTE, payload)
    return _question(quote, told, str(question))


async def send_shown(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    """What was shown, at the version that was shown."""
    tenant_id, number = by.tenant_id, str(payload["number"])
    async with bench.database.transaction(tenant_id) as session:
        quote_id = (await Quotes(session, tenant_id).numbered(number)).id
    made = await quotes.prepared(bench.database, bench.typesetter, (tenant_id, quote_id))
    async with bench.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote_id, for_change=True)
        if quote.version != payload["version"]:
            raise ChangedMeanwhile(quote.number)
        sent = await quotes.send(
            session,
            _sender(bench, by),
            quote,
            made,
            channel=str(payload.get("channel", "")),
        )
        audit(session, tenant_id, by.actor, "quote.sent", number, revision=quote.revision)
    title = bench.accounts.channels[sent.posted.channel].title
    return Card(
        title=f"{number} leaves for the customer by {title}",
        sections=(
            Section(f"Revision {sent.quote.revision}, valid until {sent.quote.valid_until}."),
            Section("What they do on its page, you read in its thread."),
        ),
    )


async def send_contract(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """It waits for its signature from now on; without a thread or address its link is given."""
    number, channel = _asked("contract", words)
    tenant_id, by = command.tenant_id, command.by
    async with bench.database.transaction(tenant_id) as session:
        service = Contracts(session, tenant_id)
        contract = await service.numbered(number, for_change=True)
        if contract.status != contracts.WAITS:
            await service.move(contract.id, contracts.WAITS, actor=by.actor)
            audit(session, tenant_id, by.actor, "contract.send", contract.number)
        contract_id = contract.id
    made = await contract_paper(bench.database, bench.typesetter, (tenant_id, contract_id))
    try:
        told = await _post_contract(bench, command, contract_id, made, channel)
    except NoRoad as error:
        told = str(error)
    return Card(
        title=f"{contract.number} waits for its signature",
        sections=(Section(told),),
        buttons=(
            Button("run", "Show", f"contract show {contract.number}"),
            Button("run", "Link", f"contract link {contract.number}"),
        ),
    )


async def _post_contract(
    bench: Bench, command: StaffCommand, contract_id: UUID, made: Paper, channel: str
) -> str:
    async with bench.database.transaction(command.tenant_id) as session:
        _, posted, _ = await contracts.send_contract(
            session, _sender(bench, command.by), contract_id, made, channel=channel
        )
    title = bench.accounts.channels[posted.channel].title
    return f"Its PDF and the link to sign leave for the customer by {title}."


def _sender(bench: Bench, by: StaffView) -> Sender:
    return Sender(
        bench.accounts,
        by.actor,
        bench.settings.base_url,
        sees_margins=by.rights.sees_margins,
        limit=by.rights.approves_up_to,
        staff_id=by.id,
    )


async def _way(bench: Bench, session: AsyncSession, tenant_id: UUID, wish: Wish) -> _Way:
    found = await road(session, bench.accounts, wish)
    if found is not None:
        return _Way(found)
    by = await beginning(session, tenant_id, bench.accounts, wish)
    return _Way(None, by.account, by.address)


async def _told(bench: Bench, way: _Way) -> str:
    if way.account is not None:
        channel = bench.accounts.channels[way.account.channel]
        return f"to {channel.title} {masked(way.address)}, in a thread of its own"
    assert way.conversation is not None
    async with bench.database.transaction(way.conversation.tenant_id) as session:
        to = await destination(bench, session, way.conversation)
    return preflight(await planned(bench, way.conversation, to), utc_now())


def _question(quote: Quote, told: str, question: str) -> Card:
    again = "again " if quote.status in OPEN else ""
    sections = [
        Section(f"{told}, with its PDF and a link to accept it."),
        Section(f"Revision {quote.revision}, {quote.total} {quote.currency}."),
    ]
    if quote.open_questions:
        open_ones = many(len(quote.open_questions), "question")
        sections.append(Section(f"CAREFUL: {open_ones} of it are still open."))
    return Card(
        title=f"Send {quote.number} {again}to the customer?",
        sections=tuple(sections),
        buttons=(
            Button("confirm", "Send", question, Style.PRIMARY),
            Button("dismiss", "Leave it", question),
        ),
    )


def _asked(verb: str, words: str) -> tuple[str, str]:
    number, rest = first_word(words)
    found = _BY.fullmatch(rest.strip()) if rest.strip() else None
    if not number or (rest.strip() and found is None):
        raise wrong_use(verb, f"Which one? For example: {verb} send 12, or {verb} send 12 by email")
    return number.lstrip("#").upper().rstrip(".,:;"), found[1].lower() if found else ""
