"""Who may do what at the desk, from the member's role and the tenant's settings; pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.errors import Refused


class Right(StrEnum):
    """What a command needs. READ is enough to look."""

    READ = "look at the desk"
    ACT = "answer customers or change anything"
    TEACH = "change articles"
    OPERATE = "change what holds for the whole company (its bot, channels, staff and teams)"
    PROMPTS = "see or change prompts"
    RULES = "change workflow rules"


class NotAllowed(Refused):
    pass


@dataclass(frozen=True, slots=True)
class Rights:
    """`approves_up_to`: the largest total of a quote in the tenant's currency; None: any."""

    held: frozenset[Right] = frozenset()
    approves_up_to: Decimal | None = Decimal(0)
    sees_margins: bool = False

    def require(self, right: Right, role: str) -> None:
        if right in self.held:
            return
        if Right.READ not in self.held:
            raise NotAllowed(
                "Sorry, I only work for this company's staff, and I do not know you as one of "
                "them. Ask an admin to add you."
            )
        raise NotAllowed(f"Sorry, with the role “{role}” you cannot {right.value}. Ask an admin.")

    def may_approve(self, total: Decimal) -> bool:
        if Right.ACT not in self.held:
            return False
        return self.approves_up_to is None or total <= self.approves_up_to


NOBODY = Rights()
_ROLES = {
    "admin": frozenset(Right),
    "staff": frozenset({Right.READ, Right.ACT, Right.TEACH}),
    "readonly": frozenset({Right.READ}),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The tenant's settings, and what this member has of their own (None: as the settings)."""

    approval_limit: Decimal
    staff_see_margins: bool
    own_limit: Decimal | None = None
    own_sight: bool | None = None


def rights_of(role: str, policy: Policy) -> Rights:
    """A role that is not known has no rights."""
    held = _ROLES.get(role, frozenset())
    if Right.ACT not in held:
        return Rights(held)
    is_admin = role == "admin"
    limit = policy.own_limit
    if limit is None and not is_admin:
        limit = policy.approval_limit
    sight = policy.own_sight
    if sight is None:
        sight = is_admin or policy.staff_see_margins
    return Rights(held, limit, sight)
