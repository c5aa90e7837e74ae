"""The parts that bring in what nobody delivers, built together."""

from dataclasses import dataclass
from typing import Self

import httpx

from bot.engine.accounts import Accounts
from bot.engine.fetching.importing import Importer
from bot.engine.fetching.poller import Poller
from bot.engine.fetching.roster import Roster
from bot.engine.fetching.watching import Watcher
from bot.engine.intake import IntakeJob
from domain.database import Database


@dataclass(frozen=True, slots=True)
class Fetching:
    roster: Roster
    poller: Poller
    watcher: Watcher
    importer: Importer

    @classmethod
    def of(
        cls,
        database: Database,
        accounts: Accounts,
        client: httpx.AsyncClient,
        intake: IntakeJob,
    ) -> Self:
        return cls(
            roster=Roster(database, accounts),
            poller=Poller(database, accounts, client),
            watcher=Watcher(database, accounts),
            importer=Importer(database, intake),
        )
