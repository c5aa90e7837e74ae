"""Mailboxes that are opened by OAuth: tokens are made, kept, renewed, and withdrawn."""

import asyncio
from dataclasses import dataclass

import pytest

from channels.email.oauth import MARGIN_SECONDS, AccessTokens
from channels.email.simulator import Fault
from channels.messages import Permanent, Temporary
from tests.channels.email.conftest import FIRM, OTHER, Box


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def by_token(box: Box) -> Box:
    box.settings = box.mail.settings_for(FIRM, auth="xoauth2")
    return box


async def test_reading_and_sending_work_with_one_token(by_token: Box) -> None:
    await by_token.pages()
    by_token.anna.write(FIRM, "Printer", "On fire")
    assert await by_token.subjects() == ["Printer"]
    await by_token.send("Hello")
    assert len(by_token.mail.outbox) == 1
    assert by_token.mail.login_service.asked == 1


async def test_a_token_lives_until_shortly_before_its_end(by_token: Box) -> None:
    clock = Clock()
    tokens = AccessTokens(clock)
    first = await tokens.current(by_token.settings, by_token.client)
    clock.now += 3600 - MARGIN_SECONDS - 1
    assert await tokens.current(by_token.settings, by_token.client) == first
    clock.now += 2
    assert await tokens.current(by_token.settings, by_token.client) != first


async def test_many_at_once_ask_once(by_token: Box) -> None:
    tokens = AccessTokens()
    asking = [tokens.current(by_token.settings, by_token.client) for _ in range(20)]
    assert len(set(await asyncio.gather(*asking))) == 1
    assert by_token.mail.login_service.asked == 1


async def test_each_mailbox_has_its_own(by_token: Box) -> None:
    other = by_token.mail.settings_for(OTHER, auth="xoauth2")
    tokens = AccessTokens()
    mine = await tokens.current(by_token.settings, by_token.client)
    assert await tokens.current(other, by_token.client) != mine


async def test_a_token_that_ended_early_is_replaced_unnoticed(by_token: Box) -> None:
    await by_token.pages()
    by_token.mail.order(Fault.TOKEN_EXPIRED)
    assert await by_token.pages() == []
    by_token.mail.order(Fault.TOKEN_EXPIRED)
    await by_token.send("Hello")
    assert len(by_token.mail.outbox) == 1
    assert by_token.mail.login_service.asked == 3


async def test_a_withdrawn_consent_asks_to_connect_again(by_token: Box) -> None:
    await by_token.pages()
    by_token.mail.login_service.withdraw(FIRM)
    with pytest.raises(Permanent, match="Connect the mailbox again"):
        await by_token.pages()
    with pytest.raises(Permanent, match="Connect the mailbox again") as caught:
        await by_token.send("Hello")
    assert caught.value.code == "invalid_grant"


async def test_a_wrong_client_secret_is_told(by_token: Box) -> None:
    by_token.settings = by_token.mail.settings_for(FIRM, auth="xoauth2", client_secret="wrong")
    with pytest.raises(Permanent, match="invalid_client"):
        await by_token.pages()


async def test_a_login_service_that_is_down_is_a_passing_trouble(by_token: Box) -> None:
    by_token.mail.order(Fault.TOKEN_SERVICE_DOWN)
    with pytest.raises(Temporary, match="busy"):
        await by_token.pages()
    assert len(await by_token.pages()) == 1


async def test_a_login_service_out_of_reach_is_a_passing_trouble(by_token: Box) -> None:
    nowhere = "http://localhost:1/token"
    by_token.settings = by_token.mail.settings_for(FIRM, auth="xoauth2", token_url=nowhere)
    with pytest.raises(Temporary, match="could not be reached"):
        await by_token.pages()


async def test_a_refresh_token_that_is_replaced_is_used_and_handed_on(by_token: Box) -> None:
    service = by_token.mail.login_service
    service.rotates = True
    assert by_token.channel.refresh_token_to_keep(by_token.settings) is None
    await by_token.pages()
    kept = by_token.channel.refresh_token_to_keep(by_token.settings)
    assert kept is not None
    assert kept.get_secret_value() in service.refresh
    service.refresh.pop(by_token.settings.refresh_token.get_secret_value())
    service.expire()
    assert await by_token.pages() == []


async def test_waiting_works_with_a_token(by_token: Box) -> None:
    await by_token.pages()
    by_token.anna.write(FIRM, "Printer", "On fire")
    assert await by_token.wait(20)


async def test_secrets_show_nowhere(by_token: Box) -> None:
    shown = repr(by_token.settings) + str(vars(by_token.channel)["_tokens"].__dict__)
    assert by_token.settings.refresh_token.get_secret_value() not in shown
