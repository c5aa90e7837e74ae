"""Mails in files: .eml, folders of them, mbox, Maildir. Reads them one by one, keeps none."""

import mailbox
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from channels.email.reading.envelope import Envelope, sealed
from channels.email.reading.mime.headers import split
from channels.email.reading.people import people
from channels.email.settings import EmailSettings

_FROM = b"From "
_MAIL = (".eml", ".mbox", ".mbx")
MAX_MAIL = 40 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FiledMail:
    """`place`: for people. `size`: bytes of the file that are done with it, for progress."""

    raw: bytes
    place: str
    size: int


def total(paths: Iterable[Path]) -> int:
    """Bytes of all the files; OSError where one cannot be read."""
    return sum(file.stat().st_size for path in paths for file in files(path))


def files(path: Path) -> Iterator[Path]:
    """What holds mails below a path, in order: a folder's .eml and mbox files, a Maildir's mails.

    A file that was named itself is taken whatever its name.
    """
    if not path.is_dir():
        path.stat()
        yield path
        return
    for folder, below, names in os.walk(path):
        is_maildir = {"cur", "new"} <= set(below)
        below[:] = sorted(name for name in below if not (is_maildir and name == "tmp"))
        in_maildir = Path(folder).name in ("cur", "new")
        for name in sorted(names):
            if name.startswith("."):
                continue
            if in_maildir or name.lower().endswith(_MAIL) or _is_mbox(Path(folder, name)):
                yield Path(folder, name)


def mails(paths: Iterable[Path]) -> Iterator[FiledMail]:
    for path in paths:
        for file in files(path):
            yield from _mails_of(file)


def as_history(raw: bytes, settings: EmailSettings) -> bytes:
    """As the channel's `parse` takes it: of this mailbox, and long past.

    Says nothing of where it lay, so that the same mail is the same bytes every time. The company's
    own files are believed: what names the mailbox as its author was sent from it.
    """
    authors = people(split(raw)[0], "from")
    return sealed(
        Envelope(
            account=settings.email,
            is_sent=any(author.address in settings.own_addresses for author in authors),
            is_history=True,
            own_addresses=settings.own_addresses,
            authserv_id=settings.trusted_authserv_id,
        ),
        raw,
    )


def _mails_of(file: Path) -> Iterator[FiledMail]:
    if not _is_mbox(file):
        size = file.stat().st_size
        raw = file.read_bytes() if size <= MAX_MAIL else _head(file)
        yield FiledMail(raw, str(file), size)
        return
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            raw = box.get_bytes(key)
            yield FiledMail(
                raw.replace(b"\n>From ", b"\nFrom "), f"{file}, mail {number}", len(raw)
            )
    finally:
        box.close()


def _is_mbox(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_FROM)) == _FROM
    except OSError:
        return False


def _head(file: Path) -> bytes:
    """The headers of a mail too large to be taken in."""
    with file.open("rb") as opened:
        start = opened.read(256 * 1024)
    return start.partition(b"\r\n\r\n" if b"\r\n\r\n" in start else b"\n\n")[0] + b"\r\n\r\n"
