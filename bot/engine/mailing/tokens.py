"""The signed token that ties a mail to our conversation. Whoever has it got a mail of ours."""

import base64
import hmac
import re
from uuid import UUID

from bot.foundation.security import Vault

# 26 characters of base 32 are the conversation's id, 16 its keyed hash (80 bits).
_ID_LENGTH = 26
_MAC_BYTES = 10
_TOKEN = re.compile(r"[a-z2-7]{42}")
_OWN_ID = re.compile(r"fd\.([a-z2-7]{42})\.")


class ThreadTokens:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def token(self, tenant_id: UUID, conversation_id: UUID) -> str:
        name = base64.b32encode(conversation_id.bytes).decode().rstrip("=").lower()
        return name + self._mac(tenant_id, conversation_id)

    def conversation(self, tenant_id: UUID, token: str) -> UUID | None:
        """None for what we did not sign, and for what we signed for another tenant."""
        if not _TOKEN.fullmatch(token):
            return None
        name = token[:_ID_LENGTH].upper() + "======"
        conversation_id = UUID(bytes=base64.b32decode(name))
        # A forged name whose last bits differ would decode to the same id: compared as a whole.
        known = self.token(tenant_id, conversation_id)
        return conversation_id if hmac.compare_digest(known, token) else None

    def is_ours(self, tenant_id: UUID, message_id: str) -> bool:
        """Whether a Message-ID is one that we gave to a mail of this tenant."""
        found = _OWN_ID.match(message_id.lower())
        return bool(found and self.conversation(tenant_id, found[1]))

    def _mac(self, tenant_id: UUID, conversation_id: UUID) -> str:
        digest = self._vault.digest("thread", f"{tenant_id}:{conversation_id}")[:_MAC_BYTES]
        return base64.b32encode(digest).decode().lower()
