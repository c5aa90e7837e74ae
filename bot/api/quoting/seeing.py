"""What a key's role lets somebody see of a quote, and up to which total it may be sent."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dependencies import Caller
from bot.desk.asking.rights import Policy, Rights, rights_of
from domain.quotes.writing.linework import CONFIDENTIAL
from domain.quotes.writing.repricing import without_confidential
from domain.tenants.service import Tenants


async def rights_of_key(session: AsyncSession, caller: Caller) -> Rights:
    desk = (await Tenants(session, caller.tenant_id).settings()).desk
    return rights_of(caller.role, Policy(desk.approval_limit, desk.staff_see_margins))


def shown(content: dict[str, Any], rights: Rights) -> dict[str, Any]:
    """Without cost and supplier for who may not see margins."""
    if rights.sees_margins or "lines" not in content:
        return content
    return without_confidential(content, CONFIDENTIAL)
