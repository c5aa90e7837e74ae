"""Quotes: drafted from a customer's words, listed, shown with their documents."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from bot.api.rest import (
    Body,
    Line,
    Name,
    Page,
    Paging,
    Said,
    Shown,
    Word,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from bot.desk.quotes import Considered, QuoteWish, consider, store
from domain.quotes.approval import standing
from domain.quotes.models import Quote, QuoteDocument
from domain.quotes.service import Quotes

router = rest_router("/quotes", "quotes")


class GenerateQuote(Body):
    """`customer_id` is a company's or a person's."""

    customer_id: UUID
    customer_request: Said = Field(examples=["Install Cat6 cabling for office, 24 double outlets"])
    quote_title: Name = Field(examples=["Office Cabling Quote"])
    required_deadline: Line = ""
    location: Line = ""
    quantity: Line | int = ""


class DocumentRef(BaseModel):
    id: UUID
    document_type: str
    version: int


class Generated(BaseModel):
    """`step`: model or extractive, the reader that understood the request."""

    success: bool = True
    quote_id: UUID
    quote_number: str
    tier_type: str
    step: str
    questions: list[str]
    documents: list[DocumentRef]


class QuoteOut(Shown):
    id: UUID
    number: str
    title: str
    status: str
    person_id: UUID | None
    company_id: UUID | None
    conversation_id: UUID | None
    location: str
    deadline: str
    currency: str
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    open_questions: list[str]
    catalogue_revision: int
    step: str
    version: int
    revision: int
    customer_reference: str
    sent_at: datetime | None
    valid_until: date | None
    created_at: datetime
    updated_at: datetime


class QuoteLineOut(Shown):
    """`words`: the customer's words the line comes from; `rule`: the norm that added it."""

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
    site: str
    words: str
    rule: str
    note: str
    price_source: str
    is_optional: bool
    is_alternate: bool
    tier: str


class WholeQuote(QuoteOut):
    """`approval`: not_required, pending, approved or rejected, of the present version."""

    request: str
    approval: str = ""
    approval_reason: str = ""
    lines: list[QuoteLineOut] = Field(default_factory=list)


class DocumentOut(DocumentRef):
    content: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class Documents(BaseModel):
    success: bool = True
    documents: list[DocumentOut]


async def considered(new: GenerateQuote, runtime: RuntimeOf, caller: StaffCaller) -> Considered:
    """Thought through before the transaction of the request is opened."""
    wish = QuoteWish(
        customer_id=new.customer_id,
        request=new.customer_request,
        title=new.quote_title,
        location=new.location,
        deadline=new.required_deadline,
        quantity=str(new.quantity),
    )
    return await consider(runtime.database, runtime.drafter, caller.tenant_id, wish)


@router.post("/generate", status_code=201)
async def generate(
    thought: Annotated[Considered, Depends(considered)],
    caller: StaffCaller,
    session: Transaction,
) -> Generated:
    """Drafts a quote; every price is computed from the catalogue. Nothing is sent."""
    quote = await store(session, caller.tenant_id, thought, actor=caller.actor)
    found = await Quotes(session, caller.tenant_id).documents(quote.id)
    return Generated(
        quote_id=quote.id,
        quote_number=quote.number,
        tier_type=quote.tier_type,
        step=quote.step,
        questions=quote.open_questions,
        documents=[_reference(document) for document, _ in found],
    )


class QuoteFilter(Paging):
    status: Word | None = None
    company_id: UUID | None = None
    person_id: UUID | None = None


@router.get("")
async def list_quotes(
    asked: Annotated[QuoteFilter, Query()], caller: Reader, session: ReadTransaction
) -> Page[QuoteOut]:
    rows = await Quotes(session, caller.tenant_id).page(
        asked.limit + 1,
        asked.place(time_and_id),
        asked.since,
        status=asked.status,
        company_id=asked.company_id,
        person_id=asked.person_id,
    )
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, QuoteOut.model_validate, own)


@router.get("/{quote_id}")
async def show(quote_id: UUID, caller: Reader, session: ReadTransaction) -> WholeQuote:
    quotes = Quotes(session, caller.tenant_id)
    quote = await quotes.get(quote_id)
    lines = [QuoteLineOut.model_validate(line) for line in await quotes.lines(quote_id)]
    now = await standing(session, quote)
    approval = {"approval": now.approval, "approval_reason": now.reason}
    return WholeQuote.model_validate(_fields(quote) | approval | {"lines": lines})


def _fields(quote: Quote) -> dict[str, Any]:
    own = QuoteOut.model_fields.keys() | {"request"}
    return {name: getattr(quote, name) for name in own}


def _reference(document: QuoteDocument) -> DocumentRef:
    return DocumentRef(
        id=document.id, document_type=document.document_type, version=document.version
    )
