"""What Meta's webhooks tell of templates: decisions, quality, another category. Pure."""

from channels.messages import TemplateNews
from channels.whatsapp.payload import Node, node, text
from channels.whatsapp.templates import STATES

_STATUS = "message_template_status_update"
_QUALITY = "message_template_quality_update"
_CATEGORY = "template_category_update"
TEMPLATE_FIELDS = frozenset({_STATUS, _QUALITY, _CATEGORY})


def template_news(account: str, value: Node, told: str) -> TemplateNews:
    """`told`: the whole in words, for the ledger."""
    state = STATES.get(text(value.get("event")).upper())
    reason = text(value.get("reason"))
    details = node(value.get("rejection_info")) or node(value.get("other_info"))
    why = text(details.get("reason")) or text(details.get("description"))
    # Meta's “correct_category” is only a warning of a change to come.
    return TemplateNews(
        account,
        told,
        template_id=text(value.get("message_template_id")),
        name=text(value.get("message_template_name")),
        language=text(value.get("message_template_language")).replace("-", "_"),
        state=state.value if state else "",
        why=why or ("" if reason in {"", "NONE"} else reason),
        category=text(value.get("new_category")).lower(),
        quality=text(value.get("new_quality_score")).lower(),
    )
