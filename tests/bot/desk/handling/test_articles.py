"""Articles beside a ticket, from its card: linked, taken off, resolved with, not helpful."""

import pytest
from sqlalchemy import select

from domain.knowledge.models import Article
from domain.knowledge.service import Articles, ArticleText
from domain.tickets.service import NewTicket, Tickets
from domain.tickets.working.articles import TicketArticles
from tests.bot.desk.handling.conftest import Counter, pressed, text_of

TITLE = "Resetting the password of a recorder"


@pytest.fixture(autouse=True)
async def article(counter: Counter) -> Article:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        articles = Articles(session, counter.tenant_id)
        await articles.import_all([ArticleText(TITLE, "Hold the button.")], author="test")
        return (await session.scalars(select(Article).where(Article.title == TITLE))).one()


async def suggested(counter: Counter) -> tuple[str, Article]:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        ticket = await Tickets(session, counter.tenant_id).open(NewTicket("Recorder password"))
        article = (await session.scalars(select(Article).where(Article.title == TITLE))).one()
        await TicketArticles(session, counter.tenant_id).suggest(ticket.id, [(article.id, 80)])
    return ticket.number, article


async def kept(counter: Counter, article: Article) -> Article:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        return await session.get_one(Article, article.id)


async def test_a_suggested_article_resolves_a_ticket_once(counter: Counter) -> None:
    number, article = await suggested(counter)
    shown = await counter.press(pressed(await counter.say(f"ticket {number}"), "Articles"))
    assert "suggested, 80 %" in text_of(shown)  # type: ignore[arg-type]
    done = await counter.press(pressed(shown, "Resolved with this"))  # type: ignore[arg-type]
    assert "the ticket was resolved with it" in text_of(done)  # type: ignore[arg-type]
    assert (await kept(counter, article)).helpful_count == 1
    await counter.say(f"article resolved {number} password")
    assert (await kept(counter, article)).helpful_count == 1
    assert "resolved with an article: 1" in text_of(await counter.say("stats")).lower()
    taken = await counter.press(pressed(done, "Take off"))  # type: ignore[arg-type]
    assert "None is suggested" in text_of(taken)  # type: ignore[arg-type]
    assert (await kept(counter, article)).helpful_count == 0


async def test_an_article_is_linked_by_words_of_its_title(counter: Counter) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        ticket = await Tickets(session, counter.tenant_id).open(NewTicket("Recorder"))
    linked = await counter.say(f"article link {ticket.number} password")
    assert "· linked" in text_of(linked)
    assert ("article.link") in {action for _, action in await counter.audited()}
    for words, told in (
        (f"article link {ticket.number} nonsense", "There is no article"),
        (f"article link {ticket.number}", "Which article?"),
        (f"article unlink {ticket.number} nonsense", "There is no article"),
    ):
        assert told in text_of(await counter.say(words)), words
    refused = await counter.say(f"article unlink {ticket.number} password", "readonly")
    assert refused.is_error


async def test_what_does_not_help_is_counted_and_goes(counter: Counter) -> None:
    number, article = await suggested(counter)
    shown = await counter.say(f"article {number}")
    gone = await counter.press(pressed(shown, "Not helpful"))
    assert "None is suggested" in text_of(gone)  # type: ignore[arg-type]
    assert (await kept(counter, article)).not_helpful_count == 1
