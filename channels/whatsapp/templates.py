"""WhatsApp's message templates: the shipped ones, Meta's list of an account's, and submission."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from channels.messages import Permanent, TemplateMessage
from channels.templates import RegisteredTemplate, Template, TemplateState
from channels.whatsapp.graph import Graph
from channels.whatsapp.payload import Node, elements, node, text
from channels.whatsapp.settings import WhatsAppSettings

PAGES = 50
"""Of a hundred each: more templates than Meta lets an account have."""
AUTHENTICATION = "authentication"
CODE_MINUTES = 10
# Meta's statuses as ours; what is in appeal or about to be deleted may not be sent either.
STATES = {
    "APPROVED": TemplateState.APPROVED,
    "REINSTATED": TemplateState.APPROVED,
    "PENDING": TemplateState.SUBMITTED,
    "PENDING_REVIEW": TemplateState.SUBMITTED,
    "IN_APPEAL": TemplateState.SUBMITTED,
    "REJECTED": TemplateState.REJECTED,
    "PAUSED": TemplateState.PAUSED,
    "LIMIT_EXCEEDED": TemplateState.DISABLED,
    "DISABLED": TemplateState.DISABLED,
    "PENDING_DELETION": TemplateState.DISABLED,
    "DELETED": TemplateState.DISABLED,
    "ARCHIVED": TemplateState.DISABLED,
}


@cache
def shipped() -> tuple[Template, ...]:
    """From the files in `templates/`, each in every language that it has."""
    found: list[Template] = []
    folder = files("channels.whatsapp") / "templates"
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.endswith(".toml"):
            found += _in_every_language(tomllib.loads(path.read_text(encoding="utf-8")))
    return tuple(found)


def _in_every_language(told: dict[str, Any]) -> list[Template]:
    return [
        Template(
            name=told["name"],
            language=language,
            category=told["category"],
            body=words["body"],
            buttons=tuple(words.get("buttons", ())),
            purpose=told["purpose"],
            examples=tuple(told["examples"]),
        )
        for language, words in told.items()
        if isinstance(words, dict)
    ]


async def listed(graph: Graph, settings: WhatsAppSettings) -> tuple[RegisteredTemplate, ...]:
    fields = "id,name,language,status,category,components,rejected_reason,quality_score"
    query = {"fields": fields, "limit": "100"}
    found: list[RegisteredTemplate] = []
    for _ in range(PAGES):
        path = f"{_business(settings)}/message_templates?{urlencode(query)}"
        page = await graph.get(path)
        found += [_registered(node(one)) for one in elements(page.get("data")) if node(one)]
        # Never the whole `next` address: the token goes to no place that an answer names.
        after = text(node(node(page.get("paging")).get("cursors")).get("after"))
        if not after or not node(page.get("paging")).get("next"):
            break
        query["after"] = after
    return tuple(found)


async def submitted(
    graph: Graph, settings: WhatsAppSettings, template: Template
) -> RegisteredTemplate:
    path = f"{_business(settings)}/message_templates"
    answer = await graph.post(path, is_repeatable=True, json=submission(template))
    return RegisteredTemplate(
        template=template,
        state=STATES.get(text(answer.get("status")).upper(), TemplateState.SUBMITTED),
        external_id=text(answer.get("id")),
    )


def submission(template: Template) -> dict[str, Any]:
    """The body of `POST /{business account}/message_templates`."""
    components = (
        _code_components() if template.category == AUTHENTICATION else _components(template)
    )
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category.upper(),
        "components": components,
    }


def template_content(template: TemplateMessage) -> dict[str, Any]:
    """The content of a message that is a template, filled in."""
    values = [{"type": "text", "text": value} for value in template.parameters]
    components: list[dict[str, Any]] = [{"type": "body", "parameters": values}] if values else []
    if template.category == AUTHENTICATION and values:
        # The code goes behind the button too, which copies it.
        button = {"type": "button", "sub_type": "url", "index": "0", "parameters": values[:1]}
        components.append(button)
    told: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if components:
        told["components"] = components
    return {"type": "template", "template": told}


def _components(template: Template) -> list[dict[str, Any]]:
    body: dict[str, Any] = {"type": "BODY", "text": template.body}
    if template.examples:
        body["example"] = {"body_text": [list(template.examples)]}
    components = [body]
    if template.buttons:
        buttons = [{"type": "QUICK_REPLY", "text": title} for title in template.buttons]
        components.append({"type": "BUTTONS", "buttons": buttons})
    return components


def _code_components() -> list[dict[str, Any]]:
    """Meta words these itself, in every language."""
    return [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": CODE_MINUTES},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]


def _registered(told: Node) -> RegisteredTemplate:
    components = [node(one) for one in elements(told.get("components"))]
    bodies = [text(one.get("text")) for one in components if _kind(one) == "BODY"]
    buttons = [
        text(node(button).get("text"))
        for one in components
        if _kind(one) == "BUTTONS"
        for button in elements(one.get("buttons"))
    ]
    reason = text(told.get("rejected_reason"))
    return RegisteredTemplate(
        template=Template(
            name=text(told.get("name")),
            language=text(told.get("language")),
            category=text(told.get("category")).lower(),
            body=bodies[0] if bodies else "",
            buttons=tuple(filter(None, buttons)),
        ),
        state=STATES.get(text(told.get("status")).upper(), TemplateState.SUBMITTED),
        external_id=text(told.get("id")),
        reason="" if reason in {"", "NONE"} else reason,
        quality=text(node(told.get("quality_score")).get("score")).lower(),
    )


def _kind(component: Node) -> str:
    return text(component.get("type")).upper()


def _business(settings: WhatsAppSettings) -> str:
    if settings.business_account_id is None:
        raise Permanent(
            "Templates belong to the WhatsApp Business account, and its ID is not set: copy it from"
            " WhatsApp Manager and set it with"
            " `frontdesk tenant set TENANT whatsapp_config.business_account_id=…`.",
            code="business_account_id",
        )
    return settings.business_account_id
