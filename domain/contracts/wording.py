"""A contract's own values as the words that a template's placeholders stand for; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.contracts.models import Contract, ContractLine
from domain.contracts.standard import words_of
from domain.quotes.writing.locales import locale_of
from domain.quotes.writing.words import words_of as unit_words
from domain.types import Money


@dataclass(frozen=True, slots=True)
class Parties:
    """Who agrees, and what is known of them where the contract is written."""

    company: str = ""
    customer: str = ""
    customer_vat_number: str = ""
    customer_address: str = ""
    quote_number: str = ""
    payment_terms: int = 30
    policy: str = ""
    """The name of the service levels that are agreed."""


def values(
    contract: Contract, lines: Sequence[ContractLine], parties: Parties, language: str = "en"
) -> dict[str, str]:
    """As the template's language writes them; English keeps ISO dates and currency codes, which
    read the same on both sides of the Atlantic."""
    currency, say = contract.currency, words_of(language).phrases
    shown = _Shown(language)
    return {
        "company": parties.company,
        "customer": parties.customer,
        "customer_vat_number": parties.customer_vat_number,
        "customer_address": parties.customer_address,
        "contract_number": contract.number,
        "title": contract.title,
        "quote_number": parties.quote_number,
        "start_date": shown.day(contract.starts_on),
        "end_date": shown.day(contract.ends_on),
        "term_months": str(contract.term_months),
        "renewal": say[f"renewal_{contract.renewal}"],
        "renewal_notice_days": str(contract.renewal_notice_days),
        "cancellation_notice_days": str(contract.cancellation_notice_days),
        "annual_value": shown.money(Money(contract.annual_value, currency)),
        "once_value": shown.money(Money(contract.once_value, currency)),
        "payment_terms": str(parties.payment_terms),
        "charges": "\n".join(shown.charge(line, currency) for line in lines),
        "included_services": included(contract, language),
        "service_levels": _levels(parties, say),
    }


def included(contract: Contract, language: str = "en") -> str:
    say = words_of(language).phrases
    told = [
        f"- {service['name']}: {service['amount']} {service['unit']} {say['per_' + service['per']]}"
        for service in contract.included_services
    ]
    return "\n".join(told) or say["nothing_included"]


def _levels(parties: Parties, say: Mapping[str, str]) -> str:
    if parties.policy:
        return say["as_in_policy"].format(name=parties.policy)
    return say["usual_care"]


class _Shown:
    def __init__(self, language: str) -> None:
        self._words = words_of(language)
        self._is_english = self._words.language == "en"
        self._locale = locale_of(language)

    def day(self, day: date) -> str:
        return day.isoformat() if self._is_english else self._locale.day(day)

    def money(self, money: Money) -> str:
        return str(money) if self._is_english else self._locale.money(money)

    def charge(self, line: ContractLine, currency: str) -> str:
        amount = self.money(Money(line.total, currency))
        every = self._words.phrases[f"every_{line.interval}"]
        unit = line.unit if self._is_english else unit_words(self._words.language).unit(line.unit)
        quantity = self._locale.number(Decimal(line.quantity))
        if self._is_english:
            quantity = f"{Decimal(line.quantity).normalize():f}"
        return f"- {quantity} {unit} · {line.description}: {amount} {every}"
