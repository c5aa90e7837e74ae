"""What staff decide about two customers: they are one, they are not, it was a mistake."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.joining.links import CONFIRMED, STAFF, CustomerLinks, NewLink
from domain.customers.joining.merging import Because, CustomerMerges
from domain.customers.models import CustomerMerge


async def merge_people(
    session: AsyncSession, tenant_id: UUID, pair: tuple[UUID, UUID], *, actor: str, why: str = ""
) -> CustomerMerge:
    """The first into the second. Suggestions between the two are answered with it."""
    source_id, into_id = pair
    links = CustomerLinks(session, tenant_id)
    because = Because(STAFF, actor, why)
    merge = await CustomerMerges(session, tenant_id).merge(source_id, into_id, because)
    await links.settle(source_id, merge.target_id, merge)
    known = await links.between(source_id, merge.target_id)
    if not any(link.state == CONFIRMED and link.merge_id == merge.id for link in known):
        new = NewLink(source_id, merge.target_id, STAFF, why, merge_id=merge.id)
        await links.confirm(new, by=actor)
    return merge
