"""A customer's whole journey on WhatsApp."""

from bot.desk.conversations import hand_back, reply
from tests.bot.engine.conftest import Company, company, graph, rival, runtime

__all__ = ["company", "graph", "rival", "runtime"]


async def test_question_problem_person_and_back(company: Company) -> None:
    database = company.runtime.database
    [answer] = await company.say("Hi, how do I reset the password of my recorder?")
    assert "hold the reset button" in answer

    [answer] = await company.say("and now the camera at the gate is dead")
    [ticket] = await company.tickets()
    assert ticket.number in answer

    [answer] = await company.say("any news on my ticket?")
    assert ticket.number in answer

    await company.say("can I talk to a person please")
    assert await company.say("anybody there?") == []

    [conversation] = await company.conversations()
    message_id = await reply(database, company.tenant_id, conversation.id, None, "Sam here.")
    await company.runtime.deliverer.deliver(company.tenant_id, message_id)
    assert company.graph.texts()[-1] == "Sam here."

    await hand_back(database, company.tenant_id, conversation.id, None)
    [answer] = await company.say("when are you open?")
    assert "9:00" in answer
