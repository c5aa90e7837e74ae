"""Addresses that nothing automatic goes to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from bot.api.rest import STORABLE, Body, Shown, UpdatedSince, Word, rest_router
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.audit.service import note
from domain.customers.optouts import Address, OptOuts
from domain.customers.service import Customers
from domain.following import Since

router = rest_router("", "customers")

AddressText = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=STORABLE, strip_whitespace=True)
]


class OptOutOut(Shown):
    """`source`: customer, or who else said so. `words`: what they wrote."""

    id: UUID
    channel: str
    address: str
    source: str
    words: str
    created_at: datetime


class OptOutList(BaseModel):
    items: list[OptOutOut]


class OptOutIn(Body):
    """`is_opted_out` false takes it back: only when the customer said so."""

    channel: Word = Field(examples=["email"])
    address: AddressText = Field(examples=["priya@dental.example"])
    is_opted_out: bool = True


@router.get("/people/{person_id}/opt-outs", summary="What a person has opted out of")
async def opt_outs(
    person_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> OptOutList:
    """Those that stand; what was taken back is no longer among them."""
    await Customers(session, caller.tenant_id).person(person_id)
    rows = await OptOuts(session, caller.tenant_id).of_person(person_id)
    if updated_since:
        rows = Since(updated_since).among(rows, lambda row: row.created_at)
    return OptOutList(items=[OptOutOut.model_validate(row) for row in rows])


@router.put("/people/{person_id}/opt-outs", summary="Opt an address out, or in again")
async def set_opt_out(
    person_id: UUID, sent: OptOutIn, caller: StaffCaller, session: Transaction
) -> OptOutList:
    """The address must be one of the person's. Nothing automatic goes there any more."""
    await Customers(session, caller.tenant_id).person(person_id)
    kept = OptOuts(session, caller.tenant_id)
    address = await kept.own(person_id, Address(sent.channel, sent.address))
    if sent.is_opted_out:
        changed = await kept.begin(address, caller.actor, person_id=person_id)
    else:
        changed = await kept.end(address, caller.actor, person_id=person_id)
    if changed:
        action = "customer.opted_out" if sent.is_opted_out else "customer.opted_in"
        note(session, caller.tenant_id, caller.actor, action, address.value)
    return await _of(kept, person_id)


async def _of(kept: OptOuts, person_id: UUID) -> OptOutList:
    rows = await kept.of_person(person_id)
    return OptOutList(items=[OptOutOut.model_validate(row) for row in rows])
