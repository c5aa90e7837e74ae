"""Opt-outs and satisfaction over REST."""

from typing import Any


async def test_an_opt_out_is_set_listed_and_taken_back(call: Any, strange_call: Any) -> None:
    path = f"/people/{call.office.ids['person_id']}/opt-outs"
    body = {"channel": "email", "address": "Priya@dental.example"}
    await call("PUT", path, body | {"is_opted_out": False})
    assert (await call.get(path))["items"] == []
    response = await call("PUT", path, body)
    assert response.status_code == 200, response.text
    [kept] = (await call.get(path))["items"]
    assert (kept["channel"], kept["address"]) == ("email", "priya@dental.example")
    person = await call.get(f"/people/{call.office.ids['person_id']}")
    assert person["opted_out_at"] is not None
    theirs = await strange_call.get(f"/people/{strange_call.office.ids['person_id']}/opt-outs")
    assert kept["id"] not in {one["id"] for one in theirs["items"]}
    response = await call("PUT", path, body | {"is_opted_out": False})
    assert response.json()["items"] == []
    assert (await call.get(f"/people/{call.office.ids['person_id']}"))["opted_out_at"] is None


async def test_only_the_persons_own_addresses(call: Any) -> None:
    path = f"/people/{call.office.ids['person_id']}/opt-outs"
    response = await call("PUT", path, {"channel": "email", "address": "else@where.example"})
    assert response.status_code == 404


async def test_satisfaction_is_empty_before_anybody_was_asked(call: Any) -> None:
    csat = await call.get("/metrics/csat")
    assert csat["asked"] == 0
    assert csat["average"] is None
    assert csat["channels"] == {}
