"""What is on a page besides what the quote or the contract says: news, forms, what was wrong."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from bot.desk.signing.finding import At, Parts
from bot.desk.signing.marks import Marks
from bot.portal.pages import PRIVATE
from domain.signing.signatories import Shown

LONGEST_QUESTION = 4000
BEACON = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)
"""A picture of one point."""


@dataclass(frozen=True, slots=True)
class Said:
    """`news`: a sentence at the top; `wrong`: field → sentence; `typed`: what was in the form.

    `form`: which one is concerned: sign, ask, decline or code.
    """

    news: str = ""
    form: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    status: int = 200


NOTHING = Said()


def mark_of(parts: Parts, at: At, shown: Shown | None) -> str:
    return Marks(parts.vault, at.link_id).made(shown) if shown else ""


def marked(parts: Parts, at: At, form: dict[str, str]) -> Shown | None:
    """What was on the page that this form comes from; None: it is none of ours."""
    return Marks(parts.vault, at.link_id).read(form.get("mark", ""))


def see(path: str) -> RedirectResponse:
    """After an act: reloading does nothing twice."""
    return RedirectResponse(path, 303, headers=PRIVATE)


def picture(content: bytes, kind: str) -> Response:
    headers = PRIVATE | {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(content, media_type=kind, headers=headers)


def download(name: str, content: bytes) -> Response:
    headers = {key: value for key, value in PRIVATE.items() if key != "X-Frame-Options"}
    headers |= {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def contact(branding: Any) -> list[str]:
    return [one for one in (branding.phone, branding.email, branding.website) if one]
