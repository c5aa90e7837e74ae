"""When an account is read again, and from when on staff should know of its trouble. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.messages import ChannelError, Permanent, Temporary

POLL_MINUTES = 5
TEMPORARY_MINUTES = (1, 2, 5, 15, 60)
PERMANENT_MINUTES = 30
LONGEST_WISH = timedelta(hours=6)
TELL_AFTER = 3
"""One lost connection is nothing to tell; three in a row are."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`count`: failures in a row with this one."""

    sentence: str
    is_permanent: bool
    count: int
    again_at: datetime

    @property
    def is_worth_telling(self) -> bool:
        return self.is_permanent or self.count >= TELL_AFTER


def trouble(error: Exception, failures_before: int, now: datetime) -> Trouble:
    """`error`: of the channel; anything else is a fault of ours, which may be mended."""
    count = failures_before + 1
    if isinstance(error, Permanent):
        return Trouble(str(error), True, count, now + timedelta(minutes=PERMANENT_MINUTES))
    pause = timedelta(minutes=TEMPORARY_MINUTES[min(count, len(TEMPORARY_MINUTES)) - 1])
    if isinstance(error, Temporary) and error.retry_after:
        wish = timedelta(seconds=error.retry_after)
        pause = min(max(pause, wish), max(pause, LONGEST_WISH))
    if isinstance(error, ChannelError):
        return Trouble(str(error), False, count, now + pause)
    sentence = (
        f"Reading stopped with a fault of the program ({type(error).__name__}: {error});"
        " it is tried again. If it stays, see the log."
    )
    return Trouble(sentence, False, count, now + pause)
