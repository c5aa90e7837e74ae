"""A quote is accepted once, as it was shown, by somebody who says who they are."""

import asyncio
import hashlib
import io
from html import unescape
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import psycopg
import pypdf
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.signing.requests import MOST_PER_LINK
from tests.bot.engine.mailing.conftest import Firm
from tests.bot.portal.conftest import ANNA, PHONE, Phone, Shop
from tests.conftest import Server

pytestmark = pytest.mark.full


async def test_an_acceptance_says_who_what_and_from_where(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    response = await phone.accept(order="PO 4471")
    assert (response.status_code, response.headers["location"]) == (303, phone.path)
    [made] = await shop.acceptances()
    assert (made.quote_id, made.revision, str(made.total)) == (quote_id, 1, "1555.20")
    assert (made.name, made.role, made.email) == (
        "Anna Weber", "Managing director", "anna@acme.example",
    )  # fmt: skip
    assert (made.purchase_order, made.address, made.user_agent) == ("PO 4471", "203.0.113.9", PHONE)
    assert made.is_code_proven is False
    paper = (await phone.client.get(f"{phone.path}/paper.pdf")).content
    assert made.paper_sha256 == hashlib.sha256(paper).hexdigest()
    quote = await shop.row(quote_id)
    assert (quote.status, quote.customer_reference) == ("accepted", "PO 4471")
    page = await phone.open()
    assert "Accepted by Anna Weber on" in page
    assert 'name="mark"' not in page


async def test_the_signatory_gets_the_paper_by_mail(phone: Phone, shop: Shop) -> None:
    await phone.accept()
    await shop.deliver()
    [sent] = shop.firm.sent_to("anna@acme.example")
    assert "is accepted to a total of £1,555.20" in sent.text
    [file] = list(sent.message.iter_attachments())
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content == (await phone.client.get(f"{phone.path}/paper.pdf")).content
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) >= 1


async def test_an_acceptance_is_never_changed(phone: Phone, shop: Shop) -> None:
    await phone.accept()
    with pytest.raises(ProgrammingError, match="permission denied"):
        await shop.firm.execute("update quote_acceptances set name = 'Eve'")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"name": ""}, "Give your full name."),
        ({"role": ""}, "Say what your position is."),
        ({"email": "anna"}, "Give your email address"),
        ({"authority": ""}, "Tick that you may sign."),
    ],
)
async def test_what_is_missing_is_named_and_the_rest_kept(
    phone: Phone, shop: Shop, missing: dict[str, str], sentence: str
) -> None:
    response = await phone.accept(order="<b>PO</b>", **missing)
    assert response.status_code == 400
    assert sentence in response.text
    assert "&lt;b&gt;PO&lt;/b&gt;" in response.text
    assert await shop.acceptances() == []


async def test_a_form_that_was_not_made_here_is_refused(
    phone: Phone, shop: Shop, client: httpx.AsyncClient
) -> None:
    mark = await phone.mark()
    other = await shop.quote()
    await shop.send(other)
    another = await Phone(client, await shop.link(other)).mark()
    head, sha, sign = mark.split("-")
    for forged in ("", "x", f"2-{sha}-{sign}", f"{head}-{'0' * 64}-{sign}", mark[:-1], another):
        response = await phone.accept(forged)
        assert response.status_code == 403, forged
        assert "out of date" in response.text
    assert await shop.acceptances() == []


async def test_what_was_not_shown_cannot_be_accepted(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    seen = await phone.mark()
    await shop.revise(quote_id)
    await shop.send(quote_id)
    response = await phone.accept(seen)
    assert response.status_code == 409
    assert "A newer version was sent while you were reading" in response.text
    assert "It replaces revision 1" in response.text
    assert await shop.acceptances() == []
    assert (await phone.accept()).status_code == 303
    [made] = await shop.acceptances()
    assert made.revision == 2


async def test_the_sent_revision_can_be_accepted_while_the_next_is_a_draft(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    await shop.revise(quote_id)
    await shop.change(quote_id, title="Not shown to anybody")
    assert (await phone.accept()).status_code == 303
    quote = await shop.row(quote_id)
    assert (quote.status, quote.revision, quote.title) == ("accepted", 1, "Office cabling")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("cancelled", "was withdrawn and can no longer be accepted"),
        ("rejected", "was declined"),
        ("expired", "can no longer be accepted. Ask us below for a new one"),
    ],
)
async def test_what_has_ended_says_so_and_how_to_go_on(
    phone: Phone, shop: Shop, quote_id: UUID, status: str, sentence: str
) -> None:
    mark = await phone.mark()
    await shop.move(quote_id, status)
    assert sentence in await phone.open()
    response = await phone.accept(mark)
    assert (response.status_code, sentence in unescape(response.text)) == (409, True)
    assert 'action="' + phone.path + '/question"' in response.text
    assert await shop.acceptances() == []


async def test_what_is_over_is_over_before_the_schedule_says_so(
    phone: Phone, shop: Shop, server: Server
) -> None:
    mark = await phone.mark()
    database = urlsplit(shop.runtime.database.url).path.lstrip("/")
    with psycopg.connect(server.admin_to(database), autocommit=True) as admin:
        for table in ("quotes", "quote_revisions"):
            admin.execute(f"update {table} set valid_until = current_date - 2")
    assert "was valid until" in await phone.open()
    assert (await phone.accept(mark)).status_code == 409
    assert await shop.acceptances() == []


async def test_two_at_once_are_one_acceptance(phone: Phone, shop: Shop) -> None:
    mark = await phone.mark()
    tries = [phone.accept(mark, name=f"Signer {letter}") for letter in "abcdef"]
    responses = await asyncio.gather(*tries)
    assert sorted(one.status_code for one in responses) == [303, 409, 409, 409, 409, 409]
    assert len(await shop.acceptances()) == 1
    late = next(one for one in responses if one.status_code == 409)
    assert "Accepted by Signer" in late.text


async def test_a_deposit_is_offered_once_it_is_accepted(phone: Phone, shop: Shop) -> None:
    await shop.set(
        quoting__deposit_url="https://pay.example/{number}?sum={amount}{currency}",
        quoting__deposit_percent="30",
    )
    assert "pay.example" not in await phone.open()
    await phone.accept()
    page = await phone.open()
    assert "Pay the deposit of £466.56" in page
    assert "?sum=466.56GBP" in page


# --- a code by mail -----------------------------------------------------------------------


async def test_above_the_amount_a_code_proves_the_address(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="1000")
    assert "we mail you a code next" in await phone.open()
    begun = await phone.accept(order="PO 1")
    assert begun.status_code == 303
    where = begun.headers["location"]
    assert where.startswith(f"{phone.path}/proof/")
    assert await shop.acceptances() == []
    await shop.deliver()
    asked = await phone.client.get(where)
    assert "anna@acme.example" in asked.text
    code = shop.code_for("anna@acme.example")
    for message in await shop.firm.messages(direction="out"):
        assert code not in message.text
    done = await phone.client.post(where, data={"code": f"{code[:3]} {code[3:]}"})
    assert (done.status_code, done.headers["location"]) == (303, phone.path)
    [made] = await shop.acceptances()
    assert (made.is_code_proven, made.name, made.purchase_order) == (True, "Anna Weber", "PO 1")
    again = await phone.client.post(where, data={"code": code})
    assert again.status_code == 400
    assert len(await shop.acceptances()) == 1


async def test_below_the_amount_none_is_asked_for(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="1555.20")
    assert (await phone.accept()).headers["location"] == phone.path
    assert len(await shop.acceptances()) == 1


async def test_five_wrong_codes_burn_it_and_another_one_works(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    await shop.deliver()
    first = shop.code_for("anna@acme.example")
    wrong = "000000" if first != "000000" else "111111"
    for number in range(5):
        tried = await phone.client.post(where, data={"code": wrong})
        assert tried.status_code == 400
        told = "not valid any more" if number == 4 else "That is not the code"
        assert told in tried.text, number
    assert (await phone.client.post(where, data={"code": first})).status_code == 400
    assert await shop.acceptances() == []
    more = await phone.client.post(f"{where}/again")
    assert more.headers["location"] == f"{where}?said=again"
    await shop.deliver()
    second = shop.code_for("anna@acme.example")
    assert (await phone.client.post(where, data={"code": second})).status_code == 303
    assert len(await shop.acceptances()) == 1


async def test_only_the_newest_code_counts_and_few_are_sent(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    await shop.deliver()
    first = shop.code_for("anna@acme.example")
    for _ in range(2):
        assert (await phone.client.post(f"{where}/again")).status_code == 303
    refused = await phone.client.post(f"{where}/again")
    assert (refused.status_code, "Too many codes" in refused.text) == (409, True)
    begun = await phone.accept()
    assert (begun.status_code, "Too many codes" in begun.text) == (409, True)
    await shop.deliver()
    if shop.code_for("anna@acme.example") != first:
        assert (await phone.client.post(where, data={"code": first})).status_code == 400
        assert await shop.acceptances() == []


async def test_a_link_mails_codes_to_few_addresses(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0")
    mark = await phone.mark()
    for number in range(MOST_PER_LINK):
        assert (await phone.accept(mark, email=f"a{number}@acme.example")).status_code == 303
    refused = await phone.accept(mark, email="b@acme.example")
    assert (refused.status_code, "Too many codes" in refused.text) == (409, True)
    assert len(await shop.firm.messages(state="pending")) == MOST_PER_LINK


async def test_a_code_that_comes_too_late_counts_no_more(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    await shop.deliver()
    await shop.firm.execute("update one_time_codes set expires_at = now() - interval '1 second'")
    late = await phone.client.post(where, data={"code": shop.code_for("anna@acme.example")})
    assert "not valid any more" in late.text
    assert await shop.acceptances() == []


async def test_a_newer_revision_is_not_accepted_by_the_code_of_the_former(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    await shop.deliver()
    await shop.revise(quote_id)
    await shop.send(quote_id)
    done = await phone.client.post(where, data={"code": shop.code_for("anna@acme.example")})
    assert (done.status_code, "A newer version" in done.text) == (409, True)
    assert await shop.acceptances() == []


async def test_the_same_code_twice_at_once_is_one_acceptance(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    await shop.deliver()
    code = {"code": shop.code_for("anna@acme.example")}
    responses = await asyncio.gather(*(phone.client.post(where, data=code) for _ in range(4)))
    assert sorted(one.status_code for one in responses)[0] == 303
    assert len(await shop.acceptances()) == 1


async def test_a_proof_of_another_link_is_not_found(
    phone: Phone, shop: Shop, client: httpx.AsyncClient, rival: Firm
) -> None:
    await shop.set(quoting__code_above="0")
    where = (await phone.accept()).headers["location"]
    theirs = Shop(rival)
    other = await theirs.quote()
    await theirs.send(other)
    path = await theirs.link(other)
    proof = where.removeprefix(phone.path)
    for response in (
        await client.get(f"{path}{proof}"),
        await client.post(f"{path}{proof}", data={"code": "123456"}),
        await client.post(f"{path}{proof}/again"),
    ):
        assert response.status_code == 404
    await shop.deliver()
    assert theirs.firm.sent_to("anna@acme.example") == []


async def test_without_a_mailbox_no_code_is_promised(phone: Phone, shop: Shop) -> None:
    await shop.set(quoting__code_above="0", features__email="false")
    response = await phone.accept()
    assert (response.status_code, "cannot mail you a code" in response.text) == (409, True)
    await shop.set(quoting__code_above="")
    assert (await phone.accept()).status_code == 303
    assert len(await shop.acceptances()) == 1


async def test_too_many_acts_are_slowed_down(phone: Phone, shop: Shop) -> None:
    from bot.portal.visiting import Gate

    phone.client._transport.app.state.portal_gate = Gate(  # type: ignore[attr-defined]
        wrong_links=2, acts_of_a_link=2
    )
    for _ in range(2):
        assert (await phone.accept("x", **ANNA)).status_code == 403
    slowed = await phone.accept("x")
    assert slowed.status_code == 429
    assert "Wait ten minutes" in slowed.text
    assert int(slowed.headers["retry-after"]) > 0
    assert (await phone.client.get(phone.path)).status_code == 200
    for _ in range(2):
        assert (await phone.client.get("/q/nothing")).status_code == 404
    assert (await phone.client.get("/q/nothing")).status_code == 429
    assert (await phone.client.get(phone.path)).status_code == 200


async def test_nothing_of_it_is_seen_by_another_tenant(
    phone: Phone, shop: Shop, rival: Firm
) -> None:
    await phone.accept()
    async with rival.runtime.database.transaction(rival.tenant_id) as session:
        for table in ("signing_links", "quote_acceptances", "signing_requests"):
            assert await session.scalar(text(f"select count(*) from {table}")) == 0
