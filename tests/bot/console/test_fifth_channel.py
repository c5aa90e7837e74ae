"""A channel that is only a folder more: seeded, played, answered and looked after like the rest."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.demo.seed import seed
from bot.desk import doctor
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from domain.database import Database
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts
from tests.bot.console.conftest import HTMX, browser, local_app
from tests.channels.fifth import NAME, fifth_channel
from tests.launching import launched

pytestmark = pytest.mark.full


@pytest.fixture
async def runtime(database: Database, settings: Settings) -> AsyncIterator[Runtime]:
    with fifth_channel():
        async with launched(settings, database) as runtime:
            await seed(runtime.database, runtime.accounts, runtime.vault)
            yield runtime


async def test_it_appears_on_the_page_and_is_answered(runtime: Runtime) -> None:
    async with browser(local_app(runtime)) as client:
        page = (await client.get("/", params={"on": NAME, "view": "wire"})).text
        assert "Pigeon post</a>" in page
        assert "A hawk is about" in page
        form = {
            "on": NAME,
            "as": "447700900210",
            "csrf": page.partition('name="csrf" value="')[2].partition('"')[0],
            "text": "How do I reset the password of my recorder?",
        }
        sent = await client.post("/simulator/messages", data=form, headers=HTMX)
        assert sent.status_code == 200, sent.text
        await _work(runtime)
        query = {"on": NAME, "as": "447700900210", "view": "wire"}
        page = (await client.get("/", params=query)).text
    assert "Resetting the password" in page
    assert "/api/v1/pigeon/webhook" in page
    assert "open-sesame" not in page


async def test_the_doctor_makes_a_round_trip_on_every_channel_of_the_demo(
    runtime: Runtime,
) -> None:
    found = await doctor.check(runtime.database, runtime.accounts, runtime.settings)
    states = {one.what.rpartition(" ")[0]: one.state for one in found if " " in one.what}
    for name in runtime.demo.stand_ins:
        assert states[f"demo: {name}"] == "ok", (name, found)


async def test_the_doctor_names_the_hop_that_is_broken(runtime: Runtime) -> None:
    async with runtime.database.directory() as session:
        demo = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(demo.id) as session:
        (row,) = await ChannelAccounts(session, demo.id).all("whatsapp")
    channel = runtime.accounts.simulated["whatsapp"]
    wrong = {"access_token": "withdrawn"}
    await runtime.accounts.configure(demo.id, channel, wrong, row.id)
    found = await doctor.of_tenant(runtime.database, runtime.accounts, demo.id)
    (broken,) = [one for one in found if one.state == "broken"]
    assert broken.what.startswith("demo: whatsapp")
    assert broken.advice.startswith("The way out is broken")


async def _work(runtime: Runtime) -> None:
    async with runtime.database.directory() as session:
        demo = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(demo.id) as session:
        (row,) = await ChannelAccounts(session, demo.id).all(NAME)
    for conversation_id in await runtime.intake.take(demo.id, row.id):
        await runtime.turns.run(demo.id, conversation_id, timedelta(0))
