"""Teams, macros, views, articles beside a ticket, satisfaction, snoozes."""

from datetime import timedelta

import pytest

from domain.errors import Conflict, NotFound, Refused
from domain.knowledge.models import Article
from domain.knowledge.service import Articles, ArticleText
from domain.staff.service import NewMember, StaffMembers
from domain.tickets.models import Ticket
from domain.tickets.repository import TicketReader
from domain.tickets.service import NewTicket, Tickets
from domain.tickets.working.articles import TicketArticles
from domain.tickets.working.macros import Macros
from domain.tickets.working.presence import WITHIN, Presences
from domain.tickets.working.rating import rate
from domain.tickets.working.teams import Teams
from domain.tickets.working.views import SavedViews, filters_of
from domain.tickets.working.waiting import Waiting
from domain.tickets.working.wording import filled, require_known
from domain.types import new_id, utc_now
from tests.conftest import Entered


async def opened(tenant: Entered) -> Ticket:
    return await Tickets(tenant.session, tenant.tenant_id).open(NewTicket("gate camera"))


@pytest.mark.parametrize("text", ["{password}", "{customer.name}", "{0}", "{ }", "{", "a } b"])
def test_a_variable_that_is_not_on_the_list_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        require_known(text)


def test_a_value_with_braces_is_no_variable() -> None:
    assert filled("{customer} {number}", {"customer": "{number}", "number": "7"}) == "{number} 7"


async def test_a_macro_is_checked_when_it_is_saved(tenant: Entered) -> None:
    macros = Macros(tenant.session, tenant.tenant_id)
    row = await macros.save("Thanks", "Hi {customer}: {number}", {}, actor="test")
    ticket = await opened(tenant)
    assert await macros.filled(row, ticket, "Ada") == f"Hi there: {ticket.number}"
    with pytest.raises(Refused, match="status"):
        await macros.save("Bad", "x", {"status": "done"}, actor="test")
    with pytest.raises(Refused, match="action “shell”"):
        await macros.save("Bad", "x", {"shell": "rm"}, actor="test")
    with pytest.raises(Conflict):
        await macros.save("THANKS", "again", {}, actor="test", is_new=True)


async def test_a_view_takes_only_filters_of_the_list_and_ones_own_comes_first(
    tenant: Entered,
) -> None:
    views = SavedViews(tenant.session, tenant.tenant_id)
    staff = StaffMembers(tenant.session, tenant.tenant_id)
    ada = await staff.add(NewMember("ada@x.example", "Ada"))
    shared = await views.save("Hot", {"priorities": ["high"]}, None)
    own = await views.save("Hot", {"assignee": "me"}, ada.id)
    assert (await views.named("hot", ada.id)).id == own.id
    assert (await views.named("hot", None)).id == shared.id
    assert filters_of(own.filters).wanted(ada.id, utc_now()).assignee_id == ada.id
    for wrong in ({"sql": "1=1"}, {"statuses": ["done"]}, {"assignee": "somebody"}):
        with pytest.raises(Refused):
            await views.save("Wrong", wrong, None)


async def test_a_team_has_members_and_tickets(tenant: Entered) -> None:
    teams = Teams(tenant.session, tenant.tenant_id)
    staff = StaffMembers(tenant.session, tenant.tenant_id)
    ada = await staff.add(NewMember("ada@x.example", "Ada"))
    field = await teams.add("Field")
    await teams.join(field.id, ada.id)
    await teams.join(field.id, ada.id)
    assert [m.name for m in (await teams.members([field.id]))[field.id]] == ["Ada"]
    ticket = await opened(tenant)
    tickets = Tickets(tenant.session, tenant.tenant_id)
    await tickets.change(ticket.number, {"team_id": field.id}, actor="test", why="")
    with pytest.raises(Conflict):
        await teams.add("field")
    await teams.leave(field.id, ada.id)
    assert (await teams.members([field.id]))[field.id] == []


async def test_resolved_with_an_article_counts_it_as_helpful_once(tenant: Entered) -> None:
    known = Articles(tenant.session, tenant.tenant_id)
    article = await known.write(ArticleText("Reset", "Hold the button."), author="sam")
    ticket, beside = await opened(tenant), TicketArticles(tenant.session, tenant.tenant_id)
    await beside.suggest(ticket.id, [(article.id, 80), (new_id(), 50)])
    assert [(a.kind, a.relevance) for a in await beside.of(ticket.id)] == [("suggested", 80)]
    await beside.link(ticket, article.id, actor="test")
    for _ in range(2):
        await beside.link(ticket, article.id, actor="test", resolves=True)
    assert [(a.kind, a.relevance) for a in await beside.of(ticket.id)] == [("resolved", 80)]
    assert await helpful(tenant, article) == 1
    await beside.suggest(ticket.id, [(article.id, 10)])  # what people said stays
    assert [(a.kind, a.relevance) for a in await beside.of(ticket.id)] == [("resolved", 80)]
    await beside.unlink(ticket, article.id, actor="test")
    assert await helpful(tenant, article) == 0
    with pytest.raises(NotFound):
        await beside.unlink(ticket, article.id, actor="test")


async def helpful(tenant: Entered, article: Article) -> int:
    await tenant.session.refresh(article)
    return article.helpful_count


async def test_satisfaction_is_one_to_five(tenant: Entered) -> None:
    ticket = await opened(tenant)
    await rate(tenant.session, tenant.tenant_id, ticket, (4, "fine", utc_now()))
    assert (ticket.satisfaction, ticket.satisfaction_comment) == (4, "fine")
    with pytest.raises(Refused):
        await rate(tenant.session, tenant.tenant_id, ticket, (6, "", utc_now()))


async def test_a_snooze_ends_at_its_time_and_needs_one_to_come(tenant: Entered) -> None:
    waiting, ticket = Waiting(tenant.session, tenant.tenant_id), await opened(tenant)
    with pytest.raises(Refused):
        await waiting.snooze(ticket, utc_now() - timedelta(minutes=1), actor="test")
    until = utc_now() + timedelta(hours=1)
    await waiting.snooze(ticket, until, actor="test")
    assert await waiting.come_due(until - timedelta(minutes=1)) == 0
    assert [await waiting.come_due(until) for _ in range(2)] == [1, 0]
    assert ticket.snoozed_until is None


async def test_waking_what_does_not_sleep_leaves_no_trace(tenant: Entered) -> None:
    ticket = await opened(tenant)
    await Waiting(tenant.session, tenant.tenant_id).snooze(ticket, None, actor="test")
    assert await TicketReader(tenant.session).changes([ticket.id]) == []


async def test_presence_is_of_the_last_two_minutes_and_a_look_hides_no_typing(
    tenant: Entered,
) -> None:
    staff = StaffMembers(tenant.session, tenant.tenant_id)
    ada = await staff.add(NewMember("ada@x.example", "Ada"))
    ticket, now = await opened(tenant), utc_now()
    presences = Presences(tenant.session, tenant.tenant_id)
    await presences.note(ticket.id, ada.id, "typing", now)
    await presences.note(ticket.id, ada.id, "viewing", now)
    (there,) = await presences.others([ticket.id], None, now)
    assert (there.name, there.activity) == ("Ada", "typing")
    assert await presences.others([ticket.id], ada.id, now) == []
    assert await presences.others([ticket.id], None, now + WITHIN) == []


async def test_a_next_action_is_told_of_once_when_its_time_has_come(tenant: Entered) -> None:
    service = Tickets(tenant.session, tenant.tenant_id)
    waiting = Waiting(tenant.session, tenant.tenant_id)
    now = utc_now()
    ticket = await service.open(NewTicket("Camera"))
    over = await service.open(NewTicket("Old"))
    for one in (ticket, over):
        await waiting.next_action(one, "Order it", now + timedelta(hours=1), actor="test")
    await service.change(over.number, {"status": "closed"}, actor="test", why="")
    assert await waiting.come_due(now) == 0
    assert await waiting.come_due(now + timedelta(hours=2)) == 1
    assert await waiting.come_due(now + timedelta(hours=3)) == 0
    await waiting.next_action(ticket, "Order it again", now + timedelta(hours=4), actor="test")
    assert await waiting.come_due(now + timedelta(hours=5)) == 1
