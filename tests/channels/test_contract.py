"""What every channel must keep, whichever folder it lives in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

import channels
from channels import registry
from channels.channel import Channel, Delivery, PolledChannel, ReadsByAccount
from channels.messages import InboundMessage, StatusUpdate
from channels.parsed import as_json
from tests.channels.fifth import NAME, fifth_channel

HOME = Path(channels.__path__[0])
GARBAGE = (b"", b"\x00\xff", b"null", b"[]", b"{}", b'{"a":1}', b"[" * 100_000, b'{"entry":7}')


def samples() -> Iterator[tuple[str, Path]]:
    for name in registry.names():
        (home,) = [Path(one) for one in channels.__path__ if (Path(one) / name).is_dir()]
        folder = home / name / "samples"
        yield from (
            (name, path) for path in sorted(folder.glob("*")) if path.name != "expected.json"
        )


def expected(name: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        (HOME / name / "samples" / "expected.json").read_text(encoding="utf-8")
    )
    return found


def events_or_reason(channel: Channel, body: bytes) -> object:
    try:
        return channel.parse(body)
    except ValueError as error:
        return str(error)


@pytest.fixture(params=[*registry.names(), NAME])
def channel(request: pytest.FixtureRequest) -> Iterator[Channel]:
    """Also one that is only a folder more."""
    with fifth_channel():
        yield registry.channel(request.param)


def test_it_goes_by_the_name_of_its_folder(channel: Channel) -> None:
    assert channel.name in registry.names()
    assert registry.channel(channel.name) is channel
    assert channel.title


def test_its_settings_name_the_field_that_finds_the_account(channel: Channel) -> None:
    model = channel.settings_model
    assert model.account_field in model.model_fields
    assert any(field.annotation is SecretStr for field in model.model_fields.values())
    assert channel.settings_key


def test_its_capabilities_fit_together(channel: Channel) -> None:
    able = channel.capabilities
    assert able.text_limit > 0
    assert 0 <= able.choices_text_limit <= able.text_limit
    assert 0 <= able.caption_limit <= able.text_limit
    assert 0 < able.attachment_limit <= 25 * 1024 * 1024
    assert able.attachments_per_message >= 1


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_names_nobody_and_is_told_or_refused(channel: Channel, body: bytes) -> None:
    assert channel.peek(Delivery(body)) == ()
    assert events_or_reason(channel, body)


@pytest.mark.parametrize(("name", "path"), list(samples()), ids=lambda p: getattr(p, "stem", p))
def test_a_sample_is_understood_as_expected(name: str, path: Path) -> None:
    events = registry.channel(name).parse(path.read_bytes())
    assert [as_json(event) for event in events] == expected(name)[path.stem]


@pytest.mark.parametrize(("name", "path"), list(samples()), ids=lambda p: getattr(p, "stem", p))
def test_every_event_of_a_sample_can_be_stored(name: str, path: Path) -> None:
    channel = registry.channel(name)
    for event in channel.parse(path.read_bytes()):
        # A body that names no account is stored with the one it came for.
        assert event.account or isinstance(channel, ReadsByAccount)
        if isinstance(event, InboundMessage):
            assert event.external_id
            assert event.conversation_hint
            assert event.sent_at.tzinfo
        elif isinstance(event, StatusUpdate):
            assert event.external_id
            assert event.at.tzinfo
        else:
            assert event.reason


def test_every_channel_has_samples(channel: Channel) -> None:
    assert any(name == channel.name for name, _ in samples())


def test_its_news_are_delivered_or_fetched(channel: Channel) -> None:
    bodies = [path.read_bytes() for name, path in samples() if name == channel.name]
    names_its_accounts = any(channel.peek(Delivery(body)) for body in bodies)
    assert names_its_accounts is not isinstance(channel, PolledChannel)


def test_nobody_can_deliver_to_a_channel_that_fetches(channel: Channel) -> None:
    if isinstance(channel, PolledChannel):
        for body in GARBAGE:
            assert channel.verify(Delivery(body), None) is False
        assert channel.verify_token({"hub.mode": "subscribe", "hub.verify_token": "x"}) is None
        assert channel.challenge({"hub.challenge": "x"}, True) is None


def test_parsing_the_same_bytes_twice_gives_the_same_events(channel: Channel) -> None:
    for name, path in samples():
        if name == channel.name:
            body = path.read_bytes()
            assert channel.parse(body) == channel.parse(body)
