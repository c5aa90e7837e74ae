"""Questions and refusals reach staff where the quote is talked about, or as a ticket."""

import asyncio
from uuid import UUID

import httpx
import pytest

from domain.staff.models import StaffNotice
from tests.bot.engine.mailing.conftest import ANNA as CUSTOMER
from tests.bot.portal.conftest import Phone, Shop

pytestmark = pytest.mark.full


@pytest.fixture
async def conversation_id(shop: Shop) -> UUID:
    anna = shop.firm.person(CUSTOMER)
    anna.write(shop.firm.address, "Cabling", "Please quote 24 doubles.")
    await shop.firm.work()
    return (await shop.firm.conversation()).id


@pytest.fixture
async def talked(shop: Shop, client: httpx.AsyncClient, conversation_id: UUID) -> Phone:
    made = await shop.quote(conversation_id=conversation_id)
    await shop.send(made)
    return Phone(client, await shop.link(made))


async def test_a_question_is_the_customers_word_in_the_conversation(
    talked: Phone, shop: Shop, conversation_id: UUID
) -> None:
    response = await talked.post(
        "question", question="Is <b>testing</b> included?", name="Bo", email="Bo@Acme.example"
    )
    assert response.headers["location"] == f"{talked.path}?said=asked"
    assert "Your question has reached us" in await talked.open(said="asked")
    [asked] = await shop.firm.messages(outcome_reason="asked_on_page")
    assert (asked.conversation_id, asked.direction, asked.author) == (
        conversation_id, "in", "customer",
    )  # fmt: skip
    assert asked.text == "Is <b>testing</b> included?"
    assert (asked.proof, asked.sender_name, asked.sender_address) == (
        "none",
        "Bo",
        "bo@acme.example",
    )
    notes = await shop.firm.messages(direction="note")
    assert "by Bo · bo@acme.example" in notes[-1].text
    await shop.react()
    [event] = await shop.firm.events("quote.asked")
    [notice] = await shop.firm.all(StaffNotice, kind="quotes")
    assert notice.text.startswith(event.payload["number"])
    assert "has a question of the customer" in notice.text


async def test_the_bot_leaves_the_answer_to_staff(talked: Phone, shop: Shop) -> None:
    before = len(await shop.firm.messages(direction="out"))
    await talked.post("question", question="How do I reset the password of my recorder?")
    await shop.firm.answer()
    assert len(await shop.firm.messages(direction="out")) == before
    assert (await shop.firm.conversation()).last_author == "customer"
    assert (await shop.firm.conversation()).turn_pending is False


async def test_without_a_conversation_it_becomes_a_ticket(phone: Phone, shop: Shop) -> None:
    await phone.post("question", question="When could you begin?")
    [ticket] = await shop.firm.tickets()
    assert "QT-" in ticket.subject
    assert "When could you begin?" in ticket.description


async def test_an_empty_question_is_asked_for(phone: Phone, shop: Shop) -> None:
    response = await phone.post("question", question="  ", name="Bo")
    assert (response.status_code, "Write your question." in response.text) == (400, True)
    assert await shop.firm.tickets() == []


async def test_declining_tells_staff_why(talked: Phone, shop: Shop) -> None:
    mark = await talked.mark()
    silent = await talked.post("decline", mark=mark, reason="")
    assert (silent.status_code, "Tell us in a few words why." in silent.text) == (400, True)
    assert (await talked.post("decline", mark="x", reason="No")).status_code == 403
    response = await talked.post("decline", mark=mark, reason="Too dear")
    assert response.headers["location"] == talked.path
    assert "was declined" in await talked.open()
    notes = await shop.firm.messages(direction="note")
    assert "declined" in notes[-1].text
    assert "Too dear" in notes[-1].text
    await shop.react()
    assert len(await shop.firm.events("quote.rejected")) == 1
    assert (await talked.accept(mark)).status_code == 409
    assert await shop.acceptances() == []


async def test_staff_read_in_the_thread_what_the_customer_did(talked: Phone, shop: Shop) -> None:
    await talked.look()
    await talked.accept(order="PO 9")
    notes = [message.text for message in await shop.firm.messages(direction="note")]
    assert any("has opened QT-" in note for note in notes)
    assert any("is accepted: 1555.20 GBP, by Anna Weber" in note for note in notes)
    assert any("purchase order PO 9" in note for note in notes)
    await shop.react()
    for kind in ("quote.viewed", "quote.accepted"):
        assert len(await shop.firm.events(kind)) == 1


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"a=%ff", b"&".join(b"a=1" for _ in range(50)), b"x" * 70_000]
)
async def test_odd_forms_are_calmly_refused(phone: Phone, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await phone.client.post(f"{phone.path}/question", content=body, headers=headers)
    assert response.status_code in (400, 413)


async def test_signatures_that_were_never_finished_are_forgotten(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    await shop.runtime.rescue.tidy()
    assert (await phone.client.get(where)).status_code == 200
    old = "update signing_requests set created_at = now() - interval '31 days'"
    await shop.firm.execute(old)
    await shop.runtime.rescue.tidy()
    assert (await phone.client.get(where)).status_code == 404


async def test_a_form_that_comes_twice_asks_once(talked: Phone, shop: Shop) -> None:
    asked = [talked.post("question", question="When could you begin?") for _ in range(3)]
    assert {one.status_code for one in await asyncio.gather(*asked)} == {303}
    assert len(await shop.firm.messages(outcome_reason="asked_on_page")) == 1
    await talked.post("question", question="And when would it be done?")
    assert len(await shop.firm.messages(outcome_reason="asked_on_page")) == 2
