"""Workflow rules from Slack: made in a window, tried, switched on, and seen by no other company."""

from sqlalchemy import select

from domain.workflows.models import WorkflowRule
from tests.bot.staffroom.conftest import ADMIN, CLERK, ROOM, Office, failed_jobs

FILLED = {
    "Name": "Dead cameras",
    "When": "created",
    "Condition 1": "subject",
    "Compared 1": "contains",
    "Value 1": "camera",
    "Action 1": "set_priority",
    "With 1": "urgent",
    "Action 2": "notify_room",
    "With 2": "A camera is dead.",
}


async def rules(office: Office) -> list[tuple[str, bool, int]]:
    async with office.runtime.database.transaction(office.tenant_id) as session:
        rows = await session.scalars(select(WorkflowRule).order_by(WorkflowRule.place))
        return [(row.name, row.is_on, row.version) for row in rows]


async def test_a_rule_is_made_in_the_window_tried_and_switched_on(
    office: Office, rival: Office
) -> None:
    await office.company.say("the camera at the gate is dead")
    await office.command("rule new", ADMIN)
    await office.submit(FILLED, ADMIN)
    tried = office.last_seen_by(ADMIN)
    assert "priority: " in tried.words
    assert "urgent; staff told" in tried.words
    assert await rules(office) == []
    await office.press(tried, "Back to the window", ADMIN)
    await office.submit({"And now": "save", "The rule is": "on"}, ADMIN)
    asked = office.last_seen_by(ADMIN)
    assert "on?" in asked.words
    await office.press(asked, "Switch it on", ADMIN)
    assert await rules(office) == [("Dead cameras", True, 1)]

    await office.company.say("the camera at the door is dead too", "447700900002")
    await office.work()
    assert "Dead cameras, version 1 · done" in await office.command("rule log 1", CLERK)
    assert [ticket.priority for ticket in await office.company.tickets()][-1] == "urgent"
    assert "None yet" in await rival.command("rule list", ADMIN)
    assert "Nothing yet" in await rival.command("rule log", ADMIN)
    assert await failed_jobs(office.runtime) == []


async def test_a_rule_is_edited_in_the_window_and_only_by_admins(office: Office) -> None:
    await office.command("rule new", ADMIN)
    await office.submit(FILLED | {"And now": "save"}, ADMIN)
    assert "cannot change workflow rules" in await office.command("rule edit 1", CLERK)
    await office.command("rule edit 1", ADMIN)
    await office.submit({"Action 2": "-", "With 2": "", "And now": "save"}, ADMIN)
    assert await rules(office) == [("Dead cameras", False, 2)]
    shown = await office.command("rule show 1", CLERK)
    assert "then set_priority urgent" in shown
    assert "notify" not in shown


async def test_what_is_wrong_in_the_window_is_told_and_nothing_is_lost(office: Office) -> None:
    await office.command("rule new", ADMIN)
    await office.submit(FILLED | {"With 1": "extreme"}, ADMIN)
    told = office.last_seen_by(ADMIN)
    assert "Action 1: “set_priority extreme”" in told.words
    await office.press(told, "Back to the window", ADMIN)
    assert "A camera is dead." in str(office.workspace.open_view())
    await office.submit({"With 1": "high", "And now": "save"}, ADMIN)
    assert await rules(office) == [("Dead cameras", False, 1)]


async def test_a_rule_is_written_in_words_with_the_quotes_that_slack_makes(office: Office) -> None:
    await office.command("rule new “Night” on created then note “call, then visit; twice”", ADMIN)
    shown = await office.command("rule show 1", CLERK)
    assert 'then note "call, then visit; twice"' in shown
    await office.person(ADMIN).mention('rule new "Day" on created then add_tags day', ROOM)
    await office.work()
    assert [name for name, _, _ in await rules(office)] == ["Night", "Day"]
