"""How far each folder of a mailbox was read: the cursor that is kept with the mails. Pure."""

from datetime import UTC, date, datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError


class Place(BaseModel):
    """Where we are in one folder.

    `uid`: the last one passed. `started`: when the folder was first looked at.
    `newest`: the last UID that was there then: what is not above it is history.
    `is_renumbered`: `newest` is of a later look, when the server had numbered its mails anew.
    `since`: how far back history is wanted; None: none of it.
    `careful_until`: up to here mails are fetched one by one, because a page of them failed.
    `left`: UIDs that could not be fetched, and how often it was tried.
    """

    model_config = ConfigDict(frozen=True)

    uidvalidity: int
    uid: int
    started: AwareDatetime
    newest: int = 0
    is_renumbered: bool = False
    since: date | None = None
    careful_until: int = 0
    left: dict[int, int] = Field(default_factory=dict)

    def passed(self, uid: int) -> Self:
        return self.model_copy(update={"uid": max(self.uid, uid)})

    def failed(self, uid: int) -> Self:
        """Leaves a mail for later, so that those behind it need not wait."""
        left = self.left | {uid: self.left.get(uid, 0) + 1}
        return self.model_copy(update={"left": left})

    def settled(self, uid: int) -> Self:
        left = {one: tries for one, tries in self.left.items() if one != uid}
        return self.model_copy(update={"left": left})

    def careful(self, until: int) -> Self:
        return self.model_copy(update={"careful_until": until})


class Cursor(BaseModel):
    """Of all folders. Text that only this channel reads."""

    model_config = ConfigDict(frozen=True)

    folders: dict[str, Place] = Field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Self:
        """An unreadable cursor would mean to begin anew, so to lose mail: it is an error."""
        if not text:
            return cls()
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise ValueError("the mailbox's cursor cannot be read") from None

    def at(self, folder: str) -> Place | None:
        return self.folders.get(folder)

    def moved(self, folder: str, place: Place) -> Self:
        return self.model_copy(update={"folders": self.folders | {folder: place}})

    @property
    def text(self) -> str:
        return self.model_dump_json(exclude_defaults=True)


def beginning(uidvalidity: int, uidnext: int, now: datetime, since: date | None = None) -> Place:
    """The first look at a folder: from now on, or with history back to `since`."""
    newest = uidnext - 1
    return Place(
        uidvalidity=uidvalidity,
        uid=0 if since else newest,
        started=_whole_second(now),
        newest=newest,
        since=since,
    )


def renumbered(place: Place, uidvalidity: int, uidnext: int) -> Place:
    """The server numbers its mails anew (RFC 9051, 2.3.1.1): all since the first look again.

    What was taken before comes once more; the engine knows it by its content.
    """
    return Place(
        uidvalidity=uidvalidity,
        uid=0,
        started=place.started,
        newest=uidnext - 1,
        is_renumbered=True,
        since=place.since,
    )


def _whole_second(moment: datetime) -> datetime:
    """Servers date mails by the second: one of the same second must not look older."""
    return moment.astimezone(UTC).replace(microsecond=0)
