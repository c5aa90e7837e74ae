"""Words that a provider approved beforehand: what they are, and their filling in. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

PARAMETER_LIMIT = 600
BODY_LIMIT = 1024
_GAP = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}")
# Meta refuses these in a parameter (132000-132018): it must read as one line.
_LINES = re.compile(r"[\t\r\n\v\f\u0085\u2028\u2029]| {4,}")


class Purpose(StrEnum):
    REPLY_WAITING = "reply_waiting"
    QUOTE_READY = "quote_ready"
    REMINDER = "reminder"
    TICKET_UPDATE = "ticket_update"
    ONE_TIME_CODE = "one_time_code"
    RENEWAL = "renewal"


class TemplateState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"


class WrongParameters(ValueError):
    """The message says which one is wrong, and how."""


@dataclass(frozen=True, slots=True)
class Template:
    """`body` has gaps {{1}}, {{2}} …; `examples`: a word for each, which reviewers ask for."""

    name: str
    language: str
    category: str
    body: str
    buttons: tuple[str, ...] = ()
    purpose: str = ""
    examples: tuple[str, ...] = ()

    @property
    def gaps(self) -> int:
        return gaps(self.body)


@dataclass(frozen=True, slots=True)
class RegisteredTemplate:
    """A template as the provider has it."""

    template: Template
    state: TemplateState
    external_id: str = ""
    reason: str = ""
    quality: str = ""


def gaps(body: str) -> int:
    return max((int(found) for found in _GAP.findall(body)), default=0)


def filled(body: str, parameters: tuple[str, ...]) -> str:
    """As the customer will read it. Raises WrongParameters.

    Values are data: a gap inside one is not filled again.
    """
    wanted = gaps(body)
    if len(parameters) != wanted:
        raise WrongParameters(f"The template has {wanted} gaps, and {len(parameters)} are filled.")
    for number, value in enumerate(parameters, start=1):
        if wrong := _complaint(value):
            raise WrongParameters(f"Gap {number} {wrong}.")
    text = _GAP.sub(lambda gap: parameters[int(gap[1]) - 1], body)
    if len(text) > BODY_LIMIT:
        raise WrongParameters(f"Filled in, it is longer than {BODY_LIMIT} characters.")
    return text


def _complaint(value: str) -> str:
    if not value.strip():
        return "is empty"
    if _LINES.search(value):
        return "has a line break, a tab or four spaces in a row"
    if len(value) > PARAMETER_LIMIT:
        return f"is longer than {PARAMETER_LIMIT} characters"
    return ""


def one_line(value: str, limit: int = 120) -> str:
    """Any words as a parameter may have them: in one line, shortened at a word; never empty."""
    words = " ".join(value.replace("\x00", "").split())
    if len(words) <= limit:
        return words or "–"
    cut = words[: limit - 1].rpartition(" ")[0] or words[: limit - 1]
    return f"{cut}…"


def chosen_language(offered: tuple[str, ...], *wished: str) -> str | None:
    """The first wish that is offered (`de` finds `de`, else `de_AT`), else None."""
    for wish in wished:
        if not wish:
            continue
        if wish in offered:
            return wish
        nearest = sorted(one for one in offered if one.partition("_")[0] == wish.partition("_")[0])
        if nearest:
            return nearest[0]
    return None
