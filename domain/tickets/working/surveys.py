"""Asking customers how a ticket went: which are due, that they were asked, what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.customers.optouts import OPTED_OUT
from domain.tickets.models import SatisfactionSurvey, Ticket
from domain.tickets.working.rating import rate
from domain.types import new_id, utc_now

ASKED, ANSWERED, SKIPPED = "asked", "answered", "skipped"
TOO_LATE = timedelta(days=2)
"""After its time nobody is asked any more: as when asking was switched on only now."""
BATCH = 50

# Closed at once was never resolved: thanks that became a ticket, spam, what was cancelled.
_DUE = text(f"""
    select t.id as ticket_id, t.number, t.subject, t.tags, t.person_id, c.id as conversation_id,
           c.channel_account_id, c.channel, c.last_inbound_at, c.is_paused,
           coalesce(nullif(c.language, ''), p.language) as language,
           c.turn_pending or c.open_question <> '' or c.loop_since is not null or exists (
               select from tickets k where k.conversation_id = c.id
                  and k.status not in ('resolved', 'closed', 'cancelled')) as is_busy,
           {OPTED_OUT} as is_opted_out,
           exists (select from satisfaction_surveys s join tickets k on k.id = s.ticket_id
                    where k.person_id = t.person_id and s.asked_at > :lately) as is_asked_lately
      from tickets t join conversations c on c.id = t.conversation_id
      join people p on p.id = c.person_id
     where t.tenant_id = :tenant_id and t.resolved_at > :oldest and t.resolved_at <= :latest
       and t.status in ('resolved', 'closed') and t.merged_into_id is null
       and c.merged_into_id is null
       and not exists (select from satisfaction_surveys s where s.ticket_id = t.id)
     order by t.resolved_at limit {BATCH}
""")  # noqa: S608 - no value in it


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of surveys asked in a span. `scores`: how many gave 1 to 5; `average` None without any."""

    asked: int
    answered: int
    scores: tuple[int, int, int, int, int]

    @property
    def average(self) -> float | None:
        total = sum(score * count for score, count in enumerate(self.scores, start=1))
        return round(total / sum(self.scores), 2) if any(self.scores) else None

    @property
    def satisfied(self) -> float | None:
        """The share that gave 4 or 5, as the field counts it."""
        return round(sum(self.scores[3:]) / sum(self.scores), 3) if any(self.scores) else None


@dataclass(frozen=True, slots=True)
class Comment:
    number: str
    channel: str
    score: int | None
    comment: str
    at: datetime | None


class Surveys:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def due(self, now: datetime, delay: timedelta, again: timedelta) -> Sequence[Row[Any]]:
        """Resolved for as long as `delay`, not asked yet. Nobody is asked twice in `again`."""
        latest = now - delay
        values = {"tenant_id": self._tenant_id, "latest": latest, "oldest": latest - TOO_LATE}
        return (await self._session.execute(_DUE, values | {"lately": now - again})).all()

    async def skip(self, ticket: Row[Any], reason: str) -> None:
        """It is never asked about."""
        await self._keep(ticket, SKIPPED, reason)

    async def begin(self, ticket: Row[Any]) -> UUID | None:
        """None where it was reopened, or asked about, meanwhile."""
        row = await self._session.get(Ticket, ticket.ticket_id, with_for_update=True)
        if row is None or row.resolved_at is None or row.status not in ("resolved", "closed"):
            return None
        survey_id = await self._keep(ticket, ASKED)
        if survey_id:
            await self._session.execute(
                update(Conversation)
                .where(Conversation.id == ticket.conversation_id)
                .values(survey_id=survey_id)
            )
        return survey_id

    async def find(self, survey_id: UUID, conversation_id: UUID) -> SatisfactionSurvey | None:
        """Only of that conversation: an id in a button is the customer's to send."""
        query = select(SatisfactionSurvey).where(
            SatisfactionSurvey.id == survey_id,
            SatisfactionSurvey.conversation_id == conversation_id,
            SatisfactionSurvey.state != SKIPPED,
        )
        return (await self._session.scalars(query.with_for_update())).one_or_none()

    async def answer(
        self, survey: SatisfactionSurvey, score: int, comment: str, at: datetime
    ) -> Ticket:
        """The last word counts. It is no reply to the ticket: nothing is reopened."""
        ticket = await self._session.get_one(Ticket, survey.ticket_id, with_for_update=True)
        words = comment or ticket.satisfaction_comment
        await rate(self._session, self._tenant_id, ticket, (score, words, at))
        survey.state, survey.score, survey.answered_at = ANSWERED, score, at
        if comment:
            await self.end(survey.conversation_id)
        await self._session.flush()
        return ticket

    async def end(self, conversation_id: UUID) -> None:
        """Nothing more is taken for an answer, buttons aside."""
        await self._session.execute(
            update(Conversation).where(Conversation.id == conversation_id).values(survey_id=None)
        )

    async def ratings(self, since: datetime, until: datetime, channel: str = "") -> Ratings:
        """Of those asked in the span, whenever they were answered."""
        own = SatisfactionSurvey
        counts = [func.count().filter(own.score == score) for score in range(1, 6)]
        query = select(func.count(), func.count().filter(own.state == ANSWERED), *counts).where(
            own.tenant_id == self._tenant_id, own.asked_at >= since, own.asked_at < until
        )
        if channel:
            query = query.where(own.channel == channel)
        asked, answered, *scores = (await self._session.execute(query)).one()
        return Ratings(asked, answered, (scores[0], scores[1], scores[2], scores[3], scores[4]))

    async def channels(self, since: datetime, until: datetime) -> list[str]:
        own = SatisfactionSurvey
        query = (
            select(own.channel)
            .distinct()
            .where(own.tenant_id == self._tenant_id, own.asked_at >= since, own.asked_at < until)
        )
        return sorted(await self._session.scalars(query))

    async def comments(self, since: datetime, until: datetime, limit: int = 50) -> list[Comment]:
        """The worst first, then the latest."""
        own = SatisfactionSurvey
        query = (
            select(
                Ticket.number, own.channel, own.score, Ticket.satisfaction_comment, own.answered_at
            )
            .join(Ticket, Ticket.id == own.ticket_id)
            .where(
                own.tenant_id == self._tenant_id,
                own.asked_at >= since,
                own.asked_at < until,
                own.state == ANSWERED,
                Ticket.satisfaction_comment != "",
            )
            .order_by(own.score, own.answered_at.desc())
            .limit(limit)
        )
        return [Comment(*row) for row in await self._session.execute(query)]

    async def _keep(self, ticket: Row[Any], state: str, reason: str = "") -> UUID | None:
        statement = insert(SatisfactionSurvey).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            ticket_id=ticket.ticket_id,
            conversation_id=ticket.conversation_id,
            channel=ticket.channel,
            state=state,
            reason=reason,
            asked_at=utc_now() if state == ASKED else None,
            created_at=utc_now(),
        )
        kept = statement.on_conflict_do_nothing().returning(SatisfactionSurvey.id)
        return await self._session.scalar(kept)
