"""What goes over the wire to Meta, and what every refusal and silence means."""

from dataclasses import replace

import httpx
import pytest

from channels.messages import (
    AccessRefused,
    Address,
    Choice,
    OutboundAttachment,
    Permanent,
    Temporary,
    Unreachable,
    WindowClosed,
)
from channels.whatsapp.adapter import WhatsApp
from channels.whatsapp.errors import Refusal, error_for
from channels.whatsapp.simulator import Fault
from tests.channels.whatsapp.conftest import PHONE, Wire

PDF = OutboundAttachment("Quote\r\n QT-1.pdf", "application/pdf", b"%PDF-1.7")
PNG = OutboundAttachment("rack.png", "image/png", b"\x89PNG")


# --- what is sent -------------------------------------------------------------------------------


async def test_a_text_goes_out_with_quote_and_key_and_gives_its_id(wire: Wire) -> None:
    receipt = await wire.send(
        "See https://example.com", in_reply_to="wamid.HIS", idempotency_key="out-1"
    )
    (sent,) = wire.meta.sent
    assert receipt.external_ids == (sent.id,)
    assert sent.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": PHONE,
        "context": {"message_id": "wamid.HIS"},
        "biz_opaque_callback_data": "out-1",
        "type": "text",
        "text": {"body": "See https://example.com", "preview_url": True},
    }


async def test_a_person_without_a_phone_is_reached_by_the_user_id(wire: Wire) -> None:
    await wire.send("Hello", to=Address("whatsapp", "GB.1349"))
    assert wire.meta.sent[0].body["recipient"] == "GB.1349"
    assert "to" not in wire.meta.sent[0].body


async def test_an_answer_in_a_group_goes_to_the_group(wire: Wire) -> None:
    await wire.send("Hello all", conversation_hint="group:Y2Fw")
    assert wire.meta.sent[0].body["to"] == "Y2Fw"
    assert wire.meta.sent[0].body["recipient_type"] == "group"


async def test_somebody_known_by_mail_only_cannot_be_reached_here(wire: Wire) -> None:
    with pytest.raises(Permanent, match="another channel"):
        await wire.send("Hello", to=Address("email", "a@example.com"))
    assert wire.meta.requests == []


async def test_few_choices_are_reply_buttons_and_many_a_list(wire: Wire) -> None:
    await wire.send("Open a ticket?", choices=(Choice("yes", "Yes"), Choice("no", "No")))
    await wire.send("Which site?", choices=tuple(Choice(f"s{n}", f"Site {n}") for n in range(10)))
    buttons, rows = (sent.body["interactive"] for sent in wire.meta.sent)
    assert [b["reply"]["id"] for b in buttons["action"]["buttons"]] == ["yes", "no"]
    assert len(rows["action"]["sections"][0]["rows"]) == 10
    assert rows["body"] == {"text": "Which site?"}


async def test_a_long_text_is_sent_whole_in_parts_that_meta_takes(wire: Wire) -> None:
    text = "This is a sentence of the answer. " * 300
    receipt = await wire.send(text, choices=(Choice("ok", "OK"),), idempotency_key="k")
    assert len(receipt.external_ids) == len(wire.meta.sent) == 4
    assert "".join(" ".join(wire.meta.texts()).split()) == "".join(text.split())
    assert [s.body["biz_opaque_callback_data"] for s in wire.meta.sent] == [
        "k",
        "k.2",
        "k.3",
        "k.4",
    ]


async def test_a_document_is_uploaded_first_and_named_safely(wire: Wire) -> None:
    await wire.send("Your quote", attachments=(PDF,))
    (sent,) = wire.meta.sent
    media = sent.body["document"]
    assert wire.meta.media[media["id"]] == (b"%PDF-1.7", "application/pdf")
    assert media["filename"] == "Quote QT-1.pdf"
    assert media["caption"] == "Your quote"


async def test_a_picture_is_shown_and_a_huge_one_sent_as_a_document(wire: Wire) -> None:
    huge = OutboundAttachment("wall.png", "image/png", bytes(5 * 1024 * 1024 + 1))
    await wire.send(attachments=(PNG, huge))
    assert [sent.body["type"] for sent in wire.meta.sent] == ["image", "document"]


async def test_a_table_goes_up_as_plain_text_under_its_own_name(wire: Wire) -> None:
    await wire.send(attachments=(OutboundAttachment("lines.csv", "text/csv", b"a,b"),))
    media = wire.meta.sent[0].body["document"]
    assert media["filename"] == "lines.csv"
    assert wire.meta.media[media["id"]][1] == "text/plain"


async def test_a_kind_of_file_that_whatsapp_does_not_take_is_said_before_sending(
    wire: Wire,
) -> None:
    with pytest.raises(Permanent, match="takes no files of the kind application/zip"):
        await wire.send(attachments=(OutboundAttachment("a.zip", "application/zip", b"PK"),))
    assert wire.meta.requests == []


async def test_an_empty_message_is_not_sent(wire: Wire) -> None:
    with pytest.raises(Permanent, match="nothing"):
        await wire.send("  ")


async def test_typing_marks_the_message_as_read(wire: Wire) -> None:
    await wire.typing("wamid.HIS")
    assert wire.meta.read == [
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.HIS",
            "typing_indicator": {"type": "text"},
        }
    ]


# --- what comes back ----------------------------------------------------------------------------


async def test_too_many_messages_are_tried_again_after_the_pause_meta_asks_for(wire: Wire) -> None:
    wire.meta.order(Fault.TOO_MANY)
    with pytest.raises(Temporary) as refused:
        await wire.send("Hello")
    assert refused.value.retry_after == 7
    assert refused.value.code == "130429"
    assert not refused.value.may_have_been_sent
    await wire.send("Hello")
    assert len(wire.meta.sent) == 1


async def test_too_many_to_one_person_wait_six_seconds(wire: Wire) -> None:
    wire.meta.order(Fault.PAIR_RATE)
    with pytest.raises(Temporary) as refused:
        await wire.send("Hello")
    assert refused.value.retry_after == 6


async def test_a_closed_window_is_told_apart_from_other_refusals(wire: Wire) -> None:
    wire.meta.closed_windows.add(PHONE)
    with pytest.raises(WindowClosed, match="24 hours"):
        await wire.send("Hello")
    assert wire.meta.sent == []


async def test_an_expired_token_says_which_command_sets_a_new_one(wire: Wire) -> None:
    wire.meta.access_token = "another"
    with pytest.raises(Permanent, match="tenant set TENANT whatsapp_config"):
        await wire.send("Hello")


async def test_an_error_of_meta_was_not_sent_but_a_bare_gateways_may_have_been(wire: Wire) -> None:
    wire.meta.order(Fault.SERVER_ERROR)
    wire.meta.order(Fault.BAD_GATEWAY)
    for may_have_been_sent in (False, True):
        with pytest.raises(Temporary) as refused:
            await wire.send("Hello")
        assert refused.value.may_have_been_sent is may_have_been_sent


@pytest.mark.parametrize(
    "fault", [Fault.DROP_AFTER_ACCEPTING, Fault.HANG_AFTER_ACCEPTING, Fault.GARBAGE]
)
async def test_after_a_silence_the_message_may_have_been_sent(wire: Wire, fault: Fault) -> None:
    wire.meta.order(fault)
    async with httpx.AsyncClient(timeout=0.3, trust_env=False) as hasty:
        with pytest.raises(Temporary) as refused:
            await replace(wire, client=hasty).send("Hello", idempotency_key="out-1")
    assert refused.value.may_have_been_sent
    assert len(wire.meta.sent) == 1


async def test_where_nobody_listens_nothing_was_sent(wire: Wire) -> None:
    nowhere = WhatsApp("http://127.0.0.1:1")
    with pytest.raises(Temporary) as refused:
        await Wire(nowhere, wire.settings, wire.client, wire.meta).send("Hello")
    assert not refused.value.may_have_been_sent
    assert wire.settings.access_token.get_secret_value() not in str(refused.value)


async def test_a_failing_part_tells_which_parts_were_taken_before(wire: Wire) -> None:
    text = "word " * 1000
    wire.meta.order(Fault.NONE)
    wire.meta.order(Fault.TOO_MANY)
    with pytest.raises(Temporary) as refused:
        await wire.send(text)
    assert refused.value.accepted == (wire.meta.sent[0].id,)


async def test_a_failed_upload_sends_nothing_and_may_be_repeated(wire: Wire) -> None:
    wire.meta.order(Fault.BAD_GATEWAY)
    with pytest.raises(Temporary) as refused:
        await wire.send("Your quote", attachments=(PDF,))
    assert not refused.value.may_have_been_sent
    assert wire.meta.sent == []


# --- codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "kind", "words"),
    [
        (400, {"code": 131047}, WindowClosed, "approved template"),
        (400, {"code": 470}, WindowClosed, "approved template"),
        (401, {"code": 190}, AccessRefused, "access token"),
        (401, {}, AccessRefused, "access token"),
        (403, {"code": 10}, Permanent, "permissions"),
        (400, {"code": 100, "message": "(#100) bad to"}, Permanent, r"malformed: \(#100\) bad to"),
        (400, {"code": 131026}, Unreachable, "no WhatsApp"),
        (400, {"code": 131051}, Permanent, "kind of message"),
        (400, {"code": 131053}, Permanent, "file"),
        (400, {"code": 131048}, Permanent, "spam"),
        (403, {"code": 368}, Unreachable, "restricted"),
        (403, {"code": 131031}, Unreachable, "restricted"),
        (400, {"code": 131049}, Unreachable, "another channel"),
        (400, {"code": 132000}, Permanent, "gaps"),
        (400, {"code": 132001}, Permanent, "templates sync"),
        (400, {"code": 132015}, Permanent, "paused this template"),
        (400, {"code": 132016}, Permanent, "submit a new one"),
        (400, {"code": 133006}, Permanent, "verified"),
        (400, {"code": 133015}, Temporary, "tried again"),
        (400, {"code": 131056}, Temporary, "one person"),
        (400, {"code": 130429}, Temporary, "tried again"),
        (400, {"code": 80007}, Temporary, "tried again"),
        (400, {"code": 4}, Temporary, "tried again"),
        (429, {}, Temporary, "429"),
        (500, {"code": 131000}, Temporary, "disturbance"),
        (503, {}, Temporary, "503"),
        (400, {"code": 987654, "message": "New"}, Permanent, "WhatsApp refused: New"),
        (400, {"code": 987654, "is_transient": True}, Temporary, "refused"),
        (404, {"message": None}, Permanent, "404"),
    ],
)
def test_a_code_means(status: int, error: dict[str, object], kind: type, words: str) -> None:
    raised = error_for(Refusal(status, error))
    assert type(raised) is kind
    with pytest.raises(kind, match=words):
        raise raised


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("12", 12), ("", None), ("soon", None), ("99999999", 86_400), ("-3", None), ("²", None)],
)
def test_a_pause_is_read_within_reason(header: str, seconds: float | None) -> None:
    raised = error_for(Refusal(429, {}, header))
    assert isinstance(raised, Temporary)
    assert raised.retry_after == seconds


def test_a_pause_may_be_a_date() -> None:
    raised = error_for(Refusal(429, {}, "Wed, 21 Oct 2015 07:28:00 GMT"))
    assert isinstance(raised, Temporary)
    assert raised.retry_after == 0


async def test_a_redirect_is_not_followed_with_the_token(wire: Wire) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "graph.example"
        return httpx.Response(307, headers={"location": "https://evil.example/"})

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(away), follow_redirects=True
    ) as client:
        meta = Wire(WhatsApp("https://graph.example"), wire.settings, client, wire.meta)
        with pytest.raises(Permanent):
            await meta.send("Hello")
