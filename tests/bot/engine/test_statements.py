"""How often one answered question speaks to the database: from the job to the receipt."""

import re

import psycopg
import pytest

from bot.desk import tenants
from tests.bot.engine.conftest import OTHER, Company

MOST = 15
_FRAME = re.compile(r"\s*(begin|commit|rollback|savepoint|release)\b", re.IGNORECASE)


class Statements(list[str]):
    """Every statement sent to PostgreSQL by this process, BEGIN and COMMIT aside."""

    def note(self, query: object) -> None:
        words = query if isinstance(query, str) else str(query)
        if not _FRAME.match(words):
            self.append(" ".join(words.split())[:200])


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Listens where SQLAlchemy, the pipeline and the job engine all go through."""
    heard = Statements()
    for name in ("execute", "executemany"):
        real = getattr(psycopg.AsyncCursor, name)

        async def listening(
            cursor: object, query: object, *args: object, _real: object = real, **more: object
        ) -> object:
            heard.note(query)
            return await _real(cursor, query, *args, **more)  # type: ignore[operator]

        monkeypatch.setattr(psycopg.AsyncCursor, name, listening)
    return heard


async def test_a_question_of_a_known_customer_takes_few_statements(
    company: Company, statements: Statements
) -> None:
    await company.say("When are you open?")
    await company.hear("How do I reset the password of my recorder?")
    before = len(company.graph.sent)
    statements.clear()
    await company.take_and_answer()
    assert len(company.graph.sent) == before + 1
    assert statements, "nothing was heard"
    assert len(statements) <= MOST, "\n".join(statements)


async def test_a_first_question_takes_a_few_more_for_the_new_customer(
    company: Company, statements: Statements
) -> None:
    await company.say("When are you open?")
    await company.hear("How do I reset the password of my recorder?", OTHER)
    statements.clear()
    await company.take_and_answer()
    assert len(statements) <= MOST + 3, "\n".join(statements)


async def test_showing_it_to_staff_takes_two_more_where_there_is_a_room_for_it(
    company: Company, statements: Statements
) -> None:
    runtime, rooms = company.runtime, {"desk.rooms": {"": "T1/C1"}}
    await tenants.change(runtime.database, runtime.accounts, company.tenant_id, rooms)
    await company.say("When are you open?")
    await company.hear("How do I reset the password of my recorder?")
    statements.clear()
    await company.take_and_answer()
    assert len([said for said in statements if "staff_threads" in said]) == 2
    assert len(statements) <= MOST + 2, "\n".join(statements)


async def test_taking_a_webhook_in_is_one_round_trip_of_three_statements(
    company: Company, statements: Statements
) -> None:
    await company.hear("When are you open?")
    statements.clear()
    await company.hear("And on Saturdays?")
    assert len(statements) == 3, "\n".join(statements)
