"""What the passing of days does to contracts: due for renewal, renewed, expired, cancelled."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts.lifecycle import RUNNING
from domain.contracts.making import term_of
from domain.contracts.models import Contract
from domain.contracts.service import Contracts
from domain.contracts.terms import Due, due
from domain.errors import Refused
from domain.types import utc_now

BATCH = 200
CLOCK = "schedule"


@dataclass(frozen=True, slots=True)
class CameDue:
    contract_id: UUID
    number: str
    what: Due


async def come_due(session: AsyncSession, tenant_id: UUID, today: date) -> list[CameDue]:
    """Locks what it moves, at most BATCH; two of these at once share the work."""
    contracts = Contracts(session, tenant_id)
    came: list[CameDue] = []
    for contract in await session.scalars(_looked_at(today)):
        what = due(contract.status, term_of(contract), contract.cancels_on, today)
        if what is None:
            continue
        _do(contracts, contract, what)
        came.append(CameDue(contract.id, contract.number, what))
    await session.flush()
    return came


def _looked_at(today: date) -> Select[Contract]:
    notice_on = Contract.ends_on - Contract.renewal_notice_days
    return (
        select(Contract)
        .where(
            Contract.status.in_(("active", "pending_renewal", "suspended")),
            or_(
                Contract.ends_on < today,
                Contract.cancels_on < today,
                (Contract.status == "active")
                & (Contract.renewal != "none")
                & Contract.cancels_on.is_(None)
                & (notice_on <= today),
            ),
        )
        .order_by(Contract.ends_on)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _do(contracts: Contracts, contract: Contract, what: Due) -> None:
    if what == "renewal_due":
        why = f"ends on {contract.ends_on.isoformat()}"
        contracts.go(contract, "pending_renewal", actor=CLOCK, why=why)
    elif what == "renewed":
        renew(contracts, contract, actor=CLOCK, why="goes on by itself")
    else:
        contracts.go(contract, what, actor=CLOCK, why="its last day has passed")


def renew(contracts: Contracts, contract: Contract, *, actor: str, why: str) -> None:
    """Another term of the same length behind this one. The contract must be locked.

    Raises Refused unless it runs: what was never signed is not begun by renewing it.
    """
    if contract.status not in RUNNING:
        raise Refused(f"{contract.number} is {contract.status}: only one that runs is renewed.")
    if contract.cancels_on is not None:
        raise Refused(
            f"{contract.number} was cancelled from {contract.cancels_on.isoformat()} on: make a "
            "new contract."
        )
    term = term_of(contract).next()
    contract.ends_on = term.ends_on
    told = f"{term.starts_on.isoformat()} to {term.ends_on.isoformat()}: {why}"
    if contract.status == "active":
        contract.updated_at = utc_now()
        contracts.note(contract, "renewed", actor, told)
    else:
        contracts.go(contract, "active", actor=actor, why=told)


def expiring_until(today: date, days: int) -> date:
    return today + timedelta(days=days)
