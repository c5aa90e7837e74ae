"""The reader of files in a process of its own: what a file does to it harms nobody."""

from bot.engine.files.parsing import FileParser
from domain.files.content import Trouble
from tests.domain.files import making


async def test_a_file_is_read_as_it_would_be_here() -> None:
    content = making.workbook({"S": [["Dome camera", 20]]})
    reading = await FileParser().read(content, "list.xlsx", "")
    assert reading.content is not None
    assert next(iter(reading.content.lines)).cells == ("Dome camera", "20")


async def test_a_name_with_signs_of_every_kind_is_only_a_name() -> None:
    reading = await FileParser().read(b"a;b\n1;2\n", "-c $(id) ; \x00 ../“é”.csv", "text/csv")
    assert reading.content is not None


async def test_a_file_that_takes_too_long_is_given_up() -> None:
    content = making.workbook({"S": [["Dome camera", 20]]})
    reading = await FileParser(seconds=0.001).read(content, "list.xlsx", "")
    assert reading.trouble is Trouble.TOO_LARGE
    assert "longer" in reading.reason


async def test_a_reader_that_dies_ends_in_a_reason() -> None:
    """A cell of 95 MB: allowed by what it unpacks to, and of no use."""
    huge = b"<sst><si><t>" + b"x" * (95 << 20) + b"</t></si></sst>"
    book = making.zipped(
        {
            "xl/workbook.xml": b"<workbook/>",
            "xl/sharedStrings.xml": huge,
            "[Content_Types].xml": b"<Types/>",
        }
    )
    reading = await FileParser().read(book, "x.xlsx", "")
    assert reading.trouble in {Trouble.TOO_LARGE, Trouble.DAMAGED}
