"""Who signs, what they were shown and how it is proven that it is them; pure."""

import re
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Conflict, Refused

_MAIL = re.compile(r"[^\s@<>,;:\"'()\[\]\\]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", re.I)
LONGEST_AGENT = 300


class SignatoryUnknown(Refused):
    """`field`: what is missing or wrong: name, role, email or authority."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class ShownIsOld(Conflict):
    """What was on their screen is not what can be signed now."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who may bind the customer, as they say themselves."""

    name: str
    role: str
    email: str
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a signature came from: the address on the network and the browser's own name."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on the screen of whoever signs: a revision and the hash of its paper, or a
    contract's digest (revision 0)."""

    sha256: str
    revision: int = 0


def signatory(
    name: str, role: str, email: str, *, may_sign: bool, purchase_order: str = ""
) -> Signatory:
    """Raises SignatoryUnknown."""
    said = Signatory(
        " ".join(name.split())[:120],
        " ".join(role.split())[:120],
        email.strip().lower()[:254],
        " ".join(purchase_order.split())[:80],
    )
    if len(said.name) < 2:
        raise SignatoryUnknown("name", "Give your full name.")
    if not said.role:
        raise SignatoryUnknown("role", "Say what you are in your company.")
    if not _MAIL.fullmatch(said.email):
        raise SignatoryUnknown("email", "Give your email address.")
    if not may_sign:
        raise SignatoryUnknown("authority", "Tick that you may sign for your company.")
    return said


def needs_code(total: Decimal, code_above: Decimal | None) -> bool:
    """Whether the address is to be proven. `code_above`: 0: always; None: never."""
    return code_above is not None and (code_above == 0 or total > code_above)
