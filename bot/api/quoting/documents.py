"""The four documents of a quote: read, edited, compared, rolled back, written anew."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Header, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field, JsonValue

from bot.api.quotes import DocumentOut, Documents
from bot.api.quoting.seeing import rights_of_key, shown
from bot.api.rest import Body, Shown, Text, UpdatedSince, Version, rest_router
from bot.dependencies import Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from bot.desk.asking.rights import Rights
from bot.desk.papers.wording import Worded, worded
from domain.catalogue.product import Catalogue
from domain.following import Since
from domain.prompts.difference import difference
from domain.quotes.service import Quotes
from domain.quotes.writing.editing import DocumentEditor
from domain.quotes.writing.plain_text import as_text
from domain.quotes.writing.versions import Held, Outdated, QuoteDocuments, Why

router = rest_router("/quotes", "quotes")

Kind = Literal["parts_list", "technical", "overview", "build"]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
SectionId = Annotated[str, Path(max_length=40)]
Summary = Annotated[Text, Field(max_length=500, examples=["30 outlets instead of 24"])]
IfMatch = Annotated[
    str | None,
    Header(
        max_length=40,
        pattern=r'^(?:W/)?"?\d{1,7}"?$',
        description="The version that you looked at, as in `ETag`: a later one is not overwritten.",
    ),
]


class Edited(Body):
    """`content` as a `GET` shows it. Of a parts list totals, cost and supplier are worked out, not
    taken over. `version`: the one that you looked at (or `If-Match`)."""

    content: dict[str, JsonValue] = Field(
        examples=[{"sections": [{"id": "summary", "title": "Summary", "content": "…", "order": 1}]}]
    )
    changes_summary: Summary
    version: Version | None = None


class EditedSection(Body):
    """What is left out stays."""

    title: Annotated[Text, Field(max_length=200)] | None = None
    content: Text | None = None
    order: Annotated[int, Field(ge=0, le=10_000)] | None = None
    changes_summary: Summary
    version: Version | None = None


class Because(Body):
    """Both may be left out."""

    changes_summary: Summary = ""
    version: Version | None = None


class VersionOut(Shown):
    version: int
    changes_summary: str
    author: str
    created_at: datetime


class Versions(BaseModel):
    """Newest first."""

    success: bool = True
    document_type: str
    versions: list[VersionOut]


class DiffLine(BaseModel):
    """`change`: same, added or removed."""

    change: str
    text: str


class Diff(BaseModel):
    success: bool = True
    document_type: str
    from_version: int
    to_version: int
    added: int
    removed: int
    lines: list[DiffLine]


class DocumentAnswer(DocumentOut):
    """A document with who wrote this version and why."""

    success: bool = True
    changes_summary: str
    author: str


class Between(Body):
    """`from` and `to`: versions; left out: the one before the present, and the present."""

    from_: int | None = Field(None, alias="from", ge=1, le=1_000_000)
    to: int | None = Field(None, ge=1, le=1_000_000)


class Target:
    """The document of a request, and what `If-Match` says of it."""

    def __init__(self, quote_id: UUID, document_type: Kind, if_match: IfMatch = None) -> None:
        self.document: tuple[UUID, str] = (quote_id, document_type)
        self._header = int(if_match.removeprefix("W/").strip('"')) if if_match else None

    def why(self, summary: str, actor: str, seen: int | None) -> Why:
        return Why(summary, actor, self._header if self._header is not None else seen)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """A header that does not hold has a status of its own (RFC 9110)."""
        if isinstance(error, Outdated) and self._header is not None:
            raise HTTPException(412, str(error)) from error


class PastTarget(Target):
    """With one of its versions."""

    def __init__(
        self,
        quote_id: UUID,
        document_type: Kind,
        document_version: Number,
        if_match: IfMatch = None,
    ) -> None:
        super().__init__(quote_id, document_type, if_match)
        self.number = document_version


async def catalogue(runtime: RuntimeOf, caller: StaffCaller) -> Catalogue:
    """Loaded before the transaction of the request is opened."""
    return (await runtime.shelf.index(caller.tenant_id)).catalogue


Priced = Annotated[Catalogue, Depends(catalogue)]


@router.get("/{quote_id}/documents", summary="The four documents")
async def documents(
    quote_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Documents:
    await Quotes(session, caller.tenant_id).get(quote_id)
    rights = await rights_of_key(session, caller)
    found = await QuoteDocuments(session, caller.tenant_id).all(quote_id)
    shown = [DocumentOut(**_fields(one, rights)) for one in found.values()]
    return Documents(documents=Since(updated_since).among(shown) if updated_since else shown)


@router.get("/{quote_id}/documents/{document_type}", summary="One document")
async def show(
    quote_id: UUID,
    document_type: Kind,
    caller: Reader,
    session: ReadTransaction,
    response: Response,
) -> DocumentAnswer:
    await Quotes(session, caller.tenant_id).get(quote_id)
    held = await QuoteDocuments(session, caller.tenant_id).present(quote_id, document_type)
    return _answer(held, await rights_of_key(session, caller), response)


@router.put("/{quote_id}/documents/{document_type}", summary="Write a document anew")
async def edit(
    at: Annotated[Target, Depends()],
    new: Edited,
    caller: StaffCaller,
    session: Transaction,
    priced: Priced,
    response: Response,
) -> DocumentAnswer:
    """A new version. Of a parts list the lines are priced again and the other documents follow;
    what a person wrote in those stays."""
    editor = DocumentEditor(session, caller.tenant_id)
    why = at.why(new.changes_summary, caller.actor, new.version)
    with at:
        held = await editor.edit(at.document, dict(new.content), why, priced)
    return _answer(held, await rights_of_key(session, caller), response)


@router.patch(
    "/{quote_id}/documents/{document_type}/sections/{section_id}", summary="Change a section"
)
async def edit_section(
    at: Annotated[Target, Depends()],
    section_id: SectionId,
    new: EditedSection,
    caller: StaffCaller,
    session: Transaction,
    response: Response,
) -> DocumentAnswer:
    changes = new.model_dump(include={"title", "content", "order"}, exclude_none=True)
    editor = DocumentEditor(session, caller.tenant_id)
    why = at.why(new.changes_summary, caller.actor, new.version)
    with at:
        held = await editor.edit_section(at.document, section_id, changes, why)
    return _answer(held, await rights_of_key(session, caller), response)


@router.get("/{quote_id}/documents/{document_type}/versions", summary="A document's versions")
async def versions(
    quote_id: UUID, document_type: Kind, caller: Reader, session: ReadTransaction
) -> Versions:
    found = await QuoteDocuments(session, caller.tenant_id).versions(quote_id, document_type)
    return Versions(
        document_type=document_type, versions=[VersionOut.model_validate(one) for one in found]
    )


@router.get(
    "/{quote_id}/documents/{document_type}/versions/{document_version}", summary="As it once was"
)
async def show_version(
    quote_id: UUID,
    document_type: Kind,
    document_version: Number,
    caller: Reader,
    session: ReadTransaction,
    response: Response,
) -> DocumentAnswer:
    known = QuoteDocuments(session, caller.tenant_id)
    held = await known.at(quote_id, document_type, document_version)
    return _answer(held, await rights_of_key(session, caller), response)


@router.get("/{quote_id}/documents/{document_type}/diff", summary="What changed")
async def diff(
    quote_id: UUID,
    document_type: Kind,
    asked: Annotated[Between, Query()],
    caller: Reader,
    session: ReadTransaction,
) -> Diff:
    """Line by line, between two versions."""
    known = QuoteDocuments(session, caller.tenant_id)
    newest = (await known.present(quote_id, document_type)).document.version
    after = asked.to or newest
    before = asked.from_ or max(after - 1, 1)
    rights = await rights_of_key(session, caller)
    old, new = [
        as_text(shown((await known.at(quote_id, document_type, number)).content, rights))
        for number in (before, after)
    ]
    lines = [DiffLine(change=one.change, text=one.text) for one in difference(old, new)]
    return Diff(
        document_type=document_type,
        from_version=before,
        to_version=after,
        added=sum(one.change == "added" for one in lines),
        removed=sum(one.change == "removed" for one in lines),
        lines=lines,
    )


@router.post(
    "/{quote_id}/documents/{document_type}/rollback/{document_version}",
    summary="Go back to a version",
)
async def roll_back(
    at: Annotated[PastTarget, Depends()],
    new: Because,
    caller: StaffCaller,
    session: Transaction,
    priced: Priced,
    response: Response,
) -> DocumentAnswer:
    """Makes a new version that says what that one said; nothing is lost."""
    told = new.changes_summary or f"Back to version {at.number}"
    why = at.why(told, caller.actor, new.version)
    editor = DocumentEditor(session, caller.tenant_id)
    with at:
        held = await editor.roll_back(at.document, at.number, why, priced)
    return _answer(held, await rights_of_key(session, caller), response)


async def thought_up(
    quote_id: UUID, document_type: Kind, runtime: RuntimeOf, caller: StaffCaller
) -> Worded:
    """With no transaction open: a model may take its time."""
    return await worded(runtime, caller.tenant_id, quote_id, document_type)


@router.post(
    "/{quote_id}/documents/{document_type}/regenerate", summary="Have a document written anew"
)
async def regenerate(
    at: Annotated[Target, Depends()],
    words: Annotated[Worded, Depends(thought_up)],
    new: Because,
    caller: StaffCaller,
    session: Transaction,
    response: Response,
) -> DocumentAnswer:
    """From the quote's lines: in a model's words where there is one, else in plain ones. What a
    person wrote in it is replaced; it stays in the version before."""
    why = at.why(new.changes_summary or "Regenerated", caller.actor, new.version)
    editor = DocumentEditor(session, caller.tenant_id)
    with at:
        words.require_present(await Quotes(session, caller.tenant_id).get(at.document[0]))
        held = await editor.regenerate(at.document, why, words.content)
    return _answer(held, await rights_of_key(session, caller), response)


def _fields(held: Held, rights: Rights) -> dict[str, Any]:
    return {
        "id": held.document.id,
        "document_type": held.document.document_type,
        "version": held.version.version,
        "content": shown(held.content, rights),
        "created_at": held.document.created_at,
        "updated_at": held.version.created_at,
    }


def _answer(held: Held, rights: Rights, response: Response) -> DocumentAnswer:
    response.headers["ETag"] = f'"{held.version.version}"'
    return DocumentAnswer(
        **_fields(held, rights),
        changes_summary=held.version.changes_summary,
        author=held.version.author,
    )
