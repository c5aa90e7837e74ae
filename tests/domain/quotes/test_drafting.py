"""A draft: lines with words or a norm, questions for the rest, norms only where there are any."""

from datetime import date
from decimal import Decimal

from domain.catalogue.product import Catalogue, Product
from domain.quotes.drafting import Draft, as_json, draft
from domain.quotes.norms import INSTALLER_NORMS
from domain.quotes.request import Ask, OpenPoint, QuoteRequest, RequestedItem

TODAY = date(2026, 11, 23)
PRODUCTS = (
    Product("OUT", "Cat6 data outlet parts", category="Outlets", base_price=Decimal(30)),
    Product("OUT-FIT", "Cat6 outlet, supplied and installed", base_price=Decimal(90)),
    Product("CAM", "Dome camera 4 MP", base_price=Decimal(98)),
    Product("CAM-FIT", "Camera installation", is_service=True, base_price=Decimal(60)),
    Product("BOX", "Camera junction box", base_price=Decimal(9)),
    Product("FOB", "Fobs, pack of 10", unit="pack", base_price=Decimal(24)),
    Product("TR", "Trunking 50 x 50 mm, 3 m length", unit="length", cost_price=Decimal(10)),
    Product("BARE", "Thing without a price"),
    Product("ZERO", "Printed manual", base_price=Decimal(35), tax_rate=Decimal(0)),
)


def item(code: str, quantity: str, unit: str = "", **told: object) -> RequestedItem:
    return RequestedItem(f"{quantity} {code}", code, code, Decimal(quantity), unit, **told)  # type: ignore[arg-type]


def drafted(*items: RequestedItem, norms: bool = False, work: bool = False) -> Draft:
    catalogue = Catalogue(PRODUCTS, norms=INSTALLER_NORMS if norms else ())
    request = QuoteRequest(items, is_quote_request=True, is_installation=work)
    return draft(request, catalogue, TODAY)


def test_a_message_that_asks_for_no_quote_gets_neither_lines_nor_questions() -> None:
    made = draft(QuoteRequest((item("CAM", "2"),)), Catalogue(PRODUCTS), TODAY)
    assert (made.is_quote, made.lines, made.questions) == (False, (), ())


def test_pieces_and_metres_become_whole_packs_and_lengths() -> None:
    made = drafted(item("FOB", "21", "each"), item("TR", "20", "m"), item("TR", "4", "length"))
    assert [line.quantity for line in made.lines] == [3, 7, 4]
    assert made.lines[1].note == "20 m in lengths of 3"


def test_a_product_without_a_price_is_asked_and_never_guessed() -> None:
    made = drafted(item("BARE", "1"))
    assert made.lines == ()
    assert "Thing without a price" in made.questions[0]


def test_a_code_that_the_catalogue_does_not_have_becomes_a_question() -> None:
    made = drafted(item("INVENTED", "3"))
    assert made.lines == ()
    assert "INVENTED" in made.questions[0]


def test_an_item_without_words_or_quantity_becomes_no_line() -> None:
    wordless = RequestedItem("", "camera", "CAM", Decimal(2))
    endless = RequestedItem("cameras", "cameras", "CAM", None)
    negative = item("CAM", "-2")
    made = drafted(wordless, endless, negative)
    assert made.lines == ()
    assert made.questions


def test_optional_lines_are_listed_and_not_summed() -> None:
    made = drafted(item("CAM", "2"), item("ZERO", "1", is_optional=True))
    assert len(made.lines) == 2
    assert made.subtotal.amount == Decimal("196.00")
    assert made.tax.amount == Decimal("39.20")


def test_norms_add_labour_that_names_its_rule() -> None:
    made = drafted(item("OUT", "24"), item("CAM", "4"), item("BOX", "4"), norms=True, work=True)
    hours = {line.code: (line.quantity, line.rule) for line in made.lines if line.rule}
    assert hours == {
        "outlet": (Decimal("9.6"), "norm outlet: 0.4 h × 24"),
        "outlet-test": (Decimal("2.4"), "norm outlet-test: 0.1 h × 24"),
        "camera": (Decimal("6.0"), "norm camera: 1.5 h × 4"),
        "set-up": (Decimal(4), "norm set-up: 4 h once"),
    }
    assert next(line.total.amount for line in made.lines if line.code == "outlet") == 360


def test_what_is_sold_installed_or_has_its_own_fitting_gets_no_labour_twice() -> None:
    made = drafted(item("OUT-FIT", "24"), item("CAM", "4"), item("CAM-FIT", "4"), norms=True,
                   work=True)  # fmt: skip
    assert [line.code for line in made.lines] == ["OUT-FIT", "CAM", "CAM-FIT"]


def test_a_plain_catalogue_or_a_supply_list_adds_no_labour() -> None:
    assert len(drafted(item("OUT", "24"), work=True).lines) == 1
    assert len(drafted(item("OUT", "24"), norms=True).lines) == 1


def test_the_labour_of_an_optional_thing_is_optional_too() -> None:
    made = drafted(item("CAM", "2", is_optional=True), norms=True, work=True)
    assert all(line.is_optional for line in made.lines)
    assert made.total.amount == 0


def test_the_command_answers_in_text_amounts() -> None:
    told = as_json(drafted(item("TR", "20", "m")))
    assert told["lines"] == [
        {
            "code": "TR", "description": "Trunking 50 x 50 mm, 3 m length", "quantity": "7",
            "unit": "length", "unit_price": "12.00", "discount": "0.00", "total": "84.00",
            "optional": False, "words": "20 TR", "rule": "", "note": "20 m in lengths of 3",
        }
    ]  # fmt: skip
    assert (told["subtotal"], told["tax"], told["total"]) == ("84.00", "16.80", "100.80")


def test_another_currency_than_the_quotes_is_asked() -> None:
    euro = Product("E", "Euro thing", base_price=Decimal(5), currency="EUR")
    request = QuoteRequest((item("E", "1"),), is_quote_request=True)
    made = draft(request, Catalogue((euro,)), TODAY)
    assert made.lines == ()
    assert "Euro thing" in made.questions[0]


def test_open_points_of_an_item_are_asked_while_the_rest_is_priced() -> None:
    point = OpenPoint(Ask.QUANTITY, "domes", low=Decimal(4), high=Decimal(6))
    made = drafted(RequestedItem("4-6 domes", open_points=(point,)), item("ZERO", "1"))
    assert [line.code for line in made.lines] == ["ZERO"]
    assert made.questions == ("How many domes exactly (4 or 6)?",)
