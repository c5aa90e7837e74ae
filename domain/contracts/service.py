"""Contracts as rows: found, put up for signature, signed, changed, ended; each step is logged."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts import lifecycle, terms
from domain.contracts.models import (
    Contract,
    ContractLine,
    ContractLogEntry,
    ContractVersion,
)
from domain.contracts.templates import dumped
from domain.contracts.templating import sections
from domain.errors import Conflict, NotFound, Refused
from domain.events import Happened, record
from domain.following import Since
from domain.types import new_id, utc_now

PROOFS = ("link", "code", "paper")


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs for the customer. `proof`: the signed link, a one-time code, or seen on paper."""

    name: str
    role: str
    email: str
    proof: str = "link"


class Contracts:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    # --- found ------------------------------------------------------------------------------

    async def get(self, contract_id: UUID, *, for_change: bool = False) -> Contract:
        found = await self._session.get(Contract, contract_id, with_for_update=for_change or None)
        if found is None:
            raise NotFound("contract", contract_id)
        return found

    async def numbered(self, number: str, *, for_change: bool = False) -> Contract:
        """By its whole number, or its last digits: of the latest day. Raises NotFound."""
        wanted = number.strip().upper()
        query = select(Contract).where(
            Contract.number.like(f"CT-%-{int(wanted[:9]):04d}")
            if wanted.isdecimal()
            else Contract.number == wanted
        )
        query = query.order_by(Contract.number.desc()).limit(1)
        found = await self._session.scalar(query.with_for_update() if for_change else query)
        if found is None:
            raise NotFound("contract", number)
        return found

    async def page(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        since: Since | None = None,
        *,
        ends_until: date | None = None,
        **filters: Any,
    ) -> list[Contract]:
        """`ends_until`: only what runs and ends by then."""
        query = select(Contract).order_by(Contract.created_at.desc(), Contract.id.desc())
        if before:
            query = query.where(tuple_(Contract.created_at, Contract.id) < before)
        if since:
            query = since.of(query, Contract.updated_at, Contract.id)
        if ends_until:
            query = query.where(
                Contract.status.in_(lifecycle.RUNNING), Contract.ends_on <= ends_until
            )
        for field, value in filters.items():
            if value is not None:
                query = query.where(getattr(Contract, field) == value)
        return list(await self._session.scalars(query.limit(limit)))

    async def lines(self, contract_id: UUID) -> list[ContractLine]:
        query = select(ContractLine).where(ContractLine.contract_id == contract_id)
        return list(await self._session.scalars(query.order_by(ContractLine.position)))

    async def versions(self, contract_id: UUID) -> list[ContractVersion]:
        """The newest first."""
        query = select(ContractVersion).where(ContractVersion.contract_id == contract_id)
        return list(await self._session.scalars(query.order_by(ContractVersion.version.desc())))

    async def version(self, contract_id: UUID, number: int) -> ContractVersion:
        query = select(ContractVersion).where(
            ContractVersion.contract_id == contract_id, ContractVersion.version == number
        )
        found = await self._session.scalar(query)
        if found is None:
            raise NotFound("version of the contract", number)
        return found

    async def log(self, contract_id: UUID) -> list[ContractLogEntry]:
        query = select(ContractLogEntry).where(ContractLogEntry.contract_id == contract_id)
        return list(await self._session.scalars(query.order_by(ContractLogEntry.id)))

    # --- written ----------------------------------------------------------------------------

    async def edit(
        self, contract_id: UUID, raw: Any, *, summary: str, actor: str, version: int | None = None
    ) -> Contract:
        """The text of a draft, as a new version. `version`: the one the writer was looking at."""
        contract = await self.draft_of(contract_id, version)
        contract.sections = dumped(sections(raw))
        await self.keep(contract, summary=summary, actor=actor)
        return contract

    async def draft_of(self, contract_id: UUID, version: int | None = None) -> Contract:
        contract = await self.get(contract_id, for_change=True)
        if contract.status != "draft":
            raise Refused(
                f"{contract.number} is {contract.status}: only a draft can be changed. "
                "One that waits for a signature can be taken back to draft."
            )
        if version is not None and version != contract.version:
            raise Conflict(f"{contract.number} was changed meanwhile: look at it again.")
        return contract

    async def roll_back(self, contract_id: UUID, version: int, *, actor: str) -> Contract:
        """A former text becomes the newest version."""
        await self.draft_of(contract_id)
        former = json.loads((await self.version(contract_id, version)).content)
        summary = f"as version {version}"
        return await self.edit(contract_id, former["sections"], summary=summary, actor=actor)

    async def keep(self, contract: Contract, *, summary: str, actor: str) -> None:
        """Stores what the contract says now as its next version."""
        if not summary.strip():
            raise Refused("Say in a few words what was changed.")
        contract.version += 1
        contract.updated_at = utc_now()
        content = await self._content(contract)
        self._session.add(
            ContractVersion(
                id=new_id(),
                tenant_id=self._tenant_id,
                contract_id=contract.id,
                version=contract.version,
                content=content,
                changes_summary=summary.strip(),
                author=actor,
            )
        )
        self.note(contract, "drafted" if contract.version == 1 else "changed", actor, summary)
        await self._session.flush()

    # --- moved ------------------------------------------------------------------------------

    async def move(self, contract_id: UUID, status: str, *, actor: str, why: str = "") -> Contract:
        """Every move but signing, renewing and giving notice. Raises ContractMoveRefused."""
        contract = await self.get(contract_id, for_change=True)
        if status == "cancelled" and contract.status not in ("draft", "pending_signature"):
            raise Refused(f"{contract.number} is {contract.status}: it is ended by giving notice.")
        if status == "active" and contract.status != "suspended":
            raise Refused(f"{contract.number} becomes active by a signature or by being renewed.")
        old = contract.status
        self.go(contract, status, actor=actor, why=why)
        if status == "pending_signature":
            contract.digest = await self.digest(contract)
        elif old == "pending_signature":
            contract.digest = ""
        await self._session.flush()
        return contract

    async def sign(
        self, contract_id: UUID, by: Signatory, *, actor: str, digest: str | None = None
    ) -> Contract:
        """`digest`: of what the signatory saw; a contract that was changed since is refused."""
        contract = await self.get(contract_id, for_change=True)
        if by.proof not in PROOFS or not (by.name.strip() and "@" in by.email):
            raise Refused("A signature needs a name, an email address and how it was proven.")
        if digest is not None and digest != contract.digest:
            raise Conflict(f"{contract.number} was changed meanwhile: look at it again.")
        if contract.status != "pending_signature":
            raise Refused(
                f"{contract.number} is {contract.status}: it does not wait for a signature."
            )
        contract.signed_at = utc_now()
        contract.signatory = {
            "name": by.name.strip(),
            "role": by.role.strip(),
            "email": by.email.strip().lower(),
            "proof": by.proof,
        }
        self.go(contract, "active", actor=actor, why=f"signed by {by.name.strip()} ({by.proof})")
        await self._session.flush()
        return contract

    async def cancel(
        self,
        contract_id: UUID,
        last: date,
        today: date,
        *,
        actor: str,
        why: str,
        is_agreed: bool = False,
    ) -> Contract:
        """Notice: it runs until `last`. `is_agreed`: both sides want it sooner than was agreed."""
        contract = await self.get(contract_id, for_change=True)
        lifecycle.require_move(contract.number, contract.status, "cancelled")
        if contract.status in ("draft", "pending_signature"):
            self.go(contract, "cancelled", actor=actor, why=why)
            contract.digest = ""
        else:
            if not is_agreed:
                notice = contract.cancellation_notice_days
                terms.require_notice(contract.number, last, today, notice)
            contract.cancels_on = last
            contract.updated_at = utc_now()
            self.note(contract, "notice_given", actor, f"until {last.isoformat()}. {why}".strip())
        await self._session.flush()
        return contract

    def go(self, contract: Contract, status: str, *, actor: str, why: str) -> None:
        """The contract must be locked by the caller."""
        old = contract.status
        lifecycle.require_move(contract.number, old, status)
        contract.status = status
        contract.updated_at = utc_now()
        self.note(contract, _WORDS.get((old, status), status), actor, why)

    def note(self, contract: Contract, action: str, actor: str, comment: str) -> None:
        """In the log, and as an event for rules and webhooks."""
        self._session.add(
            ContractLogEntry(
                id=new_id(),
                tenant_id=self._tenant_id,
                contract_id=contract.id,
                action=action,
                actor=actor,
                comment=comment,
            )
        )
        payload = {
            "number": contract.number,
            "status": contract.status,
            "annual_value": str(contract.annual_value),
            "currency": contract.currency,
        }
        happened = Happened(f"contract.{action}", contract.id, payload, actor)
        record(self._session, self._tenant_id, happened)

    async def digest(self, contract: Contract) -> str:
        """SHA-256 of what the contract says, as hexadecimal digits."""
        return hashlib.sha256((await self._content(contract)).encode()).hexdigest()

    async def _content(self, contract: Contract) -> str:
        lines = await self.lines(contract.id)
        return json.dumps(told(contract, lines), ensure_ascii=False, sort_keys=True)


_WORDS = {
    ("draft", "pending_signature"): "sent",
    ("pending_signature", "draft"): "taken_back",
    ("pending_signature", "active"): "signed",
    ("suspended", "active"): "resumed",
    ("active", "pending_renewal"): "renewal_due",
    ("pending_renewal", "active"): "renewed",
}


def _amount(value: Decimal) -> str:
    """The same before and after it was stored: the database gives a nought without decimals."""
    return f"{value:f}" if value else "0"


def told(contract: Contract, lines: Sequence[ContractLine]) -> dict[str, Any]:
    """Everything a contract says, of which versions and the digest are made."""
    return {
        "number": contract.number,
        "title": contract.title,
        "sections": contract.sections,
        "currency": contract.currency,
        "annual_value": _amount(contract.annual_value),
        "once_value": _amount(contract.once_value),
        "starts_on": contract.starts_on.isoformat(),
        "ends_on": contract.ends_on.isoformat(),
        "term_months": contract.term_months,
        "renewal": contract.renewal,
        "renewal_notice_days": contract.renewal_notice_days,
        "cancellation_notice_days": contract.cancellation_notice_days,
        "included_services": contract.included_services,
        "lines": [
            {
                "position": line.position,
                "code": line.code,
                "description": line.description,
                "quantity": f"{line.quantity.normalize():f}",
                "unit": line.unit,
                "unit_price": f"{line.unit_price.normalize():f}",
                "discount": f"{line.discount.normalize():f}",
                "tax_rate": f"{line.tax_rate.normalize():f}",
                "total": f"{line.total.normalize():f}",
                "interval": line.interval,
            }
            for line in lines
        ],
    }
