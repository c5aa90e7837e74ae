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
MAX_DEPTH = 64
_LATEST = 4_102_444_800  # the year 2100


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
    return value


def refuse_bombs(whole: Node) -> None:
    """No webhook nests deeper than about twelve; what does would only exhaust the stack."""
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
    """A list as it is, nothing for nothing, and a lone value as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text(value: object) -> str:
    """A string, or a number as a string, without what no database stores; else empty."""
    if isinstance(value, str) and value.isprintable():
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return _UNSTORABLE.sub("", str(value).replace("\r\n", "\n"))
    except ValueError:  # an integer of thousands of digits
        return ""


def number(value: object) -> float | None:
    try:
        found = float(text(value))
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e15 else None


def moment(value: object) -> datetime | None:
    """A Unix time in seconds (or, as a few clients send, milliseconds) between 1970 and 2100."""
    seconds = number(value)
    if seconds is None:
        return None
    if seconds > _LATEST:
        seconds /= 1000
    return _EPOCH + timedelta(seconds=seconds) if 0 < seconds <= _LATEST else None


def unknown_moment() -> datetime:
    """Long ago: such a message is shown, but neither answered by itself nor opens a window."""
    return _EPOCH


def fingerprint(value: object) -> str:
    """An id for what came without one: the same content has the same."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(canonical.encode()).hexdigest()}"


def known(**values: str) -> dict[str, str]:
    """Those that say something."""
    return {name: value for name, value in values.items() if value}


def errors_of(holder: Node) -> tuple[str, str]:
    """(code, what Meta says) of the first error told in `errors`."""
    for entry in elements(holder.get("errors")):
        error = node(entry)
        title = text(error.get("title")) or text(error.get("message"))
        details = text(node(error.get("error_data")).get("details")) or text(error.get("details"))
        words = title if not details or details == title else f"{title} ({details})".strip()
        return text(error.get("code")), words
    return "", ""
