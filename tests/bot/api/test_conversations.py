"""A person's part in a conversation, through the API."""

from typing import Any

from sqlalchemy import text

from bot.runtime import Runtime


async def jobs(runtime: Runtime) -> list[str]:
    async with runtime.database.engine.connect() as connection:
        rows = await connection.execute(
            text("select task_name from procrastinate_jobs order by id")
        )
        return [row[0] for row in rows]


async def test_an_answer_is_queued_and_takes_the_conversation_over(
    call: Any, runtime: Runtime
) -> None:
    path = f"/conversations/{call.office.ids['conversation_id']}"
    response = await call.post(f"{path}/messages", {"text": " On our way "})
    assert response.status_code == 201
    message = response.json()
    assert (message["text"], message["state"], message["author"]) == (
        "On our way",
        "pending",
        "staff",
    )
    shown = await call.get(path)
    assert (shown["owner"], shown["last_author"], shown["version"]) == ("staff", "staff", 1)
    assert await jobs(runtime) == ["deliver", "react"]


async def test_a_draft_is_not_sent_until_it_is_approved(call: Any, runtime: Runtime) -> None:
    path = f"/conversations/{call.office.ids['conversation_id']}/messages"
    draft = (await call.post(path, {"text": "Maybe", "draft": True})).json()
    assert draft["state"] == "draft"
    assert "deliver" not in await jobs(runtime)
    waiting = (await call.get("/drafts"))["items"]
    assert draft["id"] in {one["id"] for one in waiting}
    approved = await call.post(f"/drafts/{draft['id']}/approve", {"text": "Surely"})
    assert approved.status_code == 200
    assert (approved.json()["state"], approved.json()["text"]) == ("pending", "Surely")
    assert (await jobs(runtime)).count("deliver") == 1
    again = await call.post(f"/drafts/{draft['id']}/reject", {"reason": "late"})
    assert again.status_code == 409


async def test_a_note_never_leaves(call: Any, runtime: Runtime) -> None:
    path = f"/conversations/{call.office.ids['conversation_id']}"
    note = (await call.post(f"{path}/notes", {"text": "They owe us money"})).json()
    assert (note["direction"], note["state"]) == ("note", "")
    assert "deliver" not in await jobs(runtime)
    assert (await call.get(path))["owner"] == "bot"


async def test_the_bot_gets_a_conversation_back(call: Any) -> None:
    path = f"/conversations/{call.office.ids['conversation_id']}"
    assert (await call.post(f"{path}/take-over")).json()["owner"] == "staff"
    assert (await call.post(f"{path}/hand-back")).json()["owner"] == "bot"


async def test_an_empty_or_endless_answer_is_refused(call: Any) -> None:
    path = f"/conversations/{call.office.ids['conversation_id']}/messages"
    for words in ("", "   ", "x" * 5_000):
        assert (await call.post(path, {"text": words})).status_code == 422


async def test_a_public_comment_goes_to_the_customer(call: Any, runtime: Runtime) -> None:
    ids = call.office.ids
    comment = {"text": "The camera is ordered", "visibility": "public"}
    written = (await call.post(f"/helpdesk/tickets/{ids['reference']}/comments", comment)).json()
    thread = (await call.get(f"/conversations/{ids['conversation_id']}/messages"))["items"]
    assert written["message_id"] == thread[-1]["id"]
    assert thread[-1]["text"] == "The camera is ordered"
    assert "deliver" in await jobs(runtime)
    # Nothing is an answer before it has left.
    assert (await call.get(f"/helpdesk/tickets/{ids['reference']}"))["first_response_at"] is None


async def test_an_internal_comment_stays_inside(call: Any, runtime: Runtime) -> None:
    ids = call.office.ids
    await call.post(f"/helpdesk/tickets/{ids['reference']}/comments", {"text": "They owe us"})
    thread = (await call.get(f"/conversations/{ids['conversation_id']}/messages"))["items"]
    assert "They owe us" not in {message["text"] for message in thread}
    assert "deliver" not in await jobs(runtime)


async def test_a_public_comment_without_anybody_to_read_it_is_refused(call: Any) -> None:
    opened = (await call.post("/helpdesk/tickets", {"subject": "By phone"})).json()
    path = f"/helpdesk/tickets/{opened['number']}/comments"
    response = await call.post(path, {"text": "Hello", "visibility": "public"})
    assert response.status_code == 400
    assert (await call.get(path))["items"] == []
