"""Who looks at a page: a person or a preview, from where, in which language; how often they may."""

import re
import time
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from bot.dependencies import Failures, capped_body
from bot.desk.signing.finding import At, LinkUnknown, Parts, found
from bot.desk.signing.words import wished_language
from domain.signing.signatories import Trace

WINDOW = 600.0
"""Seconds."""
WRONG_LINKS = 30
ACTS_OF_A_LINK = 30
ACTS_OF_AN_ADDRESS = 300
FORM_LIMIT = 64 * 1024
FIELDS = 12
_PREVIEWS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|preview|^whatsapp|facebookexternalhit|embed|scan|fetch|monitor"
    r"|curl|wget|python|httpx|java/|go-http|okhttp|headlesschrome|googleimageproxy"
    r"|proofpoint|mimecast|barracuda|safelinks",
    re.I,
)


class TooOften(Exception):
    """`wait` in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__("too often")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Visit:
    address: str
    user_agent: str
    language: str
    is_preview: bool

    @property
    def trace(self) -> Trace:
        return Trace(self.address, self.user_agent)


class Gate:
    """Counts wrong links and acts in a sliding window, in this process."""

    def __init__(
        self,
        wrong_links: int = WRONG_LINKS,
        acts_of_a_link: int = ACTS_OF_A_LINK,
        acts_of_an_address: int = ACTS_OF_AN_ADDRESS,
    ) -> None:
        self._wrong = Failures(wrong_links, WINDOW)
        self._by_link = Failures(acts_of_a_link, WINDOW)
        self._by_address = Failures(acts_of_an_address, WINDOW)

    async def open(self, parts: Parts, visit: Visit, token: str, noun: str) -> At:
        """Raises LinkUnknown, TooOften: whose link is good is let in whatever others tried, who
        may come by the same address."""
        try:
            return await found(parts, token, noun)
        except LinkUnknown:
            now = time.monotonic()
            if wait := self._wrong.wait(visit.address, now):
                raise TooOften(wait) from None
            self._wrong.note(visit.address, now)
            raise

    def act(self, at: At, visit: Visit) -> None:
        """Raises TooOften."""
        now = time.monotonic()
        for counted, key in (
            (self._by_link, str(at.link_id)),
            (self._by_address, visit.address),
        ):
            if wait := counted.wait(key, now):
                raise TooOften(wait)
            counted.note(key, now)


def is_preview(user_agent: str, purpose: str) -> bool:
    """Whether nobody looks: a messenger's preview, a scanner of mails, a browser's guess."""
    return not user_agent or bool(_PREVIEWS.search(user_agent)) or "pre" in purpose.lower()


def visit_of(request: Request) -> Visit:
    headers = request.headers
    user_agent = headers.get("user-agent", "")[:300].replace("\x00", "")
    purpose = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return Visit(
        address=request.client.host if request.client else "",
        user_agent=user_agent,
        language=wished_language(headers.get("accept-language", "")),
        is_preview=is_preview(user_agent, purpose),
    )


def gate_of(request: Request) -> Gate:
    return cast(Gate, request.app.state.portal_gate)


Visiting = Annotated[Visit, Depends(visit_of)]
Gated = Annotated[Gate, Depends(gate_of)]


class BadForm(Exception):
    """It cannot be read: nothing that a page of ours sends."""


async def sent_form(request: Request) -> dict[str, str]:
    """The fields of a form, trimmed. Raises BadForm."""
    body = await capped_body(request, FORM_LIMIT)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS, errors="strict"
        )
    except ValueError as error:
        raise BadForm from error
    return {name: value.replace("\x00", "").replace("\r\n", "\n").strip() for name, value in pairs}


Form = Annotated[dict[str, str], Depends(sent_form)]
