"""`quote pdf N`: the customer's paper as an internal file of the thread, ready for a reply."""

import io
from decimal import Decimal

import pypdf
import pytest

from channels.cards import Card, Form
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from tests.bot.staffroom.threads.conftest import QUESTION, House
from tests.bot.staffroom.threads.test_files import documents, uploads


@pytest.fixture
async def quoted(house: House) -> House:
    """A customer's thread with a draft quote."""
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        outlet = Product("OUT-2", "Cat6 double outlet", base_price=Decimal(54),
                         cost_price=Decimal("31.70"))  # fmt: skip
        await Products(session, house.tenant_id).import_all([outlet])
    await house.say(QUESTION)
    drafted = await house.do("quote new 24 Cat6 double outlets")
    assert isinstance(drafted, Card)
    return house


async def test_the_pdf_is_put_into_the_thread_and_nothing_leaves(quoted: House) -> None:
    answer = await quoted.do("quote pdf 1")
    assert isinstance(answer, Card)
    assert "is in the thread" in answer.title
    await quoted.show()
    [upload] = uploads(quoted)
    assert upload.thread == (await quoted.root()).ts
    file = quoted.workspace.files[upload.files[0]]
    assert file.name.startswith("QT-")
    said = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file.content)).pages)
    assert "£1,555.20" in said
    assert "31.70" not in said
    assert documents(quoted) == []


async def test_it_can_go_with_a_reply(quoted: House) -> None:
    await quoted.do("quote pdf 1")
    form = await quoted.do("reply Here is our quote.")
    assert isinstance(form, Form)
    files = next(one for one in form.inputs if one.name == "files")
    assert files.options[0].title.startswith("QT-")


async def test_a_quote_without_a_conversation_says_where_to_get_it(quoted: House) -> None:
    async with quoted.company.runtime.database.transaction(quoted.tenant_id) as session:
        from domain.quotes.service import Quotes

        (await Quotes(session, quoted.tenant_id).numbered("1")).conversation_id = None
    answer = await quoted.do("quote pdf 1")
    assert isinstance(answer, Card)
    assert answer.is_error
    assert "no thread to put the PDF into" in "".join(one.text for one in answer.sections)


async def test_a_contract_goes_into_the_thread_of_its_quote(quoted: House) -> None:
    async with quoted.company.runtime.database.transaction(quoted.tenant_id) as session:
        from domain.quotes.service import Quotes

        (await Quotes(session, quoted.tenant_id).numbered("1")).status = "accepted"
    await quoted.do("contract new 1")
    answer = await quoted.do("contract pdf 1")
    assert isinstance(answer, Card)
    assert "is in the thread" in answer.title
    await quoted.show()
    [upload] = uploads(quoted)
    file = quoted.workspace.files[upload.files[0]]
    assert file.name.startswith("CT-")
    assert documents(quoted) == []
