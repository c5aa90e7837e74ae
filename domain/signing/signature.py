"""A contract signed on its page: the text that its digest covers, and the paper that says so."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts.models import Contract
from domain.contracts.service import Contracts
from domain.contracts.service import Signatory as SignedBy
from domain.signing.models import ContractPaper, ContractSignature
from domain.signing.signatories import LONGEST_AGENT, Shown, ShownIsOld, Signatory, Trace
from domain.types import new_id

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Signing:
    """`paper`: the PDF that names who signed; made before the signature is written down."""

    shown: Shown
    by: Signatory
    trace: Trace
    paper: bytes
    is_code_proven: bool


class Signatures:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._contracts = Contracts(session, tenant_id)

    async def of(self, contract_id: UUID) -> ContractSignature | None:
        query = select(ContractSignature).where(ContractSignature.contract_id == contract_id)
        return (await self._session.scalars(query)).one_or_none()

    async def paper(self, contract_id: UUID) -> ContractPaper | None:
        """As it was signed; None before that, and for one that was signed on paper."""
        query = select(ContractPaper).where(ContractPaper.contract_id == contract_id)
        return (await self._session.scalars(query)).one_or_none()

    async def require_shown(self, contract: Contract, shown: Shown) -> None:
        """What it says now is what was on the screen. Raises ShownIsOld."""
        says = await self._contracts.digest(contract)
        if contract.status != "pending_signature" or not contract.digest:
            return  # signing itself says what is wrong
        if not says == contract.digest == shown.sha256:
            raise ShownIsOld(f"{contract.number} was changed meanwhile: look at it again.")

    async def sign(self, contract_id: UUID, signing: Signing) -> ContractSignature:
        """Once. Raises ShownIsOld, Conflict, Refused."""
        contract = await self._contracts.get(contract_id, for_change=True)
        await self.require_shown(contract, signing.shown)
        by, trace = signing.by, signing.trace
        signed_by = SignedBy(
            by.name, by.role, by.email, "code" if signing.is_code_proven else "link"
        )
        await self._contracts.sign(
            contract_id, signed_by, actor=CUSTOMER, digest=signing.shown.sha256
        )
        sha256 = hashlib.sha256(signing.paper).hexdigest()
        self._session.add(
            ContractPaper(
                id=new_id(),
                tenant_id=self._tenant_id,
                contract_id=contract_id,
                digest=signing.shown.sha256,
                content=signing.paper,
                sha256=sha256,
                frozen_by=CUSTOMER,
            )
        )
        signature = ContractSignature(
            id=new_id(),
            tenant_id=self._tenant_id,
            contract_id=contract_id,
            digest=signing.shown.sha256,
            paper_sha256=sha256,
            name=by.name,
            role=by.role,
            email=by.email,
            address=trace.address,
            user_agent=trace.user_agent[:LONGEST_AGENT],
            is_code_proven=signing.is_code_proven,
        )
        self._session.add(signature)
        await self._session.flush()
        return signature
