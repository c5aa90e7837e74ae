"""An invoice in the columns that Xero and QuickBooks Online import; pure.

Xero: the columns of its sales invoice template; it works the tax out of `TaxType` itself.
QuickBooks Online: the columns of its invoice import, which has tax codes everywhere but in the
United States. Both take several rows of one invoice number as one invoice.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from domain.errors import Refused
from domain.quotes.handover.invoice import Invoice, InvoiceLine
from domain.quotes.handover.sheet import as_csv
from domain.quotes.money.treatment import Treatment
from domain.tenants.settings import Handover, Treatments

XERO = (
    "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3",
    "POAddressLine4", "POCity", "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber",
    "Reference", "*InvoiceDate", "*DueDate", "Total", "InventoryItemCode", "*Description",
    "*Quantity", "*UnitAmount", "Discount", "*AccountCode", "*TaxType", "TaxAmount",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency",
    "BrandingTheme",
)  # fmt: skip
_QUICKBOOKS = (
    "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Location", "Memo",
    "Item(Product/Service)", "ItemDescription", "ItemQuantity", "ItemRate", "*ItemAmount",
)  # fmt: skip
QUICKBOOKS = (*_QUICKBOOKS, "*ItemTaxCode", "ItemTaxAmount", "Currency", "Service Date")
QUICKBOOKS_US = (*_QUICKBOOKS, "Taxable", "TaxRate", "Currency", "Service Date")
_TAX_TYPES = {
    ("xero", "GB"): {
        "standard": "20% (VAT on Income)",
        "reduced": "5% (VAT on Income)",
        "zero": "Zero Rated Income",
        "exempt": "Exempt Income",
    },
    ("quickbooks", "GB"): {
        "standard": "20.0% S",
        "reduced": "5.0% R",
        "zero": "0.0% Z",
        "exempt": "Exempt",
    },
}
"""As both call them in a new British company; all others are set by the tenant."""


class NoTaxType(Refused):
    def __init__(self, program: str, treatment: Treatment) -> None:
        super().__init__(
            f"How is tax called in {program.capitalize()} that is "
            f"{treatment.value.replace('_', ' ')}? Set handover.{program}_tax_types."
            f"{treatment.value} to the name that stands there."
        )


def xero(invoice: Invoice, settings: Handover, country: str) -> str:
    """Raises NoTaxType."""
    tax_type = _tax_types("xero", settings.xero_tax_types, country)
    day = _days(country)
    address = _padded(invoice.customer.address, 4)
    head = [invoice.customer.name, invoice.customer.email, *address, "", "", "", "",
            invoice.number, invoice.reference, day(invoice.issued_on), day(invoice.due_on),
            _amount(invoice.totals.total.amount)]  # fmt: skip
    rows = [
        [*head, one.code if settings.with_item_codes else "", one.description,
         _plain(one.quantity), _amount(one.unit_price), "", _account(one, settings),
         tax_type(one.treatment), _amount(one.tax.amount), "", "", "", "", invoice.currency, ""]
        for one in invoice.lines
    ]  # fmt: skip
    return as_csv(XERO, rows)


def quickbooks(invoice: Invoice, settings: Handover, country: str) -> str:
    """Raises NoTaxType."""
    is_american, day = country == "US", _days(country)
    tax_type = _tax_types("quickbooks", settings.quickbooks_tax_types, country)

    def taxed(one: InvoiceLine) -> list[str]:
        if is_american:
            percent = f"{_plain(one.tax_rate * 100)}%" if one.tax_rate else ""
            return ["Y" if one.tax_rate else "N", percent]
        return [tax_type(one.treatment), _amount(one.tax.amount)]

    head = [invoice.number, invoice.customer.name, day(invoice.issued_on), day(invoice.due_on),
            f"Net {invoice.days}", "", invoice.reference]  # fmt: skip
    rows = [
        [*head, settings.quickbooks_item, one.description, _plain(one.quantity),
         _amount(one.unit_price), _amount(one.amount.amount), *taxed(one), invoice.currency, ""]
        for one in invoice.lines
    ]  # fmt: skip
    return as_csv(QUICKBOOKS_US if is_american else QUICKBOOKS, rows)


FORMATS: Mapping[str, Callable[[Invoice, Handover, str], str]] = {
    "xero": xero,
    "quickbooks": quickbooks,
}


def _tax_types(
    program: str, own: Mapping[Treatments, str], country: str
) -> Callable[[Treatment], str]:
    known: dict[str, str] = dict(_TAX_TYPES.get((program, country), {}))
    known.update(own.items())

    def named(treatment: Treatment) -> str:
        if not (name := known.get(treatment.value)):
            raise NoTaxType(program, treatment)
        return name

    return named


def _account(one: InvoiceLine, settings: Handover) -> str:
    return (settings.labour_account_code if one.is_labour else "") or settings.account_code


def _days(country: str) -> Callable[[date], str]:
    return lambda day: day.strftime("%m/%d/%Y" if country == "US" else "%d/%m/%Y")


def _padded(lines: tuple[str, ...], count: int) -> list[str]:
    """The rest on the last line."""
    kept = [*lines[: count - 1], ", ".join(lines[count - 1 :])]
    return (kept + [""] * count)[:count]


def _amount(value: Decimal) -> str:
    return f"{value:f}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
