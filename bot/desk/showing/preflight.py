"""What a reply shows before it leaves: to whom, in which language, until when; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.showing.words import language, many, masked, span


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a reply would go. `window`: how long after their last word free text is taken."""

    channel: str
    address: str
    language: str
    window: timedelta | None
    last_inbound_at: datetime | None
    files: int = 0
    instead: str = ""
    """How it goes where the window is closed."""

    def closes_in(self, now: datetime) -> timedelta | None:
        """None: there is no window. Negative: it is closed."""
        if self.window is None:
            return None
        if self.last_inbound_at is None:
            return timedelta(seconds=-1)
        return self.last_inbound_at + self.window - now

    def is_open(self, now: datetime) -> bool:
        left = self.closes_in(now)
        return left is None or left > timedelta(0)


def preflight(to: Destination, now: datetime) -> str:
    """`to WhatsApp …34, Spanish, window closes in 43 min, 2 files`."""
    parts = [f"to {to.channel} {masked(to.address)}", language(to.language)]
    left = to.closes_in(now)
    if left is not None:
        is_open = left > timedelta(0)
        parts.append(f"window closes in {span(left)}" if is_open else "window is closed")
    parts += [to.instead] if to.instead else []
    if to.files:
        parts.append(many(to.files, "file"))
    return ", ".join(parts)
