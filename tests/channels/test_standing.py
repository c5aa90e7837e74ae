"""Orders, mishaps on the way, and the notes of the wire: the pure parts of every stand-in."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.channel import Delivery
from channels.standing.orders import Orders
from channels.standing.road import Mishap, Road
from channels.standing.wire import KEPT, MASK, TappedTransport, Way, Wire, readable


def news(*words: str) -> list[Delivery]:
    return [Delivery(one.encode()) for one in words]


def arrived(deliveries: list[Delivery]) -> list[str]:
    return [one.body.decode() for one in deliveries]


# --- orders -----------------------------------------------------------------------------------


def test_an_order_waits_for_its_moment_and_is_used_up() -> None:
    orders = Orders({"full": "sending", "gone": "fetching"})
    orders.place("full")
    orders.place("gone")
    assert orders.take("fetching") == "gone"
    assert orders.take("fetching") == ""
    assert orders.waiting == ["full"]


def test_a_fault_that_there_is_not_cannot_be_ordered() -> None:
    with pytest.raises(KeyError):
        Orders({}).place("flood")


# --- the road ---------------------------------------------------------------------------------


def test_without_orders_all_arrives_once_and_in_order() -> None:
    assert arrived(Road().news(news("a", "b"))) == ["a", "b"]


def test_what_is_ordered_twice_comes_twice_and_only_then() -> None:
    road = Road()
    road.order(Mishap.TWICE)
    assert arrived(road.news(news("a"))) == ["a", "a"]
    assert arrived(road.news(news("b"))) == ["b"]


def test_a_lone_message_is_overtaken_by_the_next() -> None:
    road = Road()
    road.order(Mishap.OVERTAKEN)
    assert road.news(news("first")) == []
    assert arrived(road.news(news("second"))) == ["second", "first"]


def test_pictures_of_one_album_change_places() -> None:
    road = Road()
    road.order(Mishap.OVERTAKEN)
    assert arrived(road.news(news("a", "b", "c"))) == ["c", "b", "a"]


def test_late_statuses_arrive_when_all_goes_well_again() -> None:
    road = Road()
    road.order(Mishap.LATE_STATUSES)
    assert road.statuses(news("delivered")) == []
    assert road.statuses(news("read")) == []
    assert arrived(road.forget()) == ["delivered", "read"]
    assert arrived(road.statuses(news("more"))) == ["more"]


_batches = st.lists(st.lists(st.text("abc", min_size=1, max_size=2), max_size=3), max_size=6)
_orders = st.lists(st.sampled_from(list(Mishap)), max_size=4)


@given(_batches, _orders)
def test_whatever_goes_wrong_nothing_is_lost(
    batches: list[list[str]], orders: list[Mishap]
) -> None:
    road = Road()
    for mishap in orders:
        road.order(mishap)
    came: list[str] = []
    for batch in batches:
        came += arrived(road.news(news(*batch)))
    came += arrived(road.forget())
    assert {*came} == {word for batch in batches for word in batch}


# --- the wire ---------------------------------------------------------------------------------


async def test_a_request_and_its_answer_are_noted_as_they_are_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json={"id": request.headers["x-id"]})

    wire = Wire()
    transport = TappedTransport(httpx.MockTransport(answer), wire)
    async with httpx.AsyncClient(transport=transport) as client:
        headers = {"Authorization": "Bearer abc", "X-Id": "7"}
        told = await client.post("http://a.example/v1/x?y=1", json={"a": [1]}, headers=headers)
    assert told.json() == {"id": "7"}
    (noted,) = wire.exchanges
    assert (noted.way, noted.method, noted.path) == (Way.OUT, "POST", "/v1/x?y=1")
    assert noted.status == "201"
    assert "abc" not in noted.request
    assert MASK in noted.request
    assert '"a": [\n    1\n  ]' in noted.request
    assert json.loads(noted.response.partition("\n\n")[2]) == {"id": "7"}


async def test_a_request_without_an_answer_is_noted_too() -> None:
    def silence(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("as ordered")

    wire = Wire()
    transport = TappedTransport(httpx.MockTransport(silence), wire)
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("http://a.example/")
    assert wire.exchanges[0].status == "no answer"
    assert "ReadTimeout" in wire.exchanges[0].response


def test_secrets_are_masked_wherever_they_stand_and_short_words_are_not() -> None:
    wire = Wire()
    wire.note(Way.OUT, "GET", "/bot123456:token/getMe", request="123456:token", response="on")
    shown = wire.exchanges[0].masked(["123456:token", "on", ""])
    assert shown.path == f"/bot{MASK}/getMe"
    assert shown.request == MASK
    assert shown.response == "on"


def test_the_oldest_are_forgotten_and_each_is_counted() -> None:
    wire = Wire()
    for number in range(KEPT + 5):
        wire.note(Way.IN, "POST", f"/{number}")
    assert len(wire.exchanges) == KEPT
    assert wire.exchanges[0].path == "/5"
    assert wire.count == KEPT + 5
    wire.clear()
    assert (len(wire.exchanges), wire.count) == (0, KEPT + 6)


def test_a_form_is_shown_by_its_fields_and_a_file_by_its_size() -> None:
    files = {"photo": ("roof.png", b"\x89PNG" * 10, "image/png")}
    asked = httpx.Request("POST", "http://a.example", data={"chat_id": "7"}, files=files)
    shown = readable(asked.headers, asked.read())
    assert "chat_id = 7" in shown
    assert "photo = roof.png (40 bytes of image/png)" in shown


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("image/png", b"\x89PNG", "(4 bytes of image/png)"),
        (
            "application/x-www-form-urlencoded",
            b"a=1&m=%7B%22x%22%3A1%7D",
            'a = 1\nm = {\n  "x": 1\n}',
        ),
        ("text/plain", b"caf\xc3\xa9", "café"),
        ("", b"\x00\x01", "(2 bytes)"),
        ("application/json", b"{broken", "{broken"),
    ],
)
def test_a_body_is_shown_as_people_read_it(kind: str, body: bytes, shown: str) -> None:
    assert readable({"content-type": kind}, body).partition("\n\n")[2] == shown
