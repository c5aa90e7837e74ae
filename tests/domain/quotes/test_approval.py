"""Approval beside the state: by amount, by margin, refused with a reason, asked anew."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import Conflict, Refused
from domain.quotes.approval import (
    ApprovalRefused,
    Approver,
    OverLimit,
    UnderMargin,
    approve,
    line_of,
    refuse,
    standing,
)
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import start_revision
from domain.quotes.lifecycle.states import NeedsApproval
from domain.quotes.models import Quote
from domain.quotes.service import QuoteFor, Quotes
from domain.tenants.service import Tenants
from tests.conftest import Entered
from tests.domain.quotes.test_documents import drafted

ANYBODY = Approver(None, None, name="key:1")
WITHIN = Approver(None, Decimal(5000), sees_margins=False, name="key:2")


@pytest.fixture
async def quote(tenant: Entered) -> Quote:
    """1,296 net of which 576 are margin (44.4 %), 1,555.20 in all."""
    quotes = Quotes(tenant.session, tenant.tenant_id)
    return await quotes.draft(QuoteFor("Cabling"), drafted(), actor="bot")


async def setting(at: Entered, **changes: Any) -> None:
    wanted = {f"quoting.{key}": value for key, value in changes.items()}
    await Tenants(at.session, at.tenant_id).change(wanted)


async def state(at: Entered, quote: Quote) -> str:
    return (await standing(at.session, quote)).approval


async def send(at: Entered, quote: Quote, limit: int | None = 100, **more: Any) -> Quote:
    allowed = None if limit is None else Decimal(limit)
    return await move(at.session, at.tenant_id, quote, Move("sent", "key:1", limit=allowed, **more))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "pending"),
        ({"approval_above": "1555.20"}, "not_required"),
        ({"approval_above": "1555.19"}, "pending"),
        ({"approval_above": "9000", "minimum_margin": "0.44"}, "not_required"),
        ({"approval_above": "9000", "minimum_margin": "0.45"}, "pending"),
    ],
)
async def test_what_needs_an_approval(
    tenant: Entered, quote: Quote, settings: dict[str, str], expected: str
) -> None:
    await setting(tenant, **settings)
    assert await state(tenant, quote) == expected


async def test_under_the_amount_anybody_sends(tenant: Entered, quote: Quote) -> None:
    with pytest.raises(NeedsApproval):
        await send(tenant, quote)
    await setting(tenant, approval_above="2000")
    assert (await send(tenant, quote)).status == "sent"


async def test_under_the_margin_it_takes_somebody_who_sees_margins(
    tenant: Entered, quote: Quote
) -> None:
    await setting(tenant, approval_above="2000", minimum_margin="0.5")
    with pytest.raises(UnderMargin, match="who may see margins"):
        await send(tenant, quote, sees_margins=False)
    with pytest.raises(UnderMargin):
        await approve(tenant.session, quote, WITHIN)
    await approve(tenant.session, quote, ANYBODY)
    assert await state(tenant, quote) == "approved"
    assert (await send(tenant, quote, sees_margins=False)).status == "sent"


async def test_a_margin_that_nobody_knows_is_too_small(tenant: Entered, quote: Quote) -> None:
    await setting(tenant, approval_above="2000", minimum_margin="0.1")
    quotes = Quotes(tenant.session, tenant.tenant_id)
    rows = await quotes.lines(quote.id)
    free = tuple(replace(line_of(row, "GBP"), unit_cost=None) for row in rows)
    await quotes.reline(quote, free)
    assert await state(tenant, quote) == "pending"


async def test_refused_with_a_reason_it_is_not_sent_and_a_change_asks_anew(
    tenant: Entered, quote: Quote
) -> None:
    with pytest.raises(Refused, match="Say why"):
        await refuse(tenant.session, quote, ANYBODY, "  ")
    await refuse(tenant.session, quote, ANYBODY, "Too cheap", seen_version=1)
    with pytest.raises(Conflict, match="refused already"):
        await refuse(tenant.session, quote, ANYBODY, "Too cheap")
    with pytest.raises(ApprovalRefused, match=r"“Too cheap”\. Change it"):
        await send(tenant, quote, None)
    assert await state(tenant, quote) == "rejected"
    await Quotes(tenant.session, tenant.tenant_id).redraft(
        quote.id, drafted(30), actor="bot", why="more"
    )
    assert await state(tenant, quote) == "pending"
    assert (await send(tenant, quote, None)).status == "sent"


async def test_who_refused_may_think_again(tenant: Entered, quote: Quote) -> None:
    await refuse(tenant.session, quote, ANYBODY, "Too cheap")
    await approve(tenant.session, quote, ANYBODY)
    assert await state(tenant, quote) == "approved"
    await refuse(tenant.session, quote, ANYBODY, "After all not")
    assert (await state(tenant, quote), quote.approved_version) == ("rejected", None)


async def test_only_within_the_limit_and_only_what_was_looked_at(
    tenant: Entered, quote: Quote
) -> None:
    small = Approver(uuid4(), Decimal(1000))
    with pytest.raises(OverLimit):
        await refuse(tenant.session, quote, small, "No")
    with pytest.raises(OverLimit):
        await approve(tenant.session, quote, small)
    with pytest.raises(Conflict, match="changed meanwhile"):
        await refuse(tenant.session, quote, ANYBODY, "No", seen_version=7)


async def test_the_next_revision_is_approved_for_itself(tenant: Entered, quote: Quote) -> None:
    await approve(tenant.session, quote, ANYBODY)
    await send(tenant, quote)
    assert await state(tenant, quote) == "approved"
    await start_revision(tenant.session, tenant.tenant_id, quote, "staff:1", "more")
    assert await state(tenant, quote) == "pending"
    with pytest.raises(NeedsApproval):
        await send(tenant, quote)
