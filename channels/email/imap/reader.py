"""Reads one folder from where it was left. Blocking: belongs into a thread.

A page that fails is fetched mail by mail; a mail that fails is left for later, so that those
behind it need not wait. After three tries its headers stand for it, after five a note.
"""

import imaplib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.email.imap import oversized, refusals
from channels.email.imap.cursor import Place, beginning, renumbered
from channels.email.imap.mailbox import Mailbox, Selected, Sized
from channels.email.imap.plan import Folder, Limits, batches, is_history, is_wanted, search_since
from channels.email.reading.envelope import Envelope, sealed
from channels.email.settings import EmailSettings
from channels.messages import ChannelError

TRIES_FOR_ALL = 3
TRIES_FOR_HEADERS = 5
# More in a row: the server is ill, not the mails.
MAX_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Page:
    """`loss`: why reading ends with this page."""

    bodies: tuple[bytes, ...] = ()
    seen: tuple[int, ...] = ()
    loss: ChannelError | None = None


class FolderReader:
    """`place` is where to go on from once the page that was given last is on disk."""

    def __init__(
        self, settings: EmailSettings, folder: Folder, place: Place | None, limits: Limits
    ) -> None:
        self.folder = folder
        self.place = place
        self._settings = settings
        self._limits = limits
        self._failures = 0

    def arrive(self, mailbox: Mailbox, now: datetime) -> Place:
        """Selects the folder; sets the place where there is none, or none that still holds."""
        told = mailbox.select(self.folder.name)
        if self.place is not None and not _is_renumbered(mailbox, self.place, told):
            return self.place
        uidnext = told.uidnext or mailbox.last_uid() + 1
        if self.place is None:
            self.place = beginning(told.uidvalidity, uidnext, now, self.folder.since)
        else:
            self.place = renumbered(self.place, told.uidvalidity, uidnext)
        return self.place

    def new(self, mailbox: Mailbox, now: datetime) -> Iterator[Page]:
        """All that came since, oldest first."""
        place = self.arrive(mailbox, now)
        uids = _wanted(mailbox, place)
        while uids:
            careful = uids[0] <= self._place.careful_until
            chunk = uids[: 1 if careful else self._limits.sizes_at_once]
            uids = uids[len(chunk) :]
            for page in self._chunk(mailbox, chunk):
                yield page
                if page.loss or not self._is_here(mailbox):
                    return
        self.place = self._place.passed(self._place.newest)

    def left(self, mailbox: Mailbox) -> Iterator[Page]:
        """What failed before, once more."""
        if not self._place.left:
            return
        mailbox.select(self.folder.name)
        self._failures = 0
        for uid in sorted(self._place.left):
            if not self._is_here(mailbox):
                return
            page = self._retried(mailbox, uid)
            yield page
            if page.loss:
                return

    # --- a chunk of UIDs whose sizes are asked for at once --------------------------------

    def _chunk(self, mailbox: Mailbox, chunk: Sequence[int]) -> Iterator[Page]:
        try:
            sizes = mailbox.sizes(chunk)
        except refusals.FAULTS as error:
            if refusals.breaks_connection(error):
                yield self._lost(error, chunk)
                return
            sizes = {}
        wanted = [uid for uid in chunk if is_wanted(self._place, uid, sizes.get(uid))]
        for batch in batches(wanted, sizes, self._limits):
            page = self._batch(mailbox, batch, sizes)
            yield page
            if page.loss:
                return
        self.place = self._place.passed(chunk[-1])

    def _batch(self, mailbox: Mailbox, batch: Sequence[int], sizes: Mapping[int, Sized]) -> Page:
        if len(batch) == 1:
            return self._single(mailbox, batch[0], sizes.get(batch[0]))
        try:
            found = mailbox.bodies(batch)
        except refusals.FAULTS as error:
            if refusals.breaks_connection(error):
                return self._lost(error, batch)
            found = {}
        pages = []
        for uid in batch:
            if uid in found:
                self._failures = 0
                pages.append(self._page(uid, found[uid], sizes.get(uid)))
                self.place = self._place.passed(uid)
            else:
                pages.append(self._single(mailbox, uid, sizes.get(uid)))
            if pages[-1].loss:
                break
        return _joined(pages)

    # --- one mail -----------------------------------------------------------------------

    def _single(self, mailbox: Mailbox, uid: int, sized: Sized | None) -> Page:
        try:
            raw = self._raw(mailbox, uid, sized)
        except refusals.FAULTS as error:
            return self._failed(uid, error)
        self._failures = 0
        self.place = self._place.passed(uid)
        return self._page(uid, raw, sized) if raw else Page()

    def _raw(self, mailbox: Mailbox, uid: int, sized: Sized | None) -> bytes:
        """Empty for a mail that was deleted meanwhile."""
        if sized and sized.size > self._limits.mail:
            headers = mailbox.headers(uid)
            if headers:
                return oversized.too_large(headers, sized.size, self._limits.mail)
        elif found := mailbox.bodies([uid]).get(uid):
            return found
        if uid in mailbox.still_there([uid]):
            raise imaplib.IMAP4.error(f"mail {uid} is there and not handed out")
        return b""

    def _retried(self, mailbox: Mailbox, uid: int) -> Page:
        tries = self._place.left[uid]
        try:
            if uid not in mailbox.still_there([uid]):
                raw, sized = b"", None
            elif tries < TRIES_FOR_ALL:
                sized = mailbox.sizes([uid]).get(uid)
                raw = self._raw(mailbox, uid, sized)
            else:
                headers = mailbox.headers(uid) if tries < TRIES_FOR_HEADERS else b""
                raw, sized = oversized.unreadable(headers, self.folder.name, uid), None
        except refusals.FAULTS as error:
            return self._failed(uid, error)
        self._failures = 0
        self.place = self._place.settled(uid)
        return self._page(uid, raw, sized) if raw else Page()

    def _page(self, uid: int, raw: bytes, sized: Sized | None) -> Page:
        received_at = sized.received_at if sized else None
        is_old = is_history(self._place, uid, received_at)
        envelope = Envelope(
            account=self._settings.email,
            folder=self.folder.name,
            is_sent=self.folder.is_sent,
            uidvalidity=self._place.uidvalidity,
            uid=uid,
            received_at=received_at,
            is_history=is_old,
            own_addresses=self._settings.own_addresses,
            authserv_id=self._settings.trusted_authserv_id,
        )
        seen = () if is_old or self.folder.is_sent else (uid,)
        return Page((sealed(envelope, raw),), seen)

    # --- failures -----------------------------------------------------------------------

    def _failed(self, uid: int, error: Exception) -> Page:
        self._failures += 1
        self.place = self._place.failed(uid).passed(uid)
        is_ill = self._failures >= MAX_FAILURES or refusals.breaks_connection(error)
        return Page(loss=self._told(error) if is_ill else None)

    def _lost(self, error: Exception, uids: Sequence[int]) -> Page:
        """The connection broke on one of these: nobody knows on which."""
        if len(uids) == 1:
            return self._failed(uids[0], error)
        self.place = self._place.careful(uids[-1])
        return Page(loss=self._told(error))

    def _told(self, error: Exception) -> ChannelError:
        return refusals.explained(error, self._settings.imap)

    def _is_here(self, mailbox: Mailbox) -> bool:
        """Whether the folder is still selected, and still numbered as it was."""
        here = mailbox.here
        return here is not None and here == (self.folder.name, self._place.uidvalidity)

    @property
    def _place(self) -> Place:
        assert self.place is not None, "arrive first"
        return self.place


def _is_renumbered(mailbox: Mailbox, place: Place, told: Selected) -> bool:
    """By its UIDVALIDITY, or by numbers below where we are, which some servers begin again at.

    UIDNEXT alone is not believed: one that stands still would have all fetched for ever.
    """
    if told.uidvalidity != place.uidvalidity:
        return True
    return 0 < told.uidnext <= place.uid and mailbox.last_uid() < told.uidnext


def _wanted(mailbox: Mailbox, place: Place) -> list[int]:
    old: list[int] = []
    since = search_since(place)
    if place.uid < place.newest and since:
        old = mailbox.uids(place.uid, until=place.newest, since=since)
    return old + mailbox.uids(max(place.uid, place.newest))


def _joined(pages: Sequence[Page]) -> Page:
    return Page(
        tuple(body for page in pages for body in page.bodies),
        tuple(uid for page in pages for uid in page.seen),
        next((page.loss for page in pages if page.loss), None),
    )
