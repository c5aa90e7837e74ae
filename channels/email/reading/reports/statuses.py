"""The fields of a delivery status (RFC 3464) and of a complaint (RFC 5965). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.email.reading.people import normalised

MAX_STATUS = 256 * 1024
MAX_RECIPIENTS = 100

_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{2,60})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.M)
_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]\d)")
_ADDRESS = re.compile(r"[^\s<>;,\"()\[\]]{1,128}@[^\s<>;,\"()\[\]]{1,255}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mail for one recipient."""

    recipients: tuple[str, ...] = ()
    action: str = ""
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    fields: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()


def read(told: str) -> Status:
    """Blocks parted by blank lines; the first names the server, each other one a recipient."""
    general: dict[str, str] = {}
    outcomes: list[Outcome] = []
    for block in re.split(r"\n[ \t]*\n", told[:MAX_STATUS]):
        fields = {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(block)}
        outcome = _outcome(fields)
        if outcome and len(outcomes) < MAX_RECIPIENTS:
            outcomes.append(outcome)
        for name, value in fields.items():
            general.setdefault(name, value)
    return Status(general, tuple(outcomes))


def code(told: str) -> str:
    """An enhanced status code (RFC 3463), empty where there is none."""
    found = _CODE.search(told)
    return found[0] if found else ""


def _outcome(fields: Mapping[str, str]) -> Outcome | None:
    named = (
        _address(fields.get(name, ""))
        for name in ("original-recipient", "final-recipient", "x-actual-recipient")
    )
    recipients = tuple(dict.fromkeys(address for address in named if address))
    action = fields.get("action", "").lower().partition(" ")[0].strip("();")
    diagnostic = fields.get("diagnostic-code") or fields.get("x-supplementary-info", "")
    if not (recipients or action or diagnostic):
        return None
    return Outcome(recipients, action, code(fields.get("status", "")), _said(diagnostic))


def _address(value: str) -> str:
    """`rfc822; ann@example.com`, with and without the type and angle brackets."""
    found = _ADDRESS.search(value)
    return normalised(found[0]) if found else ""


def _said(diagnostic: str) -> str:
    """Without the type of the code (`smtp; `)."""
    kind, separator, words = diagnostic.partition(";")
    return words.strip() if separator and " " not in kind.strip() else diagnostic
