"""A fifth channel, for as long as a test wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import channels
from channels import registry

NAME = "pigeon"


@contextmanager
def fifth_channel() -> Iterator[str]:
    """As if its folder lay beside the others; nothing else is touched."""
    channels.__path__.append(str(Path(__file__).parent))
    registry.forget()
    try:
        yield NAME
    finally:
        channels.__path__.remove(str(Path(__file__).parent))
        registry.forget()
