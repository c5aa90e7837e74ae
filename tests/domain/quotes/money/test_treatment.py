"""How lines are taxed: rates by country, treatments, VAT numbers by their form."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotes.money.terms import NoVatNumber, Terms
from domain.quotes.money.treatment import Treatment, taxed
from domain.quotes.money.vat_numbers import is_vat_number
from domain.quotes.pricing import QuoteLine, line_total, totals
from domain.tenants.settings import TenantSettings
from domain.tenants.taxes import COUNTRIES, TaxRates, rates_of
from domain.types import Money

RATES = TaxRates(Decimal("0.19"), Decimal("0.07"))


def line(price: str, rate: str = "0.19", treatment: Treatment | None = None) -> QuoteLine:
    money = Money(Decimal(price), "EUR")
    return QuoteLine(
        code="A",
        description="A",
        quantity=Decimal(1),
        unit="each",
        unit_price=money,
        discount=money * 0,
        total=line_total(Decimal(1), money),
        tax_rate=Decimal(rate),
        tax_treatment=treatment,
    )


@pytest.mark.parametrize(
    ("buyer", "own", "treatment", "rate"),
    [
        ("standard", "0.19", "standard", "0.19"),
        ("standard", "0.07", "reduced", "0.07"),
        ("standard", "0", "zero", "0"),
        ("standard", "0.16", "standard", "0.16"),
        ("reduced", "0.19", "reduced", "0.07"),
        ("reduced", "0", "zero", "0"),
        ("zero", "0.19", "zero", "0"),
        ("exempt", "0.19", "exempt", "0"),
        ("reverse_charge", "0.07", "reverse_charge", "0"),
    ],
)
def test_a_buyer_is_taxed_by_treatment(buyer: str, own: str, treatment: str, rate: str) -> None:
    assert taxed(Decimal(own), Treatment(buyer), RATES) == (Treatment(treatment), Decimal(rate))


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("GB 123 4567 89", True),
        ("GB999999973", True),
        ("DE123456789", True),
        ("de 123.456.789", True),
        ("ATU12345678", True),
        ("FR XX 123456789", True),
        ("IE6388047V", True),
        ("NL123456789B01", True),
        ("PL1234567890", True),
        ("CHE-123.456.789 MWST", True),
        ("123456789", False),
        ("DE12345678", False),
        ("DE1234567890", False),
        ("XX123456789", False),
        ("", False),
        ("DE１23456789", False),
    ],
)
def test_a_vat_number_is_known_by_its_form(number: str, is_one: bool) -> None:
    assert is_vat_number(number) is is_one


def test_a_country_has_its_rates_and_a_tenant_may_set_others() -> None:
    assert rates_of(TenantSettings(country="DE")) == RATES
    assert rates_of(TenantSettings(country="IE")).standard == Decimal("0.23")
    assert {"GB", "IE", "DE", "FR", "ES", "IT", "NL", "PL", "PT"} <= set(COUNTRIES)
    own = TenantSettings(country="DE").changed(
        {"tax.standard_rates.DE": "0.16", "tax.reduced_rates.DE": "0.05"}
    )
    assert rates_of(own) == TaxRates(Decimal("0.16"), Decimal("0.05"))
    as_before = TenantSettings(country="DE").changed({"quoting.tax_rate": 0.18})
    assert rates_of(as_before).standard == Decimal("0.18")


def test_reverse_charge_of_a_line_needs_a_vat_number() -> None:
    with pytest.raises(NoVatNumber):
        Terms(rates=RATES).line_as(line("10"), Treatment.REVERSE_CHARGE)
    made = Terms(rates=RATES, may_reverse=True).line_as(line("10"), Treatment.REVERSE_CHARGE)
    assert (made.tax_rate, made.tax_treatment) == (0, Treatment.REVERSE_CHARGE)
    back = Terms(rates=RATES).line_as(made, Treatment.STANDARD)
    assert back.tax_rate == Decimal("0.19")


def test_what_the_law_names_is_summed_apart_from_zero() -> None:
    lines = (
        line("100"),
        line("50", "0", Treatment.ZERO),
        line("30", "0", Treatment.REVERSE_CHARGE),
        line("20", "0", Treatment.EXEMPT),
    )
    sums = totals(lines, "EUR")
    told = {(one.rate, one.treatment): one.net.amount for one in sums.taxes}
    assert told == {
        (Decimal(0), None): Decimal("50.00"),
        (Decimal(0), Treatment.EXEMPT): Decimal("20.00"),
        (Decimal(0), Treatment.REVERSE_CHARGE): Decimal("30.00"),
        (Decimal("0.19"), None): Decimal("100.00"),
    }
    assert (sums.subtotal.amount, sums.tax.amount) == (Decimal("200.00"), Decimal("19.00"))


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.sampled_from(["0.19", "0.07", "0"])), max_size=12),
    st.sampled_from(list(Treatment)),
)
def test_every_sum_adds_up_whatever_the_treatment(
    given_lines: list[tuple[int, str]], buyer: Treatment
) -> None:
    terms = Terms(treatment=buyer, rates=RATES)
    lines = [terms.taxed(line(f"{cents / 100:.2f}", rate)) for cents, rate in given_lines]
    sums = totals(lines, "EUR")
    assert sum((one.net.amount for one in sums.taxes), Decimal(0)) == sums.subtotal.amount
    assert sum((one.tax.amount for one in sums.taxes), Decimal(0)) == sums.tax.amount
    if buyer.has_note or buyer is Treatment.ZERO:
        assert sums.tax.amount == 0
    assert all(
        not one.tax_rate for one in lines if one.tax_treatment and one.tax_treatment.has_note
    )
