"""Articles: written, versioned, published, archived; the passages that are searched."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.events import Happened, record
from domain.following import Since
from domain.knowledge.models import Article, ArticleVersion, Passage
from domain.knowledge.passages import split
from domain.tenants.models import Tenant
from domain.types import new_id, utc_now

STATUSES = ("draft", "published", "archived")


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What an author or an import hands in; the same source and external id is the same article."""

    title: str
    text: str
    category: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """How an import ended, article by article."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Articles:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def get(self, article_id: UUID) -> Article:
        article = await self._session.get(Article, article_id)
        if article is None:
            raise NotFound("article", article_id)
        return article

    async def text(self, article_id: UUID, version: int | None = None) -> ArticleVersion:
        article = await self.get(article_id)
        found = await self._session.scalar(
            select(ArticleVersion).where(
                ArticleVersion.article_id == article_id,
                ArticleVersion.version == (version or article.version),
            )
        )
        if found is None:
            raise NotFound("version", version)
        return found

    async def versions(
        self,
        article_id: UUID,
        limit: int = 1_000,
        before: UUID | None = None,
        since: Since | None = None,
    ) -> list[ArticleVersion]:
        """Newest first; a version never changes."""
        query = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
        if before:
            query = query.where(ArticleVersion.id < before)
        query = query.order_by(ArticleVersion.version.desc()).limit(limit)
        if since:
            query = since.of(query, ArticleVersion.created_at, ArticleVersion.id)
        return list(await self._session.scalars(query))

    async def page(
        self,
        limit: int,
        after: UUID | None = None,
        status: str | None = None,
        category: str | None = None,
        since: Since | None = None,
    ) -> list[Article]:
        query = select(Article).order_by(Article.id).limit(limit)
        if after:
            query = query.where(Article.id > after)
        if status:
            query = query.where(Article.status == status)
        if category:
            query = query.where(Article.category == category)
        if since:
            query = since.of(query, Article.updated_at, Article.id)
        return list(await self._session.scalars(query))

    async def write(self, new: ArticleText, *, author: str, status: str = "draft") -> Article:
        """A new article in its first version."""
        _require_text(new)
        article = Article(
            id=new_id(),
            tenant_id=self._tenant_id,
            source=new.source,
            external_id=new.external_id,
            title=new.title.strip(),
            category=new.category,
            tags=list(new.tags),
            status="draft",
            version=1,
        )
        self._session.add(article)
        await self._session.flush()
        self._add_version(article, new.text, "", author)
        if status != "draft":
            await self.set_status(article.id, status, author=author)
        return article

    async def edit(self, article_id: UUID, new: ArticleText, *, author: str, note: str) -> Article:
        """A new version; a published article is searched in its new words at once."""
        _require_text(new)
        article = await self.get(article_id)
        article.version += 1
        article.title, article.category = new.title.strip(), new.category
        article.tags = list(new.tags)
        self._add_version(article, new.text, note, author)
        if article.status == "published":
            await self._index(article, new.text, await self._next_revision())
            self._happened("article.changed", article, author)
        await self._session.flush()
        return article

    async def set_status(self, article_id: UUID, status: str, *, author: str) -> Article:
        if status not in STATUSES:
            raise Refused(f"An article is {', '.join(STATUSES)}, not “{status}”.")
        article = await self.get(article_id)
        if article.status == status:
            return article
        article.status = status
        revision = await self._next_revision()
        if status == "published":
            article.published_at = article.published_at or utc_now()
            version = await self.text(article_id)
            await self._index(article, version.text, revision)
        else:
            article.revision = revision
            await self._drop_passages([article.id])
        self._happened(f"article.{status}", article, author)
        await self._session.flush()
        return article

    async def import_all(
        self, texts: list[ArticleText], *, author: str, status: str = "published"
    ) -> Imported:
        """Adds or changes by (source, external id); what is equal already stays as it is."""
        known = await self._known([text.external_id for text in texts])
        added = changed = unchanged = 0
        revision = await self._next_revision()
        for new in texts:
            _require_text(new)
            found = known.get((new.source, new.external_id))
            if found is None:
                article = self._new(new, status)
                self._session.add(article)
                known[new.source, new.external_id] = (article, new.text)
                added += 1
            elif (found[1], found[0].title, found[0].category) == (
                new.text,
                new.title.strip(),
                new.category,
            ):
                unchanged += 1
                continue
            else:
                article = found[0]
                article.version += 1
                article.title, article.category = new.title.strip(), new.category
                article.tags = list(new.tags)
                changed += 1
            await self._session.flush()
            self._add_version(article, new.text, "imported", author)
            if article.status == "published":
                await self._index(article, new.text, revision)
        await self._session.flush()
        return Imported(added, changed, unchanged)

    async def _known(
        self, external_ids: list[str | None]
    ) -> dict[tuple[str, str | None], tuple[Article, str]]:
        rows = await self._session.execute(
            select(Article, ArticleVersion.text)
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == Article.id)
                & (ArticleVersion.version == Article.version),
            )
            .where(Article.external_id.in_([e for e in external_ids if e is not None]))
        )
        return {(article.source, article.external_id): (article, text) for article, text in rows}

    def _new(self, new: ArticleText, status: str) -> Article:
        return Article(
            id=new_id(),
            tenant_id=self._tenant_id,
            source=new.source,
            external_id=new.external_id,
            title=new.title.strip(),
            category=new.category,
            tags=list(new.tags),
            status=status,
            version=1,
            published_at=utc_now() if status == "published" else None,
        )

    def _add_version(self, article: Article, text: str, note: str, author: str) -> None:
        self._session.add(
            ArticleVersion(
                id=new_id(),
                tenant_id=self._tenant_id,
                article_id=article.id,
                version=article.version,
                title=article.title,
                text=text,
                note=note,
                author=author,
            )
        )

    async def _index(self, article: Article, text: str, revision: int) -> None:
        if article.version > 1 or article.revision:
            await self._drop_passages([article.id])
        article.revision = revision
        await self._session.flush()
        rows = [
            {
                "id": new_id(),
                "tenant_id": self._tenant_id,
                "article_id": article.id,
                "version": article.version,
                "position": position,
                "text": passage,
                "created_at": utc_now(),
            }
            for position, passage in enumerate(split(article.title, text))
        ]
        if rows:
            await self._session.execute(insert(Passage), rows)

    async def _drop_passages(self, article_ids: list[UUID]) -> None:
        await self._session.execute(delete(Passage).where(Passage.article_id.in_(article_ids)))

    async def _next_revision(self) -> int:
        statement = (
            update(Tenant)
            .where(Tenant.id == self._tenant_id)
            .values(knowledge_revision=Tenant.knowledge_revision + 1)
            .returning(Tenant.knowledge_revision)
        )
        return (await self._session.execute(statement)).scalar_one()

    def _happened(self, kind: str, article: Article, author: str) -> None:
        payload = {"title": article.title, "version": article.version}
        record(self._session, self._tenant_id, Happened(kind, article.id, payload, author))


async def count_published(session: AsyncSession) -> int:
    counted = await session.scalar(
        select(func.count()).select_from(Article).where(Article.status == "published")
    )
    return counted or 0


def _require_text(new: ArticleText) -> None:
    if not new.title.strip() or not new.text.strip():
        raise Refused("An article needs a title and a text.")
