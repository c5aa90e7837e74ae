"""Any message that the engine can mean is taken by every channel's provider, and none of it is
lost on the way: rendered for the real limits, sent to stand-ins as strict as the providers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import registry
from channels.marking import marked
from channels.messages import Address, Choice, OutboundAttachment, OutboundMessage
from channels.rendering import render
from channels.standing.standin import StandIn, Writer, Wrote
from tests.channels.test_stand_ins import settings_of

CHANNELS = registry.names()
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40

# Whatever a model may write: marks, other scripts, joined emoji, long words, odd white space.
_pieces = st.sampled_from(
    ["word ", "*bold* ", "_x_ ", "[a](https://e.example) ", "**", "\n\n", "\n", ". ", "Straße ",
     "日本語", "שלום ", "e\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "<b>&amp;", "\t",
     "x" * 90, "- item\n", "1. item\n", "`code` ", "https://firm.example/q/abc "]
)  # fmt: skip
_texts = st.one_of(
    st.lists(_pieces, max_size=30).map("".join),
    st.lists(_pieces, min_size=40, max_size=160).map(lambda some: "".join(some) * 4),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200),
)
_titles = st.text("abcd é\U0001f44d", min_size=0, max_size=90)
_choices = st.lists(
    st.builds(
        Choice,
        st.text("xyz:-", max_size=70),
        _titles,
        st.one_of(st.just(""), st.text("mno ", max_size=90)),
    ),
    max_size=12,
).map(tuple)
_files = st.lists(
    st.builds(
        OutboundAttachment,
        st.sampled_from(["quote.pdf", "a b.png", "../x", "", "ümlaut.txt", "x" * 300 + ".pdf"]),
        st.sampled_from(["application/pdf", "image/png", "audio/ogg", "video/mp4", "text/plain"]),
        st.sampled_from([PNG, b"%PDF-1.7", b"x"]),
    ),
    max_size=12,
).map(tuple)
_meant = st.tuples(_texts, _choices, _files)
Meant = tuple[str, tuple[Choice, ...], tuple[OutboundAttachment, ...]]


def message(stand_in: StandIn, meant: Meant) -> OutboundMessage:
    text, choices, files = meant
    address = stand_in.address(stand_in.look.address_example)
    to = Address(stand_in.look.kinds[0], address)
    return OutboundMessage(
        to,
        text,
        address,
        choices=choices,
        attachments=files,
        subject="Re: Gate",
        idempotency_key="k",
    )


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", CHANNELS)
@given(_meant)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_within_a_channels_limits(name: str, meant: Meant) -> None:
    whole = message(registry.stand_in(name), meant)
    parts = render(whole, registry.channel(name).capabilities)
    said = squeezed(marked(whole.text, registry.channel(name).capabilities))
    shown = squeezed("".join(part.text for part in parts))
    assert [f for part in parts for f in part.attachments] == list(whole.attachments)
    offered = [choice for part in parts for choice in part.choices]
    if offered:
        assert offered == list(whole.choices)
        assert shown == said
        assert parts[-1].choices
        return
    assert shown.startswith(said)
    for choice in whole.choices:
        assert squeezed(choice.title) in shown
        assert squeezed(choice.description) in shown


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[tuple[StandIn, httpx.AsyncClient]]:
    stand_in = registry.stand_in(name)
    async with httpx.AsyncClient(mounts=dict(stand_in.mounts()), trust_env=False) as client:
        yield stand_in, client
    await stand_in.close()


@pytest.mark.parametrize("name", CHANNELS)
def test_every_provider_takes_every_message(name: str) -> None:
    with asyncio.Runner() as runner:
        line = opened(name)
        stand_in, client = runner.run(line.__aenter__())
        account = settings_of(stand_in)
        channel = stand_in.adapter()
        writer = Writer(stand_in.address(stand_in.look.address_example))
        runner.run(_greeted(stand_in, writer))

        @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
        @given(_meant)
        def every(meant: Meant) -> None:
            whole = message(stand_in, meant)
            if render(whole, channel.capabilities):
                receipt = runner.run(channel.send(whole, account, client))
                assert receipt.external_ids

        try:
            every()
        finally:
            runner.run(line.__aexit__(None, None, None))


async def _greeted(stand_in: StandIn, writer: Writer) -> None:
    await stand_in.done(Wrote("Hello", subject="Hello"), writer, settings_of(stand_in))
