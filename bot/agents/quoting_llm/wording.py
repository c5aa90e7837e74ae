"""Words a document's sections with a model; code keeps what says more than the quote does.

A section with a number, amount, date, code or link that stands nowhere in the quote is dropped,
and the template's stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.agents.budget import Meter, MeteredModel
from bot.agents.support.facts import facts
from bot.foundation.telemetry import log
from bot.model.failures import ModelFailed
from bot.model.llm import ModelSettings
from bot.model.prompts import BrokenPrompt, PromptSource, render, shipped
from bot.model.structured import StructuredModel
from bot.model.turns import TenantView
from bot.model.untrusted import block, visible
from domain.quotes.writing.templates import BUILD, MODEL, Matter
from domain.quotes.writing.words import words_of

PROMPT = "quote_document"
LONGEST = 6000
FIXED = frozenset({"terms"})
"""Sections in the company's own words."""


class WordedSection(BaseModel):
    """One section's new words."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, Field(max_length=40)]
    content: Annotated[str, Field(max_length=20_000)]


class DocumentForm(BaseModel):
    """The sections that are worded anew."""

    model_config = ConfigDict(extra="ignore")

    sections: list[WordedSection] = Field(default_factory=list, max_length=40)


@dataclass(frozen=True, slots=True)
class Template:
    """A document as code writes it: `kind` its type, `content` its sections."""

    kind: str
    content: Mapping[str, Any]


class DocumentWriter:
    def __init__(
        self,
        settings: ModelSettings,
        prompts: PromptSource,
        meter: Meter | None = None,
        *,
        seconds: float = 30.0,
    ) -> None:
        self._model = MeteredModel(StructuredModel(settings), meter)
        self._prompts = prompts
        self._seconds = seconds

    async def word(
        self, tenant: TenantView, matter: Matter, template: Template
    ) -> dict[str, Any] | None:
        """The document with a model's words, or None where it gave none that hold."""
        briefing = _briefing(matter, template)
        instructions = await self._instructions(tenant, template.kind)
        try:
            form, _ = await self._model.ask(
                tenant, instructions, briefing, DocumentForm, self._seconds
            )
        except ModelFailed as failure:
            log.warning("quote_document.not_worded", reason=failure.reason)
            return None
        return worded(template, form, briefing)

    async def _instructions(self, tenant: TenantView, kind: str) -> str:
        _, body = await self._prompts.get(tenant.id, PROMPT)
        facts_of_prompt = {"company": tenant.name, "document": kind}
        try:
            own = render(body, facts_of_prompt)
        except BrokenPrompt:
            own = render(shipped()[PROMPT].body, facts_of_prompt)
        return f"{shipped()['rules'].body}\n{own}"


def worded(template: Template, form: DocumentForm, briefing: str) -> dict[str, Any] | None:
    known = {reading for fact in facts(briefing) for reading in fact.readings}
    given = {section.id: visible(section.content, LONGEST).strip() for section in form.sections}
    sections, changed = [], False
    for section in template.content["sections"]:
        words = given.get(section["id"], "")
        if words and section["id"] not in FIXED and _holds(words, known):
            sections.append(section | {"content": words, "origin": MODEL})
            changed = True
        else:
            sections.append(section)
    return {"sections": sections} if changed else None


def _holds(words: str, known: set[str]) -> bool:
    return all(fact.readings & known for fact in facts(words))


def _briefing(matter: Matter, template: Template) -> str:
    is_internal = template.kind == BUILD
    language = matter.house_language if is_internal else matter.language
    lines = "\n".join(
        f"{line.quantity.normalize():f} {line.unit} · {line.description}"
        + (" (optional)" if not line.is_summed else "")
        + (f" ({line.note})" if line.note else "")
        for line in matter.lines
    )
    heads = [
        f"Title: {matter.title}",
        f"Language of the document: {words_of(language).language}",
        f"Site: {matter.location}" if matter.location else "",
        f"Wanted by: {matter.deadline}" if matter.deadline else "",
        *(f"Open: {question}" for question in matter.questions),
    ]
    sections = "\n\n".join(
        f"[{section['id']}] {section['title']}\n{section['content']}"
        for section in template.content["sections"]
    )
    return "\n\n".join(
        (
            block("quote", "\n".join(head for head in heads if head), 4000),
            block("lines", lines, 20_000),
            block("document", sections, 40_000),
        )
    )
