"""What a message tells of people who are known already: their name, proof, whom they may be."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.speaking.newcomers import Newcomers
from domain.customers.joining.links import CustomerLinks, NewLink

# Waits for a merge that is under way and reads what came of it; later ones wait for us.
_HELD = text("""
    select id, merged_into_id from people where id = any(:ids) order by id for key share
""")
_RENAME = text("""
    update people set name = :name, updated_at = now() where id = :id and named_by = ''
""")
_PROVE = text("""
    update identities set proven_at = now()
     where kind = :kind and value = :value and proven_at is null
""")


async def follow_merges(session: AsyncSession, newcomers: Newcomers) -> None:
    """What is new of somebody known is of whoever they were merged into meanwhile."""
    new = {row["id"] for row in newcomers.people_rows}
    rows = [*newcomers.identity_rows, *newcomers.conversation_rows]
    wanted = {row["person_id"] for row in rows} - new
    instead: dict[UUID, UUID] = {}
    while wanted:
        held = await session.execute(_HELD, {"ids": sorted(wanted)})
        merged = {row.id: row.merged_into_id for row in held if row.merged_into_id}
        instead |= merged
        wanted = set(merged.values()) - instead.keys()
    for row in rows:
        while row["person_id"] in instead:
            row["person_id"] = instead[row["person_id"]]


async def keep_acquaintance(session: AsyncSession, tenant_id: UUID, newcomers: Newcomers) -> None:
    if newcomers.renamed:
        names = [{"id": id_, "name": name} for id_, name in newcomers.renamed.items()]
        await session.execute(_RENAME, names)
    if newcomers.shown:
        shown = [{"kind": kind, "value": value} for kind, value in sorted(newcomers.shown)]
        await session.execute(_PROVE, shown)
    for one, other in sorted(newcomers.doubles):
        why = "A message came with addresses of both."
        link = NewLink(one, other, "same_sender", why)
        await CustomerLinks(session, tenant_id).suggest(link)
