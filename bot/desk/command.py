"""What a member of staff asks of the desk, and who they are; the same from every skin."""

from dataclasses import dataclass
from uuid import UUID

from bot.desk.asking.rights import NOBODY, Rights


@dataclass(frozen=True, slots=True)
class StaffView:
    """Somebody at a tenant's desk. `id` is None for a guest or a person nobody knows."""

    tenant_id: UUID
    id: UUID | None = None
    name: str = ""
    role: str = "guest"
    rights: Rights = NOBODY

    @property
    def actor(self) -> str:
        """As history and audit name them."""
        return f"staff:{self.id}" if self.id else "guest"


@dataclass(frozen=True, slots=True)
class Place:
    """What the command was given in: a conversation's or ticket's thread, or nowhere.

    `room`: the staff channel, as it calls itself (`T1/C1`).
    """

    conversation_id: UUID | None = None
    ticket: str = ""
    room: str = ""

    @property
    def is_thread(self) -> bool:
        return self.conversation_id is not None or bool(self.ticket)


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """`verb` as in `bot.desk.asking.verbs`, `words` what came after it."""

    verb: str
    words: str
    by: StaffView
    place: Place = Place()

    @property
    def tenant_id(self) -> UUID:
        return self.by.tenant_id
