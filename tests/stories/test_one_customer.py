"""One customer on two channels: proven by a code, seen as one, taken apart again by staff."""

from domain.customers.models import CustomerMerge
from tests.bot.engine.conftest import CUSTOMER
from tests.bot.engine.identity.conftest import (
    ANNA,
    PROBLEM,
    STATUS,
    Shop,
    graph,
    mail,
    rival_shop,
    runtime,
    shop,
)

__all__ = ["graph", "mail", "rival_shop", "runtime", "shop"]


async def test_known_by_mail_proven_in_chat_and_taken_apart(shop: Shop, rival_shop: Shop) -> None:
    anna = shop.person()
    anna.write(shop.firm.address, "Gate", PROBLEM)
    await shop.mailed()
    [ticket] = await shop.firm.tickets()

    said = await shop.chat(STATUS)
    assert ticket.number not in said
    assert "another address" in said
    assert "six-digit code" in await shop.chat(f"my mail is {ANNA}")
    said = await shop.chat(shop.code())
    assert f"{ANNA} is confirmed" in said
    assert ticket.number in said
    assert ticket.number in await shop.chat(STATUS)
    [person] = await shop.people()
    talks = await shop.company.conversations()
    assert [talk.person_id for talk in talks] == [person.id, person.id]

    [merge] = await shop.all(CustomerMerge)
    await shop.unmerge(merge.source_id)
    assert ticket.number not in await shop.chat(STATUS)
    anna.write(shop.firm.address, "Gate", STATUS)
    await shop.mailed()
    assert ticket.number in anna.received[-1].text
    assert len({await shop.owner(ANNA), await shop.owner(CUSTOMER)}) == 2
    assert await rival_shop.people() == []
