"""People and conversations that are not there yet when a message of theirs arrives."""

from typing import Any
from uuid import UUID

from domain.conversations.understood import NewMessage
from domain.types import new_id


class Newcomers:
    """Collects the rows for people and conversations that are not there yet."""

    def __init__(
        self,
        conversations: dict[str, UUID],
        people: dict[tuple[str, str], UUID],
        owners: dict[str, UUID],
        threads: dict[UUID, UUID],
    ) -> None:
        self._conversations = conversations
        self._people = people
        self._owners = owners
        self._threads = threads
        self.people_rows: list[dict[str, Any]] = []
        self.identity_rows: list[dict[str, Any]] = []
        self.conversation_rows: list[dict[str, Any]] = []

    def welcome(self, message: NewMessage) -> None:
        known = [self._people[a] for a in message.addresses if a in self._people]
        owner = None if message.begins else self._owners.get(message.hint)
        person_id = known[0] if known else owner
        if person_id is None:
            person_id = new_id()
            self.people_rows.append({"id": person_id, "name": message.name})
        for kind, value in message.addresses:
            if (kind, value) not in self._people:
                self._people[kind, value] = person_id
                self.identity_rows.append(
                    {
                        "id": new_id(),
                        "person_id": person_id,
                        "kind": kind,
                        "value": value,
                        "is_proven": message.author == "customer" and message.proof != "none",
                        "wrote_at": message.sent_at,
                    }
                )
        known_thread = self._threads.get(person_id)
        if known_thread and not message.hint.startswith("group:"):
            self._conversations.setdefault(message.hint, known_thread)
        if message.hint not in self._conversations:
            conversation_id = new_id()
            self._conversations[message.hint] = conversation_id
            self._owners[message.hint] = person_id
            self.conversation_rows.append(
                {
                    "id": conversation_id,
                    "person_id": person_id,
                    "hint": message.hint,
                    "subject": message.subject,
                }
            )
