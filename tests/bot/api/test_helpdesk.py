"""Tickets and the knowledge base, through the API."""

from typing import Any

ARTICLES = "/helpdesk/knowledge-base/articles"


async def test_a_ticket_is_shown_by_number_and_by_id(call: Any) -> None:
    opened = (await call.post("/helpdesk/tickets", {"subject": "No picture"})).json()
    assert opened["number"].startswith("TKT-")
    for reference in (opened["id"], opened["number"], opened["number"].lower()):
        assert await call.get(f"/helpdesk/tickets/{reference}") == opened


async def test_a_change_is_kept_in_the_history_with_who_and_why(call: Any) -> None:
    opened = (await call.post("/helpdesk/tickets", {"subject": "No picture"})).json()
    path = f"/helpdesk/tickets/{opened['number']}"
    sent = {"status": "in_progress", "tags": ["gate"], "why": "Sam looks at it"}
    changed = (await call("PATCH", path, sent)).json()
    assert (changed["status"], changed["tags"]) == ("in_progress", ["gate"])
    changes = (await call.get(f"{path}/history"))["items"]
    assert {(c["field"], c["new"], c["why"]) for c in changes} == {
        ("status", "in_progress", "Sam looks at it"),
        ("tags", "gate", "Sam looks at it"),
    }
    assert {c["actor"][:4] for c in changes} == {"key:"}


async def test_a_move_that_the_states_forbid_is_refused(call: Any) -> None:
    opened = (await call.post("/helpdesk/tickets", {"subject": "No picture"})).json()
    path = f"/helpdesk/tickets/{opened['number']}"
    await call("PATCH", path, {"status": "closed"})
    response = await call("PATCH", path, {"status": "in_progress"})
    assert response.status_code == 400
    assert "cannot become in_progress" in response.json()["detail"]


async def test_a_change_made_on_an_older_version_is_a_conflict(call: Any) -> None:
    opened = (await call.post("/helpdesk/tickets", {"subject": "No picture"})).json()
    path = f"/helpdesk/tickets/{opened['number']}"
    assert (await call("PATCH", path, {"priority": "high", "version": 1})).status_code == 200
    late = await call("PATCH", path, {"priority": "low", "version": 1})
    assert late.status_code == 409
    assert (await call.get(path))["priority"] == "high"


async def test_a_ticket_of_a_person_is_one_of_their_company(call: Any) -> None:
    ids = call.office.ids
    new = {"subject": "No picture", "person_id": ids["person_id"]}
    assert (await call.post("/helpdesk/tickets", new)).json()["company_id"] == ids["company_id"]


async def test_an_edit_is_a_new_version_and_found_at_once(call: Any) -> None:
    path = f"{ARTICLES}/{call.office.ids['article_id']}"
    sent = {"text": "Unscrew the dome and press the grey pin.", "note": "new model"}
    edited = (await call("PATCH", path, sent)).json()
    assert (edited["version"], edited["title"]) == (2, "Reset a camera")
    assert [v["version"] for v in (await call.get(f"{path}/versions"))["items"]] == [2, 1]
    assert "ten seconds" in (await call.get(f"{path}/versions/1"))["text"]
    found = await call.get("/helpdesk/knowledge-base/search", q="which pin of the dome")
    assert "grey pin" in found["items"][0]["excerpt"]


async def test_an_archived_article_is_not_found(call: Any) -> None:
    path = f"{ARTICLES}/{call.office.ids['article_id']}"
    search = "/helpdesk/knowledge-base/search"
    assert len((await call.get(search, q="reset camera"))["items"]) == 1
    assert (await call.get(search, q="reset camera", category="doors"))["items"] == []
    assert len((await call.get(search, q="reset camera", category="cameras"))["items"]) == 1
    await call.post(f"{path}/status", {"status": "archived"})
    assert (await call.get(search, q="reset camera"))["items"] == []


async def test_the_same_external_article_twice_is_a_conflict(call: Any) -> None:
    new = {"title": "A", "text": "x", "source": "wiki", "external_id": "7"}
    assert (await call.post(ARTICLES, new)).status_code == 201
    again = await call.post(ARTICLES, new)
    assert again.status_code == 409
    assert "uq_" not in again.text


async def test_a_ticket_is_answered_in_the_articles_words(call: Any) -> None:
    for title, text in (
        ("Opening hours", "The workshop is open from nine to five on weekdays."),
        ("Payment terms", "Invoices are due after thirty days; card payments are taken."),
        ("Guest wifi", "Guests join the network called Visitors with the code on the wall."),
    ):
        await call.post(ARTICLES, {"title": title, "text": text, "status": "published"})
    new = {"subject": "How do I reset a camera?", "description": "Which button, how long?"}
    ticket = (await call.post("/helpdesk/tickets", new)).json()
    path = f"/helpdesk/tickets/{ticket['number']}/knowledge-base/generate-answer"
    answer = (await call.post(path)).json()
    assert set(answer) == {"answer", "sources", "confidence"}
    assert answer["answer"] == "Hold the reset button for ten seconds."
    assert answer["sources"][0]["article_id"] == call.office.ids["article_id"]
    relevances = [source["relevance"] for source in answer["sources"]]
    assert relevances == sorted(relevances, reverse=True)
    assert all(0 <= relevance <= 100 for relevance in relevances)
    assert 0 < answer["confidence"] <= 1


async def test_no_article_no_answer(call: Any) -> None:
    new = {"subject": "Zebra crossing", "description": "Who paints the stripes?"}
    ticket = (await call.post("/helpdesk/tickets", new)).json()
    path = f"/helpdesk/tickets/{ticket['number']}/knowledge-base/generate-answer"
    answer = (await call.post(path)).json()
    assert answer["answer"] == ""


async def test_search_finds_tickets_and_messages_by_parts_of_words(call: Any) -> None:
    hits = (await call.get("/search", q="gate cam"))["items"]
    assert {hit["kind"] for hit in hits} == {"ticket", "message"}
    only = (await call.get("/search", q="gate cam", kind="ticket"))["items"]
    assert [hit["number"] for hit in only] == [hit["number"] for hit in hits if hit["number"]]
    assert (await call.get("/search", q="%"))["items"] == []  # no wildcard, and no word
    assert (await call("GET", "/search", params={"q": "   "})).status_code == 400
