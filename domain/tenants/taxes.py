"""The usual rates of value added tax per country, and what a tenant has set instead; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.tenants.settings import TenantSettings

_USUAL = {
    "AT": ("0.20", "0.10"),
    "BE": ("0.21", "0.06"),
    "CH": ("0.081", "0.026"),
    "DE": ("0.19", "0.07"),
    "DK": ("0.25", "0.25"),
    "ES": ("0.21", "0.10"),
    "FR": ("0.20", "0.055"),
    "GB": ("0.20", "0.05"),
    "IE": ("0.23", "0.135"),
    "IT": ("0.22", "0.10"),
    "LU": ("0.17", "0.08"),
    "NL": ("0.21", "0.09"),
    "PL": ("0.23", "0.08"),
    "PT": ("0.23", "0.06"),
    "SE": ("0.25", "0.12"),
}
"""Standard and the reduced rate that goods and works meet most; a state may change them, so each
can be set: `tax.standard_rates.DE`, `tax.reduced_rates.DE`."""
COUNTRIES = tuple(_USUAL)
FORMER_DEFAULT = Decimal("0.20")


@dataclass(frozen=True, slots=True)
class TaxRates:
    """Fractions (0.20)."""

    standard: Decimal = Decimal("0.20")
    reduced: Decimal = Decimal("0.05")


def rates_of(settings: TenantSettings) -> TaxRates:
    """The country's, unless the tenant has set others. A `quoting.tax_rate` that was set is the
    standard rate, as it always was."""
    country, tax = settings.country, settings.tax
    usual = _USUAL.get(country, ("0.20", "0"))
    own = Decimal(str(settings.quoting.tax_rate))
    standard = Decimal(usual[0]) if own == FORMER_DEFAULT else own
    return TaxRates(
        _set(tax.standard_rates, country, standard),
        _set(tax.reduced_rates, country, Decimal(usual[1])),
    )


def _set(own: Mapping[str, Decimal], country: str, usual: Decimal) -> Decimal:
    return own.get(country, usual)
