"""Workflow rules over REST: written, ordered, switched, tried on past tickets, and their log."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.rest import (
    Body,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, Transaction
from domain.errors import NotFound
from domain.following import Since
from domain.staff.models import StaffMember
from domain.workflows.models import WorkflowRule
from domain.workflows.rules import Assign, RuleBody, parse
from domain.workflows.service import Workflows
from domain.workflows.trying import MOST_TRIED, try_rule

router = rest_router("/helpdesk/workflows", "workflows")

Latest = Annotated[int, Query(ge=1, le=MOST_TRIED, description="How many of the latest tickets.")]


class RuleOut(Shown):
    id: UUID
    name: str
    event: str
    conditions: dict[str, Any]
    actions: list[dict[str, Any]]
    place: int
    is_on: bool
    stops_here: bool
    version: int
    created_at: datetime
    updated_at: datetime


class RuleIn(RuleBody):
    """New rules are off until they are switched on: try them first."""

    is_on: bool = Field(False, examples=[False])


class NewOrder(Body):
    """Every rule, in the new order."""

    ids: Annotated[list[UUID], Field(max_length=200)]


class FiringQuery(Paging):
    rule_id: UUID | None = None


class FiringOut(Shown):
    """`outcome`: done, failed or stopped (it set itself off)."""

    id: UUID
    rule_id: UUID
    rule_version: int
    ticket_id: UUID
    event: str
    outcome: str
    changed: list[str]
    error: str
    created_at: datetime


class WouldChangeOut(Shown):
    ticket_id: UUID
    number: str
    changes: list[str]


class TriedOut(Shown):
    """Of `tickets` looked at, those that match with what would change; nothing was written."""

    tickets: int
    matched: list[WouldChangeOut]


class RulesOut(Shown):
    items: list[RuleOut]


@router.get("", summary="Workflow rules, in their order")
async def workflow_rules(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> RulesOut:
    since = Since(updated_since) if updated_since else None
    found = await Workflows(session, caller.tenant_id).all(since)
    return RulesOut(items=[RuleOut.model_validate(rule) for rule in found])


@router.post("", status_code=201, summary="Write a workflow rule")
async def add_rule(new: RuleIn, caller: AdminCaller, session: Transaction) -> RuleOut:
    await _require_assignees(session, new)
    rule = await Workflows(session, caller.tenant_id).add(new, is_on=new.is_on)
    return RuleOut.model_validate(rule)


@router.get("/firings", summary="What rules did, newest first")
async def firings(
    caller: Reader, session: ReadTransaction, asked: Annotated[FiringQuery, Query()]
) -> Page[FiringOut]:
    rows = await Workflows(session, caller.tenant_id).firings(
        asked.limit + 1,
        asked.place(time_and_id),
        rule_id=asked.rule_id,
        since=asked.since,
    )
    own = asked.made(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, FiringOut.model_validate, own)


@router.post("/order", summary="Put the rules into another order")
async def order(new: NewOrder, caller: AdminCaller, session: Transaction) -> RulesOut:
    found = await Workflows(session, caller.tenant_id).order(new.ids)
    return RulesOut(items=[RuleOut.model_validate(rule) for rule in found])


@router.post("/dry-run", summary="Try a rule that is not saved on past tickets")
async def try_unsaved(
    body: RuleBody, caller: AdminCaller, session: ReadTransaction, latest: Latest = 100
) -> TriedOut:
    tried = await try_rule(session, caller.tenant_id, body, latest)
    return TriedOut.model_validate(tried)


@router.post("/{rule_id}/dry-run", summary="Try a rule on past tickets")
async def try_saved(
    rule_id: UUID, caller: AdminCaller, session: ReadTransaction, latest: Latest = 100
) -> TriedOut:
    rule = await Workflows(session, caller.tenant_id).get(rule_id)
    return TriedOut.model_validate(await try_rule(session, caller.tenant_id, _said(rule), latest))


@router.post("/{rule_id}/on", summary="Switch a rule on")
async def switch_on(rule_id: UUID, caller: AdminCaller, session: Transaction) -> RuleOut:
    rule = await Workflows(session, caller.tenant_id).switch(rule_id, is_on=True)
    return RuleOut.model_validate(rule)


@router.post("/{rule_id}/off", summary="Switch a rule off")
async def switch_off(rule_id: UUID, caller: AdminCaller, session: Transaction) -> RuleOut:
    rule = await Workflows(session, caller.tenant_id).switch(rule_id, is_on=False)
    return RuleOut.model_validate(rule)


@router.get("/{rule_id}", summary="One workflow rule")
async def workflow_rule(rule_id: UUID, caller: Reader, session: ReadTransaction) -> RuleOut:
    return RuleOut.model_validate(await Workflows(session, caller.tenant_id).get(rule_id))


@router.put("/{rule_id}", summary="Write a workflow rule anew")
async def change_rule(
    rule_id: UUID, body: RuleBody, caller: AdminCaller, session: Transaction
) -> RuleOut:
    """Its version grows; on or off it stays."""
    await Workflows(session, caller.tenant_id).get(rule_id)
    await _require_assignees(session, body)
    return RuleOut.model_validate(await Workflows(session, caller.tenant_id).change(rule_id, body))


@router.delete("/{rule_id}", status_code=204, summary="Delete a rule and its log")
async def delete_rule(rule_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await Workflows(session, caller.tenant_id).delete(rule_id)


def _said(rule: WorkflowRule) -> RuleBody:
    return parse(
        {
            "name": rule.name,
            "event": rule.event,
            "conditions": rule.conditions,
            "actions": rule.actions,
            "stops_here": rule.stops_here,
        }
    )


async def _require_assignees(session: AsyncSession, body: RuleBody) -> None:
    """Those of another tenant are not found either."""
    for action in body.actions:
        to = action.to if isinstance(action, Assign) else None
        if isinstance(to, UUID) and await session.get(StaffMember, to) is None:
            raise NotFound("staff member", to)
