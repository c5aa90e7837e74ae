"""`/c/…`: a contract that waits for a signature; read, asked about, signed; then kept to read."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from bot.dependencies import RuntimeOf
from bot.desk.papers.contracts import contract_paper
from bot.desk.signing import proving
from bot.desk.signing.contracts import (
    ContractPage,
    ContractStanding,
    SigningContract,
    ask_about_contract,
    contract_page,
)
from bot.desk.signing.finding import CONTRACT, At, LinkUnknown
from bot.desk.signing.telling import Question
from bot.desk.signing.words import page_words
from bot.portal.pages import rendered
from bot.portal.showing import (
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
from domain.quotes.writing.locales import locale_of
from domain.quotes.writing.words import words_of
from domain.signing.requests import Tried
from domain.signing.signatories import SignatoryUnknown, signatory
from domain.tenants.logos import Logos
from domain.tickets.working.clock import zone

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """One visit to one contract: the page as it was read, and how to answer."""

    runtime: Runtime
    at: At
    token: str
    visit: Visit
    page: ContractPage

    @property
    def path(self) -> str:
        return f"/c/{self.token}"

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
            "c": words.contract,
            "d": page.data(),
            "house": house,
            "contact": contact(house.branding),
            "standing": page.standing.value,
            "news": self._news(said),
            "said": said,
            "mark": mark_of(self.runtime, self.at, page.shown),
            "may_sign": words.contract["may_sign"].format(
                customer=page.sheet.text.customer.company or words.quote["may_sign_company"],
                number=page.contract.number,
            ),
            "asks_for_code": page.asks_for_code,
        }
        return rendered("contract.html", values, status=said.status, colour=house.branding.colour)

    def proof(self, request_id: UUID, email: str, said: Said = NOTHING) -> Response:
        words, house = page_words(self.page.language), self.page.sheet.house
        values = {
            "lang": words.language,
            "path": self.path,
            "action": f"{self.path}/proof/{request_id}",
            "title": f"{words.page['proof_title']} · {self.page.contract.number}",
            "w": words.page,
            "house": house,
            "contact": contact(house.branding),
            "email": email,
            "said": said,
        }
        return rendered("proof.html", values, status=said.status, colour=house.branding.colour)

    def _news(self, said: Said) -> list[tuple[str, str]]:
        words = page_words(self.page.language)
        news = (
            [("note", words.contract.get(said.news) or words.page[said.news])] if said.news else []
        )
        standing = self.page.standing
        if standing is ContractStanding.OPEN:
            return [*news, ("note", words.contract["wait"])]
        if standing is not ContractStanding.SIGNED:
            return [*news, ("warn", words.contract[standing.value])]
        return [*news, ("good", self._signed(words.contract))]

    def _signed(self, words: dict[str, str]) -> str:
        contract, settings = self.page.contract, self.page.sheet.settings
        if contract.signed_at is None:
            return words["signed_plain"]
        local = contract.signed_at.astimezone(zone(settings.time_zone))
        day = locale_of(self.page.language, settings.country).day(local.date())
        return words["signed"].format(name=contract.signatory.get("name", ""), day=day)


async def _entered(runtime: Runtime, gate: Gate, visit: Visit, token: str) -> Desk:
    at = await gate.open(runtime, visit, token, CONTRACT)
    return Desk(runtime, at, token, visit, await contract_page(runtime, at))


async def _acting(runtime: Runtime, gate: Gate, visit: Visit, token: str) -> Desk:
    desk = await _entered(runtime, gate, visit, token)
    gate.act(desk.at, visit)
    return desk


@router.get("/c/{token}")
async def show(
    token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting, said: str = ""
) -> Response:
    desk = await _entered(runtime, gate, visit, token)
    return desk.shown(Said(news="asked") if said == "asked" else NOTHING)


@router.get("/c/{token}/paper.pdf")
async def paper(token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting) -> Response:
    desk = await _entered(runtime, gate, visit, token)
    if desk.page.standing is ContractStanding.NOT_READY:
        raise LinkUnknown  # a draft is the company's own
    at = (desk.at.tenant_id, desk.at.subject_id)
    made = await contract_paper(runtime.database, runtime.typesetter, at)
    return download(made.filename, made.content)


@router.get("/c/{token}/logo")
async def logo(token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting) -> Response:
    at = await gate.open(runtime, visit, token, CONTRACT)
    async with runtime.database.transaction(at.tenant_id) as session:
        row = await Logos(session, at.tenant_id).get()
        if row is None:
            raise LinkUnknown
        return picture(row.content, row.content_type)


@router.post("/c/{token}/question")
async def question(
    token: str, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    words = form.get("question", "")[:LONGEST_QUESTION]
    if not words:
        wrong = {"question": desk.errors("question")}
        return desk.shown(Said(form="ask", wrong=wrong, typed=form, status=400))
    name, email = form.get("name", "")[:120], form.get("email", "")[:254]
    asked = Question(words, " ".join(name.split()), email.lower())
    await ask_about_contract(runtime, desk.at, asked)
    return see(f"{desk.path}?said=asked")


@router.post("/c/{token}/sign")
async def sign(
    token: str, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    shown = marked(runtime, desk.at, form)
    if shown is None:
        return desk.shown(Said(news="out_of_date", status=403))
    if shown != desk.page.shown:
        return await _overtaken(desk)
    try:
        by = signatory(
            form.get("name", ""),
            form.get("role", ""),
            form.get("email", ""),
            may_sign=form.get("authority", "") == "yes",
        )
    except SignatoryUnknown as error:
        wrong = {error.field: desk.errors(error.field)}
        return desk.shown(Said(form="sign", wrong=wrong, typed=form, status=400))
    signing = SigningContract(runtime, desk.at, desk.page)
    if desk.page.asks_for_code:
        begun = await proving.begin(runtime, desk.at, shown, by, signing.letter(by))
        if begun.refused:
            wrong = {"": desk.errors(begun.refused.value)}
            return desk.shown(Said(form="sign", wrong=wrong, typed=form, status=409))
        return see(f"{desk.path}/proof/{begun.request_id}")
    try:
        await signing.sign(shown, by, visit.trace)
    except DomainError:
        return await _overtaken(desk)
    return see(desk.path)


@router.get("/c/{token}/proof/{request_id}")
async def proof(
    token: str, request_id: UUID, runtime: RuntimeOf, gate: Gated, visit: Visiting, said: str = ""
) -> Response:
    desk = await _entered(runtime, gate, visit, token)
    if desk.page.standing is not ContractStanding.OPEN:
        return see(desk.path)
    email = await _waiting(desk, request_id)
    return desk.proof(request_id, email, Said(news="sent_again") if said == "again" else NOTHING)


@router.post("/c/{token}/proof/{request_id}")
async def prove(
    token: str, request_id: UUID, form: Form, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    email = await _waiting(desk, request_id)
    digits = "".join(letter for letter in form.get("code", "")[:20] if letter.isdecimal())
    signing = SigningContract(runtime, desk.at, desk.page)
    try:
        tried = await proving.proven(
            runtime, desk.at, request_id, digits, visit.trace, signing.sign
        )
    except DomainError:
        return await _overtaken(desk)
    if tried is Tried.RIGHT:
        return see(desk.path)
    wrong = {"code": desk.errors(f"{tried.value}_code")}
    return desk.proof(request_id, email, Said(form="code", wrong=wrong, status=400))


@router.post("/c/{token}/proof/{request_id}/again")
async def prove_again(
    token: str, request_id: UUID, runtime: RuntimeOf, gate: Gated, visit: Visiting
) -> Response:
    desk = await _acting(runtime, gate, visit, token)
    try:
        by = await proving.waiting(runtime, desk.at, request_id)
    except NotFound as error:
        raise LinkUnknown from error
    letter = SigningContract(runtime, desk.at, desk.page).letter(by)
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
    page = await contract_page(desk.runtime, desk.at)
    now = Desk(desk.runtime, desk.at, desk.token, desk.visit, page)
    is_newer = page.standing is ContractStanding.OPEN
    return now.shown(Said(news="newer" if is_newer else "", status=409))
