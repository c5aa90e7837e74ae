"""A round trip between a channel and a stand-in of its provider: one message out, one in."""

import httpx

from channels.channel import ChannelSettings
from channels.messages import Address, ChannelError, InboundMessage, OutboundMessage
from channels.standing.standin import StandIn, Writer, Wrote

WORDS = "Is anybody there?"
_NAME = "Round trip"


async def findings(stand_in: StandIn, settings: ChannelSettings) -> tuple[str, ...]:
    """What is wrong, a sentence for each hop that is broken; empty: all well."""
    writer = Writer(stand_in.address(stand_in.look.address_example), _NAME)
    return (*await _outward(stand_in, settings, writer), *await _inward(stand_in, settings, writer))


async def _outward(stand_in: StandIn, settings: ChannelSettings, writer: Writer) -> tuple[str, ...]:
    channel = stand_in.adapter()
    message = OutboundMessage(
        Address(stand_in.look.kinds[0], writer.address), WORDS, writer.address
    )
    async with httpx.AsyncClient(mounts=dict(stand_in.mounts()), trust_env=False) as client:
        try:
            await channel.send(message, settings, client)
        except ChannelError as error:
            return (f"The way out is broken: {error}",)
    return ()


async def _inward(stand_in: StandIn, settings: ChannelSettings, writer: Writer) -> tuple[str, ...]:
    channel = stand_in.adapter()
    hint = str(getattr(settings, settings.account_field))
    (delivery,) = await stand_in.done(Wrote(WORDS), writer, settings)
    if hint not in channel.peek(delivery):
        return ("The way in is broken: what arrives does not name this account.",)
    if not channel.verify(delivery, settings):
        return ("The way in is broken: the account's secret does not vouch for what arrives.",)
    heard = [e.text for e in channel.parse(delivery.body) if isinstance(e, InboundMessage)]
    return () if heard == [WORDS] else ("The way in is broken: the message is not understood.",)
