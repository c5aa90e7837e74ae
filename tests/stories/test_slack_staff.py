"""Staff in Slack: from a customer's hand-off to the hand-back, and a quote made right."""

from tests.bot.staffroom.conftest import (
    ADMIN,
    CLERK,
    ROOM,
    Office,
    graph,
    let_time_pass,
    office,
    runtime,
    site,
    slack,
    wire,
)

__all__ = ["graph", "office", "runtime", "site", "slack", "wire"]


async def test_hand_off_take_reply_undo_reply_and_hand_back(office: Office) -> None:
    await office.command("here", ADMIN)
    await office.company.say("can I talk to a person please")
    await office.work()
    sent = len(office.company.graph.sent)
    root = next(x for x in office.workspace.lines if x.channel == ROOM and not x.only_to)
    await office.press(root, "Take")
    await office.person().say("he is the one from the gate", ROOM, root.ts)
    await office.press(root, "Reply")
    assert "to WhatsApp …01, English, window closes in" in str(office.workspace.open_view())
    await office.submit({"Your reply": "Wrong words"})
    await office.press(office.last_seen_by(), "Undo")
    await office.press(root, "Reply")
    await office.submit({"Your reply": "Maria here: the engineer comes at 9."})
    await office.company.execute("update messages set next_attempt_at = now()")
    await let_time_pass(office.runtime)
    await office.work()
    assert office.company.graph.texts()[sent:] == ["Maria here: the engineer comes at 9."]
    said = "\n".join(line.words for line in office.workspace.thread(ROOM, root.ts))
    assert "Maria · sent" in said
    await office.press(root, "Hand back", CLERK)
    [answer] = await office.company.say("when are you open?")
    assert "9:00" in answer
