"""Who works at the desk: adding, roles, what each may approve and see, leaving."""

from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.errors import NotFound
from domain.staff.models import StaffMember
from domain.staff.service import EMAIL, NewMember, StaffMembers
from domain.types import utc_now

Act = Callable[[StaffMembers, str], Awaitable[str]]

_UNSET = frozenset({"", "default", "none"})
_YES, _NO = frozenset({"yes", "on", "true"}), frozenset({"no", "off", "false"})


async def staff(bench: Bench, command: StaffCommand) -> Answer:
    what, words = first_word(command.words)
    async with bench.database.transaction(command.tenant_id) as session:
        members = StaffMembers(session, command.tenant_id)
        told = ""
        if what:
            act = _ACTS.get(what.lower())
            if act is None:
                raise wrong_use("staff", f"There is no “staff {what[:30]}”.")
            told = await act(members, words)
            audit(session, command.tenant_id, command.by.actor, f"staff.{what.lower()}", words)
        rows = await members.all()
    lines = "\n".join(_line(member) for member in rows)
    sections = (Section(told),) if told else ()
    return Card(title=f"Staff: {len(rows)}", sections=(*sections, Section(lines)), is_private=True)


def _line(member: StaffMember) -> str:
    parts = [member.name, member.email, member.role]
    if member.approval_limit is not None:
        parts.append(f"approves up to {member.approval_limit}")
    if member.sees_margins is not None:
        parts.append("sees margins" if member.sees_margins else "sees no margins")
    return " · ".join(parts)


async def _add(members: StaffMembers, words: str) -> str:
    email, name = first_word(words)
    added = await members.add(NewMember(email, name))
    return f"{added.name} works here now, with the role “{added.role}”."


async def _change_role(members: StaffMembers, words: str) -> str:
    member, value = await _meant(members, words)
    await members.change(member.id, {"role": value.lower()})
    return f"{member.name} has the role “{member.role}” now."


async def _limit(members: StaffMembers, words: str) -> str:
    member, value = await _meant(members, words)
    limit = None if value.lower() in _UNSET else _amount(value)
    await members.change(member.id, {"approval_limit": limit})
    shown = "the company's limit" if limit is None else f"up to {limit}"
    return f"{member.name} approves {shown}."


async def _margins(members: StaffMembers, words: str) -> str:
    member, value = await _meant(members, words)
    word = value.lower()
    if word not in _UNSET | _YES | _NO:
        raise wrong_use("staff", "It is yes, no or default.")
    sees = None if word in _UNSET else word in _YES
    await members.change(member.id, {"sees_margins": sees})
    return f"{member.name}: margins {word or 'default'}."


async def _remove(members: StaffMembers, words: str) -> str:
    member, _ = await _meant(members, words)
    await members.remove(member.id, utc_now())
    return f"{member.name} works here no more."


async def _meant(members: StaffMembers, words: str) -> tuple[StaffMember, str]:
    email, value = first_word(words)
    if not email:
        raise wrong_use("staff", "Whom? Give the mail address.")
    found = await members.known_as(EMAIL, email)
    if found is None:
        raise NotFound("staff member", email)
    return found, value


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise wrong_use("staff", f"“{text[:30]}” is no amount.") from error
    if not amount.is_finite() or amount < 0:
        raise wrong_use("staff", f"“{text[:30]}” is no amount.")
    return amount


_ACTS: dict[str, Act] = {
    "add": _add,
    "role": _change_role,
    "limit": _limit,
    "margins": _margins,
    "remove": _remove,
}
