"""A contract is read and signed on its page: the text that was seen, once, and kept as signed."""

import asyncio
import hashlib
import io
from html import unescape
from uuid import UUID

import httpx
import pypdf
import pytest
from sqlalchemy import select, text

from domain.contracts.service import Contracts
from domain.signing.models import ContractPaper, ContractSignature
from tests.bot.engine.mailing.conftest import Firm
from tests.bot.portal.conftest import ANNA, Phone, Shop

pytestmark = pytest.mark.full


@pytest.fixture
async def contract_id(shop: Shop) -> UUID:
    return await shop.contract()


@pytest.fixture
async def page(shop: Shop, client: httpx.AsyncClient, contract_id: UUID) -> Phone:
    return Phone(client, await shop.contract_link(contract_id))


async def sign(page: Phone, mark: str | None = None, **fields: str) -> httpx.Response:
    known = await page.mark() if mark is None else mark
    return await page.post("sign", mark=known, **(ANNA | fields))


async def kept(shop: Shop) -> tuple[list[ContractSignature], list[ContractPaper]]:
    async with shop.runtime.database.transaction(shop.firm.tenant_id) as session:
        signatures = list(await session.scalars(select(ContractSignature)))
        return signatures, list(await session.scalars(select(ContractPaper)))


async def moved(shop: Shop, contract_id: UUID, *statuses: str) -> None:
    async with shop.runtime.database.transaction(shop.firm.tenant_id) as session:
        contracts = Contracts(session, shop.firm.tenant_id)
        for status in statuses:
            await contracts.move(contract_id, status, actor="staff:1")


async def edited(shop: Shop, contract_id: UUID) -> None:
    async with shop.runtime.database.transaction(shop.firm.tenant_id) as session:
        contracts = Contracts(session, shop.firm.tenant_id)
        sections = [{"id": "a", "title": "Other words", "content": "Everything costs double."}]
        await contracts.edit(contract_id, sections, summary="dearer", actor="staff:1")


def words(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


async def test_a_contract_is_read_and_signed(page: Phone, shop: Shop, contract_id: UUID) -> None:
    shown = await page.open()
    for told in ("Contract CT-", "Office cabling", "It waits for your signature.", "1. Who agrees",
                 "Double outlet", "£1,296.00", "Acme & Söhne <GmbH>"):  # fmt: skip
        assert told in shown, told
    assert "30.00" not in shown
    unsigned = (await page.client.get(f"{page.path}/paper.pdf")).content
    assert "Anna Weber" not in words(unsigned)
    response = await sign(page)
    assert (response.status_code, response.headers["location"]) == (303, page.path)
    contract = await shop.contract_row(contract_id)
    assert (contract.status, contract.signatory["proof"]) == ("active", "link")
    [signature], [paper] = await kept(shop)
    assert (signature.name, signature.digest) == ("Anna Weber", contract.digest)
    assert signature.address == "203.0.113.9"
    assert signature.paper_sha256 == paper.sha256 == hashlib.sha256(paper.content).hexdigest()
    assert "Signed by Anna Weber on" in await page.open()
    signed = (await page.client.get(f"{page.path}/paper.pdf")).content
    assert signed == paper.content
    for told in ("Anna Weber, Managing director", contract.digest[:20], "anna@acme.example"):
        assert told in words(signed), told


async def test_the_signed_paper_is_mailed_and_stays_as_it_was(
    page: Phone, shop: Shop, contract_id: UUID
) -> None:
    await sign(page)
    await shop.deliver()
    [sent] = shop.firm.sent_to("anna@acme.example")
    assert "is signed, by you on" in sent.text
    [file] = list(sent.message.iter_attachments())
    await shop.set(quoting__branding__company_name="Somebody else")
    again = (await page.client.get(f"{page.path}/paper.pdf")).content
    assert again == file.get_payload(decode=True)


async def test_a_changed_text_is_not_signed_by_who_saw_the_old_one(
    page: Phone, shop: Shop, contract_id: UUID
) -> None:
    seen = await page.mark()
    await moved(shop, contract_id, "draft")
    assert "not ready to be signed" in await page.open()
    assert "Double outlet" not in await page.open()
    assert (await page.client.get(f"{page.path}/paper.pdf")).status_code == 404
    await edited(shop, contract_id)
    assert (await sign(page, seen)).status_code == 409
    await moved(shop, contract_id, "pending_signature")
    response = await sign(page, seen)
    assert (response.status_code, "was changed while you were reading" in response.text) == (
        409, True,
    )  # fmt: skip
    assert "Everything costs double." in response.text
    assert await kept(shop) == ([], [])
    assert (await sign(page)).status_code == 303


async def test_words_that_were_slipped_in_are_not_signed(
    page: Phone, shop: Shop, contract_id: UUID
) -> None:
    """Whatever changes the row without its digest: what is signed is what the digest covers."""
    seen = await page.mark()
    await shop.firm.execute("update contracts set title = 'Twice as dear'")
    assert (await sign(page, seen)).status_code == 409
    assert await kept(shop) == ([], [])


async def test_two_signatures_at_once_are_one(page: Phone, shop: Shop) -> None:
    seen = await page.mark()
    responses = await asyncio.gather(*(sign(page, seen, name=f"Signer {n}") for n in "abcd"))
    assert sorted(one.status_code for one in responses) == [303, 409, 409, 409]
    signatures, papers = await kept(shop)
    assert (len(signatures), len(papers)) == (1, 1)
    assert signatures[0].name in words(papers[0].content)


async def test_a_code_proves_the_address_of_who_signs(
    page: Phone, shop: Shop, contract_id: UUID
) -> None:
    await shop.set(quoting__code_above="0")
    where = (await sign(page)).headers["location"]
    assert where.startswith(f"{page.path}/proof/")
    await shop.deliver()
    wrong = await page.client.post(where, data={"code": "12"})
    assert (wrong.status_code, "That is not the code" in wrong.text) == (400, True)
    code = shop.code_for("anna@acme.example")
    assert (await page.client.post(where, data={"code": code})).status_code == 303
    [signature], [paper] = await kept(shop)
    assert signature.is_code_proven
    assert "address proven by a code" in words(paper.content)
    assert (await shop.contract_row(contract_id)).signatory["proof"] == "code"


async def test_what_ended_or_was_withdrawn_is_not_signed(
    page: Phone, shop: Shop, contract_id: UUID
) -> None:
    seen = await page.mark()
    await moved(shop, contract_id, "cancelled")
    assert "was withdrawn" in await page.open()
    assert (await sign(page, seen)).status_code == 409
    assert await kept(shop) == ([], [])


async def test_what_is_missing_is_named(page: Phone) -> None:
    response = await sign(page, authority="", role="<i>Boss</i>")
    assert (response.status_code, "Tick that you may sign." in response.text) == (400, True)
    assert "&lt;i&gt;Boss" in response.text
    assert (await sign(page, "x")).status_code == 403


async def test_a_question_about_a_contract_reaches_staff(page: Phone, shop: Shop) -> None:
    response = await page.post("question", question="What if we move?")
    assert "has reached us" in await page.open(said="asked")
    assert response.status_code == 303
    [ticket] = await shop.firm.tickets()
    assert "CT-" in ticket.subject
    await shop.react()
    assert len(await shop.firm.events("contract.asked")) == 1
    assert (await page.post("question", question="")).status_code == 400


async def test_another_tenant_has_none_of_it(page: Phone, shop: Shop, rival: Firm) -> None:
    await sign(page)
    async with rival.runtime.database.transaction(rival.tenant_id) as session:
        for table in ("contract_signatures", "contract_papers", "signing_links"):
            assert await session.scalar(text(f"select count(*) from {table}")) == 0
    unknown = await page.client.get(page.path.replace("/c/", "/q/"))
    assert unknown.status_code == 404
    assert "CT-" not in unescape(unknown.text)
