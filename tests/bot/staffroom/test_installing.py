"""Connecting a workspace: the admin's link, Slack's consent, the token; and what must not work."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.runtime import Runtime
from channels.slack.simulator import HttpWire, SlackSimulator
from channels.whatsapp.simulator import GraphSimulator
from domain.staff.rooms import SIMULATED
from domain.staff.service import NewMember, StaffMembers
from tests.bot.engine.conftest import Company, founded
from tests.bot.staffroom.conftest import Office, opened, peopled


@pytest.fixture
async def newcomer(office: Office, slack: SlackSimulator) -> Company:
    company = await founded(office.runtime, office.company.graph, "new", "444000444000444")
    slack.add_workspace("TNEW", "New & Co")
    slack.grants["code-1"] = "TNEW"
    return company


async def consented(client: httpx.AsyncClient, link: str) -> str:
    """Opens the link and goes on; the state with which Slack would come back."""
    page = await client.get(link)
    assert "new Ltd" in page.text
    away = await client.post(link)
    assert away.status_code == 303
    target = urlsplit(away.headers["location"])
    assert target.path == "/oauth/v2/authorize"
    return parse_qs(target.query)["state"][0]


def link_of(company: Company) -> str:
    return company.runtime.staffroom.installing.link(company.tenant_id)


async def test_a_workspace_is_connected_by_the_link_and_works_at_once(
    newcomer: Company, office: Office, site: str
) -> None:
    async with httpx.AsyncClient(trust_env=False) as browser:
        state = await consented(browser, link_of(newcomer))
        callback = f"{site}/slack/oauth/callback"
        done = await browser.get(callback, params={"code": "code-1", "state": state})
    assert "Connected to New &amp; Co" in done.text
    [workspace] = await newcomer.runtime.staffroom.workspaces.all(newcomer.tenant_id)
    assert workspace.team == "TNEW"
    assert b"xoxb" not in workspace.token
    simulated = office.slack.workspaces["TNEW"]
    simulated.add_channel("CDESK")
    simulated.add_person("UNEW", "Nora", email="nora@new.example")
    async with newcomer.runtime.database.transaction(newcomer.tenant_id) as session:
        members = StaffMembers(session, newcomer.tenant_id)
        await members.add(NewMember("nora@new.example", "Nora", "admin"))
    there = Office(newcomer, office.slack, simulated, office.wire, {})
    assert "new Ltd" in await there.command("inbox", "UNEW")


async def test_another_browser_cannot_finish_what_one_began(newcomer: Company, site: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as victim:
        async with httpx.AsyncClient(trust_env=False) as attacker:
            state = await consented(attacker, link_of(newcomer))
        callback = f"{site}/slack/oauth/callback"
        done = await victim.get(callback, params={"code": "code-1", "state": state})
    assert done.status_code == 400
    assert "another browser" in done.text
    assert await newcomer.runtime.staffroom.workspaces.all(newcomer.tenant_id) == []


async def test_a_link_works_once_and_a_made_up_one_never(newcomer: Company, site: str) -> None:
    callback = f"{site}/slack/oauth/callback"
    async with httpx.AsyncClient(trust_env=False) as browser:
        state = await consented(browser, link_of(newcomer))
        first = await browser.get(callback, params={"code": "no-such", "state": state})
        again = await browser.get(callback, params={"code": "code-1", "state": state})
        made_up = await browser.get(f"{site}/slack/install", params={"ticket": "made-up"})
    assert "did not grant the app" in first.text
    assert "used before" in again.text
    assert made_up.status_code == 400


async def test_what_slack_did_not_sign_is_refused(office: Office, site: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as anybody:
        answer = await anybody.post(f"{site}/slack/events", json={"type": "url_verification"})
    assert answer.status_code == 401


async def test_doctor_names_a_workspace_and_a_room_that_do_not_work(office: Office) -> None:
    await office.command("here", "UADA")
    staffroom = office.runtime.staffroom
    assert {finding.state for finding in await staffroom.check()} == {"ok"}
    office.workspace.joined.clear()
    assert "/invite @Desk" in [f.advice for f in await staffroom.check()][1]
    office.workspace.is_installed = False
    broken = [finding for finding in await staffroom.check() if finding.state == "broken"]
    assert "withdrawn" in broken[0].advice


async def test_slacks_library_waits_in_memory_only_where_somebody_is_connected(
    runtime: Runtime, graph: GraphSimulator, slack: SlackSimulator, wire: HttpWire
) -> None:
    company = await founded(runtime, graph, "acme", "111000111000111")
    staffroom = runtime.staffroom
    await staffroom.warm_up()
    assert staffroom.door()._app._bolt is None
    await opened(company, slack, peopled(slack, "TNEW", "New", "tnew.example"), wire)
    await staffroom.warm_up()
    assert staffroom.door()._app._bolt is not None
    assert staffroom.door(SIMULATED)._app._bolt is None
