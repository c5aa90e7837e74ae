"""Approving a draft at the desk, or refusing to with a reason; what waits for it."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import NotAllowed
from bot.desk.command import StaffView
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.handling.quotes.looking import locked, number_in, require_draft, show
from channels.cards import Form, Input, InputKind, Used
from domain.audit.service import note as audit
from domain.database import Database
from domain.errors import Refused
from domain.quotes.approval import (
    LONGEST_REASON,
    Approver,
    approve,
    is_approved,
    is_refused,
    refuse,
    standing,
)
from domain.quotes.models import Quote
from domain.quotes.service import Quotes


async def approve_seen(bench: Bench, used: Used, by: StaffView) -> Answer:
    number, seen = _seen(used.value)
    return await approved(bench, by, number, seen)


async def approved(bench: Bench, by: StaffView, words: str, seen: int | None = None) -> Answer:
    number = number_in(words)
    async with bench.database.transaction(by.tenant_id) as session:
        quote = await locked(session, by.tenant_id, number)
        if not await Quotes(session, by.tenant_id).lines(quote.id):
            raise Refused(f"{number} has no lines yet: there is nothing to approve.")
        await approve(session, quote, _approver(by), seen_version=seen)
        await _done(session, by, quote, "quote.approved")
    return await show(bench, by, number)


async def refuse_seen(bench: Bench, used: Used, by: StaffView) -> Answer:
    """Asks for the reason."""
    number, _ = _seen(used.value)
    async with bench.database.transaction(by.tenant_id) as session:
        quote = await Quotes(session, by.tenant_id).numbered(number)
        require_draft(quote)
    return Form(
        action="quote.refused_because",
        title=f"Refuse {number}",
        submit="Refuse",
        inputs=(Input("reason", "What has to be changed?", InputKind.TEXT, limit=LONGEST_REASON),),
        value=used.value,
        intro="It goes back to who drafted it, with your reason.",
    )


async def refused_because(bench: Bench, used: Used, by: StaffView) -> Answer:
    number, seen = _seen(used.value)
    return await _refused(bench, by, number, used.inputs.get("reason", ""), seen)


async def refused(bench: Bench, by: StaffView, words: str) -> Answer:
    """`N WHY`."""
    _, reason = first_word(words)
    number = number_in(words)
    if not reason.strip():
        raise wrong_use("quote", "Why? Say what has to be changed, after the number.")
    return await _refused(bench, by, number, reason, None)


async def _refused(
    bench: Bench, by: StaffView, words: str, reason: str, seen: int | None
) -> Answer:
    number = number_in(words)
    async with bench.database.transaction(by.tenant_id) as session:
        quote = await locked(session, by.tenant_id, number)
        await refuse(session, quote, _approver(by), reason, seen_version=seen)
        await _done(session, by, quote, "quote.approval_refused")
    return await show(bench, by, number)


async def waiting_for(database: Database, by: StaffView, limit: int = 10) -> list[Quote]:
    """Drafts without open questions that this member may approve."""
    found: list[Quote] = []
    async with database.transaction(by.tenant_id) as session:
        for quote in await Quotes(session, by.tenant_id).page(limit * 5, status="draft"):
            if len(found) == limit:
                break
            is_decided = is_approved(quote) or is_refused(quote) or quote.open_questions
            if not is_decided and by.rights.may_approve(quote.total):
                now = await standing(session, quote)
                is_theirs = by.rights.sees_margins or not now.by_margin
                found += [quote] if now.approval == "pending" and is_theirs else []
    return found


def _approver(by: StaffView) -> Approver:
    limit = by.rights.approves_up_to
    if limit is not None and limit <= 0:
        raise NotAllowed("Sorry, you may not approve quotes. Ask an admin for a limit.")
    return Approver(own_id(by), limit, by.rights.sees_margins)


async def _done(session: AsyncSession, by: StaffView, quote: Quote, action: str) -> None:
    audit(session, by.tenant_id, by.actor, action, quote.number, version=quote.version)
    await queue.put(session, "react", tenant_id=by.tenant_id)


def _seen(value: str) -> tuple[str, int | None]:
    number, _, version = value.partition(":")
    return number, int(version) if version.isdecimal() else None
