"""`email import`: mails from files, each once, as history, however often it is run."""

import mailbox
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.desk.mail.mailboxes import Mailroom, import_mails
from bot.engine.accounts import Account
from bot.engine.fetching.importing import Imported
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment
from tests.bot.engine.fetching.conftest import FIRM, MailFirm


class Interrupted(Exception):
    pass


def letter(number: int, sender: str = "anna@customer.example") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, FIRM, f"Letter {number}"
    mail["Date"] = "Mon, 6 Jan 2025 09:00:00 +0000"
    mail["Message-ID"] = f"<{number}@customer.example>"
    mail.set_content("When are you open?\n\nFrom the gate it cannot be seen.\n")
    return mail


def as_eml(folder: Path, letters: Sequence[EmailMessage]) -> Path:
    for number, mail in enumerate(letters):
        (folder / f"{number:03}.eml").write_bytes(mail.as_bytes())
    return folder


def as_mbox(folder: Path, letters: Sequence[EmailMessage]) -> Path:
    box = mailbox.mbox(folder / "archive")
    for mail in letters:
        box.add(mail)
    box.close()
    return folder / "archive"


def as_maildir(folder: Path, letters: Sequence[EmailMessage]) -> Path:
    box = mailbox.Maildir(folder / "Maildir")
    for mail in letters:
        box.add(mail)
    return folder


@pytest.mark.parametrize("kind", [as_eml, as_mbox, as_maildir])
async def test_mails_of_every_kind_of_archive_are_taken_in_once(
    room: Mailroom, firm: MailFirm, rival: MailFirm, account: Account, folder: Path, kind: object
) -> None:
    path = kind(folder, [letter(n) for n in range(5)])  # type: ignore[operator]
    assert await import_mails(room, account, [path]) == Imported(5, 5)
    assert await import_mails(room, account, [path]) == Imported(5, 0)
    stored = await firm.messages()
    assert sorted(m.subject for m in stored) == [f"Letter {n}" for n in range(5)]
    assert {m.outcome_reason for m in stored} == {"history"}
    assert "\nFrom the gate" in stored[0].text
    assert await rival.messages() == []


async def test_the_same_mail_in_another_archive_is_known(
    room: Mailroom, firm: MailFirm, account: Account, folder: Path
) -> None:
    letters = [letter(n) for n in range(3)]
    paths = [as_eml(folder, letters), as_mbox(folder.parent, letters)]
    assert await import_mails(room, account, paths) == Imported(6, 3)


async def test_nothing_that_is_imported_is_answered(
    room: Mailroom, firm: MailFirm, account: Account, folder: Path
) -> None:
    await import_mails(room, account, [as_eml(folder, [letter(n) for n in range(3)])])
    await firm.work()
    assert firm.mail.outbox == []
    assert not any(c.turn_pending for c in await firm.conversations())


async def test_an_interrupted_import_goes_on(
    room: Mailroom, firm: MailFirm, account: Account, folder: Path
) -> None:
    path = as_eml(folder, [letter(n) for n in range(450)])
    seen = 0

    def interrupt(size: int) -> None:
        nonlocal seen
        seen += 1
        if seen == 420:
            raise Interrupted

    with pytest.raises(Interrupted):
        await import_mails(room, account, [path], interrupt)
    assert 0 < len(await firm.messages()) < 450
    await import_mails(room, account, [path])
    assert len(await firm.messages()) == 450


async def test_files_come_along_whole(
    room: Mailroom, firm: MailFirm, account: Account, folder: Path
) -> None:
    mail, content = letter(1), bytes(range(256)) * 8192  # two megabytes: two pieces
    mail.add_attachment(content, maintype="image", subtype="png", filename="gate.png")
    mail.add_attachment(b"", maintype="text", subtype="csv", filename="empty.csv")
    await import_mails(room, account, [as_eml(folder, [mail])])
    files = {file.filename: file for file in await firm.rows(Attachment)}
    assert {name: (f.state, f.size) for name, f in files.items()} == {
        "gate.png": ("stored", len(content)),
        "empty.csv": ("stored", 0),
    }
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        attachments = Attachments(session, firm.tenant_id)
        assert await attachments.whole(files["gate.png"].id) == content


async def test_our_own_mails_in_an_archive_are_staff_s_words(
    room: Mailroom, firm: MailFirm, account: Account, folder: Path
) -> None:
    mail = letter(1, sender=FIRM)
    mail.replace_header("To", "anna@customer.example")
    await import_mails(room, account, [as_eml(folder, [letter(0), mail])])
    assert sorted(m.author for m in await firm.messages()) == ["customer", "staff"]
