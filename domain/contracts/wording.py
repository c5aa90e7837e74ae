"""A contract's own values as the words that a template's placeholders stand for; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.contracts.models import Contract, ContractLine
from domain.types import Money

_RENEWAL = {
    "manual": "Before it ends we offer to renew it; without a new agreement it ends.",
    "automatic": "It goes on for another term of the same length unless either side gives notice.",
    "none": "It ends on that day.",
}
_EVERY = {
    "once": "once",
    "monthly": "a month",
    "quarterly": "a quarter",
    "yearly": "a year",
}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who agrees, and what is known of them where the contract is written."""

    company: str = ""
    customer: str = ""
    customer_vat_number: str = ""
    customer_address: str = ""
    quote_number: str = ""
    payment_terms: int = 30
    service_levels: str = ""


def values(contract: Contract, lines: Sequence[ContractLine], parties: Parties) -> dict[str, str]:
    currency = contract.currency
    return {
        "company": parties.company,
        "customer": parties.customer,
        "customer_vat_number": parties.customer_vat_number,
        "customer_address": parties.customer_address,
        "contract_number": contract.number,
        "title": contract.title,
        "quote_number": parties.quote_number,
        "start_date": contract.starts_on.isoformat(),
        "end_date": contract.ends_on.isoformat(),
        "term_months": str(contract.term_months),
        "renewal": _RENEWAL[contract.renewal],
        "renewal_notice_days": str(contract.renewal_notice_days),
        "cancellation_notice_days": str(contract.cancellation_notice_days),
        "annual_value": str(Money(contract.annual_value, currency)),
        "once_value": str(Money(contract.once_value, currency)),
        "payment_terms": str(parties.payment_terms),
        "charges": "\n".join(_charge(line, currency) for line in lines),
        "included_services": included(contract),
        "service_levels": parties.service_levels or "None are agreed beyond our usual care.",
    }


def included(contract: Contract) -> str:
    told = [
        f"- {service['name']}: {service['amount']} {service['unit']} a {service['per']}"
        for service in contract.included_services
    ]
    return "\n".join(told) or "Nothing beyond what is listed above."


def _charge(line: ContractLine, currency: str) -> str:
    amount = Money(line.total, currency)
    quantity = f"{Decimal(line.quantity).normalize():f}"
    return f"- {quantity} {line.unit} · {line.description}: {amount} {_EVERY[line.interval]}"
