"""Contracts: made from accepted quotes, read, edited, put up for signature, signed, ended."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.contracts.shapes import (
    ContractOut,
    ContractStep,
    ContractVersionOut,
    Months,
    RawSections,
    Renewal,
    Services,
    Summary,
    WholeContract,
)
from bot.api.rest import (
    Body,
    Line,
    Name,
    Page,
    Paging,
    UpdatedSince,
    Version,
    Word,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import Caller, Reader, ReadTransaction, StaffCaller, Transaction
from domain.audit.service import note as audit
from domain.catalogue.service import load
from domain.contracts.calendar import today
from domain.contracts.making import Agreed, Making
from domain.contracts.renewing import expiring_until, renew
from domain.contracts.revenue import revenue
from domain.contracts.service import Contracts, Signatory
from domain.contracts.support import included_services
from domain.errors import NotFound
from domain.following import Since
from domain.quotes.service import Quotes
from domain.sla.models import SlaPolicy

router = rest_router("", "contracts")

EXPIRING_DAYS = 90


class GenerateContract(Body):
    """Everything may be left out: today, twelve months, the standard template."""

    template_id: UUID | None = None
    starts_on: Annotated[date | None, Field(examples=["2027-01-01"])] = None
    term_months: Months = 12
    renewal: Renewal = "manual"
    kind: Literal["sale", "service", "support"] | None = None
    sla_policy_id: UUID | None = None
    included_services: Services = Field(default_factory=list)


class GeneratedContract(BaseModel):
    success: bool = True
    contract_id: UUID
    contract_number: str


class GenerateQuote(Body):
    """`generate_proposal`: the quote's documents are listed in the answer."""

    generate_proposal: bool = True


class DocumentRef(BaseModel):
    id: UUID
    document_type: str
    version: int


class GeneratedQuote(BaseModel):
    success: bool = True
    quote_id: UUID
    quote_number: str
    documents: list[DocumentRef]


class ContractFilter(Paging):
    """`expiring_within_days`: what runs now and ends by then."""

    status: Word | None = None
    kind: Word | None = None
    company_id: UUID | None = None
    person_id: UUID | None = None
    expiring_within_days: Annotated[int, Field(ge=0, le=3660)] | None = None


class EditContract(Body):
    """`version`: the one that was looked at; another by now is a conflict."""

    sections: RawSections
    changes_summary: Summary
    version: Version | None = None


class MoveContract(Body):
    status: Word = Field(examples=["pending_signature"])
    comment: Line = ""


class SignContract(Body):
    """Seen on paper, or with the `digest` of what the signatory saw."""

    name: Name = Field(examples=["Anna Weber"])
    role: Line = Field("", examples=["Managing director"])
    email: Name = Field(examples=["anna@acme.example"])
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class CancelContract(Body):
    """`last_day`: today where it is left out. `is_agreed`: both sides want it that soon."""

    last_day: date | None = None
    reason: Line = Field(min_length=1, examples=["They move to another building"])
    is_agreed: bool = False


class Versions(BaseModel):
    items: list[ContractVersionOut]


class Steps(BaseModel):
    items: list[ContractStep]


class RevenueOut(BaseModel):
    """Of what runs now, net. `ending…`: what ends within the days asked for."""

    currency: str
    contracts: int
    annual: str
    monthly: str
    ending_contracts: int
    ending: str


class RevenueList(BaseModel):
    items: list[RevenueOut]


def made_at(row: Any) -> datetime:
    """When a row that never changes was made."""
    at: datetime = row.created_at
    return at


@router.post("/quotes/{quote_id}/generate-contract", status_code=201)
async def generate_contract(
    quote_id: UUID, caller: StaffCaller, session: Transaction, asked: GenerateContract | None = None
) -> GeneratedContract:
    """From an accepted quote; a second call gives the same contract."""
    new = asked or GenerateContract()
    if new.sla_policy_id and await session.get(SlaPolicy, new.sla_policy_id) is None:
        raise NotFound("SLA policy", new.sla_policy_id)
    services = [one.model_dump(mode="json") for one in new.included_services]
    agreed = Agreed(
        starts_on=new.starts_on or await today(session, caller.tenant_id),
        months=new.term_months,
        renewal=new.renewal,
        kind=new.kind,
        template_id=new.template_id,
        sla_policy_id=new.sla_policy_id,
        included_services=included_services(services),
    )
    made = await Making(session, caller.tenant_id).from_quote(quote_id, agreed, actor=caller.actor)
    return GeneratedContract(contract_id=made.id, contract_number=made.number)


@router.post("/contracts/{contract_id}/generate-quote", status_code=201)
async def generate_quote(
    contract_id: UUID, caller: StaffCaller, session: Transaction, asked: GenerateQuote | None = None
) -> GeneratedQuote:
    """A draft that offers the contract's charges for the next term, at today's prices."""
    catalogue = await load(session, caller.tenant_id)
    day = await today(session, caller.tenant_id)
    making = Making(session, caller.tenant_id)
    quote = await making.to_quote(contract_id, catalogue, day, actor=caller.actor)
    found = await Quotes(session, caller.tenant_id).documents(quote.id)
    wanted = found if asked is None or asked.generate_proposal else []
    return GeneratedQuote(
        quote_id=quote.id,
        quote_number=quote.number,
        documents=[
            DocumentRef(id=row.id, document_type=row.document_type, version=row.version)
            for row, _ in wanted
        ],
    )


@router.get("/contracts")
async def list_contracts(
    asked: Annotated[ContractFilter, Query()], caller: Reader, session: ReadTransaction
) -> Page[ContractOut]:
    until = None
    if asked.expiring_within_days is not None:
        day = await today(session, caller.tenant_id)
        until = expiring_until(day, asked.expiring_within_days)
    rows = await Contracts(session, caller.tenant_id).page(
        asked.limit + 1,
        asked.place(time_and_id),
        asked.since,
        ends_until=until,
        status=asked.status,
        kind=asked.kind,
        company_id=asked.company_id,
        person_id=asked.person_id,
    )
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, ContractOut.model_validate, own)


@router.get("/contracts/revenue", summary="What the running contracts bring in")
async def recurring_revenue(
    caller: Reader,
    session: ReadTransaction,
    expiring_within_days: Annotated[int, Query(ge=0, le=3660)] = EXPIRING_DAYS,
) -> RevenueList:
    day = await today(session, caller.tenant_id)
    found = await revenue(session, caller.tenant_id, day, expiring_within_days)
    return RevenueList(
        items=[
            RevenueOut(
                currency=one.currency,
                contracts=one.contracts,
                annual=str(one.annual),
                monthly=str(one.monthly),
                ending_contracts=one.ending_contracts,
                ending=str(one.ending),
            )
            for one in found
        ]
    )


@router.get("/contracts/{contract_id}")
async def show_contract(
    contract_id: UUID, caller: Reader, session: ReadTransaction
) -> WholeContract:
    return await _whole(session, caller, contract_id)


@router.put("/contracts/{contract_id}/sections", summary="Change the text of a draft")
async def edit_contract(
    contract_id: UUID, new: EditContract, caller: StaffCaller, session: Transaction
) -> WholeContract:
    await Contracts(session, caller.tenant_id).edit(
        contract_id,
        new.sections,
        summary=new.changes_summary,
        actor=caller.actor,
        version=new.version,
    )
    return await _whole(session, caller, contract_id)


@router.get("/contracts/{contract_id}/versions")
async def contract_versions(
    contract_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Versions:
    contracts = Contracts(session, caller.tenant_id)
    await contracts.get(contract_id)
    rows = await contracts.versions(contract_id)
    rows = Since(updated_since).among(rows, made_at) if updated_since else rows
    return Versions(items=[ContractVersionOut.of(row) for row in rows])


@router.post("/contracts/{contract_id}/rollback/{version}")
async def roll_contract_back(
    contract_id: UUID, version: int, caller: StaffCaller, session: Transaction
) -> WholeContract:
    """A former text of a draft becomes its newest version."""
    contracts = Contracts(session, caller.tenant_id)
    await contracts.get(contract_id)
    await contracts.roll_back(contract_id, version, actor=caller.actor)
    return await _whole(session, caller, contract_id)


@router.get("/contracts/{contract_id}/log", summary="Who did what to a contract")
async def contract_log(
    contract_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Steps:
    contracts = Contracts(session, caller.tenant_id)
    await contracts.get(contract_id)
    rows = await contracts.log(contract_id)
    rows = Since(updated_since).among(rows, made_at) if updated_since else rows
    return Steps(items=[ContractStep.model_validate(row) for row in rows])


@router.post("/contracts/{contract_id}/status", summary="Move a contract")
async def move_contract(
    contract_id: UUID, new: MoveContract, caller: StaffCaller, session: Transaction
) -> WholeContract:
    """To pending_signature, draft, suspended, active (from suspended), expired; cancelled only
    before it is signed: after that notice is given."""
    contract = await Contracts(session, caller.tenant_id).move(
        contract_id, new.status, actor=caller.actor, why=new.comment
    )
    audit(session, caller.tenant_id, caller.actor, f"contract.{new.status}", contract.number)
    return await _whole(session, caller, contract_id)


@router.post("/contracts/{contract_id}/sign", summary="Record a signature on paper")
async def sign_contract(
    contract_id: UUID, new: SignContract, caller: StaffCaller, session: Transaction
) -> WholeContract:
    by = Signatory(new.name, new.role, new.email, "paper")
    contract = await Contracts(session, caller.tenant_id).sign(
        contract_id, by, actor=caller.actor, digest=new.digest
    )
    audit(session, caller.tenant_id, caller.actor, "contract.signed", contract.number)
    return await _whole(session, caller, contract_id)


@router.post("/contracts/{contract_id}/cancel", summary="Give notice")
async def cancel_contract(
    contract_id: UUID, new: CancelContract, caller: StaffCaller, session: Transaction
) -> WholeContract:
    day = await today(session, caller.tenant_id)
    contract = await Contracts(session, caller.tenant_id).cancel(
        contract_id,
        new.last_day or day,
        day,
        actor=caller.actor,
        why=new.reason,
        is_agreed=new.is_agreed,
    )
    audit(session, caller.tenant_id, caller.actor, "contract.cancelled", contract.number)
    return await _whole(session, caller, contract_id)


@router.post("/contracts/{contract_id}/renew", summary="Renew for another term")
async def renew_contract(
    contract_id: UUID, caller: StaffCaller, session: Transaction
) -> WholeContract:
    contracts = Contracts(session, caller.tenant_id)
    contract = await contracts.get(contract_id, for_change=True)
    renew(contracts, contract, actor=caller.actor, why="renewed by staff")
    audit(session, caller.tenant_id, caller.actor, "contract.renewed", contract.number)
    await session.flush()
    return await _whole(session, caller, contract_id)


async def _whole(session: AsyncSession, caller: Caller, contract_id: UUID) -> WholeContract:
    contracts = Contracts(session, caller.tenant_id)
    contract = await contracts.get(contract_id)
    return WholeContract.whole(contract, await contracts.lines(contract_id))
