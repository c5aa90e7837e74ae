"""Finds the channels: every folder under `channels/` whose adapter offers CHANNEL.

A folder without an adapter is no customers' channel: staff's own channels have a `desk.py`. One
with a `standin.py` can be played on this machine.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import cast

import channels
from channels.channel import Channel
from channels.standing.standin import StandIn


@cache
def names() -> tuple[str, ...]:
    folders = sorted(m.name for m in iter_modules(channels.__path__) if m.ispkg)
    return tuple(name for name in folders if find_spec(f"channels.{name}.adapter"))


@cache
def channel(name: str) -> Channel:
    """Raises KeyError for a name that no customers' channel has."""
    if name not in names():
        raise KeyError(name)
    return cast(Channel, import_module(f"channels.{name}.adapter").CHANNEL)


@cache
def stand_ins() -> tuple[str, ...]:
    """Channels whose provider can be played on this machine."""
    return tuple(name for name in names() if find_spec(f"channels.{name}.standin"))


def stand_in(name: str) -> StandIn:
    """A new one. Raises KeyError for a channel without."""
    if name not in stand_ins():
        raise KeyError(name)
    return cast(StandIn, import_module(f"channels.{name}.standin").STAND_IN())


def forget() -> None:
    """Looks at the folders anew."""
    for remembered in (names, channel, stand_ins):
        remembered.cache_clear()
