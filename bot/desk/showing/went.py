"""By what a message left instead of as it was written, and what became of it, in words. Pure."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from domain.conversations.reaching.standing import Step

_LEFT = ("sent", "delivered", "read")


def went_line(went: Mapping[str, Any], state: str) -> str:
    """`sent by Email instead: window closed`; empty where it went as it was written."""
    if not went:
        return ""
    channel, why, template = went["channel"], went["why"], went.get("template", "")
    if went["by"] == "elsewhere":
        verb = "sent" if state in _LEFT else "tried" if state == "failed" else "goes"
        return f"{verb} by {channel} instead: {why}"
    if state == "held":
        asked = f"the template {template} asks them" if template else "they were asked before"
        return f"not sent yet ({why}): {asked} to answer, then it leaves"
    return f"sent after a template ({template}): {why}" if state in _LEFT and template else why


def steps_line(steps: tuple[Step, ...], zone: tzinfo | None = None) -> str:
    """`sent 09:31 · delivered 09:32 · read 10:05`."""
    return " · ".join(f"{step.state} {step.at.astimezone(zone):%H:%M}" for step in steps)
