"""Reads untrusted JSON without ever failing: what is not as expected counts as absent. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any

Node = Mapping[str, Any]

_NOTHING: Node = MappingProxyType({})
# PostgreSQL takes neither NUL nor half a surrogate pair; other control characters only harm.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 4_102_444_800  # the year 2100
_LARGEST = 2**63
MAX_DEPTH = 64


def document(body: bytes) -> Node:
    """The JSON object in a body; ValueError with a reason for anything else."""
    try:
        value = json.loads(body)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")
    _refuse_bombs(value)
    return value


def _refuse_bombs(whole: Node) -> None:
    """No update nests deeper than about twenty; what does would only exhaust the stack."""
    level: list[object] = [whole]
    for _ in range(MAX_DEPTH):
        inner = (
            v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)
        )
        level = [child for children in inner for child in children]
        if not level:
            return
    raise ValueError("the body is nested too deeply")


def node(value: object) -> Node:
    return value if isinstance(value, dict) else _NOTHING


def elements(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A string, or a number as a string, without what no database stores; else empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return _UNSTORABLE.sub("", str(value).replace("\r\n", "\n"))
    except ValueError:  # an integer of thousands of digits
        return ""


def integer(value: object) -> int | None:
    """Ids are whole numbers of at most 52 bits, negative for groups."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= _LARGEST:
        return None
    return value


def moment(value: object) -> datetime | None:
    """A Unix time in seconds between 1970 and 2100."""
    seconds = integer(value)
    if seconds is None or not 0 < seconds <= _LATEST:
        return None
    return _EPOCH + timedelta(seconds=seconds)


def unknown_moment() -> datetime:
    return _EPOCH


def fingerprint(value: object) -> str:
    """The same content has the same."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:16]


def known(**values: str) -> dict[str, str]:
    """Those that say something."""
    return {name: value for name, value in values.items() if value}
