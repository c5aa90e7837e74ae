"""Marks in forms: what was on the page when it was made, signed, so that nothing else is done.

They need no cookie: a page of another site knows neither the link nor the mark.
"""

import hmac
import re
from uuid import UUID

from bot.foundation.security import Vault
from domain.signing.signatories import Shown

_MARK = re.compile(r"(\d{1,6})-([0-9a-f]{64})-([0-9a-f]{64})")


class Marks:
    def __init__(self, vault: Vault, link_id: UUID) -> None:
        self._vault = vault
        self._link_id = link_id

    def made(self, shown: Shown) -> str:
        return f"{shown.revision}-{shown.sha256}-{self._proof(shown)}"

    def read(self, mark: str) -> Shown | None:
        """None: it was not made here, or for another link."""
        found = _MARK.fullmatch(mark)
        if found is None:
            return None
        shown = Shown(found[2], int(found[1]))
        return shown if hmac.compare_digest(found[3], self._proof(shown)) else None

    def _proof(self, shown: Shown) -> str:
        said = f"{self._link_id}:{shown.revision}:{shown.sha256}"
        return self._vault.digest("customer-page", said).hex()
