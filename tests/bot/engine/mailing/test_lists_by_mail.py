"""Lists that come by mail become quotes whose lines cite them."""

from decimal import Decimal

from domain.catalogue.product import Product
from domain.catalogue.service import Products
from tests.bot.engine.mailing.conftest import FIRM, Firm
from tests.domain.files import making

WORDS = "Hello,\n\nplease quote everything in the attached list, but 30 instead of 20 cameras.\n"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def test_a_list_attached_to_a_mail_is_quoted(firm: Firm, rival: Firm) -> None:
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        await Products(session, firm.tenant_id).import_all(
            [
                Product("CAM-D", "Dome camera 4 MP", base_price=Decimal("149.00")),
                Product("RK-12", "12U wall cabinet", base_price=Decimal("120.00")),
            ]
        )
    rows = [["Item", "Qty"], ["Dome camera 4 MP", 20], ["12U wall cabinet", 1]]
    content = making.workbook({"Sheet1": rows})
    anna = firm.person()
    anna.write(FIRM, "Our list", WORDS, files=[("list.xlsx", content, SHEET)])
    await firm.work()
    found = await firm.execute("select code, quantity, note from quote_lines order by position")
    assert [tuple(row) for row in found] == [
        ("CAM-D", Decimal(30), "list.xlsx, row 2"),
        ("RK-12", Decimal(1), "list.xlsx, row 3"),
    ]
    assert anna.received
    others = await rival.execute("select count(*) from attachment_readings")
    assert others.scalar_one() == 0
