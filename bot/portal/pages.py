"""Jinja2 as customers' pages use it: everything escaped, one style in the page, no script."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.desk.signing.words import page_words
from bot.portal.colours import on, readable

FOLDER = Path(__file__).parent
PLAIN_COLOUR = "#1f4e79"
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style(colour: str) -> str:
    colours = f":root{{--accent:{colour};--on-accent:{on(colour)};--accent-ink:{readable(colour)}}}"
    return colours + (FOLDER / "style.css").read_text(encoding="utf-8")


def rendered(
    template: str, values: Mapping[str, Any], *, status: int = 200, colour: str = PLAIN_COLOUR
) -> HTMLResponse:
    """`colour`: the company's. The policy allows this very style, and pictures of this place."""
    css = style(colour)
    shown = {**values, "style": Markup(css)}  # noqa: S704 - our own file and a checked colour
    text = environment().get_template(template).render(**shown)
    return HTMLResponse(text, status, headers=PRIVATE | {"Content-Security-Policy": _policy(css)})


def plain_page(which: str, language: str, status: int) -> HTMLResponse:
    """Two sentences where there is nothing else to show: the company is not known, or not named."""
    words = page_words(language)
    values = {
        "lang": words.language,
        "title": words.page[f"{which}_title"],
        "text": words.page[which],
    }
    return rendered("plain.html", values, status=status)


@cache
def _policy(css: str) -> str:
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
