"""A revision's states by the table, and the paper that is kept as it was sent."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.errors import Refused
from domain.quotes.lifecycle.freezing import ChangedMeanwhile, freeze, frozen
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.states import (
    MOVES,
    STATES,
    ForbiddenMove,
    NeedsApproval,
    UnknownState,
    require_move,
)
from domain.quotes.models import Quote
from domain.quotes.service import QuoteFor, Quotes
from domain.types import utc_now
from tests.conftest import Entered
from tests.domain.quotes.test_documents import drafted

ALLOWED = {
    ("draft", "sent"), ("draft", "cancelled"),
    ("sent", "viewed"), ("sent", "accepted"), ("sent", "rejected"), ("sent", "expired"),
    ("sent", "cancelled"),
    ("viewed", "accepted"), ("viewed", "rejected"), ("viewed", "expired"),
    ("viewed", "cancelled"),
    ("accepted", "cancelled"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
def test_the_table_of_moves(old: str, new: str) -> None:
    if (old, new) in ALLOWED:
        require_move("QT-1", old, new)
    else:
        with pytest.raises(ForbiddenMove, match=f"is {old} and cannot become {new}"):
            require_move("QT-1", old, new)


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(ForbiddenMove, match="it can become sent or cancelled"):
        require_move("QT-1", "draft", "accepted")
    with pytest.raises(ForbiddenMove, match="that is where it ends"):
        require_move("QT-1", "expired", "sent")
    with pytest.raises(UnknownState, match="it is one of draft, sent"):
        require_move("QT-1", "draft", "paid")
    assert set(MOVES) == set(STATES)


@pytest.fixture
async def quote(tenant: Entered) -> Quote:
    quotes = Quotes(tenant.session, tenant.tenant_id)
    return await quotes.draft(QuoteFor("Cabling"), drafted(), actor="bot")


async def test_a_move_is_stamped_and_logged_with_who_and_why(quote: Quote, tenant: Entered) -> None:
    sent = Move("sent", "staff:1", "By hand", limit=Decimal(5000))
    await move(tenant.session, tenant.tenant_id, quote, sent)
    assert quote.sent_at is not None
    assert quote.valid_until == utc_now().date() + timedelta(days=30)
    await move(tenant.session, tenant.tenant_id, quote, Move("rejected", "bot", "Too dear", "lost"))
    log = await Quotes(tenant.session, tenant.tenant_id).log(quote.id)
    assert [(one.action, one.actor, one.comment) for one in log][-2:] == [
        ("sent", "staff:1", "By hand"), ("lost", "bot", "Too dear"),
    ]  # fmt: skip


async def test_over_the_limit_it_is_sent_only_when_approved(quote: Quote, tenant: Entered) -> None:
    sent = Move("sent", "staff:1", limit=Decimal(100))
    with pytest.raises(NeedsApproval, match="not approved yet"):
        await move(tenant.session, tenant.tenant_id, quote, sent)
    quote.approved_version = quote.version
    assert (await move(tenant.session, tenant.tenant_id, quote, sent)).status == "sent"


async def test_a_quote_without_lines_is_not_sent(quote: Quote, tenant: Entered) -> None:
    await Quotes(tenant.session, tenant.tenant_id).reline(quote, ())
    with pytest.raises(Refused, match="no lines"):
        await move(tenant.session, tenant.tenant_id, quote, Move("sent", "staff:1"))


async def test_a_revision_has_one_paper_whatever_comes_after(quote: Quote, tenant: Entered) -> None:
    first = await freeze(tenant.session, quote, b"%PDF one", made_from=1, actor="staff:1")
    assert first.sha256 == hashlib.sha256(b"%PDF one").hexdigest()
    assert first.document_versions == {"parts_list": 1, "technical": 1, "overview": 1, "build": 1}
    again = await freeze(tenant.session, quote, b"%PDF two", made_from=9, actor="staff:2")
    assert (again.id, again.content) == (first.id, b"%PDF one")
    quote.revision = 2
    assert await frozen(tenant.session, quote.id, 2) is None
    second = await freeze(tenant.session, quote, b"%PDF two", made_from=1, actor="staff:2")
    assert (second.revision, second.content) == (2, b"%PDF two")


async def test_bytes_of_an_older_version_are_not_frozen(quote: Quote, tenant: Entered) -> None:
    quote.version += 1
    with pytest.raises(ChangedMeanwhile):
        await freeze(tenant.session, quote, b"%PDF", made_from=1, actor="staff:1")


async def test_a_paper_cannot_be_changed_in_the_database(quote: Quote, tenant: Entered) -> None:
    await freeze(tenant.session, quote, b"%PDF", made_from=1, actor="staff:1")
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with tenant.session.begin_nested():
            await tenant.session.execute(text("update quote_papers set content = 'x'"))
