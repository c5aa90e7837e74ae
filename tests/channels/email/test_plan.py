"""Which mails are fetched together, and what the cursor remembers."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.imap.cursor import Cursor, Place, beginning, renumbered
from channels.email.imap.mailbox import Sized
from channels.email.imap.plan import Limits, batches, is_history, is_wanted, search_since

NOW = datetime(2026, 11, 25, 9, 30, 15, 700_000, tzinfo=UTC)
LIMITS = Limits(mails=3, size=100, mail=300)


@given(
    st.dictionaries(st.integers(1, 999), st.integers(0, 500), max_size=30),
    st.sets(st.integers(1, 999)),
)
def test_every_mail_is_in_one_batch_in_order_and_none_is_too_full(
    sizes: dict[int, int], unknown: set[int]
) -> None:
    uids = sorted(sizes)
    known = {uid: Sized(size, None) for uid, size in sizes.items() if uid not in unknown}
    found = list(batches(uids, known, LIMITS))
    assert [uid for batch in found for uid in batch] == uids
    for batch in found:
        assert 1 <= len(batch) <= LIMITS.mails
        if len(batch) > 1:
            assert all(uid in known for uid in batch)
            assert sum(known[uid].size for uid in batch) <= LIMITS.size


def test_a_cursor_comes_back_as_it_was_kept() -> None:
    place = beginning(7, 101, NOW, date(2026, 1, 1)).failed(3).failed(3).failed(9).careful(50)
    cursor = Cursor().moved("INBOX", place).moved("Gesendet & mehr", beginning(8, 1, NOW))
    assert Cursor.read(cursor.text) == cursor
    assert place.left == {3: 2, 9: 1}
    assert place.settled(3).left == {9: 1}
    assert Cursor.read("") == Cursor()


def test_a_mail_of_the_very_second_of_the_first_look_counts_as_new_after_a_renumbering() -> None:
    place = renumbered(beginning(7, 101, NOW), 8, 50)
    assert place.started == NOW.replace(microsecond=0)
    assert not is_history(place, 20, NOW.replace(microsecond=0))


@pytest.mark.parametrize(
    ("uid", "age", "wanted", "history"),
    [
        (20, timedelta(0), True, False),
        (20, timedelta(minutes=30), True, True),
        (20, timedelta(hours=2), False, True),
        (60, timedelta(minutes=30), True, False),
        (60, timedelta(hours=2), True, True),
    ],
)
def test_what_is_fetched_again_after_a_renumbering(
    uid: int, age: timedelta, wanted: bool, history: bool
) -> None:
    place = renumbered(beginning(7, 101, NOW), 8, 51)
    received = place.started - age
    assert is_wanted(place, uid, Sized(10, received)) is wanted
    assert is_history(place, uid, received) is history


def test_history_is_asked_for_only_where_it_is_wanted() -> None:
    assert search_since(beginning(7, 101, NOW)) is None
    assert search_since(beginning(7, 101, NOW, date(2026, 1, 1))) == date(2026, 1, 1)
    assert search_since(renumbered(beginning(7, 101, NOW), 8, 51)) == date(2026, 11, 24)


def test_places_only_move_forward() -> None:
    place = Place(uidvalidity=1, uid=9, started=NOW)
    assert place.passed(4).uid == 9
    assert place.passed(12).uid == 12


def test_the_adapter_loads_no_library_that_speaks_to_servers() -> None:
    libraries = ("imapclient", "aiosmtplib", "aiosmtpd", "dns")
    code = (
        "import sys, channels.email.adapter;"
        f" print([name for name in {libraries!r} if name in sys.modules])"
    )
    shown = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
