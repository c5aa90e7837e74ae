"""Who may do what follows from the role, the tenant's settings and the member's own limits."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.desk.asking.rights import NOBODY, NotAllowed, Policy, Right, rights_of

POLICY = Policy(approval_limit=Decimal(5000), staff_see_margins=False)


def test_an_admin_may_everything() -> None:
    rights = rights_of("admin", POLICY)
    assert rights.held == frozenset(Right)
    assert rights.sees_margins
    assert rights.may_approve(Decimal(10**9))


def test_staff_approve_up_to_the_limit_and_change_no_prompts() -> None:
    rights = rights_of("staff", POLICY)
    assert rights.may_approve(Decimal(5000))
    assert not rights.may_approve(Decimal("5000.01"))
    assert not rights.sees_margins
    with pytest.raises(NotAllowed, match="prompts"):
        rights.require(Right.PROMPTS, "staff")


def test_a_members_own_limit_goes_before_the_companys() -> None:
    own = rights_of("staff", replace(POLICY, own_limit=Decimal(100), own_sight=True))
    assert not own.may_approve(Decimal(101))
    assert own.sees_margins
    assert not rights_of("admin", replace(POLICY, own_limit=Decimal(0))).may_approve(Decimal(1))


def test_readonly_looks_and_does_nothing() -> None:
    rights = rights_of("readonly", POLICY)
    rights.require(Right.READ, "readonly")
    assert not rights.may_approve(Decimal(1))
    with pytest.raises(NotAllowed, match="readonly"):
        rights.require(Right.ACT, "readonly")


@pytest.mark.parametrize("role", ["guest", "", "owner"])
def test_a_guest_gets_a_polite_no(role: str) -> None:
    assert rights_of(role, POLICY).held == NOBODY.held
    with pytest.raises(NotAllowed, match="Sorry"):
        rights_of(role, POLICY).require(Right.READ, role)
