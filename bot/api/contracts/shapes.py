"""How contracts look over REST."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from bot.api.rest import Body, Line, Name, Shown, Word
from domain.contracts.models import Contract, ContractLine, ContractVersion
from domain.contracts.support import Left
from domain.contracts.terms import LONGEST_MONTHS
from domain.contracts.value import Charge, value
from domain.types import Money

Months = Annotated[int, Field(ge=1, le=LONGEST_MONTHS)]
Renewal = Literal["manual", "automatic", "none"]
Summary = Annotated[Line, Field(min_length=1, examples=["Shorter notice, as agreed by phone"])]
RawSections = Annotated[
    list[dict[str, Any]],
    Field(
        max_length=60,
        examples=[[{"id": "term", "title": "Term", "content": "{{ start_date }} …", "order": 1}]],
    ),
]


class IncludedService(Body):
    name: Name = Field(examples=["Remote support"])
    amount: Annotated[Decimal, Field(gt=0, le=1_000_000)] = Field(examples=["10"])
    unit: Word = Field("", examples=["hours"])
    per: Literal["month", "year"] = "year"


Services = Annotated[list[IncludedService], Field(max_length=20)]


class ContractOut(Shown):
    """Values are net of tax. `cancels_on`: the last day where notice was given."""

    id: UUID
    number: str
    title: str
    kind: str
    status: str
    version: int
    company_id: UUID | None
    person_id: UUID | None
    site_id: UUID | None
    quote_id: UUID | None
    renews_id: UUID | None
    template_id: UUID | None
    currency: str
    annual_value: Decimal
    once_value: Decimal
    starts_on: date
    ends_on: date
    term_months: int
    renewal: str
    renewal_notice_days: int
    cancellation_notice_days: int
    cancels_on: date | None
    sla_policy_id: UUID | None
    included_services: list[dict[str, Any]]
    signed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ContractLineOut(Shown):
    """`total` is net and for one `interval`: once, monthly, quarterly or yearly."""

    position: int
    code: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount: Decimal
    tax_rate: Decimal
    total: Decimal
    category: str
    interval: str


class WholeContract(ContractOut):
    """`digest`: SHA-256 of what waits for a signature; `signatory`: who signed, and the proof."""

    sections: list[dict[str, Any]]
    digest: str
    signatory: dict[str, Any]
    term_value: Decimal
    lines: list[ContractLineOut]

    @classmethod
    def whole(cls, contract: Contract, lines: list[ContractLine]) -> "WholeContract":
        own = {name: getattr(contract, name) for name in ContractOut.model_fields}
        charges = (Charge(Money(row.total, contract.currency), row.interval) for row in lines)
        worth = value(charges, contract.currency).of_term(contract.term_months)
        return cls(
            **own,
            sections=contract.sections,
            digest=contract.digest,
            signatory=contract.signatory,
            term_value=worth.amount,
            lines=[ContractLineOut.model_validate(row) for row in lines],
        )


class ContractVersionOut(BaseModel):
    version: int
    changes_summary: str
    author: str
    created_at: datetime
    content: dict[str, Any]

    @classmethod
    def of(cls, row: ContractVersion) -> "ContractVersionOut":
        return cls(
            version=row.version,
            changes_summary=row.changes_summary,
            author=row.author,
            created_at=row.created_at,
            content=json.loads(row.content),
        )


class ContractStep(Shown):
    action: str
    actor: str
    comment: str
    created_at: datetime


class LeftOut(Shown):
    """Of an included service in its present period."""

    service: str
    included: Decimal
    used: Decimal
    left: Decimal
    unit: str
    since: date
    until: date

    @classmethod
    def of(cls, one: Left) -> "LeftOut":
        return cls.model_validate(one)
