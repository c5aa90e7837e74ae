"""`/c/…`: a contract that waits for a signature; read, asked about, signed; then kept to read."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter, Response

from bot.desk.papers.contracts import contract_paper
from bot.desk.signing.contracts import (
    ContractPage,
    ContractStanding,
    SigningContract,
    ask_about_contract,
    contract_page,
)
from bot.desk.signing.finding import CONTRACT, At, LinkUnknown
from bot.desk.signing.telling import Question
from bot.paper.page import House
from bot.portal.showing import NOTHING, Said, download, mark_of
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
from domain.quotes.writing.locales import locale_of
from domain.quotes.writing.words import words_of
from domain.tickets.working.clock import zone

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ContractDesk(Desk[ContractPage]):
    noun: ClassVar[str] = CONTRACT
    prefix: ClassVar[str] = "/c"

    @staticmethod
    async def read(runtime: Runtime, at: At) -> ContractPage:
        return await contract_page(runtime, at)

    @property
    def number(self) -> str:
        return self.page.contract.number

    @property
    def house(self) -> House:
        return self.page.sheet.house

    @property
    def is_open(self) -> bool:
        return self.page.standing is ContractStanding.OPEN

    @property
    def act(self) -> Act:
        signing = SigningContract(self.runtime, self.at, self.page)
        return Act(signing.sign, signing.letter)

    async def ask(self, question: Question) -> None:
        await ask_about_contract(self.runtime, self.at, question)

    def shown(self, said: Said = NOTHING) -> Response:
        page, words = self.page, self.words
        own = {
            "paper": words_of(page.language).paper,
            "c": words.contract,
            "d": page.data(),
            "standing": page.standing.value,
            "news": self._news(said),
            "mark": mark_of(self.runtime, self.at, page.shown),
            "may_sign": words.contract["may_sign"].format(
                customer=page.sheet.text.customer.company or words.quote["may_sign_company"],
                number=self.number,
            ),
            "asks_for_code": page.asks_for_code,
        }
        return self.filled("contract.html", own, said)

    def _news(self, said: Said) -> list[tuple[str, str]]:
        words = self.words
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


@router.get("/c/{token}")
async def show(entry: Entering, said: str = "") -> Response:
    return visited(await ContractDesk.entered(entry), said)


@router.get("/c/{token}/paper.pdf")
async def paper(entry: Entering) -> Response:
    desk = await ContractDesk.entered(entry)
    if desk.page.standing is ContractStanding.NOT_READY:
        raise LinkUnknown  # a draft is the company's own
    at = (desk.at.tenant_id, desk.at.subject_id)
    made = await contract_paper(desk.runtime.database, desk.runtime.typesetter, at)
    return download(made.filename, made.content)


@router.get("/c/{token}/logo")
async def logo(entry: Entering) -> Response:
    return await logo_picture(entry, CONTRACT)


@router.post("/c/{token}/question")
async def question(entry: Entering, form: Form) -> Response:
    return await asked(await ContractDesk.acting(entry), form)


@router.post("/c/{token}/sign")
async def sign(entry: Entering, form: Form) -> Response:
    return await signed(await ContractDesk.acting(entry), form)


@router.get("/c/{token}/proof/{request_id}")
async def proof(entry: Entering, request_id: UUID, said: str = "") -> Response:
    return await asked_for_code(await ContractDesk.entered(entry), request_id, said)


@router.post("/c/{token}/proof/{request_id}")
async def prove(entry: Entering, request_id: UUID, form: Form) -> Response:
    return await proven(await ContractDesk.acting(entry), request_id, form)


@router.post("/c/{token}/proof/{request_id}/again")
async def prove_again(entry: Entering, request_id: UUID) -> Response:
    return await sent_again(await ContractDesk.acting(entry), request_id)
