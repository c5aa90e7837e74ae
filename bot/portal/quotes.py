"""`/q/…`: a quote as it was sent last; read, asked about, accepted or declined."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter, Response

from bot.desk.signing.accepting import Accepting
from bot.desk.signing.finding import QUOTE, At, LinkUnknown
from bot.desk.signing.quotes import (
    QuotePage,
    Standing,
    ask,
    decline,
    note_viewed,
    quote_page,
    quote_paper,
)
from bot.desk.signing.telling import Question
from bot.paper.page import House
from bot.portal.showing import BEACON, NOTHING, Said, download, mark_of, marked, picture, see
from bot.portal.signing import (
    Act,
    Desk,
    Entering,
    asked,
    asked_for_code,
    logo_picture,
    proven,
    sent_again,
    signed,
    visited,
)
from bot.portal.visiting import Form
from bot.runtime import Runtime
from domain.errors import DomainError
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.words import words_of
from domain.types import Money

router = APIRouter(include_in_schema=False)

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class QuoteDesk(Desk[QuotePage]):
    noun: ClassVar[str] = QUOTE
    prefix: ClassVar[str] = "/q"

    @staticmethod
    async def read(runtime: Runtime, at: At) -> QuotePage:
        return await quote_page(runtime, at)

    @property
    def number(self) -> str:
        return self.page.quote.number

    @property
    def house(self) -> House:
        return self.page.sheet.house

    @property
    def is_open(self) -> bool:
        return self.page.standing is Standing.OPEN

    @property
    def act(self) -> Act:
        accepting = Accepting(self.runtime, self.at, self.page)
        return Act(accepting.accept, accepting.letter)

    @property
    def locale(self) -> Locale:
        return locale_of(self.page.language, self.house.country)

    async def ask(self, question: Question) -> None:
        await ask(self.runtime, self.at, question)

    def shown(self, said: Said = NOTHING) -> Response:
        page = self.page
        own = {
            "paper": words_of(page.language).paper,
            "q": self.words.quote,
            "d": page.data(),
            "standing": page.standing.value,
            "news": self._news(said),
            "mark": mark_of(self.runtime, self.at, page.shown),
            "may_sign": self._may_sign(),
            "asks_for_code": page.asks_for_code,
            "deposit": self._deposit(),
            "is_seen": self._is_to_be_noted(),
            "has_paper": bool(page.sha256),
        }
        return self.filled("quote.html", own, said)

    def _news(self, said: Said) -> list[tuple[str, str]]:
        """Kind and sentence, the most important first."""
        page, words = self.page, self.words
        news = [("note", words.quote.get(said.news) or words.page[said.news])] if said.news else []
        if told := self._standing(words.quote):
            news.append(("good" if page.standing is Standing.ACCEPTED else "warn", told))
        if page.standing is Standing.OPEN and page.former:
            facts = {"revision": page.sheet.heading.revision, "former": page.former}
            news.append(("note", words.quote["superseded"].format(**facts)))
        if page.standing is Standing.OPEN and page.is_being_revised:
            news.append(("note", words.quote["preparing"]))
        return news

    def _standing(self, words: dict[str, str]) -> str:
        page = self.page
        if page.standing is Standing.OPEN:
            return ""
        until = page.sheet.heading.valid_until
        facts = {"day": self.locale.day(until) if until else "…"}
        if page.standing is Standing.ACCEPTED:
            if page.acceptance is None:
                return words["accepted_plain"]
            facts["name"] = page.acceptance.name
            facts["day"] = self.locale.day(page.acceptance.created_at.date())
        return words[page.standing.value].format(**facts)

    def _may_sign(self) -> str:
        page, words = self.page, self.words.quote
        if page.sent is None:
            return ""
        return words["may_sign"].format(
            customer=page.sheet.heading.addressee.company or words["may_sign_company"],
            number=page.quote.number,
            revision=page.sent.revision,
            total=self.locale.money(Money(page.sent.total, page.sent.currency)),
        )

    def _deposit(self) -> tuple[str, str] | None:
        """Words and address, once it is accepted."""
        due = self.page.deposit if self.page.standing is Standing.ACCEPTED else None
        if due is None:
            return None
        words = self.words.quote["deposit"]
        return words.format(amount=self.locale.money(due[0])), due[1]

    def _is_to_be_noted(self) -> bool:
        sent = self.page.sent
        return sent is not None and sent.status == "sent" and not self.visit.is_preview


@router.get("/q/{token}")
async def show(entry: Entering, said: str = "") -> Response:
    return visited(await QuoteDesk.entered(entry), said)


@router.get("/q/{token}/paper.pdf")
async def paper(entry: Entering) -> Response:
    kept = await quote_paper(entry.runtime, await entry.open(QUOTE))
    if kept is None:
        raise LinkUnknown
    return download(*kept)


@router.get("/q/{token}/logo")
async def logo(entry: Entering) -> Response:
    return await logo_picture(entry, QUOTE)


@router.get("/q/{token}/seen/{revision}")
async def seen(entry: Entering, revision: int) -> Response:
    """Asked for by the page itself: who only fetches the page has not looked at it."""
    at = await entry.open(QUOTE)
    if not entry.visit.is_preview:
        await note_viewed(entry.runtime, at, revision)
    return picture(BEACON, "image/gif")


@router.post("/q/{token}/question")
async def question(entry: Entering, form: Form) -> Response:
    return await asked(await QuoteDesk.acting(entry), form)


@router.post("/q/{token}/decline")
async def declined(entry: Entering, form: Form) -> Response:
    desk = await QuoteDesk.acting(entry)
    shown = marked(desk.runtime, desk.at, form)
    if shown is None:
        return desk.shown(Said(news="out_of_date", status=403))
    reason = form.get("reason", "")[:LONGEST_REASON]
    if not reason:
        wrong = {"reason": desk.errors("reason")}
        return desk.shown(Said(form="decline", wrong=wrong, typed=form, status=400))
    try:
        await decline(desk.runtime, desk.at, shown, reason)
    except DomainError:
        return await desk.overtaken()
    return see(desk.path)


@router.post("/q/{token}/accept")
async def accept(entry: Entering, form: Form) -> Response:
    return await signed(await QuoteDesk.acting(entry), form, form.get("order", ""))


@router.get("/q/{token}/proof/{request_id}")
async def proof(entry: Entering, request_id: UUID, said: str = "") -> Response:
    return await asked_for_code(await QuoteDesk.entered(entry), request_id, said)


@router.post("/q/{token}/proof/{request_id}")
async def prove(entry: Entering, request_id: UUID, form: Form) -> Response:
    return await proven(await QuoteDesk.acting(entry), request_id, form)


@router.post("/q/{token}/proof/{request_id}/again")
async def prove_again(entry: Entering, request_id: UUID) -> Response:
    return await sent_again(await QuoteDesk.acting(entry), request_id)
