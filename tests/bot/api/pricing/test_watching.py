"""What changed prices make wrong, customers' words, and what corrections propose, over REST."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bot.runtime import Runtime
from domain.conversations.models import Message, Turn
from domain.quotes.models import Quote
from domain.staff.models import StaffNotice
from domain.types import new_id, utc_now
from tests.bot.api.conftest import Client


async def _told_by_the_bot(runtime: Runtime, call: Client, text: str, days: int) -> None:
    """An answer with the turn it came from, so many days ago."""
    ids, tenant_id = call.office.ids, call.office.tenant_id
    async with runtime.database.transaction(tenant_id) as session:
        talk = UUID(ids["conversation_id"])
        turn = Turn(
            id=new_id(), tenant_id=tenant_id, conversation_id=talk, agent="support",
            step="extractive", articles=[{"id": ids["article_id"], "version": 1}],
            catalogue_revision=1,
        )  # fmt: skip
        session.add(turn)
        await session.flush()
        session.add(
            Message(
                id=new_id(), tenant_id=tenant_id, conversation_id=talk, turn_id=turn.id,
                channel_account_id=UUID(ids["account_id"]), direction="out", author="bot",
                text=text, state="delivered", sent_at=utc_now() - timedelta(days=days),
            )
        )  # fmt: skip


async def test_a_changed_price_lists_the_quotes_articles_and_answers_that_tell_the_old_one(
    call: Client, strange_call: Client, runtime: Runtime
) -> None:
    ids = call.office.ids
    article = f"/helpdesk/knowledge-base/articles/{ids['article_id']}"
    text = "Our Cat6 cable harbour costs £84 a box.\n\nHold the reset button."
    assert (await call("PATCH", article, {"text": text})).status_code == 200
    await _told_by_the_bot(runtime, call, "Cat6 cable harbour is £84.00.", 3)
    await _told_by_the_bot(runtime, call, "Cat6 cable harbour is £84.00!", 40)
    before = (await call.get("/tenant"))["catalogue_revision"]
    assert (await call.get("/catalogue/drift", since_revision=before))["lines"] == []

    await call("PATCH", f"/products/{ids['code']}", {"base_price": "90"})
    found = await call.get("/catalogue/drift", since_revision=before)
    assert (found["changed"], found["quotes"]) == (1, 1)
    (line,) = found["lines"]
    assert (line["status"], line["quote_id"]) == ("draft", ids["quote_id"])
    assert [Decimal(line[name]) for name in ("old", "new", "difference")] == [84, 90, 6]
    (told,) = found["articles"]
    assert told["article_id"] == ids["article_id"]
    assert told["mentions"][0]["words"] == "Our Cat6 cable harbour costs £84 a box."
    (answer,) = found["answers"]
    assert (answer["catalogue_revision"], answer["articles"]) == (1, [told["title"]])

    theirs = await strange_call.get("/catalogue/drift")
    assert not any(theirs[name] for name in ("lines", "articles", "answers"))
    await call("PATCH", f"/products/{ids['code']}", {"base_price": "84"})
    back = await call.get("/catalogue/drift", since_revision=before)
    assert (back["lines"], back["articles"], back["answers"]) == ([], [], [])


async def test_a_quote_that_is_over_or_priced_by_hand_does_not_drift(
    call: Client, runtime: Runtime
) -> None:
    ids = call.office.ids
    await call("PATCH", f"/products/{ids['code']}", {"base_price": "90"})
    assert (await call.get("/catalogue/drift"))["quotes"] == 1
    async with runtime.database.transaction(call.office.tenant_id) as session:
        quote = await session.get_one(Quote, UUID(ids["quote_id"]))
        quote.status = "accepted"
    assert (await call.get("/catalogue/drift"))["quotes"] == 0


async def test_staff_are_told_once_what_a_change_makes_wrong(
    call: Client, runtime: Runtime
) -> None:
    ids, tenant_id = call.office.ids, call.office.tenant_id
    while await runtime.reactions.react(tenant_id):
        pass
    await call("PATCH", f"/products/{ids['code']}", {"base_price": "90"})
    await call.post("/products", {"code": "NEW", "name": "Door bell", "base_price": "5"})
    await call("PATCH", "/products/NEW", {"base_price": "6"})
    while await runtime.reactions.react(tenant_id):
        pass
    async with runtime.database.transaction(tenant_id) as session:
        query = select(StaffNotice).where(StaffNotice.kind == "catalogue")
        (notice,) = list(await session.scalars(query))
    assert notice.text == ("Changed prices: 1. Old ones stand in open quotes (1).")
    assert notice.command.startswith("catalogue drift ")


async def test_a_synonym_means_one_product_and_is_kept_folded(
    call: Client, strange_call: Client, runtime: Runtime
) -> None:
    code = call.office.ids["code"]
    made = await call.post("/catalogue/synonyms", {"phrase": "  Bláue  Strippe ", "code": code})
    assert (made.status_code, made.json()["phrase"]) == (201, "blaue strippe")
    index = await runtime.shelf.index(call.office.tenant_id)
    named = index.by_code("3 blaue strippe please")
    assert named is not None
    assert named.product.code == code
    other = await runtime.shelf.index(strange_call.office.tenant_id)
    assert other.by_code("3 blaue strippe please") is None
    for phrase in ("x", "12", "?"):
        refused = await call.post("/catalogue/synonyms", {"phrase": phrase, "code": code})
        assert refused.status_code == 400, phrase
    assert (await call("DELETE", f"/catalogue/synonyms/{made.json()['id']}")).status_code == 204
    assert (await runtime.shelf.index(call.office.tenant_id)).by_code("blaue strippe") is None


async def _edited(call: Client, new_code: str) -> None:
    """A draft of today's request in which staff put another product."""
    wish = {
        "customer_id": call.office.ids["person_id"],
        "customer_request": "please quote 7 blue string",
        "quote_title": "Cable",
    }
    made = (await call.post("/quotes/generate", wish)).json()
    path = f"/quotes/{made['quote_id']}/documents/parts_list"
    content = (await call.get(path))["content"]
    content["lines"] = [
        {"part_number": new_code, "quantity": line["quantity"]} for line in content["lines"]
    ]
    body: dict[str, Any] = {"content": content, "changes_summary": "the other cable"}
    answer = await call("PUT", path, body)
    assert answer.status_code == 200, answer.text


async def test_what_staff_correct_twice_is_proposed_and_acts_only_when_accepted(
    call: Client, runtime: Runtime
) -> None:
    await call.post("/products", {"code": "CAT7", "name": "Cat7 cable", "base_price": "120"})

    async def proposed() -> list[Any]:
        rows = (await call.get("/catalogue/proposals", state="open"))["items"]
        return [row for row in rows if row["code"] == "CAT7"]

    await _edited(call, "CAT7")
    assert await proposed() == []
    await _edited(call, "CAT7")
    (one,) = await proposed()
    assert (one["kind"], one["words"], one["times"]) == ("synonym", "blue string", 2)
    assert "“blue string” means Cat7 cable (CAT7)" in one["sentence"]
    index = await runtime.shelf.index(call.office.tenant_id)
    before = index.by_code("blue string")
    assert before is not None
    assert before.product.code == call.office.ids["code"]
    accepted = await call("POST", f"/catalogue/proposals/{one['id']}/accept")
    assert accepted.json()["state"] == "accepted"
    after = (await runtime.shelf.index(call.office.tenant_id)).by_code("blue string")
    assert after is not None
    assert after.product.code == "CAT7"
    again = await call("POST", f"/catalogue/proposals/{one['id']}/dismiss")
    assert (again.status_code, "accepted already" in again.text) == (409, True)
