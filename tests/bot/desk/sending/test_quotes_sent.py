"""Quotes on their way: by which thread, in which words, once; and the buttons under them."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from bot.desk import tenants
from bot.desk.conversations import OptedOut
from bot.desk.sending.posting import Sender
from bot.desk.sending.quotes import SentQuote, prepared, send
from bot.desk.sending.roads import NoRoad
from bot.engine.quotes.pressing import choice_id
from channels.whatsapp.simulator import pressed_button
from domain.conversations.models import Conversation
from domain.customers.models import Person
from domain.customers.optouts import Address, OptOuts
from domain.customers.service import Customers, Reference
from domain.errors import Refused
from domain.quotes.approval import UnderMargin
from domain.quotes.lifecycle.states import NeedsApproval
from domain.quotes.models import Quote
from domain.quotes.service import QuoteFor, Quotes
from tests.bot.engine.conftest import CUSTOMER, Company
from tests.bot.engine.identity.conftest import (
    Shop,
    graph,
    mail,
    rival_shop,
    runtime,
    shop,
)
from tests.domain.quotes.test_documents import drafted

__all__ = ["graph", "mail", "rival_shop", "runtime", "shop"]


@dataclass
class Seller:
    """Who drafts quotes for the customer of a shop, and sends them."""

    shop: Shop

    @property
    def company(self) -> Company:
        return self.shop.company

    async def quote(self, person_id: UUID | None, conversation_id: UUID | None = None) -> UUID:
        tenant_id = self.shop.tenant_id
        async with self.shop.runtime.database.transaction(tenant_id) as session:
            whom = QuoteFor("Office cabling", person_id, None, conversation_id)
            return (await Quotes(session, tenant_id).draft(whom, drafted(24), actor="test")).id

    async def send(
        self, quote_id: UUID, channel: str = "", limit: int | None = None, sees_margins: bool = True
    ) -> SentQuote:
        runtime, tenant_id = self.shop.runtime, self.shop.tenant_id
        made = await prepared(runtime.database, runtime.typesetter, (tenant_id, quote_id))
        sender = Sender(runtime.accounts, "staff:1", "https://desk.example", sees_margins, limit)
        async with runtime.database.transaction(tenant_id) as session:
            quote = await Quotes(session, tenant_id).get(quote_id, for_change=True)
            sent = await send(session, sender, quote, made, channel=channel)
        await self.shop.send()
        return sent

    async def row(self, quote_id: UUID) -> Quote:
        async with self.shop.runtime.database.transaction(self.shop.tenant_id) as session:
            return await Quotes(session, self.shop.tenant_id).get(quote_id)

    async def conversation(self) -> Conversation:
        return (await self.company.conversations())[0]

    async def press(self, what: str, quote_id: UUID, revision: int = 1) -> str:
        id_ = choice_id(what, quote_id, revision)
        body = pressed_button(self.company.number, CUSTOMER, id_, what)
        before = len(self.company.graph.sent)
        await self.company.receive(body)
        await self.company.work()
        return "\n".join(self.company.graph.texts()[before:])


@pytest.fixture
async def seller(shop: Shop, rival_shop: Shop) -> Seller:
    await shop.chat("when are you open?")
    return Seller(shop)


async def test_it_goes_where_the_customer_writes_with_paper_link_and_buttons(
    seller: Seller,
) -> None:
    here = await seller.conversation()
    quote_id = await seller.quote(here.person_id)
    sent = await seller.send(quote_id)
    quote = await seller.row(quote_id)
    assert (quote.status, quote.conversation_id) == ("sent", here.id)
    paper, words = [one.body for one in seller.company.graph.sent[-2:]]
    assert paper["document"]["filename"] == f"{quote.number}-1.pdf"
    body = words["interactive"]["body"]["text"]
    assert quote.number in body
    assert sent.url in body
    assert sent.url.startswith("https://desk.example/q/")
    assert len(words["interactive"]["action"]["buttons"]) == 3
    assert (await seller.conversation()).owner == "bot", "sending takes nothing over"


async def test_sent_again_it_is_the_same_revision_paper_and_link(seller: Seller) -> None:
    quote_id = await seller.quote((await seller.conversation()).person_id)
    first, second = await seller.send(quote_id), await seller.send(quote_id)
    assert first.url == second.url
    assert first.paper.sha256 == second.paper.sha256
    assert (await seller.row(quote_id)).revision == 1


async def test_over_the_limit_nothing_leaves(seller: Seller) -> None:
    quote_id = await seller.quote((await seller.conversation()).person_id)
    before = len(seller.company.graph.sent)
    with pytest.raises(NeedsApproval):
        await seller.send(quote_id, limit=1)
    assert len(seller.company.graph.sent) == before
    assert (await seller.row(quote_id)).status == "draft"


async def test_a_margin_too_small_is_sent_by_nobody_who_does_not_see_it(seller: Seller) -> None:
    runtime, tenant_id = seller.shop.runtime, seller.shop.tenant_id
    wanted = {"quoting.minimum_margin": "0.99", "quoting.approval_above": "1000000"}
    await tenants.change(runtime.database, runtime.accounts, tenant_id, wanted)
    quote_id = await seller.quote((await seller.conversation()).person_id)
    with pytest.raises(UnderMargin):
        await seller.send(quote_id, sees_margins=False)
    assert (await seller.row(quote_id)).status == "draft"
    await seller.send(quote_id)
    assert (await seller.row(quote_id)).status == "sent"


async def somebody(shop: Shop, *addresses: tuple[str, str]) -> Person:
    async with shop.runtime.database.transaction(shop.tenant_id) as session:
        customers = Customers(session, shop.tenant_id)
        person, _ = await customers.keep_person({"name": "Eva"}, Reference(), by="test")
        for kind, value in addresses:
            await customers.add_identity(person.id, kind, value)
        return person


async def test_who_never_wrote_gets_a_mail_in_a_thread_of_its_own(seller: Seller) -> None:
    eva = await somebody(seller.shop, ("email", "eva@berg.example"))
    quote_id = await seller.quote(eva.id)
    sent = await seller.send(quote_id)
    await seller.shop.mailed()
    [mail_] = seller.shop.firm.sent_to("eva@berg.example")
    assert sent.url in mail_.text
    assert (await seller.row(quote_id)).number in mail_.text
    again = await seller.send(quote_id)
    assert again.posted.conversation_id == sent.posted.conversation_id


async def test_who_cannot_be_reached_is_told_of_and_nothing_is_sent(seller: Seller) -> None:
    eva = await somebody(seller.shop, ("phone", "447700900555"))
    quote_id = await seller.quote(eva.id)
    with pytest.raises(NoRoad, match="mail address"):
        await seller.send(quote_id)
    with pytest.raises(Refused, match="pigeon"):
        await seller.send(quote_id, channel="pigeon")
    assert (await seller.row(quote_id)).status == "draft"


async def test_who_wrote_stop_is_not_sent_a_quote_there(seller: Seller) -> None:
    quote_id = await seller.quote((await seller.conversation()).person_id)
    async with seller.shop.runtime.database.transaction(seller.shop.tenant_id) as session:
        optouts = OptOuts(session, seller.shop.tenant_id)
        await optouts.begin(Address("whatsapp", CUSTOMER), "customer")
    with pytest.raises(OptedOut):
        await seller.send(quote_id)
    assert (await seller.row(quote_id)).status == "draft"


async def test_accept_leads_to_the_page_and_ask_to_words(seller: Seller) -> None:
    quote_id = await seller.quote((await seller.conversation()).person_id)
    sent = await seller.send(quote_id)
    assert sent.url in await seller.press("accept", quote_id)
    assert (await seller.row(quote_id)).status == "sent", "a name is still missing"
    assert "What would you like to know" in await seller.press("ask", quote_id)


async def test_decline_declines_once_and_says_so(seller: Seller) -> None:
    quote_id = await seller.quote((await seller.conversation()).person_id)
    await seller.send(quote_id)
    assert "is declined" in await seller.press("decline", quote_id)
    assert (await seller.row(quote_id)).status == "rejected"
    assert "is declined" in await seller.press("decline", quote_id)
    assert "has ended" in await seller.press("accept", quote_id)


async def test_a_button_of_somebody_elses_quote_does_nothing(
    seller: Seller, rival_shop: Shop
) -> None:
    await rival_shop.chat("when are you open?")
    theirs = Seller(rival_shop)
    quote_id = await theirs.quote((await theirs.conversation()).person_id)
    await theirs.send(quote_id)
    await seller.press("decline", quote_id)
    assert (await theirs.row(quote_id)).status == "sent"
    eva = await somebody(seller.shop, ("email", "eva@berg.example"))
    other = await seller.quote(eva.id)
    await seller.send(other)
    await seller.press("decline", other)
    assert (await seller.row(other)).status == "sent", "it was sent to another thread"
