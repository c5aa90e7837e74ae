"""What a link leads to, found by what stands in the address; the same refusal for all that fail."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.engine.accounts import Accounts
from bot.foundation.security import Vault
from bot.paper.typesetting import Typesetter
from domain.database import Database
from domain.errors import NotFound
from domain.signing.links import Links, opened

QUOTE, CONTRACT = "quote", "contract"


class Parts(Protocol):
    """The runtime has them."""

    @property
    def database(self) -> Database: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def typesetter(self) -> Typesetter: ...


@dataclass(frozen=True, slots=True)
class At:
    """A link that somebody has. `subject_id`: the quote or the contract it leads to."""

    tenant_id: UUID
    link_id: UUID
    subject_id: UUID


class LinkUnknown(NotFound):
    """Unknown, revoked, another kind of link: nobody learns which."""

    def __init__(self) -> None:
        super().__init__("link", "…")


async def found(parts: Parts, token: str, noun: str) -> At:
    """Raises LinkUnknown."""
    async with parts.database.directory() as session:
        link = await opened(session, parts.vault, token)
    if link is None:
        raise LinkUnknown
    async with parts.database.transaction(link.tenant_id) as session:
        try:
            row = await Links(session, link.tenant_id, parts.vault).get(link.link_id)
        except NotFound as error:
            raise LinkUnknown from error
    subject_id = row.quote_id if noun == QUOTE else row.contract_id
    if subject_id is None:
        raise LinkUnknown
    return At(link.tenant_id, row.id, subject_id)
