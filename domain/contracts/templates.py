"""A company's contract templates with their versions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts import standard
from domain.contracts.models import ContractTemplate, ContractTemplateVersion
from domain.contracts.templating import Section, require_known, sections
from domain.errors import Conflict, NotFound, Refused
from domain.quotes.writing.words import LANGUAGES
from domain.tenants.service import Tenants
from domain.types import new_id, utc_now


class Templates:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self) -> list[ContractTemplate]:
        return list(
            await self._session.scalars(select(ContractTemplate).order_by(ContractTemplate.name))
        )

    async def get(self, template_id: UUID, *, for_change: bool = False) -> ContractTemplate:
        found = await self._session.get(
            ContractTemplate, template_id, with_for_update=for_change or None
        )
        if found is None:
            raise NotFound("contract template", template_id)
        return found

    async def chosen(self, template_id: UUID | None, language: str) -> ContractTemplate:
        """The one named, else the customer's language's, else the company's own language's, else
        any. While the company has written none, the standard one of that language."""
        if template_id is not None:
            return await self.get(template_id)
        house = (await Tenants(self._session, self._tenant_id).settings()).language
        every = await self.all()
        found = [template for template in every if template.is_on]
        if same := [each for each in found if each.language == language]:
            return same[0]
        wanted = standard.words_of(language if language in LANGUAGES else house)
        is_new = all(each.name != wanted.name for each in every)
        if is_new and all(each.version == 1 and standard.is_standard(each.name) for each in found):
            return await self.add(
                wanted.name, wanted.sections, actor="bot", language=wanted.language
            )
        return next((each for each in found if each.language == house), None) or _any(found)

    async def add(
        self, name: str, raw: Any, *, actor: str, language: str = "en"
    ) -> ContractTemplate:
        """Raises TemplateIsWrong or Conflict."""
        parts = sections(raw)
        require_known(parts)
        if await self._session.scalar(
            select(ContractTemplate.id).where(ContractTemplate.name == name)
        ):
            raise Conflict(f"There is a contract template “{name}” already.")
        template = ContractTemplate(
            id=new_id(),
            tenant_id=self._tenant_id,
            name=name,
            language=language,
            sections=dumped(parts),
        )
        self._session.add(template)
        await self._session.flush()
        self._keep(template, "made", actor)
        await self._session.flush()
        return template

    async def change(
        self, template_id: UUID, raw: Any, *, note: str, actor: str, version: int | None = None
    ) -> ContractTemplate:
        """A new version; contracts made from a former one stay as they are."""
        template = await self.get(template_id, for_change=True)
        if version is not None and version != template.version:
            raise Conflict(f"“{template.name}” was changed meanwhile: look at it again.")
        parts = sections(raw)
        require_known(parts)
        template.sections = dumped(parts)
        template.version += 1
        template.updated_at = utc_now()
        self._keep(template, note, actor)
        await self._session.flush()
        return template

    async def roll_back(self, template_id: UUID, version: int, *, actor: str) -> ContractTemplate:
        """A former version becomes the newest."""
        found = [row for row in await self.versions(template_id) if row.version == version]
        if not found:
            raise NotFound("version of the template", version)
        note = f"as version {version}"
        return await self.change(template_id, found[0].sections, note=note, actor=actor)

    async def switch(self, template_id: UUID, is_on: bool) -> ContractTemplate:
        template = await self.get(template_id, for_change=True)
        template.is_on, template.updated_at = is_on, utc_now()
        await self._session.flush()
        return template

    async def versions(self, template_id: UUID) -> list[ContractTemplateVersion]:
        """The newest first."""
        query = select(ContractTemplateVersion).where(
            ContractTemplateVersion.template_id == template_id
        )
        return list(
            await self._session.scalars(query.order_by(ContractTemplateVersion.version.desc()))
        )

    def _keep(self, template: ContractTemplate, note: str, actor: str) -> None:
        if not note.strip():
            raise Refused("Say in a few words what was changed.")
        self._session.add(
            ContractTemplateVersion(
                id=new_id(),
                tenant_id=self._tenant_id,
                template_id=template.id,
                version=template.version,
                sections=template.sections,
                note=note.strip(),
                author=actor,
            )
        )


def _any(found: Sequence[ContractTemplate]) -> ContractTemplate:
    if not found:
        raise Refused("Every contract template is switched off: switch one on first.")
    return found[0]


def dumped(parts: Sequence[Section]) -> list[dict[str, Any]]:
    return [part.model_dump() for part in parts]
