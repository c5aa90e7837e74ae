"""Workflow rules over REST: written, ordered, switched, tried on past tickets, and their log."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

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
from domain.following import Since
from domain.workflows.book import RuleBook
from domain.workflows.rules import RuleBody, body_of
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
    book = RuleBook(session, caller.tenant_id, caller.actor)
    rule = await book.add(new, is_on=new.is_on)
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
    found = await RuleBook(session, caller.tenant_id, caller.actor).order(new.ids)
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
    tried = await try_rule(session, caller.tenant_id, body_of(rule), latest)
    return TriedOut.model_validate(tried)


@router.post("/{rule_id}/on", summary="Switch a rule on")
async def switch_on(rule_id: UUID, caller: AdminCaller, session: Transaction) -> RuleOut:
    book = RuleBook(session, caller.tenant_id, caller.actor)
    rule = await book.switch(rule_id, is_on=True)
    return RuleOut.model_validate(rule)


@router.post("/{rule_id}/off", summary="Switch a rule off")
async def switch_off(rule_id: UUID, caller: AdminCaller, session: Transaction) -> RuleOut:
    book = RuleBook(session, caller.tenant_id, caller.actor)
    rule = await book.switch(rule_id, is_on=False)
    return RuleOut.model_validate(rule)


@router.get("/{rule_id}", summary="One workflow rule")
async def workflow_rule(rule_id: UUID, caller: Reader, session: ReadTransaction) -> RuleOut:
    return RuleOut.model_validate(await Workflows(session, caller.tenant_id).get(rule_id))


@router.put("/{rule_id}", summary="Write a workflow rule anew")
async def change_rule(
    rule_id: UUID, body: RuleBody, caller: AdminCaller, session: Transaction
) -> RuleOut:
    """Its version grows; on or off it stays."""
    book = RuleBook(session, caller.tenant_id, caller.actor)
    return RuleOut.model_validate(await book.change(rule_id, body))


@router.delete("/{rule_id}", status_code=204, summary="Delete a rule and its log")
async def delete_rule(rule_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await RuleBook(session, caller.tenant_id, caller.actor).delete(rule_id)
