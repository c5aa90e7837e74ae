"""Contract texts with placeholders; pure.

A template is a list of sections `{id, title, content, order}`. `{{ start_date }}` stands for the
contract's own; there is no logic in a template, and what is filled in is never read as a template.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from domain.errors import Refused

PLACEHOLDERS = {
    "company": "our company's name",
    "customer": "the customer's company, or the person's name",
    "customer_vat_number": "the customer's VAT number",
    "customer_address": "the address of the customer's site",
    "contract_number": "CT-…",
    "title": "the contract's title",
    "quote_number": "the quote it comes from",
    "start_date": "its first day",
    "end_date": "its last day",
    "term_months": "its length in months",
    "renewal": "what happens at its end, in a sentence",
    "renewal_notice_days": "days before its end at which renewing is talked about",
    "cancellation_notice_days": "days of notice for cancelling",
    "annual_value": "what comes again, a year, net",
    "once_value": "what is paid once, net",
    "payment_terms": "days in which an invoice is paid",
    "charges": "a line for each charge",
    "included_services": "a line for each service that is included",
    "service_levels": "the service level agreed",
}
_MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
STORABLE = r"^[^\x00]*$"


class TemplateIsWrong(Refused):
    pass


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")]
    title: Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
    content: Annotated[str, Field(max_length=20_000, pattern=STORABLE)] = ""
    order: Annotated[int, Field(ge=0, le=1000)] = 0


Sections = Annotated[tuple[Section, ...], Field(min_length=1, max_length=60)]
_SECTIONS: TypeAdapter[tuple[Section, ...]] = TypeAdapter(Sections)


def sections(raw: Any) -> tuple[Section, ...]:
    """In their order. Raises TemplateIsWrong with a sentence."""
    try:
        found = _SECTIONS.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = " › ".join(str(step) for step in first["loc"])
        raise TemplateIsWrong(
            f"The text is wrong at {where or 'its top'}: {first['msg']}."
        ) from error
    if len({section.id for section in found}) != len(found):
        raise TemplateIsWrong("Two sections have the same id: give each its own.")
    return tuple(sorted(found, key=lambda section: section.order))


def require_known(parts: Sequence[Section]) -> None:
    """Raises TemplateIsWrong naming a placeholder that is not known, and those that are."""
    for part in parts:
        for name in _MARK.findall(f"{part.title}\n{part.content}"):
            if name not in PLACEHOLDERS:
                known = ", ".join(sorted(PLACEHOLDERS))
                raise TemplateIsWrong(
                    f"The section “{part.title}” has a placeholder “{name}” that is not known. "
                    f"Known are: {known}."
                )


def filled(parts: Sequence[Section], values: Mapping[str, str]) -> tuple[Section, ...]:
    """What has no value becomes “–”, so that a gap is seen."""

    def fill(text: str) -> str:
        return _MARK.sub(lambda mark: values.get(mark[1], "") or "–", text)

    return tuple(
        part.model_copy(update={"title": fill(part.title), "content": fill(part.content)})
        for part in parts
    )
