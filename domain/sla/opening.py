"""Whether people are there: by a business calendar, and by what staff say. Pure but for `hours`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.sla.clock import Calendar, NeverOpen, business_time_between, deadline
from domain.sla.models import BusinessCalendar, SlaPolicy
from domain.sla.policybook import stored

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """`calendar` None: nobody said when; people count as always there."""

    calendar: Calendar | None = None
    away_until: datetime | None = None

    def back_at(self, now: datetime) -> datetime | None:
        """When somebody is there again; None: somebody is there now."""
        at = max(now, self.away_until) if self.away_until else now
        if self.calendar is None:
            return at if at > now else None
        try:
            opens = deadline(at, _TICK, self.calendar)
        except NeverOpen:
            return None
        if opens is None or opens - at <= _TICK:
            return at if at > now else None
        return opens - _TICK

    def waited(self, since: datetime, now: datetime) -> timedelta:
        """How long somebody could have been there."""
        start = max(since, self.away_until) if self.away_until and self.away_until <= now else since
        if self.away_until and self.away_until > now:
            return timedelta(0)
        if self.calendar is None:
            return max(timedelta(0), now - start)
        return business_time_between(start, now, self.calendar)


async def hours(session: AsyncSession, name: str, away_until: datetime | None) -> Hours:
    """By the calendar of that name; without one, by that of the first policy in force."""
    query = select(BusinessCalendar)
    if name:
        query = query.where(BusinessCalendar.name == name)
    else:
        # One that never closes says nothing of when people are there.
        query = (
            query.join(SlaPolicy, SlaPolicy.calendar_id == BusinessCalendar.id)
            .where(SlaPolicy.is_on)
            .order_by(SlaPolicy.position, SlaPolicy.id)
        )
    rows = await session.scalars(query.limit(20))
    for row in rows:
        calendar = stored(row).read()
        if name or not all(day == ((0, 24 * 60),) for day in calendar.week):
            return Hours(calendar, away_until)
    return Hours(None, away_until)
