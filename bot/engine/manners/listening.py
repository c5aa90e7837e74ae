"""Hears what is no matter for the bot, as messages come in: STOP, START, and answers to a survey.

In the intake's transaction, whoever answers the conversation and whether the bot is on or off:
who writes STOP is heard by a paused company as well.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.agents.triage.markers import MARKERS
from bot.agents.triage.texts import own_words
from bot.agents.wording import say, speakable
from bot.engine.accounts import Account
from bot.engine.manners import notices, scores
from bot.engine.manners.commands import opts_in, opts_out
from bot.engine.manners.notices import OPT_OUT, SURVEY, Notice, Way
from domain.conversations.models import Message
from domain.conversations.understood import NewMessage
from domain.customers.optouts import Address, OptOuts
from domain.tickets.models import SatisfactionSurvey
from domain.tickets.working.surveys import ANSWERED, Surveys

LOW = 2
FEW_WORDS = 4

# The last that went out before each message; a question of staff is one that ends so.
_AROUND = text("""
    select m.id, m.text, m.subject, m.choice, m.sent_at, m.sender_address, m.external_id,
           m.content_kind, c.id as conversation_id, c.hint, c.person_id, c.channel, c.survey_id,
           c.open_question, t.name as tenant_name,
           coalesce(nullif(c.language, ''), p.language) as language,
           o.details ->> 'survey_id' as last_survey,
           coalesce(o.author = 'staff' and right(rtrim(o.text), 1) = '?'
                    and o.sent_at > now() - interval '2 days', false) as is_asked_by_staff
      from messages m join conversations c on c.id = m.conversation_id
      join people p on p.id = c.person_id join tenants t on t.id = m.tenant_id
      left join lateral (select * from messages b where b.conversation_id = c.id
            and b.direction = 'out' and b.sequence < m.sequence and b.state <> 'cancelled'
            order by b.sequence desc limit 1) o on true
     where m.id = any(:ids) order by m.sequence
""")


class Listener:
    def __init__(self, session: AsyncSession, account: Account) -> None:
        self._session = session
        self._account = account
        self._tenant_id = account.tenant_id
        self._opt_outs = OptOuts(session, account.tenant_id)
        self._surveys = Surveys(session, account.tenant_id)

    async def hear(self, messages: Iterable[NewMessage], surveyed: frozenset[UUID]) -> None:
        """`surveyed`: messages of conversations in which an answer to a survey may come."""
        said = (one for one in messages if _may_count(one))
        ids = [one.id for one in said if one.id in surveyed or _is_command(one)]
        if not ids:
            return
        rows = (await self._session.execute(_AROUND, {"ids": ids})).all()
        for row in rows:
            if reason := await self._understood(row):
                await self._session.execute(
                    update(Message)
                    .where(Message.id == row.id)
                    .values(outcome="attached", outcome_reason=reason)
                )
        if self._session.info.pop("has_events", False):
            await queue.put(self._session, "react", tenant_id=self._tenant_id)

    async def _understood(self, row: Row[Any]) -> str:
        """Why the bot need not think about the message; empty: it must."""
        words = _words(row.text, row.subject)
        if row.choice and (press := scores.pressed(row.choice)):
            return await self._rated(row, press[0], scores.Scored(press[1]))
        if opts_out(words, answers_us=bool(row.open_question) or row.is_asked_by_staff):
            return await self._opted_out(row, words)
        if opts_in(words) and await self._opt_outs.end(
            _address(row), "customer", person_id=row.person_id
        ):
            await self._say(row, OPT_OUT, self._worded(row, "opted_in"))
            return "opted_in"
        if row.survey_id and row.last_survey == str(row.survey_id) and not row.choice:
            return await self._answered(row, words)
        return ""

    async def _opted_out(self, row: Row[Any], words: str) -> str:
        address = _address(row)
        is_new = await self._opt_outs.begin(
            address, "customer", words=words, person_id=row.person_id
        )
        if is_new:
            await self._say(row, OPT_OUT, self._worded(row, "opted_out"))
        return "opted_out"

    async def _answered(self, row: Row[Any], words: str) -> str:
        if scored := scores.score_in(words):
            return await self._rated(row, str(row.survey_id), scored)
        survey = await self._surveys.find(row.survey_id, row.conversation_id)
        if survey is None or survey.state != ANSWERED or survey.score is None:
            return ""
        if _is_mere_thanks(words):
            return "no_reply"
        if not scores.is_remark(words):
            return ""
        await self._surveys.answer(survey, survey.score, words[: scores.LONGEST], row.sent_at)
        await self._say(row, SURVEY, self._worded(row, "csat_noted"), survey)
        return "rating"

    async def _rated(self, row: Row[Any], survey_id: str, scored: scores.Scored) -> str:
        survey = await self._survey(survey_id, row.conversation_id)
        if survey is None:
            return ""
        await self._surveys.answer(survey, scored.score, scored.comment, row.sent_at)
        if scored.comment and not scores.is_remark(scored.comment):
            return ""  # “2, and how do I …?”: the bot answers the rest
        key = "csat_noted" if scored.comment else "csat_thanks"
        key = "csat_sorry" if scored.score <= LOW and not scored.comment else key
        await self._say(row, SURVEY, self._worded(row, key), survey)
        return "rating"

    async def _survey(self, survey_id: str, conversation_id: UUID) -> SatisfactionSurvey | None:
        try:
            return await self._surveys.find(UUID(survey_id), conversation_id)
        except ValueError:
            return None

    async def _say(
        self, row: Row[Any], kind: str, words: str, survey: SatisfactionSurvey | None = None
    ) -> None:
        if kind == SURVEY and not self._account.answers_by_itself:
            return
        further = (("survey_id", str(survey.id)),) if survey else ()
        notice = Notice(kind, words, answers=row.external_id, further=further)
        way = Way.by(self._account)
        await notices.put(self._session, way, row.conversation_id, notice)

    def _worded(self, row: Row[Any], key: str) -> str:
        tenant = self._account.tenant
        name = tenant.assistant.name or row.tenant_name
        return say(key, speakable(row.language, tenant.language), company=name)


def _may_count(message: NewMessage) -> bool:
    return message.author == "customer" and message.is_live and message.outcome != "ignored"


def _is_command(message: NewMessage) -> bool:
    words = _words(message.text, message.subject)
    is_press = bool(message.choice and message.choice.startswith(scores.CHOICE))
    return is_press or opts_out(words) or opts_in(words)


def _words(said: str, subject: str) -> str:
    """A mail that an unsubscribe link makes may have a subject only."""
    return own_words(said) if said.strip() else subject.strip()


def _address(row: Row[Any]) -> Address:
    return Address(row.channel, row.sender_address or row.hint)


def _is_mere_thanks(words: str) -> bool:
    few: Sequence[str] = words.split()
    return len(few) <= FEW_WORDS and MARKERS["thanks"].search(words.lower()) is not None
