"""Support contracts over REST: what they include, what of it is left, what is to be renewed."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from bot.api.contracts.contracts import EXPIRING_DAYS
from bot.api.contracts.shapes import ContractOut, LeftOut, Services
from bot.api.rest import Body, Line, Name, Page, Paging, cursor, page, rest_router, time_and_id
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.contracts.calendar import today
from domain.contracts.renewing import expiring_until
from domain.contracts.service import Contracts
from domain.contracts.support import Used, included_services, left, use
from domain.errors import NotFound
from domain.sla.models import SlaPolicy
from domain.tickets.models import Ticket

router = rest_router("/support-contracts", "contracts")


class Renewals(BaseModel):
    """Soonest first; at most 200."""

    items: list[ContractOut]


class ServicesLeft(BaseModel):
    items: list[LeftOut]


class UseService(Body):
    service: Name = Field(examples=["Remote support"])
    amount: Annotated[Decimal, Field(gt=0, le=1_000_000)] = Field(examples=["1.5"])
    used_on: date | None = None
    note: Line = ""
    ticket_id: UUID | None = None


class Promised(Body):
    """What a draft includes, and the service level it promises."""

    sla_policy_id: UUID | None = None
    included_services: Services = Field(default_factory=list)


@router.get("", summary="Support contracts")
async def support_contracts(
    asked: Annotated[Paging, Query()], caller: Reader, session: ReadTransaction
) -> Page[ContractOut]:
    rows = await Contracts(session, caller.tenant_id).page(
        asked.limit + 1, asked.place(time_and_id), asked.since, kind="support"
    )
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, ContractOut.model_validate, own)


@router.get("/renewals", summary="Support contracts that end soon")
async def renewals(
    caller: Reader,
    session: ReadTransaction,
    within_days: Annotated[int, Query(ge=0, le=3660)] = EXPIRING_DAYS,
) -> Renewals:
    until = expiring_until(await today(session, caller.tenant_id), within_days)
    rows = await Contracts(session, caller.tenant_id).page(200, ends_until=until, kind="support")
    rows.sort(key=lambda row: (row.ends_on, row.number))
    return Renewals(items=[ContractOut.model_validate(row) for row in rows])


@router.get("/{contract_id}/services", summary="What is left of the included services")
async def services_left(
    contract_id: UUID, caller: Reader, session: ReadTransaction
) -> ServicesLeft:
    contract = await Contracts(session, caller.tenant_id).get(contract_id)
    found = await left(session, contract, await today(session, caller.tenant_id))
    return ServicesLeft(items=[LeftOut.of(one) for one in found])


@router.put("/{contract_id}/services", summary="What a draft includes")
async def promise_services(
    contract_id: UUID, new: Promised, caller: StaffCaller, session: Transaction
) -> ContractOut:
    contracts = Contracts(session, caller.tenant_id)
    contract = await contracts.draft_of(contract_id)
    if new.sla_policy_id and await session.get(SlaPolicy, new.sla_policy_id) is None:
        raise NotFound("SLA policy", new.sla_policy_id)
    services = [one.model_dump(mode="json") for one in new.included_services]
    contract.kind = "support"
    contract.sla_policy_id = new.sla_policy_id
    contract.included_services = list(included_services(services))
    await contracts.keep(contract, summary="what is included", actor=caller.actor)
    return ContractOut.model_validate(contract)


@router.post("/{contract_id}/uses", status_code=201, summary="Count something as used")
async def use_service(
    contract_id: UUID, new: UseService, caller: StaffCaller, session: Transaction
) -> LeftOut:
    contract = await Contracts(session, caller.tenant_id).get(contract_id, for_change=True)
    if new.ticket_id and await session.get(Ticket, new.ticket_id) is None:
        raise NotFound("ticket", new.ticket_id)
    on = new.used_on or await today(session, caller.tenant_id)
    used = Used(new.service, new.amount, on, new.note, new.ticket_id)
    return LeftOut.of(await use(session, contract, used, actor=caller.actor))
