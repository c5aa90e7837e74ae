"""A message that a job has claimed, and what goes over to the channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.engine.identity.sending import CodeLetter
from channels.messages import (
    Address,
    Choice,
    OutboundAttachment,
    OutboundMessage,
    TemplateMessage,
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that this job has claimed, and where it goes."""

    message_id: UUID
    conversation_id: UUID
    hint: str
    identities: tuple[tuple[str, str], ...]
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    in_reply_to: str | None = None
    attempts: int = 1
    last_inbound_at: datetime | None = None
    has_files: bool = False
    accepted: tuple[tuple[str, ...], ...] = ()
    """The ids of each part that the provider took in an earlier try."""
    template: TemplateMessage | None = None
    stands_for_id: UUID | None = None
    reaction: str = ""
    is_kept_from_address: bool = False
    """The address is muted: it takes nothing more from us."""
    elsewhere: CodeLetter | None = None
    """A one-time code for an address outside of the conversation."""
    answers: str = ""
    """The provider's id of the customer's message that has been read for it."""
    is_probe: bool = False
    """The account's access was refused a while ago: is it still?"""

    @property
    def may_be_diverted(self) -> bool:
        """Whether plan B is still to come: not of what is plan B itself, nor of a part's rest."""
        is_carried = self.stands_for_id is not None and self.template is None
        return not (is_carried or self.accepted or self.reaction or self.elsewhere)

    @property
    def to(self) -> Address:
        """The address that names the thread, else the person's first one."""
        for kind, value in self.identities:
            if value == self.hint:
                return Address(kind, value)
        return Address(*self.identities[0]) if self.identities else Address("", self.hint)


def outbound(parcel: Parcel, files: tuple[OutboundAttachment, ...]) -> OutboundMessage:
    return OutboundMessage(
        to=parcel.to,
        text=parcel.text,
        conversation_hint=parcel.hint,
        choices=tuple(Choice(id=id_, title=title) for id_, title in parcel.choices),
        attachments=files,
        in_reply_to=parcel.in_reply_to,
        subject=parcel.subject,
        idempotency_key=str(parcel.message_id),
        template=parcel.template,
        reaction=parcel.reaction,
    )


def parcel_of(row: Any) -> Parcel:
    code_id, to = row.details.get("code_id"), row.details.get("to")
    return Parcel(
        message_id=row.id,
        conversation_id=row.conversation_id,
        hint=row.hint,
        identities=tuple((i["kind"], i["value"]) for i in row.identities or ()),
        text=row.text,
        choices=tuple((c["id"], c["title"]) for c in row.details.get("choices", ())),
        subject=row.subject,
        in_reply_to=row.in_reply_to,
        attempts=row.attempts,
        last_inbound_at=row.last_inbound_at,
        has_files=row.has_files,
        accepted=tuple(tuple(part) for part in row.details.get("accepted", ())),
        template=template_of(row.details) if row.content_kind == "template" else None,
        stands_for_id=row.stands_for_id,
        reaction=row.text if row.content_kind == "reaction" else "",
        is_kept_from_address=row.is_muted,
        answers=row.answers or "",
        elsewhere=CodeLetter(UUID(code_id), Address(*to)) if to and code_id else None,
    )


def template_of(details: Mapping[str, Any]) -> TemplateMessage | None:
    """As the message keeps it; `text` is the message's own."""
    told = details.get("template")
    if not told:
        return None
    parameters = tuple(told["parameters"])
    return TemplateMessage(told["name"], told["language"], parameters, "", told["category"])
