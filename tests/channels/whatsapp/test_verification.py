"""Who may post: the signature over the raw bytes, and Meta's set-up request."""

import hmac
from hashlib import sha256

import pytest
from pydantic import ValidationError

from channels import registry
from channels.channel import Delivery
from channels.whatsapp.settings import WhatsAppSettings

CHANNEL = registry.channel("whatsapp")
BODY = b'{"object": "whatsapp_business_account", "entry": []}'
KEYS = {
    "phone_number_id": "106540352242922",
    "access_token": "EAAsecret",
    "verify_token": "word",
    "app_secret": "0123abc",
}
SETTINGS = WhatsAppSettings.model_validate(KEYS)
RIGHT = hmac.new(b"0123abc", BODY, sha256).hexdigest()


def verified(signature: str | None, body: bytes = BODY) -> bool:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return CHANNEL.verify(Delivery(body, headers), SETTINGS)


def test_the_right_signature_over_the_raw_bytes_is_accepted() -> None:
    assert verified(f"sha256={RIGHT}")


def test_a_single_changed_byte_is_refused() -> None:
    assert not verified(f"sha256={RIGHT}", BODY + b" ")


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        RIGHT,
        "sha256=",
        f"sha1={RIGHT}",
        f"sha256={RIGHT[:-1]}",
        f"sha256={RIGHT}0",
        f"sha256={RIGHT}\n",
        f"sha256={RIGHT}, sha256={RIGHT}",
        "sha256=" + "ä" * 64,
        "sha256=" + "0" * 64,
    ],
)
def test_a_missing_malformed_or_wrong_signature_is_refused(signature: str | None) -> None:
    assert not verified(signature)


def test_another_accounts_secret_does_not_verify() -> None:
    other = WhatsAppSettings.model_validate({**KEYS, "app_secret": "other"})
    assert not CHANNEL.verify(Delivery(BODY, {"x-hub-signature-256": f"sha256={RIGHT}"}), other)


def test_the_set_up_request_shows_its_token_and_gets_its_challenge_back() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "1158201444"}
    assert CHANNEL.verify_token(query) == "word"
    assert CHANNEL.challenge(query, True) == "1158201444"
    assert CHANNEL.challenge(query, False) is None


def test_a_request_of_another_mode_gets_nothing() -> None:
    query = {"hub.mode": "unsubscribe", "hub.verify_token": "word", "hub.challenge": "1"}
    assert CHANNEL.verify_token(query) is None
    assert CHANNEL.challenge(query, True) is None


def test_pasted_secrets_lose_the_white_space_around_them() -> None:
    settings = WhatsAppSettings.model_validate({**KEYS, "access_token": " EAAsecret\n"})
    assert settings.access_token.get_secret_value() == "EAAsecret"


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": "two words"},
        {"access_token": "line\nbreak"},
        {"app_secret": ""},
        {"phone_number_id": "../me"},
        {"phone_number_id": "1/messages?x="},
        {"api_url": "https://evil.example"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_them(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        WhatsAppSettings.model_validate({**KEYS, **wrong})
    assert "EAAsecret" not in str(refused.value)
    assert "two words" not in str(refused.value)


def test_secrets_are_not_shown() -> None:
    assert "EAAsecret" not in repr(SETTINGS)
    assert "0123abc" not in SETTINGS.model_dump_json()
