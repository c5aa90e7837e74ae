"""What the phone makes of a thread: quotes, reactions, albums, newer words. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from bot.console.phone.bubbles import bubbles
from bot.desk.cards import FileCard, MessageCard

pytestmark = pytest.mark.full

AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
PICTURE = FileCard(UUID(int=7), "roof.png", "image/png", "stored", "")


def card(external_id: str, text: str = "", **further: object) -> MessageCard:
    plain = MessageCard(
        id=uuid4(),
        sequence=1,
        direction="in",
        author="customer",
        name="",
        text=text,
        kind="text",
        at=AT,
        state="",
        outcome="",
        outcome_reason="",
        error="",
        is_maybe_repeated=False,
        is_edited=False,
        choices=(),
        files=(),
        reasoning=None,
        wire="",
        external_id=external_id,
    )
    return replace(plain, **further)  # type: ignore[arg-type]


def ours(external_id: str, text: str = "", state: str = "sent") -> MessageCard:
    return card(external_id, text, direction="out", author="bot", state=state)


def test_drafts_and_notes_are_not_on_the_phone() -> None:
    hidden = [ours("a", state="draft"), ours("b", state="pending"), card("c", direction="note")]
    assert bubbles(hidden) == ()


def test_what_was_not_delivered_is_shown_as_a_ghost_with_the_reason() -> None:
    (shown,) = bubbles([replace(ours("a", "Hello", "failed"), error="The window is shut.")])
    assert shown.is_ghost
    assert shown.card.error == "The window is shut."


def test_what_went_by_another_channel_is_never_shown_as_sent_here() -> None:
    message = replace(ours("a", "Hello", "sent"), is_elsewhere=True)
    assert not message.is_seen_by_customer
    (shown,) = bubbles([message])
    assert shown.is_ghost


def test_a_quoted_message_stands_at_its_answer() -> None:
    first, second = bubbles([ours("a", "When?"), card("b", "At two", in_reply_to="a")])
    assert first.quoted is None
    assert second.quoted is not None
    assert second.quoted.text == "When?"


def test_the_last_reaction_of_each_side_counts() -> None:
    thread = [
        ours("a", "Mended."),
        card("r1", "👍", kind="reaction", in_reply_to="a"),
        card("r2", "❤️", kind="reaction", in_reply_to="a"),
    ]
    (shown,) = bubbles(thread)
    assert shown.reactions == (("in", "❤️"),)
    (taken_back,) = bubbles([*thread, card("r3", "", kind="reaction", in_reply_to="a")])
    assert taken_back.reactions == ()


def test_an_album_is_one_bubble_with_the_words_of_any_of_its_pictures() -> None:
    pictures = [
        card("a", album="1", files=(PICTURE,)),
        card("b", "The roof", album="1", files=(PICTURE,)),
        card("c", album="2", files=(PICTURE,)),
    ]
    first, second = bubbles(pictures)
    assert (len(first.files), first.card.text) == (2, "The roof")
    assert len(second.files) == 1


def test_newer_words_stand_in_the_place_of_the_older() -> None:
    thread = [card("a", "30 outlets"), ours("b", "Sure"), card("e", "20 outlets", replaces="a")]
    first, _ = bubbles(thread)
    assert (first.card.text, first.card.is_edited, first.card.external_id) == (
        "20 outlets",
        True,
        "a",
    )
    assert first.can_be_edited


def test_a_newer_version_without_the_older_stands_for_itself() -> None:
    (shown,) = bubbles([card("e", "20 outlets", replaces="a")])
    assert shown.card.text == "20 outlets"
