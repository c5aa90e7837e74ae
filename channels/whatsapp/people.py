"""Who wrote: by phone number, by business-scoped user id, or by both. Pure.

Since 2026 a person with a user name may write without showing a number; then only the user id
(`user_id`, per business) is there. Both go into the sender where both are known, so that who
is met first by one is found again by the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from channels.messages import Address, Sender
from channels.whatsapp.payload import Node, elements, node, text

PHONE, USER_ID = "phone", "whatsapp"
GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Person:
    """A sender and the hint of the one-to-one conversation with them (empty: nobody known)."""

    sender: Sender = field(default_factory=Sender)
    username: str = ""

    @property
    def hint(self) -> str:
        return self.sender.addresses[0].value if self.sender.addresses else ""


def address(value: object) -> Address | None:
    """A phone number as E.164 digits; any other id stays as it is, in its own domain."""
    shown = text(value).strip()
    digits = shown.lstrip("+").replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 20:
        return Address(PHONE, digits)
    return Address(USER_ID, shown[:256]) if shown else None


def user_id(value: object) -> Address | None:
    shown = text(value).strip()
    return Address(USER_ID, shown[:256]) if shown else None


def writer(message: Node, contacts: object) -> Person:
    """Who sent this message, from it and from the contact that goes with it."""
    contact = _contact(message.get("from"), message.get("from_user_id"), contacts)
    return _person(message.get("from"), message, "from_", contact)


def receiver(message: Node, contacts: object) -> Person:
    """To whom the phone app sent this echo."""
    contact = _contact(message.get("to"), message.get("to_user_id"), contacts)
    return _person(message.get("to"), message, "to_", contact)


def _person(phone: object, message: Node, prefix: str, contact: Node) -> Person:
    shown, registered = address(phone), address(contact.get("wa_id"))
    # Brazil, Mexico and Argentina: the registered number may lack a digit of the shown one.
    if shown and registered and registered.kind != PHONE:
        registered = None
    ids = (
        user_id(contact.get("user_id")) or user_id(message.get(f"{prefix}user_id")),
        user_id(contact.get("parent_user_id")) or user_id(message.get(f"{prefix}parent_user_id")),
    )
    profile = node(contact.get("profile"))
    username = text(profile.get("username"))
    name = text(profile.get("name")).strip() or username
    return Person(Sender(_distinct((shown, registered, *ids)), name[:256]), username)


def _contact(phone: object, user: object, contacts: object) -> Node:
    """The contact of this number or id; a lone contact goes with every message beside it."""
    candidates = [node(c) for c in elements(contacts)]
    wanted = {text(phone).lstrip("+"), text(user)} - {""}
    for candidate in candidates:
        if wanted & {text(candidate.get("wa_id")), text(candidate.get("user_id"))}:
            return candidate
    return candidates[0] if len(candidates) == 1 else {}


def _distinct(addresses: Iterable[Address | None]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(a for a in addresses if a))
