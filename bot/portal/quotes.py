"""`/q/…`: a quote as it was sent last; read, asked about, accepted or declined."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from bot.dependencies import RuntimeOf
from bot.desk.signing import proving
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
from bot.desk.signing.words import page_words
from bot.portal.pages import rendered
from bot.portal.showing import (
    BEACON,
    LONGEST_QUESTION,
    NOTHING,
    Said,
    contact,
    download,
    mark_of,
    marked,
    picture,
    see,
)
from bot.portal.visiting import Form, Gate, Gated, Visit, Visiting
from bot.runtime import Runtime
from domain.errors import DomainError, NotFound
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.words import words_of
from domain.signing.requests import Tried
from domain.signing.signatories import SignatoryUnknown, signatory
from domain.tenants.logos import Logos
from domain.types import Money

router = APIRouter(include_in_schema=False)

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Desk:
    """One visit to one quote: the page as it was read, and how to answer."""

    runtime: Runtime
    at: At
    token: str
    visit: Visit
    page: QuotePage

    @property
    def path(self) -> str:
        return f"/q/{self.token}"

    @property
    def locale(self) -> Locale:
        return locale_of(self.page.language, self.page.sheet.house.country)

    def errors(self, name: str) -> str:
        return page_words(self.page.language).errors[name]

    def shown(self, said: Said = NOTHING) -> Response:
        page, words = self.page, page_words(self.page.language)
        house = page.sheet.house
        values = {
            "lang": words.language,
            "path": self.path,
            "paper": words_of(page.language).paper,
            "w": words.page,
            "q": words.quote,
            "d": page.data(),
            "house": house,
            "contact": contact(house.branding),
            "standing": page.standing.value,
            "news": self._news(said),
            "said": said,
            "mark": mark_of(self.runtime, self.at, page.shown),
            "may_sign": self._may_sign(),
            "asks_for_code": page.asks_for_code,
            "deposit": self._deposit(),
            "is_seen": self._is_to_be_noted(),
            "has_paper": bool(page.sha256),
        }
        return rendered("quote.html", values, status=said.status, colour=house.branding.colour)

    def proof(self, request_id: UUID, email: str, said: Said = NOTHING) -> Response:
        words, house = page_words(self.page.language), self.page.sheet.house
        values = {
            "lang": words.language,
            "path": self.path,
            "action": f"{self.path}/proof/{request_id}",
            "title": f"{words.page['proof_title']} · {self.page.quote.number}",
            "w": words.page,
            "house": house,
            "contact": contact(house.branding),
            "email": email,
            "said": said,
        }
        return rendered("proof.html", values, status=said.status, colour=house.branding.colour)

    async def again(self, said: Said) -> Response:
        """The page as it is by now."""
        page = await quote_page(self.runtime, self.at)
        return Desk(self.runtime, self.at, self.token, self.visit, page).shown(said)

    def _news(self, said: Said) -> list[tuple[str, str]]:
        """Kind and sentence, the most important first."""
        page, words = self.page, page_words(self.page.language)
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
        page, words = self.page, page_words(self.page.language).quote
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
        words = page_words(self.page.language).quote["deposit"]
        return words.format(amount=self.locale.money(due[0])), due[1]

    def _is_to_be_noted(self) -> bool:
        sent = self.page.sent
        return sent is not None and sent.status == "sent" and not self.visit.is_preview


async def _entered(runtime: Runtime, gate: Gate, visit: Visit, token: str) -> Desk:
    at = await gate.open(runtime, visit, token, QUOTE)
    return Desk(runtime, at, token, visit, await quote_page(runtime, at))


async def _acting(runtime: Runtime, gate: Gate, visit: Visit, token: str) -> Desk:
    desk = await _entered(runtime, gate, visit, token)
    gate.act(desk.at, visit)
    return desk


@router.get("/q/{token}")
async def show(
    token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting, said: str = ""
) -> Response:
    desk = await _entered(runtime, gate, visit, token)
    return desk.shown(Said(news="asked") if said == "asked" else NOTHING)


@router.get("/q/{token}/paper.pdf")
async def paper(token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting) -> Response:
    at = await gate.open(runtime, visit, token, QUOTE)
    kept = await quote_paper(runtime, at)
    if kept is None:
        raise LinkUnknown
    return download(*kept)


@router.get("/q/{token}/logo")
async def logo(token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting) -> Response:
    at = await gate.open(runtime, visit, token, QUOTE)
    async with runtime.database.transaction(at.tenant_id) as session:
        row = await Logos(session, at.tenant_id).get()
        if row is None:
            raise LinkUnknown
        return picture(row.content, row.content_type)


@router.get("/q/{token}/seen/{revision}")
async def seen(
    token: str, revision: int, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    """Asked for by the page itself: who only fetches the page has not looked at it."""
    at = await gate.open(runtime, visit, token, QUOTE)
    if not visit.is_preview:
        await note_viewed(runtime, at, revision)
    return picture(BEACON, "image/gif")


@router.post("/q/{token}/question")
async def question(
    token: str, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    words = form.get("question", "")[:LONGEST_QUESTION]
    if not words:
        wrong = {"question": desk.errors("question")}
        return desk.shown(Said(form="ask", wrong=wrong, typed=form, status=400))
    name, email = form.get("name", "")[:120], form.get("email", "")[:254]
    await ask(runtime, desk.at, Question(words, " ".join(name.split()), email.lower()))
    return see(f"{desk.path}?said=asked")


@router.post("/q/{token}/decline")
async def declined(
    token: str, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    shown = marked(runtime, desk.at, form)
    if shown is None:
        return desk.shown(Said(news="out_of_date", status=403))
    reason = form.get("reason", "")[:LONGEST_REASON]
    if not reason:
        wrong = {"reason": desk.errors("reason")}
        return desk.shown(Said(form="decline", wrong=wrong, typed=form, status=400))
    try:
        await decline(runtime, desk.at, shown, reason)
    except DomainError:
        return await _overtaken(desk)
    return see(desk.path)


@router.post("/q/{token}/accept")
async def accept(
    token: str, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    shown = marked(runtime, desk.at, form)
    if shown is None:
        return desk.shown(Said(news="out_of_date", status=403))
    if shown != desk.page.shown or desk.page.standing is not Standing.OPEN:
        return await _overtaken(desk)
    try:
        by = signatory(
            form.get("name", ""),
            form.get("role", ""),
            form.get("email", ""),
            may_sign=form.get("authority", "") == "yes",
            purchase_order=form.get("order", ""),
        )
    except SignatoryUnknown as error:
        wrong = {error.field: desk.errors(error.field)}
        return desk.shown(Said(form="sign", wrong=wrong, typed=form, status=400))
    accepting = Accepting(runtime, desk.at, desk.page)
    if desk.page.asks_for_code:
        begun = await proving.begin(runtime, desk.at, shown, by, accepting.letter(by))
        if begun.refused:
            wrong = {"": desk.errors(begun.refused.value)}
            return desk.shown(Said(form="sign", wrong=wrong, typed=form, status=409))
        return see(f"{desk.path}/proof/{begun.request_id}")
    try:
        await accepting.accept(shown, by, visit.trace)
    except DomainError:
        return await _overtaken(desk)
    return see(desk.path)


@router.get("/q/{token}/proof/{request_id}")
async def proof(
    token: str, request_id: UUID, runtime: RuntimeOf, gate: Gated, visit: Visiting, said: str = ""
) -> Response:
    desk = await _entered(runtime, gate, visit, token)
    if desk.page.standing is not Standing.OPEN:
        return see(desk.path)
    by = await _waiting(desk, request_id)
    return desk.proof(request_id, by, Said(news="sent_again") if said == "again" else NOTHING)


@router.post("/q/{token}/proof/{request_id}")
async def prove(
    token: str, request_id: UUID, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    email = await _waiting(desk, request_id)
    digits = "".join(letter for letter in form.get("code", "")[:20] if letter.isdecimal())
    accepting = Accepting(runtime, desk.at, desk.page)
    try:
        tried = await proving.proven(
            runtime, desk.at, request_id, digits, visit.trace, accepting.accept
        )
    except DomainError:
        return await _overtaken(desk)
    if tried is Tried.RIGHT:
        return see(desk.path)
    wrong = {"code": desk.errors(f"{tried.value}_code")}
    return desk.proof(request_id, email, Said(form="code", wrong=wrong, status=400))


@router.post("/q/{token}/proof/{request_id}/again")
async def prove_again(
    token: str, request_id: UUID, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    try:
        by = await proving.waiting(runtime, desk.at, request_id)
    except NotFound as error:
        raise LinkUnknown from error
    letter = Accepting(runtime, desk.at, desk.page).letter(by)
    refused = await proving.again(runtime, desk.at, request_id, letter)
    if refused:
        wrong = {"code": desk.errors(refused.value)}
        return desk.proof(request_id, by.email, Said(form="code", wrong=wrong, status=409))
    return see(f"{desk.path}/proof/{request_id}?said=again")


async def _waiting(desk: Desk, request_id: UUID) -> str:
    """The address that the code went to."""
    try:
        return (await proving.waiting(desk.runtime, desk.at, request_id)).email
    except NotFound as error:
        raise LinkUnknown from error


async def _overtaken(desk: Desk) -> Response:
    """Something happened meanwhile: the page says what, by itself or in a sentence."""
    page = await quote_page(desk.runtime, desk.at)
    is_newer = page.standing is Standing.OPEN
    return await desk.again(Said(news="newer" if is_newer else "", status=409))
