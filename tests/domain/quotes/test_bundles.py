"""Bundles: priced from their parts, never under their floors, work counted once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.product import BundleShown, Catalogue, Norm, Part, Product, Rates
from domain.quotes.drafting import Draft, draft
from domain.quotes.norms import INSTALLER_NORMS
from domain.quotes.pricing import PriceSource, cost, floor, sell
from domain.quotes.request import QuoteRequest, RequestedItem

TODAY = date(2026, 11, 25)
CAMERA = Product("CAM", "Dome camera 4 MP", base_price=Decimal(98), cost_price=Decimal(70))
CABLE = Product(
    "CAB", "Cat6 cable", unit="m", base_price=Decimal("0.60"), cost_price=Decimal("0.3")
)
BOX = Product("BOX", "Junction box", base_price=Decimal(9), floor_price=Decimal(8))
BARE = Product("BARE", "Thing without a price")
FIT = Norm("camera", "camera", Decimal("1.5"), description="Camera: fix, aim, commission")
RATES = Rates()
GOODS = (Part(Decimal(1), CAMERA), Part(Decimal(20), CABLE), Part(Decimal(1), BOX))
WORK = Part(Decimal(1), norm=FIT, rates=RATES)


def point(
    parts: tuple[Part, ...] = (*GOODS, WORK),
    shown: BundleShown = BundleShown.LINE,
    own: str | None = None,
) -> Product:
    price = Decimal(own) if own else None
    return Product("POINT", "Camera point", parts=parts, bundle_shown=shown, base_price=price)


def drafted(bundle: Product, count: str = "4", *, work: bool = False) -> Draft:
    item = RequestedItem("four camera points", "camera points", bundle.code, Decimal(count))
    request = QuoteRequest((item,), is_quote_request=True, is_installation=work)
    catalogue = Catalogue((bundle, CAMERA, CABLE, BOX), INSTALLER_NORMS, RATES)
    return draft(request, catalogue, TODAY)


def test_a_bundle_costs_what_its_parts_cost_unless_it_has_a_price_of_its_own() -> None:
    price = sell(point(), TODAY)
    assert price is not None
    assert (str(price.money), price.source) == ("175.25 GBP", PriceSource.PARTS)  # 98+12+9+56.25
    own = sell(point(own="160"), TODAY)
    assert own is not None
    assert (str(own.money), own.source) == ("160.00 GBP", PriceSource.BASE_PRICE)


def test_a_bundle_with_a_part_that_has_no_price_becomes_a_question() -> None:
    made = drafted(point((*GOODS, Part(Decimal(2), BARE))))
    assert made.lines == ()
    assert "Camera point" in made.questions[0]


def test_goods_of_unknown_cost_leave_the_bundles_cost_unknown_and_work_has_none() -> None:
    assert cost(point(), TODAY) is None  # of the box nobody knows
    known = cost(point((Part(Decimal(1), CAMERA), Part(Decimal(20), CABLE), WORK)), TODAY)
    assert known is not None
    assert str(known.money) == "76.00 GBP"


def test_the_floor_is_the_sum_of_floors_and_holds_a_price_of_its_own_up() -> None:
    assert floor(point((*GOODS, Part(Decimal(2), BOX)))) == 24
    cheap = sell(point((Part(Decimal(30), BOX),), own="200"), TODAY)
    assert cheap is not None
    assert (str(cheap.money), cheap.source) == ("240.00 GBP", PriceSource.FLOOR)


def test_one_line_tells_its_parts() -> None:
    (line,) = drafted(point()).lines
    assert (line.code, line.quantity, str(line.total)) == ("POINT", 4, "701.00 GBP")
    assert line.description == (
        "Camera point (1 × Dome camera 4 MP, 20 m × Cat6 cable, 1 × Junction box, "
        "1.5 h Camera: fix, aim, commission)"
    )


def test_exploded_it_is_a_line_a_part_with_the_customers_words_and_the_same_sum() -> None:
    made = drafted(point(shown=BundleShown.EXPLODED))
    assert [(line.code, line.quantity, line.unit) for line in made.lines] == [
        ("CAM", 4, "each"),
        ("CAB", 80, "m"),
        ("BOX", 4, "each"),
        ("camera", 6, "hour"),
    ]
    assert {line.words for line in made.lines} == {"four camera points"}
    assert {line.note for line in made.lines} == {"4 × Camera point"}
    assert str(made.subtotal) == "701.00 GBP"


def test_a_price_of_its_own_keeps_it_one_line() -> None:
    made = drafted(point(shown=BundleShown.EXPLODED, own="160"))
    assert [line.code for line in made.lines] == ["POINT"]


def test_work_is_counted_once() -> None:
    def hours(bundle: Product) -> list[tuple[str, Decimal]]:
        made = drafted(bundle, work=True)
        return [(line.code, line.quantity) for line in made.lines if line.unit == "hour"]

    for shown in (BundleShown.LINE, BundleShown.EXPLODED):
        own = [("camera", Decimal(6))] if shown is BundleShown.EXPLODED else []
        assert hours(point(shown=shown)) == own
        # Goods alone bring the norms' labour, as they would by themselves.
        assert hours(point(GOODS, shown)) == [("camera", Decimal(6)), ("set-up", Decimal(4))]


def test_a_bundle_within_a_bundle_is_priced_and_exploded_all_the_way() -> None:
    inner = point(shown=BundleShown.EXPLODED)
    outer = replace(
        point((Part(Decimal(2), inner), Part(Decimal(1), BOX)), BundleShown.EXPLODED),
        code="PAIR",
        name="Pair of points",
    )
    price = sell(outer, TODAY)
    assert price is not None
    assert str(price.money) == "359.50 GBP"
    made = drafted(outer, "1", work=True)
    assert [(line.code, line.quantity) for line in made.lines] == [
        ("CAM", 2),
        ("CAB", 40),
        ("BOX", 2),
        ("camera", 3),
        ("BOX", 1),
    ]


prices = st.decimals(Decimal(0), Decimal(5000), places=2)
counts = st.decimals(Decimal("0.01"), Decimal(200), places=2)
parts = st.builds(
    lambda price, floor, count: Part(
        count, Product("P", "Part", base_price=price, floor_price=floor)
    ),
    prices,
    st.none() | prices,
    counts,
)
bundles = st.builds(
    lambda held, shown, own: Product(
        "POINT", "Point", parts=tuple(held), bundle_shown=shown, base_price=own
    ),
    st.lists(parts, min_size=1, max_size=6),
    st.sampled_from([BundleShown.LINE, BundleShown.EXPLODED]),
    st.none() | prices,
)


@given(bundles)
def test_no_bundle_is_sold_under_the_sum_of_its_parts_floors(bundle: Product) -> None:
    price = sell(bundle, TODAY)
    assert price is not None
    lowest = sum(
        (
            part.product.floor_price * part.quantity
            for part in bundle.parts
            if part.product and part.product.floor_price is not None
        ),
        Decimal(0),
    )
    assert price.money.amount >= lowest.quantize(Decimal("0.01")) - Decimal("0.005")


@given(bundles, st.integers(1, 50))
def test_exploded_or_not_the_customer_pays_the_same_but_for_rounding(
    bundle: Product, count: int
) -> None:
    line = drafted(replace(bundle, bundle_shown=BundleShown.LINE), str(count))
    parts = drafted(replace(bundle, bundle_shown=BundleShown.EXPLODED), str(count))
    allowed = Decimal("0.005") * (count + 1) * (len(bundle.parts) + 1)
    assert abs(line.subtotal.amount - parts.subtotal.amount) <= allowed


@given(bundles)
def test_the_order_of_the_parts_means_nothing(bundle: Product) -> None:
    turned = replace(bundle, parts=tuple(reversed(bundle.parts)))
    assert sell(bundle, TODAY) == sell(turned, TODAY)
    assert floor(bundle) == floor(turned)
