"""Finds the channels: every folder under `channels/` whose adapter offers CHANNEL."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

import channels
from channels.channel import Channel


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(m.name for m in iter_modules(channels.__path__) if m.ispkg))


@cache
def channel(name: str) -> Channel:
    """Raises KeyError for a name that no folder has."""
    if name not in names():
        raise KeyError(name)
    return cast(Channel, import_module(f"channels.{name}.adapter").CHANNEL)
