"""Links, merges and the timeline of customers over REST."""

from typing import Any


async def test_a_merge_is_tried_done_and_taken_back(call: Any, office: Any) -> None:
    person, other = office.ids["person_id"], office.ids["other_person_id"]
    path = f"/customers/{person}/merge"
    tried = (await call.post(path, {"into": other, "dry_run": True})).json()
    assert tried["id"] is None
    assert tried["moves"]["tickets"] == tried["moves"]["conversations"] == 1
    assert (await call.get(f"/people/{person}"))["merged_into_id"] is None

    done = (await call.post(path, {"into": other, "why": "Met her"})).json()
    assert (done["source_id"], done["target_id"], done["why"]) == (person, other, "Met her")
    assert done["merged_by"].startswith("key:")
    assert (await call.get(f"/people/{person}"))["merged_into_id"] == other
    assert (await call.get("/helpdesk/tickets", person_id=other))["items"] != []
    [said] = [m for m in (await call.get(f"/customers/{other}/timeline"))["items"] if m["text"]][
        -1:
    ]
    assert said["text"] == "The gate camera is dead"
    assert (await call.get("/customers/suggestions"))["items"] == []
    assert (await call.post(path, {"into": other})).status_code == 400

    opened = await call.post("/helpdesk/tickets", {"subject": "New", "person_id": person})
    assert opened.json()["person_id"] == other

    undone = (await call.post(f"/customers/{person}/unmerge")).json()
    assert undone["undone_at"] is not None
    assert (await call.get(f"/people/{person}"))["merged_into_id"] is None
    kept = (await call.get(f"/customers/{person}/merges"))["items"]
    assert done["id"] in {one["id"] for one in kept}


async def test_a_link_is_made_listed_and_taken_away(call: Any, office: Any) -> None:
    person, other = office.ids["person_id"], office.ids["other_person_id"]
    [waiting] = (await call.get("/customers/suggestions"))["items"]
    assert waiting["evidence"] == "order_number"
    made = (await call.post(f"/customers/{person}/links", {"other_id": other})).json()
    assert (made["evidence"], made["state"]) == ("staff", "confirmed")
    assert len((await call.get(f"/customers/{person}/links"))["items"]) == 2
    gone = await call("DELETE", f"/customers/{person}/links/{waiting['id']}")
    assert gone.status_code == 204
    states = {link["state"] for link in (await call.get(f"/customers/{other}/links"))["items"]}
    assert states == {"undone", "confirmed"}


async def test_an_address_of_another_is_refused_and_suggested(call: Any, office: Any) -> None:
    other = office.ids["other_person_id"]
    path = f"/customers/{other}/links/{office.ids['customer_link_id']}"
    await call("DELETE", path)
    address = {"kind": "email", "value": "priya@dental.example"}
    refused = await call.post(f"/people/{other}/identities", address)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    [waiting] = (await call.get("/customers/suggestions"))["items"]
    assert (waiting["evidence"], waiting["address"]) == ("shared_address", "priya@dental.example")
