"""Lets a model look again at a message that the quick triage is unsure of; never needed."""

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from bot.agents.triage.sorter import Triaged
from bot.agents.triage.urgency import Urgency
from bot.foundation.telemetry import log
from bot.model.failures import ModelFailed
from bot.model.llm import ModelSettings
from bot.model.prompts import BrokenPrompt, PromptSource, render, shipped
from bot.model.structured import StructuredModel
from bot.model.turns import Intent, ModelUse, TenantView
from bot.model.untrusted import block

PROMPT = "triage"
SURE = 0.75
TEXT_LENGTH = 3000


class Sorting(BaseModel):
    """What kind of message it is."""

    intent: Intent
    urgency: Urgency = Urgency.MEDIUM
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"


class TriageRefinement:
    """One short call for an unsure message; a failure leaves the first finding as it was."""

    def __init__(
        self, settings: ModelSettings, prompts: PromptSource, *, seconds: float = 6.0
    ) -> None:
        self._model = StructuredModel(settings)
        self._prompts = prompts
        self._seconds = seconds

    async def refine(
        self, tenant: TenantView, text: str, first: Triaged
    ) -> tuple[Triaged, ModelUse]:
        if first.confidence >= SURE or not text.strip():
            return first, ModelUse()
        version, instructions = await self._instructions(tenant)
        try:
            found, use = await self._model.ask(
                instructions, block("message", text, TEXT_LENGTH), Sorting, self._seconds
            )
        except ModelFailed as failure:
            log.warning("triage not refined", reason=failure.reason)
            return first, failure.use
        use = replace(use, prompt_versions=(("rules", 0), (PROMPT, version)))
        if found.intent is Intent.OTHER and first.intent is not Intent.OTHER:
            # A real enquiry filed away is lost; a pitch answered is only a nuisance.
            return first, use
        return Triaged(
            found.intent, found.urgency, found.language, max(first.confidence, SURE)
        ), use

    async def _instructions(self, tenant: TenantView) -> tuple[int, str]:
        version, body = await self._prompts.get(tenant.id, PROMPT)
        try:
            own = render(body, {"company": tenant.name})
        except BrokenPrompt:
            version, own = 0, render(shipped()[PROMPT].body, {"company": tenant.name})
        return version, f"{shipped()['rules'].body}\n{own}"
