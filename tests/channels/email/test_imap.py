"""A mailbox is read without loss, without repeats, and without end."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from channels.channel import Fetched
from channels.email.imap import fetching, plan, wire
from channels.email.imap.cursor import Cursor
from channels.email.reading.envelope import opened
from channels.email.simulator import Fault, MailSimulator
from channels.messages import Permanent, Temporary
from tests.channels.email.conftest import FIRM, OTHER, Box, subject

SMALL = plan.Limits(mails=2, mail=5000, sizes_at_once=5)
LONG_AGO = datetime(2026, 3, 4, 12, tzinfo=UTC)


def letters(box: Box, count: int, at: datetime | None = None, start: int = 1) -> list[str]:
    subjects = [f"Letter {n}" for n in range(start, start + count)]
    for one in subjects:
        box.anna.write(FIRM, one, "Hello", at=at)
    return subjects


# --- the first look -------------------------------------------------------------------------


async def test_a_first_look_takes_no_old_mail_and_gives_one_empty_page(box: Box) -> None:
    letters(box, 3, LONG_AGO)
    pages = await box.pages()
    assert [page.bodies for page in pages] == [()]
    assert set(Cursor.read(box.cursor).folders) == {"INBOX", box.account.sent.name}


async def test_mail_after_the_first_look_is_taken_once(box: Box) -> None:
    await box.pages()
    subjects = letters(box, 3)
    found = await box.news()
    assert [subject(raw) for _, raw in found] == subjects
    assert not any(envelope.is_history for envelope, _ in found)
    assert await box.pages() == []


async def test_the_envelope_tells_where_a_mail_came_from(box: Box) -> None:
    box.settings = box.mail.settings_for(FIRM, aliases="sales@firm.example")
    await box.pages()
    letters(box, 1)
    [(envelope, raw)] = await box.news()
    stored = box.account.inbox.mails[-1]
    assert raw == stored.raw
    assert (envelope.account, envelope.folder, envelope.is_sent) == (FIRM, "INBOX", False)
    assert (envelope.uidvalidity, envelope.uid) == (1000, stored.uid)
    assert envelope.received_at == stored.received_at.replace(microsecond=0)
    assert envelope.own_addresses == (FIRM, "sales@firm.example")
    assert envelope.authserv_id == "mx.simulator.example"


async def test_an_empty_mailbox_can_be_looked_at(box: Box) -> None:
    assert len(await box.pages()) == 1
    assert await box.pages() == []


async def test_history_is_taken_from_the_day_asked_for_and_marked_as_such(box: Box) -> None:
    letters(box, 2, LONG_AGO - timedelta(days=9))
    recent = letters(box, 2, LONG_AGO, start=3)
    found = await box.news(since=LONG_AGO.date())
    assert [subject(raw) for _, raw in found] == recent
    assert all(envelope.is_history for envelope, _ in found)
    new = letters(box, 1, start=5)
    found = await box.news(since=date(2020, 1, 1))
    assert [(subject(raw), envelope.is_history) for envelope, raw in found] == [(new[0], False)]


async def test_history_goes_on_where_it_was_interrupted(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "Limits", lambda: SMALL)
    subjects = letters(box, 9, LONG_AGO)
    first = box.channel.fetch_new(box.settings, "", box.client, since=LONG_AGO.date())
    taken: list[str] = []
    async for page in first:
        box.cursor = page.cursor
        taken += [subject(opened(body)[1]) for body in page.bodies]
        if len(taken) == 4:
            letters(box, 1, start=10)
            break
    await first.aclose()
    found = await box.news()
    assert taken + [subject(raw) for _, raw in found] == [*subjects, "Letter 10"]
    assert [envelope.is_history for envelope, _ in found] == [True] * 5 + [False]


async def test_an_old_mail_that_is_moved_here_counts_as_history(box: Box) -> None:
    await box.pages()
    letters(box, 1, LONG_AGO)
    [(envelope, _)] = await box.news()
    assert envelope.is_history


# --- pages ----------------------------------------------------------------------------------


async def test_pages_hold_at_most_fifty_mails_and_each_has_its_cursor(box: Box) -> None:
    await box.pages()
    subjects = letters(box, 120)
    pages = await box.pages()
    assert [len(page.bodies) for page in pages] == [50, 50, 20]
    box.cursor = pages[0].cursor
    assert await box.subjects() == subjects[50:]


async def test_large_mails_are_spread_over_pages(box: Box) -> None:
    await box.pages()
    for n in range(3):
        file = ("scan.pdf", b"\0" * 4_000_000, "application/pdf")
        box.anna.write(FIRM, f"Scan {n}", "See there", files=[file])
    assert [len(page.bodies) for page in await box.pages()] == [1, 1, 1]


async def test_a_mail_beyond_the_limit_shows_its_headers_and_a_note(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "Limits", lambda: SMALL)
    await box.pages()
    box.anna.write(FIRM, "Plans", "Here", files=[("plan.pdf", b"\0" * 9000, "application/pdf")])
    letters(box, 1)
    [(_, large), (_, small)] = await box.news()
    assert subject(large) == "Plans"
    assert b"too large to be taken in" in large
    assert b"anna@customer.example" in large
    assert len(large) < 2000
    assert subject(small) == "Letter 1"
    assert await box.pages() == []


# --- seen -----------------------------------------------------------------------------------


async def test_mails_are_seen_only_after_they_were_acknowledged(box: Box) -> None:
    await box.pages()
    letters(box, 2)
    pages = [p async for p in box.channel.fetch_new(box.settings, box.cursor, box.client)]
    assert [mail.flags for mail in box.account.inbox.mails] == [set(), set()]
    await box.channel.acknowledge(box.settings, pages[0], box.client)
    assert [mail.flags for mail in box.account.inbox.mails] == [{"\\Seen"}, {"\\Seen"}]


async def test_a_page_that_was_kept_elsewhere_is_acknowledged_by_its_envelopes(box: Box) -> None:
    await box.pages()
    letters(box, 1)
    [page] = await box.pages()
    box.account.inbox.mails[0].flags.clear()
    kept = Fetched(page.bodies, page.cursor)
    await box.channel.acknowledge(box.settings, kept, box.client)
    assert box.account.inbox.mails[0].flags == {"\\Seen"}


async def test_history_and_sent_mails_stay_as_they_were(box: Box) -> None:
    letters(box, 1, LONG_AGO)
    box.account.sent.add(b"Subject: Our answer\r\n\r\nYes\r\n", LONG_AGO)
    assert await box.subjects(since=LONG_AGO.date()) == ["Letter 1", "Our answer"]
    assert not box.account.inbox.mails[0].flags
    assert not box.account.sent.mails[0].flags


# --- the Sent folder ------------------------------------------------------------------------


async def test_what_staff_sent_from_their_mail_program_is_read_too(box: Box) -> None:
    await box.pages()
    box.account.sent.add(b"Subject: Our answer\r\n\r\nYes\r\n")
    [(envelope, raw)] = await box.news()
    assert subject(raw) == "Our answer"
    assert envelope.is_sent
    assert envelope.folder == box.account.sent.name


async def test_a_folder_that_is_not_there_is_named_with_those_that_are(box: Box) -> None:
    box.settings = box.mail.settings_for(FIRM, folder="Anfragen")
    with pytest.raises(Permanent, match=r"no folder “Anfragen”.*“INBOX”"):
        await box.pages()


async def test_a_missing_sent_folder_does_not_hold_up_the_inbox(box: Box) -> None:
    await box.pages()
    letters(box, 1)
    box.settings = box.mail.settings_for(FIRM, sent_folder="Gone")
    found: list[Fetched] = []
    with pytest.raises(Permanent, match="no folder “Gone”"):
        await box.read_into(found)
    assert [subject(opened(b)[1]) for page in found for b in page.bodies] == ["Letter 1"]


async def test_two_mailboxes_do_not_mix(box: Box) -> None:
    await box.pages()
    other = Box(box.mail, box.mail.accounts[OTHER], box.mail.settings_for(OTHER), box.client)
    await other.pages()
    box.anna.write(FIRM, "For the firm", "Hello")
    box.anna.write(OTHER, "For the other", "Hello")
    assert await box.subjects() == ["For the firm"]
    assert await other.subjects() == ["For the other"]


# --- faults ---------------------------------------------------------------------------------


async def test_a_new_uidvalidity_brings_all_since_the_first_look_once_more(box: Box) -> None:
    letters(box, 3, LONG_AGO)
    await box.pages()
    first = letters(box, 2, start=4)
    assert await box.subjects() == first
    letters(box, 1, start=6)
    box.account.inbox.renumber()
    found = await box.news()
    assert [subject(raw) for _, raw in found] == ["Letter 4", "Letter 5", "Letter 6"]
    assert not any(envelope.is_history for envelope, _ in found)
    assert {envelope.uidvalidity for envelope, _ in found} == {1001}
    assert await box.pages() == []
    letters(box, 1, start=7)
    assert await box.subjects() == ["Letter 7"]


async def test_a_new_uidvalidity_of_an_imported_mailbox_brings_its_history_again(box: Box) -> None:
    letters(box, 2, LONG_AGO)
    await box.pages(since=LONG_AGO.date())
    letters(box, 1, start=3)
    box.mail.order(Fault.RENUMBER)
    found = await box.news()
    assert [(subject(raw), e.is_history) for e, raw in found] == [
        ("Letter 1", True),
        ("Letter 2", True),
        ("Letter 3", False),
    ]


async def test_numbers_that_begin_again_under_the_same_uidvalidity_are_noticed(box: Box) -> None:
    letters(box, 5)
    await box.pages()
    inbox = box.account.inbox
    inbox.mails.clear()
    inbox.uidnext = 1
    letters(box, 2, start=6)
    assert await box.subjects() == ["Letter 6", "Letter 7"]
    assert await box.pages() == []


async def test_a_uidnext_that_stands_still_does_not_bring_all_again_for_ever(box: Box) -> None:
    await box.pages()
    letters(box, 2)
    assert len(await box.subjects()) == 2
    box.account.inbox.uidnext = 1
    assert await box.pages() == []


async def test_a_connection_lost_in_the_middle_of_a_page_loses_nothing(box: Box) -> None:
    await box.pages()
    subjects = letters(box, 5)
    box.mail.order(Fault.DROP_DURING_FETCH)
    found: list[Fetched] = []
    with pytest.raises(Temporary, match="tried again"):
        await box.read_into(found)
    assert [page.bodies for page in found] == [()]
    assert await box.subjects() == subjects
    assert await box.pages() == []


async def test_a_mail_that_always_breaks_the_connection_holds_up_no_other(box: Box) -> None:
    await box.pages()
    letters(box, 5)
    box.account.inbox.mails[1].defect = "body"
    taken = await _everything(box, tries=9)
    assert sorted(taken) == [f"Letter {n}" for n in range(1, 6)]
    letters(box, 1, start=6)
    assert await box.subjects() == ["Letter 6"]


async def test_a_mail_without_even_headers_becomes_a_note(box: Box) -> None:
    await box.pages()
    letters(box, 2)
    box.account.inbox.mails[0].defect = "all"
    taken = await _everything(box, tries=9)
    assert sorted(taken) == ["Letter 2", "[mail 1 in INBOX]"]
    assert await box.pages() == []


async def _everything(box: Box, tries: int) -> list[str]:
    """Asks again after each failure, as the engine does; the others come before the last try."""
    taken: list[str] = []
    for _ in range(tries):
        pages: list[Fetched] = []
        try:
            await box.read_into(pages)
        except Temporary:
            continue
        finally:
            taken += [subject(opened(b)[1]) for page in pages for b in page.bodies]
    return taken


async def test_a_refused_fetch_is_tried_mail_by_mail(box: Box) -> None:
    await box.pages()
    subjects = letters(box, 3)
    box.mail.order(Fault.REFUSE_FETCH)
    assert await box.subjects() == subjects


async def test_a_mail_that_was_refused_once_comes_later(box: Box) -> None:
    await box.pages()
    letters(box, 3)
    box.mail.order(Fault.REFUSE_FETCH, 2)
    assert await box.subjects() == ["Letter 2", "Letter 3", "Letter 1"]


async def test_a_server_that_refuses_everything_is_left_alone_for_a_while(box: Box) -> None:
    await box.pages()
    subjects = letters(box, 9)
    box.mail.order(Fault.REFUSE_FETCH, 4)
    with pytest.raises(Temporary, match="Internal error"):
        await box.pages()
    assert sorted(await box.subjects()) == subjects


async def test_a_mail_deleted_during_the_fetch_is_no_trouble(box: Box) -> None:
    await box.pages()
    letters(box, 3)
    box.mail.order(Fault.EXPUNGE_DURING_FETCH)
    assert await box.subjects() == ["Letter 1", "Letter 2"]
    letters(box, 1, start=4)
    assert await box.subjects() == ["Letter 4"]


async def test_a_server_that_falls_silent_is_given_up(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    await box.pages()
    subjects = letters(box, 2)
    box.mail.order(Fault.SILENCE_ON_FETCH)
    with monkeypatch.context() as patch:
        patch.setattr(wire, "SILENCE_SECONDS", 0.2)
        with pytest.raises(Temporary, match="no answer in time"):
            await box.pages()
    assert await box.subjects() == subjects


async def test_a_literal_beyond_all_bounds_is_not_read(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire.Wire.allow, "__defaults__", (300,))
    await box.pages()
    letters(box, 1)
    with pytest.raises(Temporary, match="literal of"):
        await box.pages()


async def test_a_login_that_is_refused_says_what_to_do(box: Box) -> None:
    box.mail.order(Fault.REFUSE_LOGIN)
    with pytest.raises(Permanent, match=r"refuses the login.*app password"):
        await box.pages()


async def test_too_many_connections_are_a_passing_trouble(box: Box) -> None:
    box.mail.order(Fault.TOO_MANY_CONNECTIONS)
    with pytest.raises(Temporary, match="Too many simultaneous connections"):
        await box.pages()


async def test_nobody_at_the_port_is_a_passing_trouble(box: Box) -> None:
    async with MailSimulator().serve() as gone:
        pass
    box.settings = box.mail.settings_for(FIRM, imap_port=gone.imap_port)
    with pytest.raises(Temporary, match="could not be reached"):
        await box.pages()


async def test_a_cursor_that_cannot_be_read_is_not_taken_for_a_new_mailbox(box: Box) -> None:
    box.cursor = "{broken"
    with pytest.raises(ValueError, match="cursor"):
        await box.pages()


async def test_a_password_beyond_ascii_opens_the_mailbox(box: Box) -> None:
    box.account.password = "pässwörd “ & ✓"
    box.settings = box.mail.settings_for(FIRM)
    assert len(await box.pages()) == 1


# --- waiting --------------------------------------------------------------------------------


async def test_news_end_the_waiting(box: Box) -> None:
    await box.pages()
    waiting = asyncio.create_task(box.wait(20))
    await box.mail.is_watched.wait()
    letters(box, 1)
    assert await asyncio.wait_for(waiting, 10)
    assert await box.subjects() == ["Letter 1"]


async def test_what_came_before_the_waiting_ends_it_at_once(box: Box) -> None:
    await box.pages()
    letters(box, 1)
    assert await box.wait(20)


async def test_without_news_the_waiting_ends_in_time(box: Box) -> None:
    await box.pages()
    assert not await box.wait(0.05)


async def test_a_mail_that_came_and_went_does_not_end_the_waiting(box: Box) -> None:
    await box.pages()
    letters(box, 1)
    box.account.inbox.remove([1])
    assert not await box.wait(0.05)


async def test_a_server_that_cannot_idle_is_not_waited_for(box: Box) -> None:
    box.mail.has_idle = False
    await box.pages()
    assert not await box.wait(600)


async def test_waiting_can_be_cancelled(box: Box) -> None:
    await box.pages()
    waiting = asyncio.create_task(box.wait(600))
    await box.mail.is_watched.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_fetching_can_be_cancelled(box: Box) -> None:
    await box.pages()
    subjects = letters(box, 2)
    box.mail.order(Fault.SILENCE_ON_FETCH)
    fetching = asyncio.create_task(box.pages())
    await box.mail.orders.happened(Fault.SILENCE_ON_FETCH)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert await box.subjects() == subjects
