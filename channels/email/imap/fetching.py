"""What is new in a mailbox, page by page; nothing skipped, nothing fetched for ever."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpx

from channels.channel import Fetched
from channels.email.imap.cursor import Cursor
from channels.email.imap.mailbox import Mailbox
from channels.email.imap.plan import Folder, Limits
from channels.email.imap.reader import FolderReader, Page
from channels.email.imap.visit import Visit
from channels.email.oauth import AccessTokens
from channels.email.reading.envelope import opened
from channels.email.settings import EmailSettings
from channels.messages import ChannelError, Permanent


@dataclass(frozen=True)
class MailPage(Fetched):
    """A page that knows what to mark as seen, and the connection it came by."""

    seen: tuple[int, ...] = ()
    folder: str = ""
    uidvalidity: int = 0
    visit: Visit | None = None


async def fetch_new(
    settings: EmailSettings,
    cursor: str,
    tokens: AccessTokens,
    client: httpx.AsyncClient,
    since: date | None = None,
) -> AsyncGenerator[Fetched, None]:
    """The inbox, then the Sent folder, then what failed before. A cursor that cannot be read
    raises ValueError."""
    reading = _Reading(settings, Cursor.read(cursor), since)
    async with Visit.of(settings, tokens, client) as visit:
        pages = await visit.ask(reading.pages)
        while (step := await visit.ask(lambda _: next(pages, None))) is not None:
            folder, page = step
            visit.is_over = visit.is_over or page.loss is not None
            if page.bodies or reading.has_moved():
                yield reading.told(folder, page, visit)
            if page.loss is not None:
                raise page.loss


class _Reading:
    """The folders of one fetch, one after the other."""

    def __init__(self, settings: EmailSettings, cursor: Cursor, since: date | None) -> None:
        self.settings = settings
        self.cursor = cursor
        self._since = None if cursor.folders else since
        self._told = cursor.text
        self._limits = Limits()

    def pages(self, mailbox: Mailbox) -> Iterator[tuple[str, Page]]:
        """Each with its folder; not a step is made before it is asked for."""
        now = datetime.now(UTC)
        trouble: ChannelError | None = None
        readers = list(self._readers(mailbox))
        for reader in readers:
            try:
                yield from self._kept(reader, _begun(reader, mailbox, now))
            except Permanent as error:  # a folder that is gone must not hold up the other
                trouble = trouble or error
        for reader in readers:
            if reader.place:
                yield from self._kept(reader, reader.new(mailbox, now))
        for reader in readers:
            if reader.place:
                yield from self._kept(reader, reader.left(mailbox))
        yield "", Page()
        if trouble:
            raise trouble

    def _kept(self, reader: FolderReader, pages: Iterator[Page]) -> Iterator[tuple[str, Page]]:
        for page in pages:
            self._follow(reader)
            yield reader.folder.name, page
        self._follow(reader)

    def _follow(self, reader: FolderReader) -> None:
        if reader.place:
            self.cursor = self.cursor.moved(reader.folder.name, reader.place)

    def has_moved(self) -> bool:
        return self.cursor.text != self._told

    def told(self, folder: str, page: Page, visit: Visit) -> MailPage:
        self._told = self.cursor.text
        place = self.cursor.at(folder)
        uidvalidity = place.uidvalidity if place else 0
        return MailPage(page.bodies, self._told, page.seen, folder, uidvalidity, visit)

    def _readers(self, mailbox: Mailbox) -> Iterator[FolderReader]:
        sent = mailbox.sent_folder(self.settings)
        folders = [Folder(self.settings.folder, since=self._since)]
        if sent and sent != self.settings.folder:
            folders.append(Folder(sent, is_sent=True, since=self._since))
        for folder in folders:
            yield FolderReader(self.settings, folder, self.cursor.at(folder.name), self._limits)


def _begun(reader: FolderReader, mailbox: Mailbox, now: datetime) -> Iterator[Page]:
    """First all folders get a place: what comes while one is read must count as new."""
    if reader.place is None:
        reader.arrive(mailbox, now)
    yield from ()


async def acknowledge(
    settings: EmailSettings, page: Fetched, tokens: AccessTokens, client: httpx.AsyncClient
) -> None:
    """Marks the inbox's mails of a page as seen; history and the Sent folder stay as they are."""
    noted = page if isinstance(page, MailPage) else _noted(page)
    if not noted.seen:
        return
    if noted.visit and not noted.visit.is_over:
        await noted.visit.ask(lambda mailbox: _mark(mailbox, noted))
        return
    async with Visit.of(settings, tokens, client) as visit:
        await visit.ask(lambda mailbox: _mark(mailbox, noted))


def _mark(mailbox: Mailbox, page: MailPage) -> None:
    """In a folder that may only be read nothing is marked; the cursor knows what was taken."""
    before = mailbox.here
    folder = mailbox.select(page.folder, to_change=True)
    if folder.uidvalidity == page.uidvalidity and not folder.is_read_only:
        mailbox.mark_seen(page.seen)
    if before:
        mailbox.select(before[0])


def _noted(page: Fetched) -> MailPage:
    """From the envelopes, for a page that was kept elsewhere meanwhile."""
    envelopes = [opened(body)[0] for body in page.bodies]
    marked = [e for e in envelopes if e.uid and not e.is_sent and not e.is_history]
    if not marked:
        return MailPage(page.bodies, page.cursor)
    uids = tuple(envelope.uid for envelope in marked)
    first = marked[0]
    return MailPage(page.bodies, page.cursor, uids, first.folder, first.uidvalidity)
