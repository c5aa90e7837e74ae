"""Jinja2 as the console uses it: everything escaped, times in the tenant's zone."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.types import utc_now

FOLDER = Path(__file__).parent
# As WhatsApp shows it: *bold*, _italic_, with nothing but words inside.
_BOLD = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])")
_ITALIC = re.compile(r"(?<![\w_/])_(\S(?:[^_\n]*\S)?)_(?![\w_/])")


@cache
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": clock,
        "second": second,
        "day": day,
        "marked": marked,
        "spoken": spoken,
        "initials": initials,
        "combined": combined,
        "sized": sized,
    }
    return environment


def render(template: str, **values: object) -> str:
    return environment().get_template(template).render(**values)


def clock(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%H:%M}"


def second(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%H:%M:%S}"


def day(at: datetime, time_zone: str) -> str:
    zone = ZoneInfo(time_zone)
    days = (utc_now().astimezone(zone).date() - at.astimezone(zone).date()).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B}"


def marked(text: str) -> Markup:
    """A chat's own mark-up as HTML; whatever else looks like HTML stays text."""
    safe = str(escape(text))
    return Markup(_ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", safe)))  # noqa: S704


def spoken(name: str) -> str:
    """`waiting_customer` or `OpenTicket` as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()


def initials(name: str) -> str:
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    return "".join(letters[:2]).upper() or "?"


def combined(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    return {**one, **other}


def sized(count: int) -> str:
    """Bytes as people read them."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
