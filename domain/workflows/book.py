"""A tenant's rules as people write them: checked, kept, and every change in the audit log."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.service import note as audit
from domain.errors import Conflict, NotFound, Refused
from domain.staff.models import StaffMember
from domain.workflows.actions import Assign, Webhook
from domain.workflows.models import WorkflowRule
from domain.workflows.rules import RuleBody, body_of
from domain.workflows.service import Workflows
from domain.workflows.webhooks import Webhooks


class RuleBook:
    """Works in the caller's transaction. `actor`: as the audit log names who writes."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, actor: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._actor = actor
        self._workflows = Workflows(session, tenant_id)

    async def add(self, body: RuleBody, *, is_on: bool = False) -> WorkflowRule:
        await self.require_sound(body)
        rule = await self._workflows.add(body, is_on=is_on)
        self._audit("rule.added", rule, is_on=is_on)
        return rule

    async def change(
        self, rule_id: UUID, body: RuleBody, seen_version: int | None = None
    ) -> WorkflowRule:
        """`seen_version`: what the writer had before them. Raises Conflict."""
        rule = await self._workflows.get(rule_id, for_change=True)
        if seen_version is not None and rule.version != seen_version:
            raise Conflict(
                f"“{rule.name}” was changed meanwhile: it is version {rule.version} now. "
                "Look at it, then change it again."
            )
        await self.require_sound(body)
        rule = await self._workflows.change(rule_id, body)
        self._audit("rule.changed", rule)
        return rule

    async def switch(self, rule_id: UUID, *, is_on: bool) -> WorkflowRule:
        if is_on:
            await self.require_sound(body_of(await self._workflows.get(rule_id)))
        rule = await self._workflows.switch(rule_id, is_on=is_on)
        self._audit("rule.switched_on" if is_on else "rule.switched_off", rule)
        return rule

    async def order(self, ids: Sequence[UUID]) -> list[WorkflowRule]:
        rules = await self._workflows.order(ids)
        names = [rule.name for rule in rules]
        audit(self._session, self._tenant_id, self._actor, "rule.ordered", order=names)
        return rules

    async def delete(self, rule_id: UUID) -> WorkflowRule:
        """With its log; what the rule said stays in the audit log."""
        rule = await self._workflows.get(rule_id)
        said = body_of(rule).model_dump(mode="json")
        self._audit("rule.deleted", rule, said=said)
        await self._workflows.delete(rule_id)
        return rule

    async def require_sound(self, body: RuleBody) -> None:
        """What it names is there; what is another tenant's is not. Raises NotFound or Refused."""
        for action in body.actions:
            if isinstance(action, Assign) and isinstance(action.to, UUID):
                member = await self._session.get(StaffMember, action.to)
                if member is None:
                    raise NotFound("staff member", action.to)
                if member.deactivated_at is not None:
                    raise Refused(f"{member.name} works here no more: assign to somebody else.")
            elif isinstance(action, Webhook):
                await Webhooks(self._session, self._tenant_id).named(action.to)

    def _audit(self, action: str, rule: WorkflowRule, **details: object) -> None:
        told = {"name": rule.name, "version": rule.version} | details
        audit(self._session, self._tenant_id, self._actor, action, str(rule.id), **told)
