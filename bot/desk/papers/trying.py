"""The papers of a quote that is for nobody and stored nowhere: `frontdesk quote "…" --pdf DIR`."""

from uuid import UUID

from bot.desk.papers.making import Sheet, house_of, typeset, typeset_internal
from bot.paper.typesetting import Typesetter
from domain.database import Database
from domain.quotes.service import Drafted
from domain.quotes.writing.templates import Matter, written
from domain.quotes.writing.view import Heading
from domain.types import utc_now

NUMBER, TITLE = "QT-00000000-0000", "Quote"


async def papers_of(
    database: Database, typesetter: Typesetter, tenant_id: UUID, drafted: Drafted
) -> dict[str, bytes]:
    """File name → bytes."""
    async with database.transaction(tenant_id) as session:
        house, settings, logo = await house_of(session, tenant_id)
    request, made = drafted.request, drafted.draft
    matter = Matter(
        title=TITLE,
        lines=made.lines,
        currency=made.currency,
        questions=made.questions,
        location=request.location,
        deadline=request.deadline,
        language=request.language or settings.language,
        house_language=settings.language,
        country=settings.country,
        validity_days=settings.quoting.validity_days,
        terms=settings.quoting.branding.terms,
        exclusions=settings.quoting.exclusions,
    )
    now = utc_now()
    heading = Heading(
        number=NUMBER,
        revision=1,
        title=TITLE,
        is_draft=True,
        currency=made.currency,
        language=matter.language,
        location=request.location,
        deadline=request.deadline,
        words=drafted.words,
        written_on=now.date(),
        validity_days=matter.validity_days,
        exempt_reason=settings.tax.exempt_reason,
    )
    documents = written(matter)
    language, made_at = settings.language, int(now.timestamp())
    sheet = Sheet(heading, made.lines, documents, house, language, logo, made_at, 1)
    return {
        "quote.pdf": await typeset(typesetter, sheet),
        "internal.pdf": await typeset_internal(typesetter, sheet, with_costs=True),
    }
