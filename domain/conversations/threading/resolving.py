"""Finds the conversation of every mail of a batch, in whatever order they came. Pure.

A token of ours opens its conversation. What a mail's headers merely claim is believed only of
somebody who has a part in that conversation; else anybody who knows an id could get in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.conversations.understood import Named, NewMessage, NewThread
from domain.types import new_id

MAX_REFERENCES = 20
MAX_PARTICIPANTS = 50


@dataclass(slots=True)
class Thread:
    """A conversation, known or to be made. `hint` names it within the channel account."""

    hint: str
    id: UUID | None = None
    customer: frozenset[str] = frozenset()
    people: set[str] = field(default_factory=set)

    def has(self, address: str) -> bool:
        return bool(address) and (address in self.people or address in self.customer)


@dataclass(slots=True)
class Known:
    """What the database knows of the ids that a batch names."""

    threads: dict[UUID, Thread] = field(default_factory=dict)
    by_id: dict[str, list[UUID]] = field(default_factory=dict)
    claimed: dict[str, UUID] = field(default_factory=dict)
    """By the id of a mail that is not here, but named by one that is."""
    ours: dict[str, UUID] = field(default_factory=dict)
    by_number: dict[str, UUID] = field(default_factory=dict)
    copies: dict[str, UUID] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merge:
    gone: UUID
    into: str
    """The hint of the conversation that goes on."""


@dataclass(slots=True)
class Resolved:
    """`messages` with the hints of their conversations, in the order in which they were sent."""

    messages: list[NewMessage] = field(default_factory=list)
    participants: dict[str, dict[str, Named]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    """Conversations whose beginning may have come only now: whose are they?"""


class Resolver:
    def __init__(self, known: Known) -> None:
        self._known = known
        self._by_id: dict[str, list[Thread]] = {}
        self._claimed = {key: known.threads[one] for key, one in known.claimed.items()}
        for value, ids in known.by_id.items():
            self._by_id[value] = [known.threads[one] for one in sorted(set(ids))]
        self._copies = {key: known.threads[one] for key, one in known.copies.items()}
        self._instead: dict[str, Thread] = {}
        self._resolved = Resolved()

    def resolve(self, messages: Iterable[NewMessage]) -> Resolved:
        found: list[tuple[NewMessage, Thread, bool]] = []
        for message in sorted(messages, key=lambda m: (m.sent_at, m.external_id)):
            if message.thread is None:
                self._resolved.messages.append(message)
                continue
            thread, joins = self._place(message, message.thread)
            found.append((message, thread, joins))
        opened: set[str] = set()
        for message, thread, joins in found:
            last = self._last(thread)
            is_first = last.id is None and last.hint not in opened
            opened.add(last.hint)
            self._keep(message, last, joins=joins or not is_first, opens=is_first)
        self._resolved.merges = [
            Merge(one.gone, self._final(one.into)) for one in self._resolved.merges
        ]
        self._resolved.doubtful |= {one.into for one in self._resolved.merges}
        self._resolved.references = {
            value: self._last(thread).hint
            for value, thread in self._claimed.items()
            if value in self._resolved.references
        }
        named, self._resolved.participants = self._resolved.participants, {}
        for hint, people in named.items():
            self._resolved.participants.setdefault(self._final(hint), {}).update(people)
        return self._resolved

    def _place(self, message: NewMessage, told: NewThread) -> tuple[Thread, bool]:
        if copy := self._copies.get(message.external_id):
            return self._last(copy), True
        candidates = [] if told.stands_alone else self._candidates(told)
        joins = bool(candidates)
        thread = candidates[0] if joins else self._new()
        for other in candidates[1:]:
            self._merge(other, self._last(thread))
        thread = self._last(thread)
        self._copies[message.external_id] = thread
        if not told.reports_on and not told.stands_alone:
            self._learn(message, told, thread)
        return thread, joins

    def _candidates(self, told: NewThread) -> list[Thread]:
        """Distinct conversations that this mail may join, the surest first."""
        if told.reports_on:
            ours = [self._known.ours.get(told.reports_on), *told.conversations]
            return self._distinct(self._of(one) for one in ours if one)
        signed = [self._of(one) for one in told.conversations]
        ids = [value for value in (*told.references, told.thread_id) if value]
        named = [
            thread
            for value in ids
            for thread in self._by_id.get(value, ())
            if self._may_join(told, thread)
        ]
        claimed = [
            thread
            for value in ids
            if (thread := self._claimed.get(value)) and self._is_known_to(told, thread)
        ]
        found = self._distinct([*signed, *named, *claimed])
        return found or self._distinct(
            thread
            for number in told.numbers
            if (thread := self._of(self._known.by_number.get(number)))
            and self._last(thread).has(told.sender.address)
        )

    def _may_join(self, told: NewThread, thread: Thread) -> bool:
        return told.is_ours or self._last(thread).has(told.sender.address)

    def _is_known_to(self, told: NewThread, thread: Thread) -> bool:
        """Whoever named this mail before it came must be one whom it names in turn: else a
        stranger who guessed or overheard an id would draw the mails of others to themselves."""
        named = {told.sender.address, *(person.address for person in told.others)}
        return self._may_join(told, thread) and bool(named & self._last(thread).customer)

    def _of(self, conversation_id: UUID | None) -> Thread | None:
        if conversation_id is None:
            return None
        current = self._known.merged.get(conversation_id, conversation_id)
        return self._known.threads.get(current)

    def _distinct(self, threads: Iterable[Thread | None]) -> list[Thread]:
        last = (self._last(thread) for thread in threads if thread)
        return list({thread.hint: thread for thread in last}.values())

    def _new(self) -> Thread:
        return Thread(f"mail:{new_id().hex}")

    def _merge(self, one: Thread, other: Thread) -> None:
        """Only where the customer of each has a part in the other: a stranger who used an id of
        ours must not be let in by the next mail that names it."""
        if one.hint == other.hint or not _know_each_other(one, other):
            return
        gone, into = (one, other) if _is_older(other, one) else (other, one)
        into.people |= gone.people | gone.customer
        self._instead[gone.hint] = into
        if gone.id:
            self._resolved.merges.append(Merge(gone.id, into.hint))

    def _final(self, hint: str) -> str:
        while hint in self._instead:
            hint = self._instead[hint].hint
        return hint

    def _last(self, thread: Thread) -> Thread:
        while thread.hint in self._instead:
            thread = self._instead[thread.hint]
        return thread

    def _learn(self, message: NewMessage, told: NewThread, thread: Thread) -> None:
        if thread.id is None and not thread.customer:
            thread.customer = frozenset(value for _, value in message.addresses)
        for person in (told.sender, *told.others[:MAX_PARTICIPANTS]):
            if person.address and not (told.is_ours and person is told.sender):
                thread.people.add(person.address)
                named = self._resolved.participants.setdefault(thread.hint, {})
                named.setdefault(person.address, person)
        wanted = told.references
        if len(wanted) > MAX_REFERENCES:
            wanted = (*wanted[: MAX_REFERENCES - 1], wanted[-1])
        if told.thread_id and thread not in self._by_id.setdefault(told.thread_id, []):
            self._by_id[told.thread_id].append(thread)
        for value in wanted:
            if not self._by_id.get(value) and self._claimed.setdefault(value, thread) is thread:
                self._resolved.references[value] = thread.hint

    def _keep(self, message: NewMessage, thread: Thread, *, joins: bool, opens: bool) -> None:
        outcome = message.outcome
        begins = joins and not opens and _is_beginning(message)
        if begins:
            self._resolved.doubtful.add(thread.hint)
        if joins and outcome == "ignored" and not (message.thread and message.thread.stands_alone):
            outcome = "attached"
        self._resolved.messages.append(
            replace(
                message,
                hint=thread.hint,
                outcome=outcome,
                begins=begins,
                # Who joins a thread is no customer by that, whatever their name.
                addresses=message.addresses if opens or begins else (),
            )
        )


def _is_beginning(message: NewMessage) -> bool:
    """It answers nothing, and was joined by what answered it."""
    told = message.thread
    if told is None or message.author != "customer" or not message.is_live:
        return False
    return not (told.references or told.conversations or told.numbers or told.stands_alone)


def _know_each_other(one: Thread, other: Thread) -> bool:
    if one.customer & other.customer:
        return True
    return any(other.has(a) for a in one.customer) and any(one.has(a) for a in other.customer)


def _is_older(one: Thread, other: Thread) -> bool:
    """Known before new, then by age: ids are ordered by time."""
    if one.id is None or other.id is None:
        return one.id is not None or other.id is None
    return one.id < other.id
