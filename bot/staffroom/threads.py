"""Conversations as threads (stub until its branch lands)."""

from dataclasses import dataclass
from uuid import UUID

from bot.desk.command import StaffView
from channels.slack.events import Place, ThreadMessage


@dataclass(frozen=True, slots=True)
class Located:
    tenant_id: UUID
    conversation_id: UUID | None = None
    ticket_id: UUID | None = None
    ticket: str = ""


class Threads:
    async def located(self, kind: str, place: Place) -> Located | None:
        return None

    async def heard(self, event: ThreadMessage, located: Located, by: StaffView) -> None:
        return None

    async def is_line(self, tenant_id: UUID, place: Place, message: str) -> bool:
        return False

    async def thread_of(self, tenant_id: UUID, conversation_id: UUID) -> tuple[str, str] | None:
        return None
