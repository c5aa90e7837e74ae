"""What may go wrong at a mail server, to be ordered."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Each order is used up once, when its moment comes."""

    REFUSE_LOGIN = "refuse login"
    TOO_MANY_CONNECTIONS = "too many connections"
    DROP_ON_SELECT = "drop on select"
    DROP_DURING_FETCH = "drop during fetch"
    REFUSE_FETCH = "refuse fetch"
    SILENCE_ON_FETCH = "silence on fetch"
    EXPUNGE_DURING_FETCH = "expunge during fetch"
    RENUMBER = "new UIDVALIDITY"
    TOKEN_EXPIRED = "token expired"  # noqa: S105 - the name of a fault
    TOKEN_SERVICE_DOWN = "token service down"  # noqa: S105
    SMTP_BUSY = "451"
    SMTP_NO_MAILBOX = "550"
    SMTP_TOO_LARGE = "552"
    SMTP_SPAM = "554"
    SMTP_QUOTA = "550 5.4.5"
    SMTP_DROP_ON_RCPT = "drop on RCPT"
    SMTP_DROP_AFTER_DATA = "drop after DATA"


@dataclass(slots=True)
class Orders:
    waiting: Counter[Fault] = field(default_factory=Counter)
    _happened: defaultdict[Fault, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )

    def place(self, fault: Fault, times: int = 1) -> None:
        self.waiting[fault] += times

    def take(self, fault: Fault) -> bool:
        """Whether it goes wrong this time."""
        if self.waiting[fault] <= 0:
            return False
        self.waiting[fault] -= 1
        self._happened[fault].set()
        return True

    async def happened(self, fault: Fault) -> None:
        """Waits until it has gone wrong."""
        await self._happened[fault].wait()
