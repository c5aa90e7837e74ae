"""The settings of a mailbox: few are needed, and what is wrong is told in a sentence."""

import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from bot.desk import tenants
from bot.runtime import Runtime
from channels.email.settings import EmailSettings, Endpoint
from domain.errors import NotConfigured

FIRM = {"email": "Help@Firm.example", "password": "secret", "imap_server": "imap.firm.example"}


def settings(**changes: Any) -> EmailSettings:
    return EmailSettings.model_validate(FIRM | changes)


def complaint(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    return str(caught.value.errors()[0]["msg"])


def test_the_originals_five_keys_are_enough() -> None:
    told = settings(imap_port="993", folder="INBOX")
    assert told.email == "help@firm.example"
    assert told.imap == Endpoint("imap.firm.example", 993, "tls")
    assert told.smtp == Endpoint("smtp.firm.example", 587, "starttls")
    assert told.login == "help@firm.example"
    assert told.poll_minutes == 5


def test_known_providers_need_an_address_and_a_password_only() -> None:
    gmail = settings(email="firm@gmail.com", imap_server="")
    assert gmail.imap == Endpoint("imap.gmail.com", 993, "tls")
    assert gmail.smtp.server == "smtp.gmail.com"
    assert gmail.trusted_authserv_id == "mx.google.com"
    assert gmail.oauth_provider == "google"
    assert gmail.has_plus_addresses


def test_microsoft_needs_its_server_and_knows_the_rest() -> None:
    told = settings(
        imap_server="outlook.office365.com",
        auth="xoauth2",
        password="",
        client_id="id",
        refresh_token="r",
    )
    assert told.smtp == Endpoint("smtp.office365.com", 587, "starttls")
    assert told.oauth_token_url == "https://login.microsoftonline.com/common/oauth2/v2.0/token"


@pytest.mark.parametrize(
    ("changes", "imap", "smtp"),
    [
        ({"imap_port": 143}, ("imap.firm.example", 143, "starttls"), None),
        ({"imap_security": "starttls"}, ("imap.firm.example", 143, "starttls"), None),
        ({"smtp_port": "465"}, None, ("smtp.firm.example", 465, "tls")),
        ({"smtp_security": "tls"}, None, ("smtp.firm.example", 465, "tls")),
        ({"imap_server": "mail.firm.example"}, None, ("mail.firm.example", 587, "starttls")),
        ({"imap_server": "post.firm.example"}, None, ("", 587, "tls")),
        ({"imap_port": ""}, ("imap.firm.example", 993, "tls"), None),
    ],
)
def test_ports_and_security_follow_from_each_other(
    changes: dict[str, Any], imap: tuple[Any, ...] | None, smtp: tuple[Any, ...] | None
) -> None:
    told = settings(**changes)
    assert imap is None or told.imap == Endpoint(*imap)
    assert smtp is None or told.smtp == Endpoint(*smtp)


def test_plus_addresses_are_used_only_where_the_provider_delivers_them() -> None:
    assert not settings().has_plus_addresses
    assert settings(plus_addressing="true").has_plus_addresses
    google = {"imap_server": "imap.gmail.com"}
    assert settings(**google).has_plus_addresses
    assert not settings(**google, username="firm@gmail.com").has_plus_addresses
    assert not settings(**google, plus_addressing="false").has_plus_addresses


def test_lists_and_lines_come_from_the_command_line() -> None:
    told = settings(
        aliases="Sales@firm.example, help@firm.example info@firm.example",
        dkim_selectors="acme",
        signature="Your firm\\nLine 2",
    )
    assert told.aliases == ("sales@firm.example", "help@firm.example", "info@firm.example")
    assert told.own_addresses == ("help@firm.example", "sales@firm.example", "info@firm.example")
    assert told.dkim_selectors == ("acme",)
    assert told.signature == "Your firm\nLine 2"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "help"}, "no mail address"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "no mail address"),
        ({"imap_server": ""}, "Set email_settings.imap_server"),
        ({"imap_server": "imaps://imap.firm.example:993"}, "name only"),
        ({"imap_port": "99999"}, "65535"),
        ({"password": ""}, "Set email_settings.password"),
        ({"imap_security": "none"}, "tls or starttls"),
        ({"smtp_security": "none"}, "tls or starttls"),
        ({"auth": "xoauth2"}, "email_settings.client_id and email_settings.refresh_token"),
        ({"auth": "kerberos"}, "'password' or 'xoauth2'"),
        ({"token_url": "http://login.firm.example/token"}, "https://"),
        ({"token_url": "file:///etc/passwd"}, "https://"),
        ({"from_name": "A\r\nBcc: b@c.example"}, "one line"),
        ({"aliases": "nobody"}, "no mail address"),
        ({"poll_minutes": "0"}, "greater than or equal to 1"),
        ({"speed": "fast"}, "not permitted"),
    ],
)
def test_what_is_wrong_is_told(changes: dict[str, Any], words: str) -> None:
    assert words in complaint(**changes)


def test_loopback_may_go_without_tls() -> None:
    local = settings(imap_server="127.0.0.1", imap_security="none", smtp_security="none")
    assert local.imap.security == "none"
    assert local.smtp.server == "127.0.0.1"


def test_secrets_are_not_shown() -> None:
    shown = repr(settings(password="tr0ub4dor", refresh_token="r3fresh"))
    assert "tr0ub4dor" not in shown
    assert "r3fresh" not in shown


# --- as an operator sets them ---------------------------------------------------------------


async def _tenant(runtime: Runtime) -> UUID:
    return await tenants.add(runtime.database, "shop", "Shop")


async def _set(runtime: Runtime, tenant_id: UUID, **values: Any) -> None:
    changes = {f"email_settings.{name}": value for name, value in values.items()}
    await tenants.change(runtime.database, runtime.accounts, tenant_id, changes)


async def test_an_operator_sets_a_mailbox_up_and_changes_it_bit_by_bit(runtime: Runtime) -> None:
    tenant_id = await _tenant(runtime)
    await _set(runtime, tenant_id, **FIRM, imap_port="143", aliases="sales@firm.example")
    await _set(runtime, tenant_id, poll_minutes="2", password="n3w", plus_addressing="true")
    await _set(runtime, tenant_id, imap_port="")
    [account] = await runtime.accounts.named("email", "help@firm.example")
    told = account.settings
    assert isinstance(told, EmailSettings)
    assert told.imap == Endpoint("imap.firm.example", 993, "tls")
    assert told.password.get_secret_value() == "n3w"
    assert (told.aliases, told.poll_minutes) == (("sales@firm.example",), 2)
    shown = json.dumps(await tenants.describe(runtime.database, runtime.accounts, tenant_id))
    assert "sales@firm.example" in shown
    assert "n3w" not in shown


async def test_a_settings_file_of_the_original_is_taken(runtime: Runtime) -> None:
    tenant_id = await _tenant(runtime)
    original = {"email_settings": {**FIRM, "imap_port": 993, "folder": "INBOX"}}
    changes = tenants.flattened(original)
    await tenants.change(runtime.database, runtime.accounts, tenant_id, changes)
    assert await runtime.accounts.named("email", "help@firm.example")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"email": "help@firm.example", "password": "x"},
            "Set email_settings.imap_server: the server of help@firm.example is not known.",
        ),
        ({"password": "x"}, "Email also needs email: set them together (email_settings.email=…)."),
        ({**FIRM, "imap_port": "many"}, "The setting email_settings.imap_port is wrong: input"),
        ({**FIRM, "password": ""}, "Set email_settings.password (an app password)."),
    ],
)
async def test_an_operator_is_told_what_is_missing(
    runtime: Runtime, values: dict[str, Any], sentence: str
) -> None:
    tenant_id = await _tenant(runtime)
    with pytest.raises(NotConfigured) as caught:
        await _set(runtime, tenant_id, **values)
    assert str(caught.value).startswith(sentence)
