"""Threads resolved in memory: whatever the order and batches, a thread is one conversation."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as some

from domain.conversations.threading.resolving import Known, Resolved, Resolver, Thread
from domain.conversations.understood import Named, NewMessage, NewThread
from domain.types import new_id

ANNA, BOB, EVE = "anna@a.example", "bob@a.example", "eve@e.example"
START = datetime(2026, 11, 25, 9, tzinfo=UTC)


def mail(number: int, sender: str, answers: tuple[str, ...], others: tuple[str, ...]) -> NewMessage:
    return NewMessage(
        id=new_id(),
        raw_event_id=None,
        hint=f"told:{number}",
        addresses=(("email", sender),),
        name="",
        author="customer",
        content_kind="text",
        external_id=f"x{number}",
        sent_at=START + timedelta(minutes=number),
        text="words",
        thread=NewThread(
            Named(sender),
            thread_id=f"m{number}",
            references=answers,
            others=tuple(Named(one, role="cc") for one in others),
        ),
    )


class Memory:
    """What the database would hold between batches."""

    def __init__(self) -> None:
        self.known = Known()
        self.hints: dict[str, UUID] = {}
        self.of: dict[str, str] = {}

    def take(self, batch: list[NewMessage]) -> Resolved:
        resolved = Resolver(self.known).resolve(batch)
        for message in resolved.messages:
            assert message.thread
            if message.hint not in self.hints:
                identity = self.hints[message.hint] = new_id()
                customer = frozenset(value for _, value in message.addresses)
                self.known.threads[identity] = Thread(message.hint, identity, customer)
            identity = self.hints[message.hint]
            self.known.merged.setdefault(identity, identity)
            self.known.copies[message.external_id] = identity
            self.known.by_id.setdefault(message.thread.thread_id, []).append(identity)
            self.of[message.external_id] = message.hint
        for hint, people in resolved.participants.items():
            self.known.threads[self.hints[hint]].people |= people.keys()
        for value, hint in resolved.references.items():
            self.known.claimed.setdefault(value, self.hints[hint])
        for one in resolved.merges:
            self._merge(one.gone, self.hints[one.into])
        return resolved

    def _merge(self, gone: UUID, into: UUID) -> None:
        old, new = self.known.threads[gone], self.known.threads[into]
        new.people |= old.people
        for value, ids in self.known.by_id.items():
            moved = (into if one == gone else one for one in ids)
            self.known.by_id[value] = list(dict.fromkeys(moved))
        for table in (self.known.copies, self.known.claimed):
            for key, one in table.items():
                table[key] = into if one == gone else one
        for key, hint in self.of.items():
            self.of[key] = new.hint if hint == old.hint else hint
        self.known.merged = {k: into if v == gone else v for k, v in self.known.merged.items()}


@some.composite
def threads(draw: some.DrawFn) -> list[list[NewMessage]]:
    """A tree of answers between Anna and Bob, in batches in any order."""
    mails = [mail(0, ANNA, (), (BOB,))]
    for number in range(1, draw(some.integers(2, 7))):
        sender, other = draw(some.permutations([ANNA, BOB]))
        parent = draw(some.integers(0, number - 1))
        answers: tuple[str, ...] = (f"m{parent}",)
        if draw(some.booleans()) and (told := mails[parent].thread):
            answers += told.references
        mails.append(mail(number, sender, answers, (other,)))
    shuffled = draw(some.permutations(mails))
    cuts = sorted(draw(some.sets(some.integers(1, len(mails)), max_size=3)) | {0, len(mails)})
    return [shuffled[a:b] for a, b in pairwise(cuts)]


@given(threads())
@settings(max_examples=200, deadline=None)
def test_any_order_of_a_threads_mails_ends_in_one_conversation(
    batches: list[list[NewMessage]],
) -> None:
    memory = Memory()
    for batch in batches:
        memory.take(batch)
    assert len(set(memory.of.values())) == 1
    for batch in batches:  # delivered once more: nothing changes
        assert memory.take(batch).merges == []
    assert len(set(memory.of.values())) == 1


@given(threads(), some.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_a_stranger_who_knows_every_id_never_gets_in(
    batches: list[list[NewMessage]], when: int
) -> None:
    """Whoever came first. (An id named before its mail came may part a thread, never join it.)"""
    every = tuple(f"m{number}" for number in range(7))
    eve = mail(99, EVE, every, (ANNA, BOB))
    memory = Memory()
    for batch in [*batches[:when], [eve], *batches[when:]]:
        memory.take(batch)
    others = {hint for external, hint in memory.of.items() if external != "x99"}
    assert memory.of["x99"] not in others
    assert len(others) == 1 or when < len(batches)
