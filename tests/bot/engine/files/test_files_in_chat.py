"""Files that customers attach are read like the message, once, and whatever they are made of."""

from decimal import Decimal

from sqlalchemy import select

from domain.quotes.models import Quote, QuoteLineRecord
from domain.tickets.models import Ticket
from tests.bot.engine.conftest import Company
from tests.bot.engine.files.conftest import XLSX, sent_file
from tests.domain.files import making

LIST = making.workbook(
    {"Sheet1": [["Item", "Qty", "Price"], ["Dome camera 4 MP", 20, 1], ["12U wall cabinet", 1, 1]]}
)


async def lines(company: Company) -> dict[str, QuoteLineRecord]:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        return {line.code: line for line in await session.scalars(select(QuoteLineRecord))}


async def quotes(company: Company) -> list[Quote]:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        return list(await session.scalars(select(Quote)))


async def readings(company: Company) -> list[tuple[str, str]]:
    rows = await company.execute("select means, trouble from attachment_readings")
    return [tuple(row) for row in rows]


async def test_a_list_becomes_a_quote_whose_lines_cite_its_rows(
    shop: Company, rival: Company
) -> None:
    words = "please quote everything in the list, but 30 instead of 20 of the cameras"
    [answer] = await sent_file(shop, LIST, "list.xlsx", XLSX, caption=words)
    found = await lines(shop)
    assert {code: line.quantity for code, line in found.items()} == {"CAM-D": 30, "RK-12": 1}
    assert found["CAM-D"].unit_price == Decimal("149.00")
    assert found["RK-12"].note == "list.xlsx, row 3"
    assert found["RK-12"].words == "12U wall cabinet | 1 | 1"
    assert "149" not in answer
    [ticket] = await shop.tickets()
    assert "list.xlsx, row 2" in ticket.description
    assert await readings(rival) == []


async def test_a_list_without_words_is_a_wish_for_a_quote(shop: Company) -> None:
    await sent_file(shop, LIST, "list.xlsx", XLSX)
    [quote] = await quotes(shop)
    assert quote.title == "list.xlsx"
    assert {code: line.quantity for code, line in (await lines(shop)).items()} == {
        "CAM-D": 20,
        "RK-12": 1,
    }


async def test_a_later_correction_still_knows_the_list(shop: Company) -> None:
    await sent_file(shop, LIST, "list.xlsx", XLSX, caption="please quote this list")
    await shop.say("sorry, make it 25 cameras")
    found = await lines(shop)
    assert (found["CAM-D"].quantity, found["CAM-D"].note) == (25, "list.xlsx, row 2")
    assert found["RK-12"].quantity == 1


async def test_a_second_list_is_added_to_the_draft(shop: Company) -> None:
    await sent_file(shop, LIST, "list.xlsx", XLSX, caption="please quote this list")
    more = b"Item;Qty\n24 port patch panel;2\n"
    await sent_file(shop, more, "more.csv", "text/csv", caption="and please quote these too")
    found = await lines(shop)
    assert {code: line.quantity for code, line in found.items()} == {
        "CAM-D": 20,
        "RK-12": 1,
        "PP-24": 2,
    }
    assert found["PP-24"].note == "more.csv, row 2"


async def test_a_file_sent_before_the_wish_belongs_to_it(shop: Company) -> None:
    letter = making.docx(
        making.paragraph("Our plan for the depot in Hull") + making.paragraph("- 6 dome cameras")
    )
    await sent_file(shop, letter, "plan.docx", "application/msword", caption="Hello there!")
    await shop.say("could you please quote what is in the document?")
    assert (await lines(shop))["CAM-D"].note == "plan.docx, paragraph 2"


async def test_the_same_file_is_parsed_once_however_often_it_comes(shop: Company) -> None:
    await sent_file(shop, LIST, "list.xlsx", XLSX, caption="please quote this list")
    rows = await shop.execute("select sha256, content from attachment_readings")
    first = rows.one()
    await shop.execute(
        """update attachment_readings set content = jsonb_set(content, '{note}', '"kept"')"""
    )
    await sent_file(shop, LIST, "again.xlsx", XLSX, caption="here it is again")
    rows = await shop.execute("select sha256, content ->> 'note' from attachment_readings")
    assert rows.all() == [(first.sha256, "kept"), (first.sha256, "kept")]


async def test_a_locked_pdf_is_told_to_the_customer_and_to_staff(shop: Company) -> None:
    content = making.pdf(["secret"], password="1234")
    caption = "the recorder in the hall is broken, see the error report"
    [answer] = await sent_file(shop, content, "report.pdf", "application/pdf", caption=caption)
    assert "“report.pdf”" in answer
    assert "locked with a password" in answer
    [ticket] = await shop.tickets()
    assert "not read: “report.pdf”: it is locked with a password" in ticket.description
    assert await readings(shop) == [("file", "locked")]


async def test_a_hostile_file_harms_no_turn(shop: Company) -> None:
    bomb = making.zipped({"xl/workbook.xml": b"<x/>", "xl/worksheets/s.xml": bytes(150 << 20)})
    [answer] = await sent_file(shop, bomb, "list.xlsx", XLSX, caption="please quote 3 dome cameras")
    assert "could not read “list.xlsx”" in answer
    assert (await lines(shop))["CAM-D"].quantity == 3


async def test_a_picture_without_words_is_asked_about_by_its_name(shop: Company) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(64)
    [answer] = await sent_file(shop, content, "", "image/png", kind="image")
    assert "cannot see" in answer
    assert ".png" in answer
    assert await shop.tickets() == []
    [again] = await sent_file(shop, content, "", "image/png", kind="image")
    assert "colleague" in again, "the second time a person looks"


async def test_a_picture_with_a_fault_is_left_to_who_opens_the_ticket(shop: Company) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(64)
    caption = "the camera at the gate is dead since this morning"
    [answer] = await sent_file(shop, content, "", "image/png", kind="image", caption=caption)
    assert "cannot see" not in answer
    async with shop.runtime.database.transaction(shop.tenant_id) as session:
        assert "picture" in (await session.scalars(select(Ticket.description))).one()


async def test_a_voice_note_without_a_model_goes_to_a_person_and_the_customer_is_told(
    shop: Company,
) -> None:
    content = b"OggS" + bytes(200)
    [answer] = await sent_file(shop, content, "", "audio/ogg", kind="audio", voice=True)
    assert "cannot listen" in answer
    [ticket] = await shop.tickets()
    assert "listen" in ticket.description
    [reply] = await shop.say("When are you open?")
    assert "9:00" in reply, "the bot goes on with what is written"


async def test_a_question_in_a_document_is_answered(shop: Company) -> None:
    letter = making.docx(making.paragraph("How do I reset the password of my recorder?"))
    answers = await sent_file(shop, letter, "q.docx", "application/msword", caption="see attached")
    assert "ten seconds" in answers[0]
