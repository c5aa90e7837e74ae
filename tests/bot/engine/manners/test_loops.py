"""The loop breaker by itself: latency, near-duplicates, alternation."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from bot.engine.manners.loops import CHAT, MAIL, endless, sounds_human
from bot.model.turns import MessageView

START = datetime(2026, 11, 25, 9, tzinfo=UTC)


def talk(*texts: str, pause: float = 3600) -> list[MessageView]:
    """The customer begins; the bot answers at once, the customer after a pause."""
    said, at = [], START
    for text in texts:
        said.append(MessageView(UUID(int=1), "customer", text, at))
        said.append(MessageView(UUID(int=2), "bot", "An answer.", at + timedelta(seconds=1)))
        at += timedelta(seconds=1 + pause)
    return said[:-1]


def test_the_same_words_after_each_answer_are_a_loop() -> None:
    assert "same words" in endless(talk("Hi", *["We got your mail no. 7."] * 3), MAIL)
    nearly = [f"We got your mail of {hour}:00, case 4711." for hour in range(3)]
    assert endless(talk("Hi", *nearly), MAIL)


def test_different_words_in_a_humans_time_are_none() -> None:
    said = talk("It is dead.", "The one at the gate.", "Since Monday, 9:00.", "Thanks a lot.")
    assert endless(said, MAIL) == ""


def test_answers_within_seconds_are_a_machines() -> None:
    words = ["alpha", "bravo charlie", "delta", "echo foxtrot", "golf", "hotel india", "juliet"]
    assert "seconds" in endless(talk(*words, pause=2), MAIL)
    assert endless(talk(*words, pause=2), CHAT) == ""
    assert endless(talk(*words, pause=60), MAIL) == ""


def test_a_person_of_ours_in_between_ends_the_alternation() -> None:
    said = talk("Hi", *["Same."] * 3)
    said[3] = MessageView(UUID(int=3), "staff", "Sam here.", said[3].sent_at)
    assert endless(said, MAIL) == ""


@given(some.lists(some.sampled_from(["customer", "bot", "staff"]), max_size=20))
def test_who_ever_speaks_in_whatever_order_it_decides(authors: list[str]) -> None:
    said = [MessageView(UUID(int=1), author, "x", START) for author in authors]
    assert isinstance(endless(said, MAIL), str)


def test_two_texts_by_turns_are_a_machine() -> None:
    said = ["We are closed.", "Your call is important to us."] * 5
    assert "two texts" in endless(talk("Hi", *said, pause=9), CHAT)
    assert "two texts" in endless(talk("Hi", *said, pause=90), MAIL)
    human = ["yes", "no", "yes", "the left one", "no", "yes", "it blinks", "no", "red", "ok"]
    assert endless(talk("Hi", *human, pause=9), CHAT) == ""


def test_our_own_words_that_come_back_are_an_echo() -> None:
    assert "own words" in endless(talk("Hi", *["An answer."] * 3, pause=9), CHAT)
    assert endless(talk("Hi", "An answer.", "No, another.", "An answer.", pause=9), CHAT) == ""


def machine_then(text: str, pause: float) -> tuple[list[MessageView], list[MessageView]]:
    said = talk("Hi", *["We got your mail."] * 3, pause=60)
    news = MessageView(UUID(int=1), "customer", text, said[-1].sent_at + timedelta(seconds=pause))
    return said, [news]


def test_other_words_in_a_persons_time_are_a_person() -> None:
    assert sounds_human(*machine_then("Sorry, that was our autoresponder. Sam here.", 60), MAIL)


def test_more_of_the_same_or_in_haste_is_still_the_machine() -> None:
    assert not sounds_human(*machine_then("We got your mail!", 60), MAIL)
    assert not sounds_human(*machine_then("Something else entirely.", 2), MAIL)
    assert not sounds_human(*machine_then("  ", 60), MAIL)
    assert not sounds_human([], [], MAIL)
