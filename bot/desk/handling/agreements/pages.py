"""`quote link N [off]`, `contract link N [off]`: the customer's page, shown again or taken back."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.contracts.service import Contracts
from domain.quotes.service import Quotes
from domain.signing.links import Link, Links

OFF = "off"


async def quote_link(bench: Bench, command: StaffCommand, words: str) -> Card:
    number, is_off = _asked("quote", words)
    async with bench.database.transaction(command.tenant_id) as session:
        quote = await Quotes(session, command.tenant_id).numbered(number)
        links = _links(bench, command, session)
        if is_off:
            await links.revoke(quote_id=quote.id)
            return _taken_back(session, command, "quote", quote.number)
        link = await links.of_quote(quote.id, command.by.actor)
    return _card(bench, quote.number, link, "what was sent last, never a draft")


async def contract_link(bench: Bench, command: StaffCommand, words: str) -> Card:
    number, is_off = _asked("contract", words)
    async with bench.database.transaction(command.tenant_id) as session:
        contract = await Contracts(session, command.tenant_id).numbered(number)
        links = _links(bench, command, session)
        if is_off:
            await links.revoke(contract_id=contract.id)
            return _taken_back(session, command, "contract", contract.number)
        link = await links.of_contract(contract.id, command.by.actor)
    return _card(bench, contract.number, link, "the contract once it waits for a signature")


def _links(bench: Bench, command: StaffCommand, session: AsyncSession) -> Links:
    return Links(session, command.tenant_id, bench.accounts.vault)


def _asked(verb: str, words: str) -> tuple[str, bool]:
    number, rest = first_word(words)
    if not number or rest.strip().lower() not in ("", OFF):
        raise wrong_use(verb, f"Which one? For example: {verb} link 12, or {verb} link 12 off")
    return number.lstrip("#"), bool(rest.strip())


def _card(bench: Bench, number: str, link: Link, shows: str) -> Card:
    return Card(
        title=f"{number}: the customer's page",
        sections=(Section(f"{bench.settings.base_url}{link.path}"), Section(f"It shows {shows}.")),
        footnote="Whoever has it can read, ask and sign: give it to the customer only.",
        is_private=True,
    )


def _taken_back(session: AsyncSession, command: StaffCommand, noun: str, number: str) -> Card:
    audit(session, command.tenant_id, command.by.actor, f"{noun}.link_revoked", number)
    return Card(
        title=f"{number}: its link shows nothing any more",
        sections=(Section(f"`/desk {noun} link {number}` makes another one."),),
    )
