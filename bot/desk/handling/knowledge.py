"""The knowledge base at the desk: searched, drafted, published."""

from uuid import UUID

from sqlalchemy import select

from bot import queue
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Card, Form, Input, InputKind, Section, Style, Used
from domain.audit.service import note as audit
from domain.errors import NotFound, Refused
from domain.knowledge.models import Article
from domain.knowledge.service import Articles, ArticleText

FOUND = 5
LONGEST = 3000


async def kb(bench: Bench, command: StaffCommand) -> Answer:
    kind, words = first_word(command.words)
    match kind.lower():
        case "search":
            return await _search(bench, command, words)
        case "draft":
            command.by.rights.require(Right.TEACH, command.by.role)
            return await _draft(bench, command.by, words)
        case "publish":
            command.by.rights.require(Right.TEACH, command.by.role)
            return await _publish(bench, command.by, words)
        case _:
            raise wrong_use("kb", "Search, draft or publish?")


async def _search(bench: Bench, command: StaffCommand, words: str) -> Answer:
    if not words:
        raise wrong_use("kb", "Search for what?")
    evidence = await bench.library.search(command.tenant_id, words, FOUND)
    sections = tuple(
        Section(f"{source.title} (v{source.article_version})\n{short(source.text, 400)}")
        for source in evidence.sources
    )
    return Card(
        title=f"Knowledge base: {short(words, 80)}",
        sections=sections or (Section("No article speaks of this."),),
        buttons=() if sections else (run("Draft one", "kb draft"),),
        footnote=f"answers the question with {evidence.answerability:.0%} likelihood"
        if sections
        else "",
    )


async def _draft(bench: Bench, by: StaffView, words: str) -> Answer:
    title, colon, text = words.partition(":")
    if colon and title.strip() and text.strip():
        return await _write(bench, by, title, text)
    return Form(
        action="kb.drafted",
        title="Draft an article",
        submit="Save the draft",
        inputs=(
            Input("title", "Title", initial=words, limit=150),
            Input("text", "Text", InputKind.TEXT, limit=LONGEST, hint="Markdown"),
            Input("category", "Category", is_required=False, limit=60),
        ),
        intro="A draft is not used for answers before it is published.",
    )


async def drafted(bench: Bench, used: Used, by: StaffView) -> Answer:
    filled = used.inputs
    category = filled.get("category", "").strip()
    return await _write(bench, by, filled.get("title", ""), filled.get("text", ""), category)


async def _write(bench: Bench, by: StaffView, title: str, text: str, category: str = "") -> Card:
    async with bench.database.transaction(by.tenant_id) as session:
        new = ArticleText(title=title.strip(), text=text.strip(), category=category)
        article = await Articles(session, by.tenant_id).write(new, author=by.actor)
        audit(session, by.tenant_id, by.actor, "article.drafted", str(article.id))
    return Card(
        title=f"Draft: {article.title}",
        sections=(Section(short(text, 600), is_quoted=True),),
        buttons=(run("Publish", f"kb publish {article.id}", Style.PRIMARY),),
    )


async def _publish(bench: Bench, by: StaffView, words: str) -> Answer:
    if not words:
        raise wrong_use("kb", "Publish which article? Give its title or id.")
    async with bench.database.transaction(by.tenant_id) as session:
        articles = Articles(session, by.tenant_id)
        article_id = _id(words)
        if article_id is None:
            drafts = await session.scalars(
                select(Article)
                .where(
                    Article.tenant_id == by.tenant_id,
                    Article.status != "published",
                    Article.title.icontains(words, autoescape=True),
                )
                .limit(5)
            )
            article_id = _only(list(drafts), words)
        article = await articles.set_status(article_id, "published", author=by.actor)
        audit(session, by.tenant_id, by.actor, "article.published", str(article.id))
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return Card(
        title=f"Published: {article.title}",
        sections=(Section("The bot answers from it from now on."),),
    )


def _only(found: list[Article], words: str) -> UUID:
    exact = [article for article in found if article.title.casefold() == words.casefold()]
    chosen = exact or found
    if not chosen:
        raise NotFound("unpublished article", short(words, 60))
    if len(chosen) > 1:
        raise Refused(f"It may be {', '.join(article.title for article in chosen)}: say which.")
    return chosen[0].id


def _id(words: str) -> UUID | None:
    try:
        return UUID(words.strip())
    except ValueError:
        return None
