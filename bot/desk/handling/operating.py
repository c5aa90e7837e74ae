"""Running the desk: who may answer by itself, pauses, today's figures, what was lost, health."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import doctor as checks
from bot.desk import ledger
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, as_id
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short
from channels.cards import Button, Card, Field, Section, Used
from domain.audit.service import note as audit
from domain.conversations.figures import Figures, figures
from domain.tenants.service import Tenants
from domain.tickets.listing import TicketList, Wanted
from domain.tickets.working.articles import TicketArticles
from domain.tickets.working.surveys import Surveys
from domain.types import utc_now
from domain.usage import service as usage

SHOWN = 15


async def stats(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        fields = await todays_figures(session, command.tenant_id)
    return Card(title="Today", sections=(Section(fields=fields),))


async def todays_figures(session: AsyncSession, tenant_id: UUID) -> tuple[Field, ...]:
    settings = await Tenants(session, tenant_id).settings()
    since = _midnight(settings.time_zone)
    day = await figures(session, tenant_id, since)
    tickets = TicketList(session, tenant_id)
    spent = await usage.spent(session, utc_now().date())
    return (
        *_of_conversations(day),
        Field("Tickets opened", str(await tickets.since("created_at", since))),
        Field("Tickets resolved", str(await tickets.since("resolved_at", since))),
        Field(
            "Resolved with an article",
            str(await TicketArticles(session, tenant_id).resolved_since(since)),
        ),
        Field("Tickets open now", str(await tickets.count(Wanted()))),
        Field("Model cost (USD)", f"{spent:.2f}"),
        Field("Satisfaction, 30 days", await _satisfaction(session, tenant_id)),
    )


async def _satisfaction(session: AsyncSession, tenant_id: UUID) -> str:
    now = utc_now()
    ratings = await Surveys(session, tenant_id).ratings(now - timedelta(days=30), now)
    if ratings.average is None:
        return f"nobody of {ratings.asked} asked has answered"
    return f"{ratings.average:.1f} of 5, {ratings.answered} of {ratings.asked} answered"


def _of_conversations(day: Figures) -> tuple[Field, ...]:
    return (
        Field("Messages received", f"{day.received} in {many(day.conversations, 'conversation')}"),
        Field("Answered by the bot", str(day.answered_by_bot)),
        Field("Answered by staff", str(day.answered_by_staff)),
        Field("Drafts waiting", str(day.waiting_drafts)),
        Field("With a person now", str(day.with_people)),
        Field("Failed deliveries", str(day.failed)),
    )


def _midnight(time_zone: str) -> datetime:
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    start = utc_now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(UTC)


async def lost(bench: Bench, command: StaffCommand) -> Answer:
    rows = await ledger.lost(bench.database, command.tenant_id)
    sections = []
    for row in rows[:SHOWN]:
        buttons: tuple[Button, ...] = (Button("lost.replay", "Try again", row["id"]),)
        if row["what"] == "conversation":
            buttons = (run("Open", f"thread {row['id']}"), *buttons)
        about = " · ".join(part for part in (row["what"], row["customer"], row["reason"]) if part)
        said = short(row["text"], 200) if row["what"] == "conversation" else ""
        sections.append(Section(f"{row['since']} · {about}\n{said}".strip(), buttons=buttons))
    more = len(rows) - SHOWN
    return Card(
        title=f"Without an answer: {len(rows)}",
        sections=tuple(sections) or (Section("Nothing is lost."),),
        footnote=f"and {more} more" if more > 0 else "",
    )


async def replay(bench: Bench, used: Used, by: StaffView) -> Answer:
    told = await ledger.replay(bench.database, by.tenant_id, as_id(used.value))
    async with bench.database.transaction(by.tenant_id) as session:
        audit(session, by.tenant_id, by.actor, "ledger.replayed", used.value)
    return Card(title="Trying again", sections=(Section(told),))


async def doctor(bench: Bench, command: StaffCommand) -> Answer:
    findings = await checks.of_tenant(bench.database, bench.accounts, command.tenant_id)
    lines = [
        f"{finding.state.upper()} · {finding.what}"
        + (f" · {finding.advice}" * bool(finding.advice))
        for finding in findings
    ]
    broken = sum(finding.state == "broken" for finding in findings)
    title = f"{many(broken, 'thing')} broken" if broken else "Nothing is broken"
    return Card(title=title, sections=(Section("\n".join(lines)),), is_error=bool(broken))
