"""/desk sla, from a ticket's times to the report; what staff are told."""

from datetime import timedelta

from sqlalchemy import select

from domain.sla.service import Policies
from domain.staff.models import StaffNotice
from domain.types import utc_now
from tests.bot.desk.handling.conftest import Counter, text_of
from tests.bot.desk.handling.test_tickets import opened


async def late(counter: Counter, hours: int) -> None:
    """The ticket was opened so long ago; its clock was kept and the job ran."""
    await counter.company.execute(
        f"update tickets set created_at = now() - interval '{hours} hours'"
    )
    runtime = counter.company.runtime
    await runtime.reactions.react(counter.tenant_id)
    await runtime.service_levels.watch(utc_now())
    await runtime.reactions.react(counter.tenant_id)


async def test_a_ticket_shows_what_was_promised_and_what_became_of_it(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    await late(counter, 5)
    shown = text_of(await counter.say("sla 1"))
    assert "First response: late" in shown
    assert "Resolution: due" in shown
    assert "Escalated" in shown
    assert "Risk: 100 of 100" in shown
    shown = text_of(await counter.say("ticket 1"))
    assert "First response: late" in shown
    assert "Priority: high" in shown


async def test_staff_are_told_once_of_each(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    await late(counter, 5)
    await counter.company.runtime.service_levels.watch(utc_now() + timedelta(minutes=1))
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        rows = await session.scalars(select(StaffNotice).where(StaffNotice.kind == "sla"))
        told = sorted(row.text.partition(" · ")[2][:22] for row in rows)
    assert told == [
        "escalated, its priorit",
        "first response is due ",
        "first response is due ",
        "first response is late",
    ]
    assert text_of(await counter.say("mute sla"))


async def test_policies_at_risk_and_the_report_are_shown(counter: Counter) -> None:
    assert "sla.first_response_hours" in text_of(await counter.say("sla policies"))
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        await Policies(session, counter.tenant_id).from_template("standard")
    assert "urgent: first response 1 h, resolution 4 h" in text_of(
        await counter.say("sla policies")
    )
    await opened(counter, "Camera dead")
    await late(counter, 24 * 8)
    assert "late by" in text_of(await counter.say("sla at-risk"))
    assert "late by" in text_of(await counter.say("inbox at-risk"))
    shown = text_of(await counter.say("sla report 30d"))
    assert "Standard: 1 ticket · first response 0% · resolution 0%" in shown
    card = await counter.say("sla report soon")
    assert card.is_private
    assert "Camera dead" in text_of(await counter.desk.home(counter.staff["staff"]))  # type: ignore[arg-type]
