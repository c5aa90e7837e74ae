"""Reads untrusted payloads without ever failing: what is not as expected is absent. Pure."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

Node = Mapping[str, Any]

NOTHING: Node = MappingProxyType({})
# PostgreSQL takes neither NUL nor half a surrogate pair; other control characters only harm.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_FORM_FIELDS = 100


def payload(body: bytes, content_type: str = "") -> Node:
    """The object in a request of Slack's: JSON, or a form (with JSON in its `payload`).

    ValueError with a reason for anything else.
    """
    try:
        words = body.decode()
    except UnicodeDecodeError:
        raise ValueError("the body is not UTF-8") from None
    is_form = "x-www-form-urlencoded" in content_type.lower()
    if not is_form and words.lstrip().startswith("{"):
        return document(words)
    fields = _fields(words)
    return document(fields["payload"]) if "payload" in fields else fields


def document(words: str) -> Node:
    try:
        value = json.loads(words)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")
    return value


def node(value: object) -> Node:
    return value if isinstance(value, Mapping) else NOTHING


def elements(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A string, or a number as a string, without what no database stores; else empty."""
    if isinstance(value, str) and value.isprintable():
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return UNSTORABLE.sub("", str(value).replace("\r\n", "\n"))
    except ValueError:  # an integer of thousands of digits
        return ""


def first(*values: object) -> str:
    """The first that says something."""
    return next((found for value in values if (found := text(value))), "")


def fingerprint(value: object) -> str:
    """An id for what came without one: the same content has the same."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), default=dict)
    return f"sha256:{sha256(canonical.encode(errors='replace')).hexdigest()}"


def _fields(words: str) -> dict[str, str]:
    try:
        found = parse_qs(words, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        raise ValueError("the body is no form that Slack sends") from None
    if not found:
        raise ValueError("the body is empty")
    return {name: values[0] for name, values in found.items()}
