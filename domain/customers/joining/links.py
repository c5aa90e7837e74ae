"""Soft links: two people who may be one, on what evidence. Staff decide; nothing opens by itself.

Evidence: `code` (gave an address and confirmed it by a code), `staff` (a person said so),
`order_number` (named a number of the other's ticket or quote: weak), `same_sender` (one message
came with addresses of both), `shared_address` (an address of the one was given for the other).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.service import note as audit
from domain.customers.joining.merging import MergeRefused
from domain.customers.models import CustomerLink, CustomerMerge, Person
from domain.customers.service import AddressTaken
from domain.errors import NotFound, Refused
from domain.events import Happened, record
from domain.following import Since
from domain.types import new_id, utc_now

EVIDENCES = ("code", "staff", "order_number", "same_sender", "shared_address")
SUGGESTED, CONFIRMED, UNDONE = "suggested", "confirmed", "undone"
STAFF, CODE = "staff", "code"


@dataclass(frozen=True, slots=True)
class NewLink:
    """`kind` and `address`: what it is about, where it is about one."""

    person_id: UUID
    other_id: UUID | None
    evidence: str
    why: str = ""
    kind: str = ""
    address: str = ""
    merge_id: UUID | None = None


class CustomerLinks:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def suggest(self, new: NewLink, *, by: str = "bot") -> CustomerLink | None:
        """For staff to look at. None where the same was suggested before, or decided."""
        if new.person_id == new.other_id or await self._is_known(new):
            return None
        return await self._add(new, SUGGESTED, by)

    async def confirm(self, new: NewLink, *, by: str) -> CustomerLink:
        """Stands from now on. Raises Refused for one and the same person."""
        if new.person_id == new.other_id:
            raise Refused("That is one and the same person.")
        return await self._add(new, CONFIRMED, by)

    async def settle(self, one: UUID, other: UUID, merge: CustomerMerge) -> None:
        """The suggestions between the two are answered by their merge."""
        for link in await self.between(one, other):
            if link.state == SUGGESTED:
                link.state, link.merge_id = CONFIRMED, merge.id
                link.decided_by, link.decided_at = merge.merged_by, utc_now()
        await self._session.flush()

    async def undo(self, link_id: UUID, *, by: str) -> CustomerLink:
        """Not the same person, after all: it is not suggested again on the same evidence."""
        link = await self.get(link_id)
        if link.state == UNDONE:
            raise Refused("This link was taken back already.")
        if link.merge_id is not None:
            raise MergeRefused("The two were merged: undo the merge, and the link goes with it.")
        link.state, link.decided_by, link.decided_at = UNDONE, by, utc_now()
        await self._session.flush()
        self._tell("customer.unlinked", link, by)
        return link

    async def get(self, link_id: UUID) -> CustomerLink:
        link = await self._session.get(CustomerLink, link_id)
        if link is None or link.tenant_id != self._tenant_id:
            raise NotFound("link", link_id)
        return link

    async def of(self, person_ids: Sequence[UUID]) -> list[CustomerLink]:
        """All of these people's, oldest first, undone ones too."""
        query = select(CustomerLink).where(
            CustomerLink.tenant_id == self._tenant_id,
            or_(CustomerLink.person_id.in_(person_ids), CustomerLink.other_id.in_(person_ids)),
        )
        return list(await self._session.scalars(query.order_by(CustomerLink.id)))

    async def between(self, one: UUID, other: UUID) -> list[CustomerLink]:
        link = CustomerLink
        query = select(link).where(
            link.tenant_id == self._tenant_id,
            or_(
                and_(link.person_id == one, link.other_id == other),
                and_(link.person_id == other, link.other_id == one),
            ),
        )
        return list(await self._session.scalars(query.order_by(link.id)))

    async def suggestions(
        self, limit: int, after: UUID | None = None, since: Since | None = None
    ) -> list[CustomerLink]:
        """What waits for a person to decide, oldest first."""
        query = select(CustomerLink).where(
            CustomerLink.tenant_id == self._tenant_id, CustomerLink.state == SUGGESTED
        )
        if after is not None:
            query = query.where(CustomerLink.id > after)
        query = query.order_by(CustomerLink.id)
        if since:
            query = since.of(query, CustomerLink.updated_at, CustomerLink.id)
        return list(await self._session.scalars(query.limit(limit)))

    async def was_taken_apart(self, one: UUID, other: UUID) -> bool:
        """Whether a person has said before that these two are not one."""
        links = await self.between(one, other)
        if any(link.state == UNDONE for link in links):
            return True
        query = select(CustomerMerge.id).where(
            CustomerMerge.tenant_id == self._tenant_id,
            CustomerMerge.undone_at.is_not(None),
            CustomerMerge.source_id.in_((one, other)),
            CustomerMerge.target_id.in_((one, other)),
        )
        return await self._session.scalar(query.limit(1)) is not None

    # --- inner ---

    async def _is_known(self, new: NewLink) -> bool:
        if new.other_id is None:
            links = await self.of([new.person_id])
            return any((one.kind, one.address) == (new.kind, new.address) for one in links)
        links = await self.between(new.person_id, new.other_id)
        if any(link.state == SUGGESTED for link in links):
            return True
        # A code is news each time: the customer has done something for it.
        decided = {link.evidence for link in links if link.state == UNDONE}
        return new.evidence in decided and new.evidence != CODE

    async def _add(self, new: NewLink, state: str, by: str) -> CustomerLink:
        for person_id in filter(None, (new.person_id, new.other_id)):
            await self._require_own(person_id)
        link = CustomerLink(
            id=new_id(),
            tenant_id=self._tenant_id,
            person_id=new.person_id,
            other_id=new.other_id,
            kind=new.kind,
            address=new.address,
            evidence=new.evidence,
            why=new.why[:500],
            state=state,
            merge_id=new.merge_id,
            made_by=by,
            decided_by=by if state == CONFIRMED else "",
            decided_at=utc_now() if state == CONFIRMED else None,
        )
        self._session.add(link)
        await self._session.flush()
        self._tell("customer.linked" if state == CONFIRMED else "customer.suggested", link, by)
        return link

    async def _require_own(self, person_id: UUID) -> None:
        """A foreign key is checked past row-level security, so it is checked here first."""
        person = await self._session.get(Person, person_id)
        if person is None or person.tenant_id != self._tenant_id:
            raise NotFound("person", person_id)

    def _tell(self, what: str, link: CustomerLink, by: str) -> None:
        other = str(link.other_id) if link.other_id else None
        payload = {"person_id": str(link.person_id), "other_id": other, "evidence": link.evidence}
        record(self._session, self._tenant_id, Happened(what, link.id, payload, by))
        audit(self._session, self._tenant_id, by, what, str(link.id), **payload)


async def shared(
    session: AsyncSession, tenant_id: UUID, person_id: UUID, taken: AddressTaken, *, by: str
) -> None:
    """An address of somebody was given for somebody else: one person, or one mailbox of two."""
    if taken.owner_id is not None:
        link = NewLink(person_id, taken.owner_id, "shared_address", "", taken.kind, taken.value)
        await CustomerLinks(session, tenant_id).suggest(link, by=by)
