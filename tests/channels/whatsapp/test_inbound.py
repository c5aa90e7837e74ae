"""What the JSON lines of the samples do not show: people, choices, details, who wrote."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import channels.whatsapp
from channels.messages import Address, Author, EventKind, Ignored, InboundMessage, StatusUpdate
from channels.whatsapp.inbound import accounts, parse
from channels.whatsapp.simulator import Customer, incoming, incoming_text, merged, status, webhook

SAMPLES = Path(channels.whatsapp.__path__[0]) / "samples"
NUMBER = "106540352242922"
PHONE = "447700900123"


def sample(name: str) -> InboundMessage:
    (event,) = parse((SAMPLES / f"{name}.json").read_bytes())
    assert isinstance(event, InboundMessage)
    return event


def message(**content: Any) -> InboundMessage:
    (event,) = parse(incoming(NUMBER, PHONE, content))
    assert isinstance(event, InboundMessage)
    return event


# --- who wrote --------------------------------------------------------------------------------


def test_a_sender_has_both_phone_and_user_id_so_that_either_finds_them() -> None:
    sender = sample("text").sender
    assert sender.name == "Amira Khan"
    assert sender.addresses == (
        Address("phone", PHONE),
        Address("whatsapp", "GB.13491208655302741918"),
    )


def test_a_sender_without_a_phone_is_known_by_the_user_id() -> None:
    event = sample("text_by_user_id_only")
    assert event.sender.addresses == (Address("whatsapp", "GB.99120865530274"),)
    assert event.conversation_hint == "GB.99120865530274"
    assert event.details["username"] == "jo.builds"


def test_the_same_person_with_and_without_phone_shares_an_address() -> None:
    first, second = (
        parse(incoming_text(NUMBER, customer, "Hi"))[0]
        for customer in (Customer(PHONE, user_id="GB.1"), Customer(user_id="GB.1"))
    )
    assert isinstance(first, InboundMessage)
    assert isinstance(second, InboundMessage)
    assert set(first.sender.addresses) & set(second.sender.addresses)


def test_a_registered_number_that_differs_from_the_shown_one_is_kept_too() -> None:
    value = {
        "contacts": [{"wa_id": "551692318222"}],
        "messages": [{"from": "5516992318222", "id": "a", "type": "text", "text": {"body": "Oi"}}],
    }
    (event,) = parse(webhook(NUMBER, value))
    assert isinstance(event, InboundMessage)
    assert [a.value for a in event.sender.addresses] == ["5516992318222", "551692318222"]
    assert event.conversation_hint == "5516992318222"


def test_of_several_contacts_each_message_finds_its_own() -> None:
    text = {"type": "text", "text": {"body": "Hi"}}
    value = {
        "contacts": [
            {"wa_id": "111111", "profile": {"name": "One"}},
            {"wa_id": "222222", "profile": {"name": "Two"}},
        ],
        "messages": [{"from": n, "id": n, **text} for n in ("222222", "111111", "333333")],
    }
    events = parse(webhook(NUMBER, value))
    assert [e.sender.name for e in events if isinstance(e, InboundMessage)] == ["Two", "One", ""]


def test_strangers_without_any_sender_never_share_a_conversation() -> None:
    text = {"type": "text", "text": {"body": "Hi"}}
    first, second = parse(webhook(NUMBER, {"messages": [{"id": i, **text} for i in "ab"]}))
    assert isinstance(first, InboundMessage)
    assert isinstance(second, InboundMessage)
    assert first.kind is EventKind.UNSUPPORTED
    assert first.reason == "the message names no sender"
    assert first.conversation_hint != second.conversation_hint


# --- what was said ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "choice", "kind"),
    [
        ("button_reply", "ticket:yes", "button_reply"),
        ("list_reply", "site:2", "list_reply"),
        ("template_button", "callback", "button"),
    ],
)
def test_a_pressed_button_or_row_tells_its_id(name: str, choice: str, kind: str) -> None:
    event = sample(name)
    assert (event.choice, event.content_kind) == (choice, kind)


def test_an_edit_replaces_and_a_deletion_deletes_the_original() -> None:
    assert sample("edit").replaces == "wamid.SAMPLE001"
    assert sample("revoke").deletes == "wamid.SAMPLE001"


def test_an_edit_within_an_edit_is_shown_as_unsupported() -> None:
    inner = {"type": "edit", "edit": {"original_message_id": "x", "message": {"type": "text"}}}
    event = message(type="edit", edit={"original_message_id": "y", "message": inner})
    assert event.kind is EventKind.UNSUPPORTED


def test_what_surrounds_a_message_is_kept_as_details() -> None:
    assert sample("text_forwarded").details["forwarded"] == "often"
    assert sample("text_about_product").details["product"] == "CAT6-305-GY"
    assert sample("text_from_ad").details["referral_headline"] == "CCTV from one day"
    assert sample("text_from_ad").details["referral_ctwa_clid"]


def test_a_voice_note_is_told_from_an_audio_file() -> None:
    assert sample("voice").content_kind == "voice"
    assert sample("audio").content_kind == "audio"


def test_a_file_is_fetched_by_its_media_id_and_checked_by_a_hexadecimal_digest() -> None:
    (file,) = sample("voice").attachments
    assert file.reference == "1908647269898587"
    assert file.sha256 is not None
    assert len(file.sha256) == 64


def test_a_changed_number_is_for_the_record_and_names_the_new_one() -> None:
    event = sample("number_changed")
    assert event.kind is EventKind.AUTOMATIC
    assert event.details["new_phone"] == "447700900777"


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        ({"direction": "USER_INITIATED"}, EventKind.MESSAGE, "[call missed]"),
        ({"duration": 125, "start_time": "1"}, EventKind.AUTOMATIC, "[call of 2:05 min]"),
        ({"direction": "BUSINESS_INITIATED"}, EventKind.AUTOMATIC, "[call not answered]"),
    ],
)
def test_a_call_becomes_a_visible_line(call: dict[str, Any], kind: EventKind, text: str) -> None:
    whole = {"id": "wacid.1", "from": PHONE, "to": "1", "event": "terminate", **call}
    (event,) = parse(webhook(NUMBER, {"calls": [whole]}, "calls"))
    assert isinstance(event, InboundMessage)
    assert (event.kind, event.text, event.external_id) == (kind, text, "wacid.1")


def test_a_message_without_a_type_is_read_by_what_it_holds() -> None:
    assert message(text={"body": "No type at all"}).text == "No type at all"


# --- who of us wrote ----------------------------------------------------------------------------


def test_an_echo_of_the_phone_app_is_ours_and_names_the_customer() -> None:
    event = sample("echo")
    assert event.author is Author.STAFF
    assert event.addressee.addresses == (Address("phone", PHONE),)
    assert event.conversation_hint == sample("text").conversation_hint
    assert event.recipients == (PHONE,)
    assert not event.is_history


def test_history_tells_both_sides_apart_and_is_marked_as_history() -> None:
    events = parse((SAMPLES / "history.json").read_bytes())
    told = [(e.author, e.is_history) for e in events if isinstance(e, InboundMessage)]
    assert told == [(Author.STAFF, True), (Author.CUSTOMER, True), (Author.CUSTOMER, True)]


def test_an_old_file_replaces_the_placeholder_that_came_before() -> None:
    placeholder = parse((SAMPLES / "history.json").read_bytes())[1]
    file = sample("history_file")
    assert isinstance(placeholder, InboundMessage)
    assert file.replaces == placeholder.external_id != file.external_id
    assert file.is_history


# --- statuses -----------------------------------------------------------------------------------


def test_a_status_gives_back_our_key_and_the_price_category() -> None:
    (event,) = parse((SAMPLES / "status_delivered.json").read_bytes())
    assert isinstance(event, StatusUpdate)
    assert event.idempotency_key == "0199a1b2-outgoing"
    assert event.price_category == "service"


def test_a_failed_status_tells_code_and_words() -> None:
    (event,) = parse((SAMPLES / "status_failed.json").read_bytes())
    assert isinstance(event, StatusUpdate)
    assert event.error_code == "131047"
    assert event.error_text.startswith("Re-engagement message (")


def test_a_status_without_an_id_is_ignored_with_the_reason() -> None:
    (event,) = parse(status(NUMBER, "", "sent"))
    assert event == Ignored(NUMBER, "a status without a message id")


# --- the envelope -------------------------------------------------------------------------------


def test_every_number_named_in_a_body_is_an_account() -> None:
    body = merged(*(incoming_text(n, PHONE, "Hi") for n in ("1", "2", "1")))
    assert accounts(body) == ("1", "2")


def test_account_news_names_the_business_account() -> None:
    assert accounts((SAMPLES / "template_approved.json").read_bytes()) == ("102290129340398",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"object":"page"}', "object is “page”"),
        (b"{}", "object is “”"),
        (b'{"a":' * 90_000, "nested"),
        (
            b'{"object":"whatsapp_business_account","entry":' + b"[" * 99 + b"]" * 99 + b"}",
            "nested",
        ),
    ],
)
def test_what_is_no_webhook_of_whatsapp_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(body)


def test_a_body_without_changes_is_ignored_with_a_reason() -> None:
    (event,) = parse(b'{"object":"whatsapp_business_account","entry":[]}')
    assert event == Ignored("", "a webhook without any change")


@pytest.mark.parametrize(
    ("told", "sent_at"),
    [
        ("1764000000", datetime(2025, 11, 24, 16, tzinfo=UTC)),
        (1764000000, datetime(2025, 11, 24, 16, tzinfo=UTC)),
        ("1764000000000", datetime(2025, 11, 24, 16, tzinfo=UTC)),
        ("soon", None),
        (None, None),
        (True, None),
        (-5, None),
        ("9" * 400, None),
        (float("inf"), None),
        ({"at": 1}, None),
    ],
)
def test_a_time_that_is_none_is_long_ago_and_said_to_be_unknown(
    told: object, sent_at: datetime | None
) -> None:
    event = message(type="text", text={"body": "Hi"}, timestamp=told)
    assert event.sent_at == (sent_at or datetime(1970, 1, 1, tzinfo=UTC))
    assert ("sent_at" in event.details) is (sent_at is None)


def test_without_its_own_time_a_message_has_that_of_its_entry() -> None:
    whole = json.loads(incoming(NUMBER, PHONE, {"text": {"body": "Hi"}, "timestamp": None}))
    whole["entry"][0]["time"] = 1764000000
    (event,) = parse(json.dumps(whole).encode())
    assert isinstance(event, InboundMessage)
    assert event.sent_at == datetime(2025, 11, 24, 16, tzinfo=UTC)


def test_a_message_without_an_id_gets_the_same_one_on_every_delivery() -> None:
    body = incoming(NUMBER, PHONE, {"id": None, "timestamp": "1764000000", "text": {"body": "Hi"}})
    first, second = parse(body)[0], parse(body)[0]
    assert isinstance(first, InboundMessage)
    assert first.external_id.startswith("sha256:")
    assert first == second


def test_characters_no_database_stores_are_taken_out() -> None:
    body = incoming(NUMBER, PHONE, {"type": "text", "text": {"body": "a@b#c"}})
    body = body.replace(b"@", b"\\u0000").replace(b"#", b"\\ud83d")
    (event,) = parse(body)
    assert isinstance(event, InboundMessage)
    assert event.text == "abc"
