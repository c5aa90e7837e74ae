"""A machine on the other side of a chat, and the person who comes after it."""

import time

from bot.desk.conversations import hand_back
from tests.bot.engine.conftest import Company, company, graph, rival, runtime

__all__ = ["company", "graph", "rival", "runtime"]

ROBOT = "This number is not monitored, please call the office."


async def looped(company: Company) -> None:
    """As long as it takes until nothing is answered any more."""
    for _ in range(12):
        if not await company.say(ROBOT):
            return
    raise AssertionError("it never stopped")


async def test_a_machine_is_listened_to_and_answered_no_more(company: Company) -> None:
    await looped(company)
    for _ in range(3):
        assert await company.say(ROBOT) == []
    rows = await company.execute("select text from staff_notices where kind = 'hand-offs'")
    assert len([text for (text,) in rows if "machine" in text]) == 1
    [conversation] = await company.conversations()
    assert (conversation.owner, conversation.owner_id) == ("staff", None)
    assert len(await company.messages(direction="in")) >= 4


async def test_a_person_who_writes_later_is_answered_again(company: Company) -> None:
    await looped(company)
    later = str(int(time.time()) + 30)
    [answer] = await company.say("Sorry about that robot! When are you open?", timestamp=later)
    assert "9:00" in answer
    [conversation] = await company.conversations()
    assert (conversation.owner, conversation.loop_since) == ("bot", None)


async def test_staff_may_start_it_again(company: Company) -> None:
    await looped(company)
    [conversation] = await company.conversations()
    await hand_back(company.runtime.database, company.tenant_id, conversation.id, None)
    assert await company.say("When are you open?") != []
