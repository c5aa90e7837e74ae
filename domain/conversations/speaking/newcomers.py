"""People and conversations that are not there yet when a message of theirs arrives."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.conversations.understood import NewMessage
from domain.types import new_id


@dataclass(slots=True)
class Newcomers:
    """Collects the rows for people and conversations that are not there yet, and what is learned
    of those who are.

    `named`: names that providers gave, and may give anew.
    """

    conversations: dict[str, UUID] = field(default_factory=dict)
    people: dict[tuple[str, str], UUID] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
    threads: dict[UUID, UUID] = field(default_factory=dict)
    named: dict[UUID, str] = field(default_factory=dict)
    people_rows: list[dict[str, Any]] = field(default_factory=list)
    identity_rows: list[dict[str, Any]] = field(default_factory=list)
    conversation_rows: list[dict[str, Any]] = field(default_factory=list)
    renamed: dict[UUID, str] = field(default_factory=dict)
    doubles: set[tuple[UUID, UUID]] = field(default_factory=set)
    """People whose addresses came in one message: are they one?"""
    unproven: set[tuple[str, str]] = field(default_factory=set)
    shown: set[tuple[str, str]] = field(default_factory=set)
    """Known addresses that the channel itself vouched for."""

    @classmethod
    def beside(cls, rows: Iterable[Any]) -> "Newcomers":
        """Those who are known: a thread, conversation or identity a row."""
        known = cls()
        for row in rows:
            if row.kind == "thread":
                known.threads[row.person_id] = row.id
            elif row.kind == "conversation":
                known.conversations[row.value] = row.id
                known.owners[row.value] = row.person_id
            else:
                known.people[row.value, row.sub] = row.person_id
                if row.name is not None:
                    known.named[row.person_id] = row.name
                if not row.is_proven:
                    known.unproven.add((row.value, row.sub))
        return known

    def welcome(self, message: NewMessage) -> None:
        known = [self.people[a] for a in message.addresses if a in self.people]
        owner = None if message.begins else self.owners.get(message.hint)
        person_id = known[0] if known else owner
        if person_id is None:
            person_id = new_id()
            self.people_rows.append({"id": person_id, "name": message.name})
        elif known:
            self._learn(message, known)
        is_proven = message.author == "customer" and message.proof != "none"
        beside = next(
            (value for kind, value in message.addresses if (kind, value) in self.people), ""
        )
        for kind, value in message.addresses:
            if (kind, value) not in self.people:
                self.people[kind, value] = person_id
                self.identity_rows.append(
                    {
                        "id": new_id(),
                        "person_id": person_id,
                        "kind": kind,
                        "value": value,
                        "beside": beside,
                        "is_proven": is_proven,
                        "wrote_at": message.sent_at,
                    }
                )
        self._open(message, person_id)

    def _open(self, message: NewMessage, person_id: UUID) -> None:
        known_thread = self.threads.get(person_id)
        if known_thread and not message.hint.startswith("group:"):
            self.conversations.setdefault(message.hint, known_thread)
        if message.hint not in self.conversations:
            conversation_id = new_id()
            self.conversations[message.hint] = conversation_id
            self.owners[message.hint] = person_id
            self.conversation_rows.append(
                {
                    "id": conversation_id,
                    "person_id": person_id,
                    "hint": message.hint,
                    "subject": message.subject,
                }
            )

    def _learn(self, message: NewMessage, known: list[UUID]) -> None:
        """From the customer's own words of today: their name, proof, and whether they are two."""
        if message.author != "customer" or message.proof == "none" or not message.is_live:
            return
        self.shown.update(set(message.addresses) & self.unproven)
        self.doubles.update((known[0], other) for other in known[1:] if other != known[0])
        before = self.named.get(known[0])
        # Whoever sits at a shared mailbox signs their own name: a mail only fills in a missing one.
        may_rename = before is not None and (message.thread is None or not before)
        if may_rename and message.name not in ("", before):
            self.named[known[0]] = self.renamed[known[0]] = message.name
