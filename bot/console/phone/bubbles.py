"""What stands on the phone: messages as the customer sees them, with quotes and reactions. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.desk.cards import FileCard, MessageCard

REACTION = "reaction"
UNDELIVERED = ("failed", "held")


@dataclass(frozen=True, slots=True)
class Bubble:
    """`reactions`: by whom (in: the customer, out: the company), and what.

    `is_ghost`: it is not on the phone; shown so that one sees why.
    """

    card: MessageCard
    quoted: MessageCard | None = None
    files: tuple[FileCard, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    is_ghost: bool = False

    @property
    def is_mine(self) -> bool:
        return self.card.direction == "in"

    @property
    def can_be_edited(self) -> bool:
        return self.is_mine and self.card.kind == "text" and bool(self.card.external_id)


@dataclass(slots=True)
class _Shelf:
    bubbles: list[Bubble] = field(default_factory=list)
    by_id: dict[str, MessageCard] = field(default_factory=dict)

    def add(self, card: MessageCard) -> None:
        """Pictures of one album stand in one bubble; newer words in place of the older."""
        if card.replaces and self._reworded(card):
            return
        self.by_id[card.external_id] = card
        last = self.bubbles[-1] if self.bubbles else None
        if last and card.album and last.card.album == card.album:
            words = last.card.text or card.text
            together = replace(last.card, text=words)
            self.bubbles[-1] = replace(last, card=together, files=(*last.files, *card.files))
            return
        quoted = self.by_id.get(card.in_reply_to) if card.in_reply_to else None
        self.bubbles.append(Bubble(card, quoted, card.files, is_ghost=_is_ghost(card)))

    def _reworded(self, newer: MessageCard) -> bool:
        for place, bubble in enumerate(self.bubbles):
            if bubble.card.external_id == newer.replaces:
                card = replace(bubble.card, text=newer.text, is_edited=True)
                self.bubbles[place] = replace(bubble, card=card)
                self.by_id[newer.replaces] = card
                return True
        return False


def bubbles(messages: Iterable[MessageCard]) -> tuple[Bubble, ...]:
    """In their order; reactions at what they are about, the last of each side only."""
    shelf, reactions = _Shelf(), []
    for card in messages:
        if card.kind == REACTION:
            reactions.append(card)
        elif card.is_seen_by_customer or _is_ghost(card):
            shelf.add(card)
    return tuple(_with_reactions(one, reactions) for one in shelf.bubbles)


def _is_ghost(card: MessageCard) -> bool:
    return card.direction == "out" and (card.state in UNDELIVERED or card.is_elsewhere)


def _with_reactions(bubble: Bubble, reactions: Sequence[MessageCard]) -> Bubble:
    given: dict[str, str] = {}
    for one in reactions:
        if bubble.card.external_id and one.in_reply_to == bubble.card.external_id:
            given[one.direction] = one.text
    return replace(bubble, reactions=tuple((who, what) for who, what in given.items() if what))
