"""The parts that bring in what nobody delivers, built together."""

from dataclasses import dataclass
from typing import Self

import httpx

from bot.engine.accounts import Accounts
from bot.engine.fetching.poller import Poller
from bot.engine.fetching.roster import Roster
from bot.engine.fetching.watching import Watcher
from domain.database import Database


@dataclass(frozen=True, slots=True)
class Fetching:
    roster: Roster
    poller: Poller
    watcher: Watcher

    @classmethod
    def of(cls, database: Database, accounts: Accounts, client: httpx.AsyncClient) -> Self:
        return cls(
            roster=Roster(database, accounts),
            poller=Poller(database, accounts, client),
            watcher=Watcher(database, accounts),
        )
