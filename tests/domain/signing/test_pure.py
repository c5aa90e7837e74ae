"""Who may sign, when a code is asked for, and where a deposit is paid."""

from decimal import Decimal

import pytest

from domain.signing.signatories import SignatoryUnknown, needs_code, signatory
from domain.tenants.addresses import deposit_url
from domain.tenants.settings import InvalidSetting, TenantSettings


@pytest.mark.parametrize(
    ("above", "total", "expected"),
    [
        (None, "1000000", False),
        ("0", "1", True),
        ("0", "0", True),
        ("500", "500", False),
        ("500", "500.01", True),
    ],
)
def test_a_code_is_asked_for_above_the_amount(
    above: str | None, total: str, expected: bool
) -> None:
    assert needs_code(Decimal(total), Decimal(above) if above else None) is expected


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("role", {"role": ""}),
        ("email", {"email": "anna"}),
        ("email", {"email": "anna@acme"}),
        ("email", {"email": "a@b.example, c@d.example"}),
        ("email", {"email": "a@b.example\nbcc: c@d.example"}),
        ("authority", {"may_sign": False}),
    ],
)
def test_what_is_missing_is_named(field: str, changes: dict[str, object]) -> None:
    said: dict[str, object] = {"name": "Anna", "role": "Owner", "email": "a@b.example"}
    with pytest.raises(SignatoryUnknown) as refused:
        signatory(**({"may_sign": True} | said | changes))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_signatory_is_written_down_on_one_line() -> None:
    anna = signatory(" Anna \n Weber ", "CEO", " Anna@B.Example ", may_sign=True)
    assert (anna.name, anna.email) == ("Anna Weber", "anna@b.example")


@pytest.mark.parametrize(
    "template",
    [
        "http://pay.example/{number}",
        "javascript:alert(1)",
        "https://{number}.example/",
        "https://pay.example/{secret}",
        "https://pay.example/{number",
        "https://pay.example/ x",
        'https://pay.example/"x',
        "https:///x",
    ],
)
def test_an_unsafe_address_for_deposits_is_refused(template: str) -> None:
    with pytest.raises(InvalidSetting):
        TenantSettings().changed({"quoting.deposit_url": template})


def test_a_deposits_address_is_filled_in() -> None:
    template = "https://pay.example/{number}?sum={amount}&in={currency}"
    kept = TenantSettings().changed({"quoting.deposit_url": template, "quoting.code_above": ""})
    assert kept.quoting.code_above is None
    filled = deposit_url(kept.quoting.deposit_url, "QT-1/a&b", Decimal("12.50"), "GBP")
    assert filled == "https://pay.example/QT-1%2Fa%26b?sum=12.50&in=GBP"
    assert deposit_url("", "QT-1", Decimal(1), "GBP") == ""
