"""Asks customers how a resolved ticket went: once, later, and only where it is no nuisance."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from bot import queue
from bot.agents.extractive.reading import shorten
from bot.agents.wording import say, speakable
from bot.engine.accounts import Account, Accounts
from bot.engine.manners import notices, scores
from bot.engine.manners.notices import SURVEY, Notice, Way
from domain.database import Database
from domain.errors import DomainError
from domain.tenants.service import Tenants
from domain.tenants.settings import Csat
from domain.tickets.working.surveys import Surveys

LATER = "later"
MARGIN = timedelta(minutes=10)
"""A window about to close is closed: the answer to an answer must still be possible."""
UNASKED_TAGS = frozenset({"spam", "delivery", "promise"})
"""Of tickets that no customer knows of as theirs."""


def why_not(ticket: Row[Any], account: Account, now: datetime) -> str:
    """Why this customer is not asked about the ticket; LATER: not yet; empty: they are."""
    window = account.channel.capabilities.window
    opened = ticket.last_inbound_at
    rules = (
        (ticket.is_opted_out, "opted_out"),
        (UNASKED_TAGS & {tag.lower() for tag in ticket.tags}, "not_a_customers"),
        (ticket.is_asked_lately, "asked_lately"),
        (not account.is_on or not account.answers_by_itself, "draft_only"),
        (window and (opened is None or now - opened > window - MARGIN), "window_closed"),
        (ticket.is_busy or ticket.is_paused, LATER),
    )
    return next((reason for applies, reason in rules if applies), "")


class Surveyor:
    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def ask(self, tenant_id: UUID, now: datetime) -> int:
        """The number of customers asked."""
        async with self._database.transaction(tenant_id) as session:
            csat = (await Tenants(session, tenant_id).settings()).csat
            due = await self._due(Surveys(session, tenant_id), csat, now)
        asked = 0
        people: set[UUID] = set()
        for ticket in due:
            try:
                account = await self._accounts.get(tenant_id, ticket.channel_account_id)
            except DomainError:
                continue
            reason = why_not(ticket, account, now)
            if not reason and csat.every_days and ticket.person_id in people:
                reason = "asked_lately"
            if reason == LATER:
                continue
            asked += await self._decide(account, ticket, reason)
            if not reason:
                people.add(ticket.person_id)
        return asked

    async def _due(self, surveys: Surveys, csat: Csat, now: datetime) -> tuple[Row[Any], ...]:
        if not csat.is_on:
            return ()
        delay, again = timedelta(minutes=csat.delay_minutes), timedelta(days=csat.every_days)
        return tuple(await surveys.due(now, delay, again))

    async def _decide(self, account: Account, ticket: Row[Any], reason: str) -> bool:
        async with self._database.transaction(account.tenant_id) as session:
            surveys = Surveys(session, account.tenant_id)
            if reason:
                await surveys.skip(ticket, reason)
                return False
            survey_id = await surveys.begin(ticket)
            if survey_id is None:
                return False
            notice = _question(ticket, survey_id, account.tenant.language)
            await notices.put(session, Way.by(account), ticket.conversation_id, notice)
            if session.info.pop("has_events", False):
                await queue.put(session, "react", tenant_id=account.tenant_id)
        return True


def _question(ticket: Row[Any], survey_id: UUID, spoken: str) -> Notice:
    language = speakable(ticket.language, spoken)
    subject = shorten(ticket.subject, 80)
    choices = tuple(
        {"id": f"{scores.CHOICE}{survey_id}:{score}", "title": title}
        for score, title in enumerate(scores.titles(language), start=1)
    )
    return Notice(
        SURVEY,
        say("csat_ask", language, number=ticket.number, subject=subject),
        choices,
        further=(("survey_id", str(survey_id)),),
    )
