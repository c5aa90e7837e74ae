"""What a customer who needs a person is told while nobody is there: once in a closed period."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.wording import say, speakable
from bot.engine.context import Loaded
from bot.engine.manners import notices
from bot.engine.manners.notices import AWAY, Notice, Way
from bot.model.prompts import BrokenPrompt, check, render, shipped
from bot.model.turns import DraftQuote, HandOff, OpenTicket, ReviseQuote, TurnResult
from domain.conversations.models import Conversation, Message
from domain.prompts.service import Prompts
from domain.sla.opening import hours
from domain.tenants.settings import TenantSettings
from domain.tickets.working.clock import zone
from domain.types import utc_now

PROMPT = "away"
AT_WORK = timedelta(hours=2)
"""A person who has just written is there, whatever the calendar says."""
NEEDS_PERSON = (HandOff, OpenTicket, DraftQuote, ReviseQuote)
SOON = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Spoken:
    """How the customer is spoken to."""

    company: str
    language: str


class Outcome(Protocol):
    """What a turn's actions add up to."""

    texts: list[str]
    owner: str


class Absence:
    def __init__(self, session: AsyncSession, tenant_id: UUID, row: Row[Any]) -> None:
        """`row`: the conversation, as it was leased."""
        self._session = session
        self._tenant_id = tenant_id
        self._row = row

    async def words(
        self, settings: TenantSettings, spoken: Spoken, *, bot_answers: bool, now: datetime
    ) -> str:
        """Marks the customer as told. Empty: somebody is there, or the customer knows."""
        presence, known = settings.presence, self._row.away_told_until
        if not presence.tells_away or (known is not None and known > now):
            return ""
        opening = await hours(self._session, presence.calendar, presence.away_until)
        back = opening.back_at(now)
        if back is None:
            return ""
        await self._session.execute(
            update(Conversation).where(Conversation.id == self._row.id).values(away_told_until=back)
        )
        language = speakable(spoken.language, settings.language)
        return await self._rendered(
            {
                "company": spoken.company,
                "language": language,
                "back": when(back, now, zone(settings.time_zone), language),
                "bot_answers": bot_answers,
            }
        )

    async def add_to(self, outcome: Outcome, loaded: Loaded, result: TurnResult) -> None:
        """Who needs a person is told when there is one, with the answer of the turn."""
        needs = any(isinstance(action, NEEDS_PERSON) for action in result.actions)
        if not needs or not any(outcome.texts) or loaded.is_acknowledged_today:
            return
        context = loaded.context
        language = result.language or context.conversation.language
        spoken, bot_answers = Spoken(context.tenant.name, language), outcome.owner == "bot"
        words = await self.words(loaded.settings, spoken, bot_answers=bot_answers, now=utc_now())
        outcome.texts.append(words)

    async def tell(self, loaded: Loaded) -> None:
        """Where a person has the conversation and nobody of them is there: by a notice."""
        now, context = utc_now(), loaded.context
        if not context.messages or await self._is_somebody_at_work(now):
            return
        is_automatic = self._row.mode == "automatic" or loaded.settings.is_demo
        if not (is_automatic and loaded.settings.features.auto_answer):
            return
        spoken = Spoken(context.tenant.name, context.conversation.language)
        words = await self.words(loaded.settings, spoken, bot_answers=False, now=now)
        if words:
            notice = Notice(AWAY, words, answers=loaded.last_external_id)
            account_id = self._row.channel_account_id
            way = Way(self._tenant_id, account_id, loaded.has_threads, is_automatic=True)
            await notices.put(self._session, way, self._row.id, notice)

    async def _is_somebody_at_work(self, now: datetime) -> bool:
        """Also by what is still on its way, or came between two words of the customer."""
        query = select(Message.id).where(
            Message.conversation_id == self._row.id,
            Message.author == "staff",
            Message.direction == "out",
            Message.sent_at > now - AT_WORK,
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def _rendered(self, values: dict[str, str | bool]) -> str:
        """By the tenant's own words where they still work."""
        own = await Prompts(self._session, self._tenant_id, check).current(PROMPT)
        bodies = [own.body] if own and not check(PROMPT, own.body) else []
        for body in bodies:
            try:
                return render(body, values).strip()
            except BrokenPrompt:
                break
        return render(shipped()[PROMPT].body, values).strip()


def when(at: datetime, now: datetime, where: ZoneInfo, language: str) -> str:
    """“Monday at 09:00”; with the date where that weekday is not the next one."""
    local = at.astimezone(where)
    day = say("weekdays", language).split(", ")[local.weekday()]
    if at - now > SOON:
        day = f"{day} {local.day}.{local.month}."
    return say("at", language, day=day, time=f"{local:%H:%M}")
