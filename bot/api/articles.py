"""The knowledge base: searched, written, versioned, published."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import select

from bot.api.rest import (
    STORABLE,
    Body,
    Line,
    Name,
    Page,
    Paging,
    Shown,
    Tags,
    Word,
    changes,
    cursor,
    id_of,
    page,
    rest_router,
)
from bot.dependencies import Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from bot.retrieval.excerpt import excerpt
from bot.retrieval.library import Library
from bot.retrieval.relevance import relevance
from domain.knowledge import service
from domain.knowledge.models import Article, ArticleVersion
from domain.knowledge.service import Articles, ArticleText

router = rest_router("/helpdesk/knowledge-base", "knowledge base")

Status = Literal["draft", "published", "archived"]
assert get_args(Status) == service.STATUSES

ANSWERS_FROM = 0.25
"""Below this likelihood nothing found counts as an answer; a person reads what is given."""
SHOWN_CHARACTERS = 1_200
_QUERY_CHARACTERS = 2_000
_CANDIDATES = 50

ArticleBody = Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=STORABLE)]


class ArticleOut(Shown):
    id: UUID
    title: str
    category: str
    tags: list[str]
    status: str
    version: int
    source: str
    external_id: str | None
    is_featured: bool
    view_count: int
    helpful_count: int
    not_helpful_count: int
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class WholeArticle(ArticleOut):
    text: str = ""


class VersionOut(Shown):
    version: int
    title: str
    note: str
    author: str
    created_at: datetime


class WholeVersion(VersionOut):
    text: str


class ArticleQuery(Paging):
    status: Status | None = None
    category: Word | None = None


class ArticleIn(Body):
    """`external_id`: what another system calls it; known already → 409."""

    title: Name = Field(examples=["Resetting a camera"])
    text: ArticleBody = Field(examples=["Hold the reset button for ten seconds."])
    category: Word = ""
    tags: Tags = Field(default_factory=list)
    status: Literal["draft", "published"] = "draft"
    source: Word = ""
    external_id: Name | None = None


class ArticleChanges(Body):
    """Becomes the next version; what is not sent stays as it is."""

    title: Name | None = None
    text: ArticleBody | None = None
    category: Word | None = None
    tags: Tags | None = None
    note: Line = Field("", examples=["The new model has no reset button."])


class NewStatus(Body):
    status: Status


class FoundArticle(BaseModel):
    """`relevance`: 0 to 100, how likely it answers."""

    article_id: UUID
    title: str
    category: str
    excerpt: str
    relevance: int


class FoundArticles(BaseModel):
    items: list[FoundArticle]
    confidence: float


class AnswerSource(BaseModel):
    article_id: UUID
    title: str
    relevance: int


class KnowledgeAnswer(BaseModel):
    """`confidence`: 0 to 1, how likely the question is answered by the sources."""

    answer: str
    sources: list[AnswerSource]
    confidence: float


@router.get("/search", summary="Search published articles")
async def search(
    caller: Reader,
    runtime: RuntimeOf,
    q: Annotated[str, Query(min_length=1, max_length=1_000, pattern=STORABLE)],
    category: Annotated[Word | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> FoundArticles:
    evidence = await runtime.library.search(caller.tenant_id, q, _CANDIDATES if category else limit)
    ids = [source.article_id for source in evidence.sources]
    async with runtime.database.transaction(caller.tenant_id) as session:
        rows = await session.execute(
            select(Article.id, Article.category).where(Article.id.in_(ids))
        )
        categories = dict(rows.all())
    found = [
        FoundArticle(
            article_id=source.article_id,
            title=source.title,
            category=categories[source.article_id],
            excerpt=excerpt(q, source.text, SHOWN_CHARACTERS),
            relevance=relevance(evidence, source),
        )
        for source in evidence.sources
        if source.article_id in categories
    ]
    kept = [one for one in found if not category or one.category == category]
    return FoundArticles(items=kept[:limit], confidence=round(evidence.answerability, 3))


@router.get("/articles", summary="Articles, oldest first")
async def articles(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[ArticleQuery, Query()],
) -> Page[ArticleOut]:
    rows = await Articles(session, caller.tenant_id).page(
        asked.limit + 1, asked.place(id_of), asked.status, asked.category, asked.since
    )
    own = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, ArticleOut.model_validate, own)


@router.post("/articles", status_code=201, summary="Write an article")
async def write(new: ArticleIn, caller: StaffCaller, session: Transaction) -> WholeArticle:
    text = ArticleText(
        new.title, new.text, new.category, tuple(new.tags), new.source, new.external_id
    )
    written = await Articles(session, caller.tenant_id).write(
        text, author=caller.actor, status=new.status
    )
    return _whole(written, new.text)


@router.get("/articles/{article_id}", summary="One article with its text")
async def article(article_id: UUID, caller: Reader, session: ReadTransaction) -> WholeArticle:
    known = Articles(session, caller.tenant_id)
    found = await known.get(article_id)
    return _whole(found, (await known.text(article_id)).text)


@router.patch("/articles/{article_id}", summary="Edit an article: a new version")
@router.put("/articles/{article_id}", include_in_schema=False)
async def edit(
    article_id: UUID, sent: ArticleChanges, caller: StaffCaller, session: Transaction
) -> WholeArticle:
    known = Articles(session, caller.tenant_id)
    found = await known.get(article_id)
    await session.refresh(found, with_for_update=True)
    present = await known.text(article_id)
    wanted = {name: value for name, value in changes(sent).items() if value is not None}
    text = ArticleText(
        title=wanted.get("title", found.title),
        text=wanted.get("text", present.text),
        category=wanted.get("category", found.category),
        tags=tuple(wanted.get("tags", found.tags)),
    )
    edited = await known.edit(article_id, text, author=caller.actor, note=sent.note)
    return _whole(edited, text.text)


@router.post("/articles/{article_id}/status", summary="Publish, archive or withdraw an article")
async def set_status(
    article_id: UUID, sent: NewStatus, caller: StaffCaller, session: Transaction
) -> ArticleOut:
    known = Articles(session, caller.tenant_id)
    changed = await known.set_status(article_id, sent.status, author=caller.actor)
    return ArticleOut.model_validate(changed)


@router.get("/articles/{article_id}/versions", summary="Versions, newest first")
async def versions(
    article_id: UUID,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[VersionOut]:
    known = Articles(session, caller.tenant_id)
    await known.get(article_id)
    rows = await known.versions(article_id, asked.limit + 1, asked.place(id_of), asked.since)
    return page(rows, asked.limit, VersionOut.model_validate, asked.made(lambda r: cursor(r.id)))


@router.get("/articles/{article_id}/versions/{version}", summary="An article as it once was")
async def version(
    article_id: UUID,
    version: Annotated[int, Path(ge=1, le=1_000_000)],
    caller: Reader,
    session: ReadTransaction,
) -> WholeVersion:
    found: ArticleVersion = await Articles(session, caller.tenant_id).text(article_id, version)
    return WholeVersion.model_validate(found)


async def answer_from_articles(
    library: Library, tenant_id: UUID, question: str, limit: int
) -> KnowledgeAnswer:
    """The best passage in its own words; empty when nothing found is likely to answer."""
    query = question[:_QUERY_CHARACTERS]
    evidence = await library.search(tenant_id, query, limit)
    answers = bool(evidence.sources) and evidence.answerability >= ANSWERS_FROM
    return KnowledgeAnswer(
        answer=excerpt(query, evidence.sources[0].text, SHOWN_CHARACTERS) if answers else "",
        sources=[
            AnswerSource(
                article_id=source.article_id,
                title=source.title,
                relevance=relevance(evidence, source),
            )
            for source in evidence.sources
        ],
        confidence=round(evidence.answerability, 3),
    )


def _whole(row: Article, text: str) -> WholeArticle:
    shown = WholeArticle.model_validate(row)
    shown.text = text
    return shown
