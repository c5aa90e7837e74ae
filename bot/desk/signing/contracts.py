"""The page of a contract: what it shows, how it is signed, and what is asked there."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.desk.papers.contracts import ContractSheet, contract_sheet, typeset_contract
from bot.desk.signing.finding import At, Parts
from bot.desk.signing.mailing import Letter, mail_account, mail_paper
from bot.desk.signing.telling import (
    NOTED,
    Question,
    is_said_already,
    subject_of_contract,
    take_question,
    tell,
)
from bot.paper.contract import Signed
from domain.contracts.models import Contract
from domain.contracts.service import Contracts
from domain.quotes.writing.locales import locale_of
from domain.signing.models import ContractSignature
from domain.signing.signatories import Shown, Signatory, Trace, needs_code
from domain.signing.signature import Signatures, Signing
from domain.tickets.working.clock import zone
from domain.types import utc_now


class ContractStanding(StrEnum):
    NOT_READY = "not_ready"
    OPEN = "open"
    SIGNED = "signed"
    CANCELLED = "cancelled"
    ENDED = "ended"


_STANDINGS = {
    "draft": ContractStanding.NOT_READY,
    "pending_signature": ContractStanding.OPEN,
    "expired": ContractStanding.ENDED,
}


@dataclass(frozen=True, slots=True)
class ContractPage:
    contract: Contract
    standing: ContractStanding
    sheet: ContractSheet
    signature: ContractSignature | None = None

    @property
    def language(self) -> str:
        return self.sheet.text.language

    @property
    def shown(self) -> Shown | None:
        is_open = self.standing is ContractStanding.OPEN
        return Shown(self.contract.digest) if is_open and self.contract.digest else None

    @property
    def asks_for_code(self) -> bool:
        """By what it comes to in its first year."""
        worth = self.contract.annual_value + self.contract.once_value
        return needs_code(worth, self.sheet.settings.quoting.code_above)

    def data(self) -> dict[str, Any]:
        return dict(self.sheet.page)


async def contract_page(parts: Parts, at: At) -> ContractPage:
    async with parts.database.transaction(at.tenant_id) as session:
        contract = await Contracts(session, at.tenant_id).get(at.subject_id)
        return ContractPage(
            contract=contract,
            standing=standing(contract),
            sheet=await contract_sheet(session, contract),
            signature=await Signatures(session, at.tenant_id).of(contract.id),
        )


def standing(contract: Contract) -> ContractStanding:
    if contract.status == "cancelled":
        is_signed = contract.signed_at is not None
        return ContractStanding.ENDED if is_signed else ContractStanding.CANCELLED
    return _STANDINGS.get(contract.status, ContractStanding.SIGNED)


async def ask_about_contract(parts: Parts, at: At, question: Question) -> None:
    async with parts.database.transaction(at.tenant_id) as session:
        contracts = Contracts(session, at.tenant_id)
        contract = await contracts.get(at.subject_id, for_change=True)
        if is_said_already(await contracts.log(contract.id), question):
            return
        contracts.note(contract, "asked", "customer", question.text[:NOTED])
        about = await subject_of_contract(session, contract)
        await take_question(session, about, question)


class SigningContract:
    """Of the contract behind a link, as its page was read a moment ago."""

    def __init__(self, parts: Parts, at: At, page: ContractPage) -> None:
        self._parts = parts
        self._at = at
        self._page = page

    async def sign(
        self, shown: Shown, by: Signatory, trace: Trace, *, is_code_proven: bool = False
    ) -> None:
        """The paper that names who signed is set first; then all is written down at once.

        Raises ShownIsOld, and whatever of its state forbids it.
        """
        paper = await self._paper(by, is_code_proven=is_code_proven)
        tenant_id, contract_id = self._at.tenant_id, self._at.subject_id
        async with self._parts.database.transaction(tenant_id) as session:
            signing = Signing(shown, by, trace, paper, is_code_proven)
            await Signatures(session, tenant_id).sign(contract_id, signing)
            contract = await Contracts(session, tenant_id).get(contract_id)
            proof = "their address proven by a code" if is_code_proven else "by the link alone"
            words = f"{contract.number} is signed by {by.name}, {by.role} <{by.email}>, {proof}."
            await tell(session, await subject_of_contract(session, contract), words)
            account = await mail_account(session, tenant_id, self._parts.accounts)
            if account is not None:
                file = ("signed", f"{contract.number}.pdf", paper)
                await mail_paper(session, account, by, self.letter(by), file)

    def letter(self, by: Signatory) -> Letter:
        facts = {
            "number": self._page.contract.number,
            "company": self._page.sheet.house.shown_name,
            "name": by.name,
            "day": self._now()[0],
        }
        return Letter(self._at.link_id, self._page.language, facts)

    async def _paper(self, by: Signatory, *, is_code_proven: bool) -> bytes:
        when = ", ".join(self._now())
        signed = Signed(by.name, by.role, by.email, when, is_code_proven)
        sheet = self._page.sheet.signed(signed, int(utc_now().timestamp()))
        return await typeset_contract(self._parts.typesetter, sheet)

    def _now(self) -> tuple[str, str]:
        """The day and the time where the company lives."""
        settings = self._page.sheet.settings
        local = utc_now().astimezone(zone(settings.time_zone))
        locale = locale_of(self._page.language, settings.country)
        return locale.day(local.date()), f"{local:%H:%M %Z}"
