"""Whether Slack itself sent these bytes: its signing secret, version 0, five minutes. Pure."""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from pydantic import SecretStr

from channels.channel import Delivery

VERSION = "v0"
WINDOW_SECONDS = 5 * 60
SIGNATURE = "x-slack-signature"
TIMESTAMP = "x-slack-request-timestamp"


def is_genuine(delivery: Delivery, secret: SecretStr, now: float) -> bool:
    """`now` in Unix seconds. An empty secret vouches for nothing."""
    timestamp = delivery.headers.get(TIMESTAMP, "")
    key = secret.get_secret_value()
    if not key or not _is_recent(timestamp, now):
        return False
    told = delivery.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    return hmac.compare_digest(told, signature(delivery.body, timestamp, key).encode())


def signature(body: bytes, timestamp: str, secret: str) -> str:
    base = f"{VERSION}:{timestamp}:".encode() + body
    return f"{VERSION}={hmac.new(secret.encode(), base, sha256).hexdigest()}"


def signed(body: bytes, secret: str, now: float) -> Mapping[str, str]:
    """The headers with which Slack sends these bytes."""
    timestamp = str(int(now))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(body, timestamp, secret)}


def _is_recent(timestamp: str, now: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now - int(timestamp)) <= WINDOW_SECONDS
