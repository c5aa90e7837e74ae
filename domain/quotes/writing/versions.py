"""A quote's documents and their versions as rows; a version is never changed after."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, NotFound, Refused
from domain.quotes.models import Quote, QuoteDocument, QuoteDocumentVersion
from domain.quotes.pricing import QuoteLine
from domain.quotes.writing.sections import followed
from domain.quotes.writing.templates import PARTS_LIST, TYPES, Matter, written
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.types import new_id, utc_now

LONGEST_SUMMARY = 500


class Outdated(Conflict):
    """Somebody else wrote a version meanwhile."""

    def __init__(self, kind: str, present: int) -> None:
        super().__init__(
            f"The document {kind} is at version {present} by now: look at it, and make your change "
            "there."
        )


@dataclass(frozen=True, slots=True)
class Why:
    """Who writes a version and why. `seen`: the version that was looked at; None: whichever."""

    summary: str
    actor: str
    seen: int | None = None

    def __post_init__(self) -> None:
        if not self.summary.strip():
            raise Refused("Say in `changes_summary` what was changed, and why.")


@dataclass(frozen=True, slots=True)
class Held:
    """A document and one of its versions."""

    document: QuoteDocument
    version: QuoteDocumentVersion

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.version.content)
        return content


def matter_of(quote: Quote, lines: tuple[QuoteLine, ...], settings: TenantSettings) -> Matter:
    branding = settings.quoting.branding
    return Matter(
        title=quote.title,
        lines=lines,
        currency=quote.currency,
        questions=tuple(quote.open_questions),
        location=quote.location,
        deadline=quote.deadline,
        language=quote.language or settings.language,
        house_language=settings.language,
        country=settings.country,
        validity_days=settings.quoting.validity_days,
        terms=branding.terms,
        exclusions=settings.quoting.exclusions,
    )


class QuoteDocuments:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, quote_id: UUID) -> dict[str, Held]:
        """Each document at its present version, in the usual order."""
        query = (
            select(QuoteDocument, QuoteDocumentVersion)
            .join(
                QuoteDocumentVersion,
                (QuoteDocumentVersion.document_id == QuoteDocument.id)
                & (QuoteDocumentVersion.version == QuoteDocument.version),
            )
            .where(QuoteDocument.quote_id == quote_id)
        )
        held = [Held(document, version) for document, version in await self._session.execute(query)]
        found = {one.document.document_type: one for one in held}
        return {kind: found[kind] for kind in TYPES if kind in found}

    async def present(self, quote_id: UUID, kind: str) -> Held:
        found = (await self.all(quote_id)).get(kind)
        if found is None:
            raise NotFound("document", kind)
        return found

    async def at(self, quote_id: UUID, kind: str, number: int) -> Held:
        query = (
            select(QuoteDocument, QuoteDocumentVersion)
            .join(QuoteDocumentVersion, QuoteDocumentVersion.document_id == QuoteDocument.id)
            .where(
                QuoteDocument.quote_id == quote_id,
                QuoteDocument.document_type == kind,
                QuoteDocumentVersion.version == number,
            )
        )
        found = (await self._session.execute(query)).one_or_none()
        if found is None:
            raise NotFound("version", number)
        return Held(*found)

    async def versions(self, quote_id: UUID, kind: str) -> list[QuoteDocumentVersion]:
        """Newest first."""
        query = (
            select(QuoteDocumentVersion)
            .join(QuoteDocument, QuoteDocument.id == QuoteDocumentVersion.document_id)
            .where(QuoteDocument.quote_id == quote_id, QuoteDocument.document_type == kind)
            .order_by(QuoteDocumentVersion.version.desc())
        )
        found = list(await self._session.scalars(query))
        if not found:
            raise NotFound("document", kind)
        return found

    async def follow(self, quote: Quote, lines: tuple[QuoteLine, ...], why: Why) -> None:
        """Every document that says something else now, in a version of its own.

        A person's sections stay as they wrote them.
        """
        fresh = await self.from_lines(quote, lines)
        present = await self.all(quote.id)
        for kind, content in fresh.items():
            held = present.get(kind)
            if held is None:
                await self._begin(quote, kind, content, why)
                continue
            new = content if kind == PARTS_LIST else followed(held.content, content)
            if new != held.content:
                await self.append(held.document, new, Why(why.summary, why.actor))

    async def from_lines(
        self, quote: Quote, lines: tuple[QuoteLine, ...]
    ) -> dict[str, dict[str, Any]]:
        settings = await Tenants(self._session, self._tenant_id).settings()
        return written(matter_of(quote, lines, settings))

    async def append(self, document: QuoteDocument, content: dict[str, Any], why: Why) -> Held:
        """Raises Outdated. The document's quote must be locked by the caller."""
        if why.seen is not None and why.seen != document.version:
            raise Outdated(document.document_type, document.version)
        document.version += 1
        document.updated_at = utc_now()
        version = QuoteDocumentVersion(
            id=new_id(),
            tenant_id=self._tenant_id,
            document_id=document.id,
            version=document.version,
            content=json.dumps(content, ensure_ascii=False),
            changes_summary=why.summary.strip()[:LONGEST_SUMMARY],
            author=why.actor,
        )
        self._session.add(version)
        await self._session.flush()
        return Held(document, version)

    async def _begin(self, quote: Quote, kind: str, content: dict[str, Any], why: Why) -> None:
        document = QuoteDocument(
            id=new_id(), tenant_id=self._tenant_id, quote_id=quote.id, document_type=kind, version=0
        )
        self._session.add(document)
        await self._session.flush()
        await self.append(document, content, Why(why.summary, why.actor))
