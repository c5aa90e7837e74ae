"""`/desk article`: what is suggested for a ticket, linked to it, and what it was resolved with."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, ticket_meant
from bot.desk.handling.tickets.joining import follow
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Card, Section, Style
from domain.audit.service import note as audit
from domain.errors import NotFound, Refused
from domain.knowledge.models import Article
from domain.tickets.models import Ticket
from domain.tickets.working.articles import Beside, TicketArticles

ACTS = ("link", "unlink", "resolved", "unhelpful")
CHOICES = 5


async def article(bench: Bench, command: StaffCommand) -> Answer:
    verb, rest = first_word(command.words)
    act = verb.lower() if verb.lower() in ACTS else ""
    if act:
        command.by.rights.require(Right.ACT, command.by.role)
    meant = StaffCommand(command.verb, rest if act else command.words, command.by, command.place)
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, meant)
        if act:
            await _act(session, command, ticket, act, words)
            await follow(session, command.by)
        beside = await TicketArticles(session, command.tenant_id).of(ticket.id)
        may_act = Right.ACT in command.by.rights.held
    return _card(ticket, beside, may_act=may_act)


async def _act(
    session: AsyncSession, command: StaffCommand, ticket: Ticket, act: str, words: str
) -> None:
    if not words:
        raise wrong_use("article", "Which article? Give words of its title.")
    articles, actor = TicketArticles(session, command.tenant_id), command.by.actor
    beside = await articles.of(ticket.id)
    if act in ("link", "resolved"):
        found = await _found(session, command.tenant_id, words, beside)
        await articles.link(ticket, found, actor=actor, resolves=act == "resolved")
    else:
        found = _beside(words, beside)
        await articles.unlink(ticket, found, actor=actor)
        if act == "unhelpful":
            chosen = await session.get_one(Article, found)
            chosen.not_helpful_count += 1
    audit(session, command.tenant_id, actor, f"article.{act}", ticket.number, article=str(found))


def _beside(words: str, beside: list[Beside]) -> UUID:
    """One that stands beside the ticket already."""
    wanted = words.casefold()
    found = [
        one for one in beside if str(one.article_id) == wanted or wanted in one.title.casefold()
    ]
    if not found:
        raise NotFound("article on this ticket", words)
    return found[0].article_id


async def _found(session: AsyncSession, tenant_id: UUID, words: str, beside: list[Beside]) -> UUID:
    """One of those beside the ticket, else the only published one with these words."""
    try:
        return _beside(words, beside)
    except NotFound:
        query = select(Article.id, Article.title).where(
            Article.tenant_id == tenant_id, Article.status == "published"
        )
        is_it = Article.title.icontains(words, autoescape=True)
        rows = (await session.execute(query.where(is_it).limit(CHOICES + 1))).all()
        exact = [row for row in rows if row.title.casefold() == words.casefold()]
        if len(exact or rows) == 1:
            chosen: UUID = (exact or rows)[0].id
            return chosen
        if not rows:
            raise
        titles = ", ".join(f"“{row.title}”" for row in rows[:CHOICES])
        raise Refused(f"Which of them: {titles}?") from None


def _card(ticket: Ticket, beside: list[Beside], *, may_act: bool) -> Card:
    sections = tuple(_section(ticket, one, may_act=may_act) for one in beside[:20])
    link = f"/desk article link {ticket.number} WORDS OF ITS TITLE"
    none = f"None is suggested or linked. To link one: {link}"
    return Card(
        title=f"Articles beside {ticket.number} · {short(ticket.subject, 80)}",
        sections=sections or (Section(none),),
        buttons=(run("Ticket", f"ticket {ticket.number}"),),
    )


def _section(ticket: Ticket, one: Beside, *, may_act: bool) -> Section:
    said = {
        "suggested": f"suggested, {one.relevance} %",
        "linked": "linked",
        "resolved": "the ticket was resolved with it",
    }
    number, id_ = ticket.number, one.article_id
    buttons = []
    if may_act and one.kind != "resolved":
        title = "Resolved with this"
        buttons.append(run(title, f"article resolved {number} {id_}", Style.PRIMARY))
    if may_act and one.kind == "suggested":
        buttons.append(run("Link", f"article link {number} {id_}"))
        buttons.append(run("Not helpful", f"article unhelpful {number} {id_}"))
    elif may_act:
        buttons.append(run("Take off", f"article unlink {number} {id_}"))
    return Section(f"{one.title} · {said[one.kind]}", buttons=tuple(buttons))
