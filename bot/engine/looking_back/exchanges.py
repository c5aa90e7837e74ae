"""Mails put together into exchanges, and which of them wait for an answer. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.model.turns import Intent
from channels.messages import Author, EventKind, InboundMessage

ENQUIRIES = frozenset({Intent.QUESTION, Intent.PROBLEM, Intent.QUOTE, Intent.HUMAN})

Sort = Callable[[InboundMessage], Intent]


@dataclass(frozen=True)
class Exchange:
    """All mails of one thread, oldest first."""

    mails: tuple[InboundMessage, ...]

    @cached_property
    def spoken(self) -> tuple[InboundMessage, ...]:
        """What a person wrote: no bounces, no out-of-office notes."""
        return tuple(mail for mail in self.mails if mail.kind is EventKind.MESSAGE)

    @property
    def of_customer(self) -> tuple[InboundMessage, ...]:
        return tuple(mail for mail in self.spoken if mail.author is Author.CUSTOMER)

    @property
    def last_words(self) -> tuple[InboundMessage, ...]:
        """What the customer wrote since we last did; empty when the last word is ours."""
        words: list[InboundMessage] = []
        for mail in reversed(self.spoken):
            if mail.author is not Author.CUSTOMER:
                break
            words.append(mail)
        return tuple(reversed(words))


@dataclass(frozen=True, slots=True)
class Found:
    """`enquiries`: how many exchanges were one. `unanswered`: longest waiting first."""

    mails: int
    enquiries: int
    unanswered: tuple[Exchange, ...]


def sorted_out(mails: Sequence[InboundMessage], sort: Sort) -> Found:
    exchanges = together(mails)
    intents = [{sort(mail) for mail in one.of_customer} for one in exchanges]
    enquiries = [one for one, found in zip(exchanges, intents, strict=True) if found & ENQUIRIES]
    unanswered = [one for one in enquiries if {sort(m) for m in one.last_words} & ENQUIRIES]
    unanswered.sort(key=waiting_since)
    return Found(len(mails), len(enquiries), tuple(unanswered))


def waiting_since(exchange: Exchange) -> datetime:
    return exchange.last_words[0].sent_at


def together(mails: Iterable[InboundMessage]) -> list[Exchange]:
    """By the ids that mails name of each other; one mail found twice counts once."""
    known = {mail.external_id: mail for mail in mails}
    bonds = _Bonds()
    for mail in known.values():
        bonds.tie(mail.external_id, [mail.conversation_hint, *_ids(mail)])
    threads: dict[str, list[InboundMessage]] = {}
    for mail in known.values():
        threads.setdefault(bonds.root(mail.external_id), []).append(mail)
    return [
        Exchange(tuple(sorted(found, key=lambda mail: (mail.sent_at, mail.external_id))))
        for found in threads.values()
    ]


def _ids(mail: InboundMessage) -> list[str]:
    if mail.thread is None:
        return []
    named = (mail.thread.message_id, *mail.thread.references)
    return [f"<{one}>" for one in named if one]


class _Bonds:
    """Which things belong together (union-find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, one: str) -> str:
        path = []
        while (above := self._above.get(one, one)) != one:
            path.append(one)
            one = above
        for passed in path:
            self._above[passed] = one
        return one

    def tie(self, one: str, others: Iterable[str]) -> None:
        for other in others:
            self._above[self.root(other)] = self.root(one)
