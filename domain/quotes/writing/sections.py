"""Documents made of sections: read, checked, changed one by one; pure."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import NotFound, Refused
from domain.quotes.writing.templates import CODE, PERSON

MOST_SECTIONS = 40
LONGEST = 100_000
MOST_TEXT, MOST_ROWS = 200_000, 3000
"""Of a whole document: what still makes a paper that somebody can read."""
_ID = r"^[a-z0-9][a-z0-9_-]{0,39}$"
_FORMAT = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Section(BaseModel):
    """`origin`: who wrote it, kept by us and not taken from outside."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(pattern=_ID)
    title: str = Field(max_length=200)
    content: str = Field(max_length=LONGEST)
    order: int = Field(default=0, ge=0, le=10_000)


class Sections(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sections: list[Section] = Field(min_length=1, max_length=MOST_SECTIONS)


def edited(content: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """A document as a person gave it; sections that differ from before are theirs from now on.

    Raises Refused, naming what is wrong.
    """
    try:
        given = Sections.model_validate(content).sections
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise Refused(
            f"The document is wrong at {at}: {first['msg'].lower()}. It is a list of `sections`, "
            "each with id, title, content and order."
        ) from error
    if len({section.id for section in given}) != len(given):
        raise Refused("Two sections have the same id: give each its own.")
    _require_readable(given)
    known = {section["id"]: section for section in before.get("sections", ())}
    ordered = sorted(enumerate(given), key=lambda pair: (pair[1].order, pair[0]))
    return {
        "sections": [
            _kept(section, known.get(section.id), order)
            for order, (_, section) in enumerate(ordered, 1)
        ]
    }


def _require_readable(given: list[Section]) -> None:
    text = sum(len(section.content) for section in given)
    rows = sum(section.content.count("\n") + 1 for section in given)
    if text > MOST_TEXT or rows > MOST_ROWS:
        raise Refused(
            f"The document is too long: it may have {MOST_TEXT} characters in {MOST_ROWS} lines."
        )


def _kept(given: Section, before: dict[str, Any] | None, order: int) -> dict[str, Any]:
    title, text = _plain(given.title).strip(), _plain(given.content)
    is_same = before is not None and (before["title"], before["content"]) == (title, text)
    origin = before.get("origin", CODE) if is_same and before is not None else PERSON
    return {"id": given.id, "title": title, "content": text, "order": order, "origin": origin}


def _plain(text: str) -> str:
    """Without what turns the direction of reading around: an amount must read as it is."""
    return _FORMAT.sub("", text).replace("\x00", "").replace("\r\n", "\n")


def changed(content: dict[str, Any], section_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """With one section's title, content or order changed. Raises NotFound."""
    sections = content.get("sections", [])
    if all(section["id"] != section_id for section in sections):
        raise NotFound("section", section_id)
    tried = [section | changes if section["id"] == section_id else section for section in sections]
    if "order" in changes:  # between its new neighbours, whatever numbers they have
        tried.sort(key=lambda s: (s["order"], s["id"] != section_id))
        tried = [section | {"order": n} for n, section in enumerate(tried, 1)]
    return edited({"sections": tried}, content)


def followed(current: dict[str, Any], fresh: dict[str, Any]) -> dict[str, Any]:
    """After the lines changed: a person's sections stay, all others are written anew."""
    own = {s["id"]: s for s in current["sections"] if s.get("origin", CODE) == PERSON}
    known = {s["id"] for s in current["sections"]}
    merged = [
        own.pop(section["id"], section)
        for section in fresh["sections"]
        if section["id"] in known or not known
    ] + list(own.values())
    merged.sort(key=lambda section: section["order"])
    return {"sections": [section | {"order": n} for n, section in enumerate(merged, 1)]}
