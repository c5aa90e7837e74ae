"""Meta's shelf of message templates on this machine: submitted, decided, listed, enforced."""

import re
from dataclasses import dataclass, field
from typing import Any

from channels.templates import WrongParameters, filled, gaps
from channels.whatsapp.payload import Node, elements, node, text

PAGE = 10
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_BUTTON_LIMIT = 25
_CODE_BODY = "*{{1}}* is your verification code."


@dataclass(slots=True)
class TemplateShelf:
    """By business account. `decides_at_once`: approves whatever is submitted."""

    decides_at_once: bool = False
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    submissions: list[Node] = field(default_factory=list)

    def take(self, business: str, body: Node) -> dict[str, Any] | tuple[int, str]:
        """The answer to a submission, or (code, words) of what is wrong."""
        if wrong := _complaint(body):
            return wrong
        name, language = text(body.get("name")), text(body.get("language"))
        if self._find(name, language):
            return 100, f"Content in this language already exists: {name} {language}"
        self.submissions.append(body)
        status = "APPROVED" if self.decides_at_once else "PENDING"
        row = {
            "id": str(594425479261596 + len(self.submissions)),
            "name": name,
            "language": language,
            "category": text(body.get("category")),
            "status": status,
            "rejected_reason": "NONE",
            "components": [
                {**node(one), "text": _CODE_BODY} if node(one).get("type") == "BODY" else one
                for one in elements(body.get("components"))
            ]
            if body.get("category") == "AUTHENTICATION"
            else list(elements(body.get("components"))),
        }
        self.rows.setdefault(business, []).append(row)
        return {"id": row["id"], "status": status, "category": row["category"]}

    def decide(self, name: str, status: str, language: str = "", reason: str = "NONE") -> None:
        """As a reviewer of Meta's would."""
        for row in self._all():
            if row["name"] == name and language in ("", row["language"]):
                row["status"], row["rejected_reason"] = status, reason

    def page(self, business: str, after: str) -> dict[str, Any]:
        start = int(after) if after.isdecimal() else 0
        rows = self.rows.get(business, [])
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + PAGE)}}
        if start + PAGE < len(rows):
            paging["next"] = "https://graph.facebook.com/the-next-page"
        return {"data": rows[start : start + PAGE], "paging": paging}

    def complaint(self, body: Node) -> tuple[int, str] | None:
        """What is wrong with sending this template; None: nothing."""
        template = node(body.get("template"))
        name = text(template.get("name"))
        language = text(node(template.get("language")).get("code"))
        row = self._find(name, language)
        if row is None or row["status"] in {"PENDING", "REJECTED"}:
            return 132001, f"Template name does not exist in the translation: {name} {language}"
        if row["status"] == "PAUSED":
            return 132015, "Template is paused"
        if row["status"] == "DISABLED":
            return 132016, "Template is disabled"
        words = next((text(c.get("text")) for c in row["components"] if c["type"] == "BODY"), "")
        given = _parameters(template)
        if len(given) != gaps(words):
            return 132000, "Number of parameters does not match the expected number of params"
        try:
            filled(words, given)
        except WrongParameters as error:
            return 132018, str(error)
        return None

    def _find(self, name: str, language: str) -> dict[str, Any] | None:
        known = (row for row in self._all() if (row["name"], row["language"]) == (name, language))
        return next(known, None)

    def _all(self) -> list[dict[str, Any]]:
        return [row for rows in self.rows.values() for row in rows]


def _parameters(template: Node) -> tuple[str, ...]:
    for component in elements(template.get("components")):
        if node(component).get("type") == "body":
            told = elements(node(component).get("parameters"))
            return tuple(text(node(one).get("text")) for one in told)
    return ()


def _complaint(body: Node) -> tuple[int, str] | None:
    if not _NAME.fullmatch(text(body.get("name"))):
        return 100, "Invalid parameter: name"
    if text(body.get("category")) not in {"UTILITY", "MARKETING", "AUTHENTICATION"}:
        return 100, "Invalid parameter: category"
    if body.get("category") == "AUTHENTICATION":
        return None
    components = [node(one) for one in elements(body.get("components"))]
    bodies = [one for one in components if one.get("type") == "BODY"]
    words = text(bodies[0].get("text")) if bodies else ""
    if not words or len(words) > 1024:
        return 100, "Invalid parameter: components"
    if words.startswith("{{") or words.rstrip().endswith("}}"):
        return 100, "Variables can't be at the start or end of the template"
    samples = elements(node(bodies[0].get("example")).get("body_text"))
    if gaps(words) and (not samples or len(elements(samples[0])) != gaps(words)):
        return 100, "Message template components param is missing expected field: example"
    buttons = [b for one in components for b in elements(one.get("buttons"))]
    if any(len(text(node(one).get("text"))) > _BUTTON_LIMIT for one in buttons):
        return 100, "Button text is too long"
    return None
