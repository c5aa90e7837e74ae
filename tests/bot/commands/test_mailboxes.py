"""The commands about mailboxes as a person types them."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.bot.commands.test_commands import frontdesk

pytestmark = pytest.mark.full  # every command is a process with a database of its own

BOX = ("email=help@firm.example", "password=x", "imap_server=127.0.0.1", "imap_port=9")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("frontdesk")
    mails = found / "mails"
    mails.mkdir()
    date = format_datetime(datetime.now(UTC) - timedelta(days=9))
    (mails / "question.eml").write_text(
        "From: Anna <anna@customer.example>\nTo: help@firm.example\nSubject: Hours\n"
        f"Date: {date}\nMessage-ID: <1@customer.example>\n\nWhen are you open?\n"
    )
    (mails / "junk.eml").write_text("no mail at all")
    frontdesk(found, "tenant", "add", "firm")
    frontdesk(found, "channel", "add", "email", *BOX)
    return found


def test_what_nobody_answered_is_shown_before_anything_is_imported(home: Path) -> None:
    told = frontdesk(home, "lookback", str(home / "mails"))
    assert told.stdout.startswith(
        "In 30 days: 1 mail, 1 enquiry, 1 nobody answered; oldest 9 days.\n"
    ), told.stderr
    [row] = json.loads(frontdesk(home, "lookback", str(home / "mails"), "--json").stdout)[
        "unanswered"
    ]
    assert row["from"] == "anna@customer.example"


def test_an_import_twice_and_what_lies_in_quarantine(home: Path) -> None:
    words = ("email", "import", str(home / "mails"), "--account", "help@firm.example", "--json")
    first = json.loads(frontdesk(home, *words).stdout)
    assert first == {"mails": 2, "stored": 1, "known": 0, "unreadable": 1}
    assert json.loads(frontdesk(home, *words).stdout)["stored"] == 0
    [kept] = json.loads(frontdesk(home, "quarantine", "list", "--json").stdout)
    file = home / "exported.eml"
    assert frontdesk(home, "quarantine", "export", kept["id"], str(file)).returncode == 0
    assert file.read_text() == "no mail at all"
    assert frontdesk(home, "quarantine", "export", kept["id"], str(file)).returncode == 1
    assert frontdesk(home, "quarantine", "replay", kept["id"]).returncode == 0
    assert json.loads(frontdesk(home, "lost", "--json").stdout) == []


def test_a_mailbox_out_of_reach_is_one_sentence_and_shown_in_the_list(home: Path) -> None:
    told = frontdesk(home, "email", "fetch")
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "could not be reached" in told.stderr
    [row] = json.loads(frontdesk(home, "channel", "list", "--json").stdout)
    assert "could not be reached" in row["trouble"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["email", "fetch", "--since", "soon"], "“soon” is no day"),
        (["email", "fetch", "--account", "nobody@x.example"], "There is no mailbox called"),
        (["email", "import", "/nowhere.mbox"], "There is no file or folder"),
        (["lookback"], "Name a mailbox with --account, or files"),
    ],
)
def test_an_error_is_one_sentence(home: Path, words: list[str], sentence: str) -> None:
    told = frontdesk(home, *words)
    assert told.returncode == 1
    assert sentence in told.stderr
    assert told.stderr.count("\n") == 1


def test_help_loads_nothing_that_speaks_to_mail_servers() -> None:
    words = "import sys, bot.__main__; print([m for m in sys.modules if m in sys.argv[1:]])"
    heavy = ["imapclient", "aiosmtplib", "sqlalchemy", "langchain", "inscriptis", "nh3"]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", words, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
