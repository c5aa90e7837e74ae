"""The same against Debian's Dovecot, which was not written by us."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4, Time2Internaldate
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from channels.email.imap.cursor import Cursor
from channels.email.settings import EmailSettings
from channels.email.simulator import MailSimulator
from channels.messages import Permanent, Temporary
from tests.channels.email.conftest import FIRM, Box, subject

DOVECOT = Path("/usr/sbin/dovecot")
LONG_AGO = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not DOVECOT.exists(), reason="Dovecot is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot is started as root only"),
]

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{home}/mail/%u
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "Gesendete Elemente" {{
    auto = create
    special_use = \\Sent
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    home: Path
    port: int

    def start(self) -> None:
        self._run()

    def stop(self) -> None:
        self._run("stop")

    def _run(self, *words: str) -> None:
        configuration = str(self.home / "dovecot.conf")
        subprocess.run([str(DOVECOT), "-c", configuration, *words], check=True)  # noqa: S603


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Not pytest's own place: Dovecot reads mail as a user who may not look in there.
    with TemporaryDirectory(prefix="dovecot-") as place:
        home = Path(place)
        home.chmod(0o755)
        (home / "mail").mkdir()
        shutil.chown(home / "mail", "mail", "mail")
        (home / "dovecot.conf").write_text(CONFIGURATION.format(home=home, port=port))
        found = Dovecot(home, port)
        found.start()
        yield found
        found.stop()


@dataclass
class Home(Box):
    """A mailbox at Dovecot; mails come into it as by another client."""

    port: int = 0

    def put(self, name: str, folder: str = "INBOX", at: datetime | None = None) -> None:
        raw = f"From: anna@customer.example\r\nSubject: {name}\r\n\r\nHello\r\n".encode()
        with self.client_of_its_own() as other:
            moment = Time2Internaldate(at or datetime.now(UTC))
            assert other.append(f'"{folder}"', "", moment, raw)[0] == "OK"

    def client_of_its_own(self) -> IMAP4:
        other = IMAP4("127.0.0.1", self.port)
        other.login(self.settings.email, "secret")
        return other

    def flags(self) -> list[bytes]:
        with self.client_of_its_own() as other:
            other.select("INBOX", readonly=True)
            return [row for row in other.fetch("1:*", "(FLAGS)")[1] if isinstance(row, bytes)]


@pytest.fixture
async def home(
    dovecot: Dovecot, plain_client: httpx.AsyncClient, request: pytest.FixtureRequest
) -> AsyncIterator[Home]:
    """A new user for each test."""
    mail = MailSimulator()
    async with plain_client as client:
        settings = EmailSettings.model_validate(
            {
                "email": f"{request.node.name[5:60]}@firm.example",
                "password": "secret",
                "imap_server": "127.0.0.1",
                "imap_port": dovecot.port,
                "imap_security": "none",
            }
        )
        yield Home(mail, mail.add_account(FIRM), settings, client, port=dovecot.port)


async def test_only_what_comes_after_the_first_look_is_taken_and_seen(home: Home) -> None:
    home.put("Old", at=LONG_AGO)
    assert [page.bodies for page in await home.pages()] == [()]
    home.put("New")
    home.put("Newer")
    [(first, _), (second, raw)] = await home.news()
    assert (first.uid, second.uid) == (2, 3)
    assert subject(raw) == "Newer"
    assert not second.is_history
    assert await home.pages() == []
    seen = [b"\\Seen" in row for row in home.flags()]
    assert seen == [False, True, True]


async def test_history_is_taken_from_a_day_on(home: Home) -> None:
    home.put("Ancient", at=datetime(2020, 1, 1, tzinfo=UTC))
    home.put("Old", at=LONG_AGO)
    found = await home.news(since=LONG_AGO.date())
    assert [(subject(raw), envelope.is_history) for envelope, raw in found] == [("Old", True)]
    assert not any(b"\\Seen" in row for row in home.flags())


async def test_the_sent_folder_is_found_by_its_flag(home: Home) -> None:
    await home.pages()
    home.put("Our answer", "Gesendete Elemente")
    [(envelope, raw)] = await home.news()
    assert envelope.is_sent
    assert subject(raw) == "Our answer"


async def test_a_new_uidvalidity_brings_all_since_the_first_look_once_more(
    home: Home, dovecot: Dovecot
) -> None:
    home.put("Old", at=LONG_AGO)
    await home.pages()
    home.put("New")
    assert await home.subjects() == ["New"]
    before = _uidvalidity(home)
    home.put("Newer")
    maildir = dovecot.home / "mail" / home.settings.email
    for known in ("dovecot-uidlist", "dovecot.index.log", "dovecot.index.cache"):
        (maildir / known).unlink(missing_ok=True)
    (maildir / "dovecot-uidlist").write_text("3 V1999999999 N1 G0123456789abcdef\n")
    assert sorted(await home.subjects()) == ["New", "Newer"]
    assert _uidvalidity(home) != before
    assert await home.pages() == []


def _uidvalidity(home: Home) -> int:
    place = Cursor.read(home.cursor).at("INBOX")
    assert place
    return place.uidvalidity


async def test_news_end_the_waiting_and_silence_does_not(home: Home) -> None:
    await home.pages()
    assert not await home.wait(0.2)
    waiting = asyncio.create_task(home.wait(60))
    await asyncio.to_thread(home.put, "New")
    assert await asyncio.wait_for(waiting, 45)
    assert await home.subjects() == ["New"]


async def test_a_mail_that_another_client_deletes_is_no_trouble(home: Home) -> None:
    await home.pages()
    for name in ("One", "Two", "Three"):
        home.put(name)
    with home.client_of_its_own() as other:
        other.select("INBOX")
        other.store("2", "+FLAGS", "(\\Deleted)")
        other.expunge()
    assert await home.subjects() == ["One", "Three"]


async def test_many_mails_come_in_pages(home: Home) -> None:
    await home.pages()
    with home.client_of_its_own() as other:
        for n in range(130):
            other.append("INBOX", "", "", f"Subject: {n}\r\n\r\nHello\r\n".encode())
    pages = await home.pages()
    assert [len(page.bodies) for page in pages] == [50, 50, 30]


async def test_a_wrong_password_and_a_missing_folder_are_told(home: Home) -> None:
    right = home.settings
    home.settings = right.model_copy(update={"folder": "Anfragen"})
    with pytest.raises(Permanent, match=r"no folder “Anfragen”.*“Gesendete Elemente”"):
        await home.pages()
    home.settings = EmailSettings.model_validate(
        right.model_dump() | {"password": "wrong", "aliases": ""}
    )
    with pytest.raises(Permanent, match="refuses the login"):
        await home.pages()


async def test_a_restart_in_the_middle_is_a_passing_trouble(home: Home, dovecot: Dovecot) -> None:
    await home.pages()
    home.put("New")
    await asyncio.to_thread(dovecot.stop)
    with pytest.raises(Temporary, match="could not be reached"):
        await home.pages()
    await asyncio.to_thread(dovecot.start)
    assert await home.subjects() == ["New"]
