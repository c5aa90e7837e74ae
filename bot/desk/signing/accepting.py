"""A quote accepted on its page: written down once, staff told, the paper mailed to who signed."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.signing.finding import At, Parts
from bot.desk.signing.mailing import Letter, mail_account, mail_paper
from bot.desk.signing.quotes import QuotePage
from bot.desk.signing.telling import subject_of, tell
from domain.quotes.lifecycle.freezing import frozen
from domain.quotes.service import Quotes
from domain.quotes.writing.locales import locale_of
from domain.signing.acceptance import Acceptances
from domain.signing.models import QuoteAcceptance
from domain.signing.signatories import Shown, Signatory, Trace
from domain.tickets.working.clock import zone
from domain.types import Money, utc_now


class Accepting:
    """Of the quote behind a link, as its page was read a moment ago."""

    def __init__(self, parts: Parts, at: At, page: QuotePage) -> None:
        self._parts = parts
        self._at = at
        self._page = page

    async def accept(
        self, shown: Shown, by: Signatory, trace: Trace, *, is_code_proven: bool = False
    ) -> None:
        """Raises ShownIsOld, and whatever of its state forbids it."""
        tenant_id = self._at.tenant_id
        async with self._parts.database.transaction(tenant_id) as session:
            made = await Acceptances(session, tenant_id).accept(
                self._at.subject_id, shown, by, trace, is_code_proven=is_code_proven
            )
            quote = await Quotes(session, tenant_id).get(self._at.subject_id)
            await tell(session, subject_of(quote), _told(quote.number, made))
            await self._confirm(session, made, by)

    def letter(self, by: Signatory) -> Letter:
        sheet, sent = self._page.sheet, self._page.sent
        locale = locale_of(self._page.language, sheet.house.country)
        now = utc_now().astimezone(zone(self._page.settings.time_zone))
        facts = {
            "number": self._page.quote.number,
            "company": sheet.house.shown_name,
            "name": by.name,
            "day": locale.day(now.date()),
            "revision": str(sent.revision) if sent else "",
            "total": locale.money(Money(sent.total, sent.currency)) if sent else "",
        }
        return Letter(self._at.link_id, self._page.language, facts)

    async def _confirm(self, session: AsyncSession, made: QuoteAcceptance, by: Signatory) -> None:
        account = await mail_account(session, self._at.tenant_id, self._parts.accounts)
        paper = await frozen(session, made.quote_id, made.revision)
        if account is None or paper is None:
            return
        name = f"{self._page.quote.number}-{made.revision}.pdf"
        file = ("accepted", name, paper.content)
        await mail_paper(session, account, by, self.letter(by), file)


def _told(number: str, made: QuoteAcceptance) -> str:
    proof = "their address proven by a code" if made.is_code_proven else "by the link alone"
    order = f", purchase order {made.purchase_order}" if made.purchase_order else ""
    return (
        f"{number}, revision {made.revision}, is accepted: {Money(made.total, made.currency)}, "
        f"by {made.name}, {made.role} <{made.email}>, {proof}{order}."
    )
