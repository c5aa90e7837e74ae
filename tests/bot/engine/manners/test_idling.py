"""Conversations that a person has: who waits there is not forgotten."""

from datetime import timedelta

from bot.desk import tenants
from bot.desk.conversations import reply
from domain.types import utc_now
from tests.bot.engine.conftest import Company, company, graph, rival, runtime

__all__ = ["company", "graph", "rival", "runtime"]


async def pass_time(company: Company, **by: float) -> None:
    later = utc_now() + timedelta(**by)
    await company.runtime.manners.pass_tenants_time(company.tenant_id, later)
    while await company.runtime.reactions.react(company.tenant_id):
        pass


async def reminded(company: Company) -> list[str]:
    rows = await company.execute("select text from staff_notices where about like 'idle:%'")
    return [text for (text,) in rows]


async def change(company: Company, **settings: object) -> None:
    changes = {f"presence.{name}": value for name, value in settings.items()}
    runtime = company.runtime
    await tenants.change(runtime.database, runtime.accounts, company.tenant_id, changes)


async def test_staff_are_reminded_once_of_who_waits_for_them(
    company: Company, rival: Company
) -> None:
    await company.say("can I talk to a person please")
    await company.say("hello?")
    await rival.say("can I talk to a person please")
    await pass_time(company, hours=1)
    assert await reminded(company) == []
    for hours in (3, 4):
        await pass_time(company, hours=hours)
    [told] = await reminded(company)
    assert "waits for a person" in told
    assert await reminded(rival) == []


async def test_nobody_is_reminded_while_nobody_is_there(company: Company) -> None:
    await change(company, away_until=(utc_now() + timedelta(days=1)).isoformat())
    await company.say("can I talk to a person please")
    await company.say("hello?")
    await pass_time(company, hours=5)
    assert await reminded(company) == []


async def test_what_a_person_answered_goes_back_only_where_the_company_wants_that(
    company: Company,
) -> None:
    await company.say("can I talk to a person please")
    [conversation] = await company.conversations()
    database, tenant_id = company.runtime.database, company.tenant_id
    await reply(database, tenant_id, conversation.id, None, "All done, Sam.")
    await pass_time(company, days=3)
    assert (await company.conversations())[0].owner == "staff"
    await change(company, hand_back_after_hours=24)
    await pass_time(company, hours=20)
    assert (await company.conversations())[0].owner == "staff"
    await pass_time(company, hours=25)
    [conversation] = await company.conversations()
    assert conversation.owner == "bot"
    assert conversation.context_since is not None


async def test_a_customers_open_word_is_never_handed_back(company: Company) -> None:
    await change(company, hand_back_after_hours=1)
    await company.say("can I talk to a person please")
    await company.say("my invoice is wrong")
    await pass_time(company, days=2)
    assert (await company.conversations())[0].owner == "staff"


async def test_who_writes_to_people_who_have_gone_is_told_once(company: Company) -> None:
    await company.say("can I talk to a person please")
    await change(company, away_until=(utc_now() + timedelta(days=1)).isoformat())
    company.runtime.accounts.forget()
    for words in ("hello?", "anybody?"):
        assert await company.say(words) == []
    [told] = await company.messages(state="pending")
    assert "Nobody is in" in told.text
    assert "go on asking me" not in told.text


async def test_who_writes_to_a_person_at_work_is_told_nothing(company: Company) -> None:
    await company.say("can I talk to a person please")
    [conversation] = await company.conversations()
    await reply(company.runtime.database, company.tenant_id, conversation.id, None, "Sam here.")
    await company.execute("update messages set state = 'sent' where state = 'pending'")
    await change(company, away_until=(utc_now() + timedelta(days=1)).isoformat())
    await company.say("thank you, and one more thing")
    assert await company.messages(state="pending") == []
