"""What every channel's stand-in must keep, also one that is only a folder more."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.demo.content import company
from channels import registry
from channels.channel import Channel, ChannelSettings, Delivery, PolledChannel, ReadsByAccount
from channels.messages import (
    Address,
    ChannelError,
    Choice,
    DeliveryState,
    InboundEvent,
    InboundMessage,
    OutboundMessage,
    StatusUpdate,
    WindowClosed,
)
from channels.standing.standin import (
    Collected,
    Deed,
    Edited,
    Pressed,
    Reacted,
    SharedFile,
    StandIn,
    Writer,
    Wrote,
)
from tests.channels.fifth import NAME, fifth_channel

IMAGE = SharedFile("roof.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"roof" * 50)
VOICE = SharedFile("note.ogg", "audio/ogg", b"OggS" + b"hello" * 50)
PAPER = SharedFile("plan.pdf", "application/pdf", b"%PDF-1.7 " + b"plan" * 50)
SENDING, FETCHING = "When Frontdesk sends next", "When Frontdesk fetches a file"


@dataclass
class Line:
    """A stand-in, its channel, an account at it, and a customer."""

    stand_in: StandIn
    settings: Any
    client: httpx.AsyncClient
    cursor: str = ""
    sent: list[str] = field(default_factory=list)

    @property
    def channel(self) -> Channel:
        return self.stand_in.adapter()

    @property
    def writer(self) -> Writer:
        return Writer(self.stand_in.address(self.stand_in.look.address_example), "Alex Morgan")

    async def heard(self, *deliveries: Delivery) -> list[InboundEvent]:
        """What we understand of it; every delivery must be vouched for."""
        events: list[InboundEvent] = []
        if isinstance(self.stand_in, Collected):
            deliveries = tuple([Delivery(body) for body in await self._collected(deliveries)])
        for one in deliveries:
            if not isinstance(self.stand_in, Collected):
                hint = str(getattr(self.settings, self.settings.account_field))
                assert hint in self.channel.peek(one)
                assert self.channel.verify(one, self.settings)
                assert not self.channel.verify(Delivery(one.body, {}, one.query), self.settings)
            events += self._parsed(one.body)
        return events

    async def does(self, deed: Deed) -> list[InboundEvent]:
        return await self.heard(*await self.stand_in.done(deed, self.writer, self.settings))

    async def send(self, text: str, choices: tuple[Choice, ...] = ()) -> str:
        """The external id."""
        to = Address(self.stand_in.look.kinds[0], self.writer.address)
        message = OutboundMessage(
            to, text, self.writer.address, choices=choices, subject="About it"
        )
        receipt = await self.channel.send(message, self.settings, self.client)
        return receipt.external_ids[0]

    def _parsed(self, body: bytes) -> list[InboundEvent]:
        channel = self.channel
        if isinstance(channel, ReadsByAccount):
            return list(channel.parse_for(body, self.settings))
        return list(channel.parse(body))

    async def _collected(self, deliveries: tuple[Delivery, ...]) -> list[bytes]:
        assert isinstance(self.stand_in, Collected)
        channel = self.channel
        assert isinstance(channel, PolledChannel)
        if not self.cursor:
            await self._fetch(channel)
        for one in deliveries:
            await self.stand_in.lay_ready(one, self.settings)
        return await self._fetch(channel)

    async def _fetch(self, channel: PolledChannel) -> list[bytes]:
        bodies: list[bytes] = []
        async for page in channel.fetch_new(self.settings, self.cursor, self.client):
            bodies += page.bodies
            self.cursor = page.cursor
        return bodies


def settings_of(stand_in: StandIn) -> ChannelSettings:
    """As the demo company's account has them, with secrets of its own."""
    model = stand_in.adapter().settings_model
    told = {one.channel: one.settings for one in company().channel_accounts}
    secrets = {
        name: "a-secret-of-the-test"
        for name, one in model.model_fields.items()
        if one.annotation is SecretStr and name in ("verify_token", "app_secret", "password")
    }
    if "webhook_secret" in model.model_fields:
        secrets["webhook_secret"] = "a-secret-of-the-test"
    return model.model_validate(
        secrets | dict(told.get(stand_in.channel, {})) | dict(stand_in.account())
    )


@pytest.fixture(autouse=True)
def one_more() -> Iterator[None]:
    with fifth_channel():
        yield


@pytest.fixture(params=[*registry.stand_ins(), NAME])
async def line(request: pytest.FixtureRequest, one_more: None) -> AsyncIterator[Line]:
    stand_in = registry.stand_in(request.param)
    async with httpx.AsyncClient(mounts=dict(stand_in.mounts()), trust_env=False) as client:
        yield Line(stand_in, settings_of(stand_in), client)
    await stand_in.close()


def able_to(deed: type) -> list[str]:
    """The channels on which a customer can do that."""
    with fifth_channel():
        names = [*registry.stand_ins()]
        return [name for name in names if deed in registry.stand_in(name).look.deeds]


def test_every_customers_channel_has_a_stand_in() -> None:
    assert registry.stand_ins() == registry.names()
    assert NAME in registry.stand_ins()


def test_a_channel_without_one_is_not_found() -> None:
    with pytest.raises(KeyError):
        registry.stand_in("slack")


def test_it_plays_the_channel_of_its_folder(line: Line) -> None:
    assert isinstance(line.stand_in, StandIn)
    assert line.channel.name == line.stand_in.channel
    assert Wrote in line.stand_in.look.deeds
    assert line.stand_in.look.files_at_once >= 1


def test_an_address_is_taken_as_people_type_it_or_refused_with_a_reason(line: Line) -> None:
    look = line.stand_in.look
    address = line.stand_in.address(look.address_example)
    assert line.stand_in.address(address) == address
    with pytest.raises(ValueError, match=r"it is no"):
        line.stand_in.address("<script>")


async def test_what_a_customer_writes_arrives_as_written(line: Line) -> None:
    (event,) = await line.does(Wrote("Is *anybody* there?\n🚀", subject="A question"))
    assert isinstance(event, InboundMessage)
    assert event.text == "Is *anybody* there?\n🚀"
    assert event.sender.addresses[0].value == line.writer.address
    assert event.sender.name == "Alex Morgan"
    assert event.subject == ("A question" if line.stand_in.look.has_subject else "")


async def test_each_message_has_an_id_of_its_own(line: Line) -> None:
    ids = set()
    for _ in range(3):
        for event in await line.does(Wrote("Again", subject="Again")):
            assert isinstance(event, InboundMessage)
            ids.add(event.external_id)
    assert len(ids) == 3


@pytest.mark.parametrize("file", [IMAGE, VOICE, PAPER], ids=["image", "voice", "document"])
async def test_a_file_arrives_whole(line: Line, file: SharedFile) -> None:
    events = await line.does(Wrote("", (file,), subject="A file"))
    (message,) = [one for one in events if isinstance(one, InboundMessage)]
    (attachment,) = message.attachments
    content = attachment.content
    if content is None:
        content = (await line.channel.fetch(attachment, line.settings, line.client)).content
    assert content == file.content
    assert attachment.content_type.partition("/")[0] == file.content_type.partition("/")[0]


async def test_words_and_several_files_arrive_together(line: Line) -> None:
    files = (IMAGE, IMAGE)[: line.stand_in.look.files_at_once]
    events = await line.does(Wrote("The roof", files, subject="Roof"))
    messages = [one for one in events if isinstance(one, InboundMessage)]
    assert "The roof" in [one.text for one in messages]
    assert sum(len(one.attachments) for one in messages) == len(files)


@pytest.mark.parametrize("line", able_to(Pressed), indirect=True)
async def test_a_pressed_button_names_the_choice(line: Line) -> None:
    for among in ((Choice("y", "Yes"), Choice("n", "No")), tuple(_rows(6))):
        under = await line.send("Shall we?", among[:2])
        (event,) = await line.does(Pressed(among[0], among, under, "Shall we?"))
        assert isinstance(event, InboundMessage)
        assert (event.choice, event.text) == (among[0].id, among[0].title)


def _rows(count: int) -> list[Choice]:
    return [Choice(f"row{n}", f"Site {n}") for n in range(count)]


@pytest.mark.parametrize("line", able_to(Reacted), indirect=True)
async def test_a_reaction_and_a_quote_name_the_message(line: Line) -> None:
    ours = await line.send("It is mended.")
    (reaction,) = await line.does(Reacted(ours, "👍"))
    (quoting,) = await line.does(Wrote("Thanks!", quotes=ours))
    assert isinstance(reaction, InboundMessage)
    assert isinstance(quoting, InboundMessage)
    assert (reaction.text, reaction.in_reply_to) == ("👍", ours)
    assert quoting.in_reply_to == ours


@pytest.mark.parametrize("line", able_to(Edited), indirect=True)
async def test_an_edit_replaces_what_was_written(line: Line) -> None:
    (first,) = await line.does(Wrote("30 outlets"))
    assert isinstance(first, InboundMessage)
    (second,) = await line.does(Edited(first.external_id, "20 outlets"))
    assert isinstance(second, InboundMessage)
    assert (second.replaces, second.text) == (first.external_id, "20 outlets")


async def test_statuses_are_told_where_the_channel_has_them(line: Line) -> None:
    ours = await line.send("On its way")
    told = line.stand_in.became(ours, DeliveryState.READ, line.writer, line.settings)
    assert bool(told) is line.channel.capabilities.has_statuses
    for event in await line.heard(*told) if told else ():
        assert isinstance(event, StatusUpdate)
        assert (event.external_id, event.state) == (ours, DeliveryState.READ)


async def test_each_fault_happens_once_at_its_moment(line: Line) -> None:
    """Also after what is no sending: a sign of typing uses up no order."""
    for fault in [one for one in line.stand_in.look.faults if one.moment == SENDING]:
        await line.does(Wrote("Hello", subject="Hello"))
        await line.stand_in.order(fault.key, line.writer, line.settings)
        assert list(line.stand_in.ordered) == [fault.key]
        assert await went_wrong(line), fault.key
        assert not line.stand_in.ordered
        assert await line.send("Another answer")


async def went_wrong(line: Line) -> bool:
    """At once, or as its status tells later."""
    try:
        ours = await line.send("An answer")
    except ChannelError:
        return True
    told = line.stand_in.became(ours, DeliveryState.READ, line.writer, line.settings)
    states = [one.state for one in await line.heard(*told) if isinstance(one, StatusUpdate)]
    return states == [DeliveryState.FAILED]


async def test_a_file_can_be_gone_when_it_is_fetched(line: Line) -> None:
    for fault in [one for one in line.stand_in.look.faults if one.moment == FETCHING]:
        (event,) = await line.does(Wrote("", (IMAGE,)))
        await line.stand_in.order(fault.key, line.writer, line.settings)
        assert isinstance(event, InboundMessage)
        with pytest.raises(ChannelError):
            await line.channel.fetch(event.attachments[0], line.settings, line.client)
        assert not line.stand_in.ordered


async def test_news_are_understood(line: Line) -> None:
    for fault in line.stand_in.look.faults:
        if fault.moment == "At once":
            news = await line.stand_in.order(fault.key, line.writer, line.settings)
            assert len(await line.heard(*news)) == len(news) == 1


async def test_orders_can_be_taken_back(line: Line) -> None:
    waiting = [one for one in line.stand_in.look.faults if one.moment == SENDING]
    await line.stand_in.order(waiting[0].key, line.writer, line.settings)
    line.stand_in.forget_orders()
    assert not line.stand_in.ordered
    assert await line.send("All well")


async def test_a_window_is_shut_a_day_later_until_the_customer_writes(line: Line) -> None:
    await line.does(Wrote("Hello", subject="Hello"))
    line.stand_in.a_day_passes(line.writer)
    if line.channel.capabilities.window is None:
        assert await line.send("Still there?")
        return
    with pytest.raises(WindowClosed):
        await line.send("Still there?")
    await line.does(Wrote("Yes"))
    assert await line.send("Good")


async def test_the_wire_is_noted_and_secrets_can_be_masked(line: Line) -> None:
    await line.does(Wrote("Hello", subject="Hello"))
    await line.send("An answer")
    values = (getattr(line.settings, name) for name in type(line.settings).model_fields)
    secrets = [one.get_secret_value() for one in values if isinstance(one, SecretStr)]
    shown = [one.masked(secrets) for one in line.stand_in.wire.exchanges]
    assert shown
    assert any("An answer" in one.request for one in shown)
    for secret in filter(None, secrets):
        assert not any(secret in f"{one.path}{one.request}{one.response}" for one in shown)
        assert "simulator-password" not in str(shown)


async def test_the_doctors_round_trip_finds_it_well(line: Line) -> None:
    channel: Any = line.channel
    assert tuple(await channel.check(line.settings, line.client)) == ()
