"""Support contracts: which policy they promise, and what of the included services is left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts.lifecycle import RUNNING
from domain.contracts.models import Contract, ContractUse
from domain.contracts.terms import add_months
from domain.errors import Refused
from domain.events import Happened, record
from domain.types import new_id

PERIODS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Left:
    """Of one service in the period that `today` lies in; `used` may be more than was included."""

    service: str
    included: Decimal
    used: Decimal
    unit: str
    since: date
    until: date

    @property
    def left(self) -> Decimal:
        return max(self.included - self.used, Decimal(0))


def included_services(raw: Any) -> tuple[dict[str, Any], ...]:
    """Checked: `{name, amount, unit, per}`. Raises Refused with a sentence."""
    found: list[dict[str, Any]] = []
    for one in raw:
        try:
            amount = Decimal(str(one["amount"]))
            name, unit, per = str(one["name"]).strip(), str(one["unit"]).strip(), one["per"]
        except (KeyError, TypeError, InvalidOperation) as error:
            raise Refused("An included service has a name, an amount, a unit and a per.") from error
        if not name or not amount.is_finite() or amount <= 0 or per not in PERIODS:
            raise Refused(
                "An included service has a name, an amount over 0, and is per month or year."
            )
        found.append({"name": name, "amount": f"{amount:f}", "unit": unit, "per": per})
    if len({each["name"].casefold() for each in found}) != len(found):
        raise Refused("Two included services have the same name.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Used:
    """Something of what is included, used on a day, perhaps for a ticket."""

    service: str
    amount: Decimal
    on: date
    note: str = ""
    ticket_id: UUID | None = None


async def use(session: AsyncSession, contract: Contract, used: Used, *, actor: str) -> Left:
    """Counts something as used; what is then left. The contract must be locked by the caller."""
    service, amount = used.service, used.amount
    names = {each["name"].casefold(): each["name"] for each in contract.included_services}
    name = names.get(service.strip().casefold())
    if name is None:
        told = ", ".join(names.values()) or "nothing"
        raise Refused(f"{contract.number} includes {told}, not “{service}”.")
    if contract.status not in RUNNING:
        raise Refused(f"{contract.number} is {contract.status}: nothing is used of it.")
    if not amount.is_finite() or amount <= 0:
        raise Refused("How much was used? A number over 0.")
    session.add(
        ContractUse(
            id=new_id(),
            tenant_id=contract.tenant_id,
            contract_id=contract.id,
            service=name,
            amount=amount,
            used_on=used.on,
            note=used.note,
            actor=actor,
            ticket_id=used.ticket_id,
        )
    )
    await session.flush()
    after = next(each for each in await left(session, contract, used.on) if each.service == name)
    if after.used >= after.included > after.used - amount:
        payload = {"number": contract.number, "service": name}
        record(
            session,
            contract.tenant_id,
            Happened("contract.used_up", contract.id, payload, actor),
        )
    return after


async def left(session: AsyncSession, contract: Contract, today: date) -> list[Left]:
    """Of each included service in its present period."""
    found = []
    for service in contract.included_services:
        since, until = period(contract.starts_on, PERIODS[service["per"]], today)
        query = select(func.coalesce(func.sum(ContractUse.amount), 0)).where(
            ContractUse.contract_id == contract.id,
            ContractUse.service == service["name"],
            ContractUse.used_on >= since,
            ContractUse.used_on < until,
        )
        used = Decimal(await session.scalar(query) or 0)
        amount, unit = Decimal(service["amount"]), service["unit"]
        found.append(Left(service["name"], amount, used, unit, since, until))
    return found


def period(starts_on: date, months: int, today: date) -> tuple[date, date]:
    """The period from the contract's first day on that `today` lies in: first day, day after."""
    count = max((today.year - starts_on.year) * 12 + today.month - starts_on.month, 0) // months
    while add_months(starts_on, count * months) > today and count:
        count -= 1
    while add_months(starts_on, (count + 1) * months) <= today:
        count += 1
    return add_months(starts_on, count * months), add_months(starts_on, (count + 1) * months)


async def policies_of_companies(
    session: AsyncSession, company_ids: Collection[UUID]
) -> Mapping[UUID, UUID]:
    """The policy that a company's running contract promises; of several the newest."""
    query = (
        select(Contract.company_id, Contract.sla_policy_id)
        .where(
            Contract.company_id.in_(company_ids),
            Contract.status.in_(RUNNING),
            Contract.sla_policy_id.is_not(None),
        )
        .order_by(Contract.signed_at.nulls_first(), Contract.id)
    )
    rows = await session.execute(query) if company_ids else ()
    return {company: policy for company, policy in rows if company and policy}
