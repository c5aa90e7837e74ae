"""Rules that a desk starts with: the two escalations everyone wants, and three small ones."""

from typing import Any

from domain.workflows.rules import RuleBody, parse


def _rule(name: str, event: str, asked: list[tuple[str, str, Any]], *actions: Any) -> RuleBody:
    conditions = [{"field": f, "operator": o, "value": v} for f, o, v in asked]
    body = {"name": name, "event": event, "actions": actions}
    return parse(body | {"conditions": {"conditions": conditions}})


_UNFINISHED = ("status", "in", ["open", "in_progress"])

URGENT_UNASSIGNED = _rule(
    "Urgent and nobody's for half an hour",
    "time_passed",
    [
        _UNFINISHED,
        ("priority", "equals", "urgent"),
        ("assignee", "equals", ""),
        ("minutes_open", "greater_than", 30),
    ],
    {"do": "assign", "to": "round_robin"},
    {"do": "notify", "text": "Urgent, and nobody had taken it for 30 minutes: assigned."},
)
PRIORITY_RISES = _rule(
    "High priority without an answer for four hours",
    "time_passed",
    [
        _UNFINISHED,
        ("priority", "equals", "high"),
        ("is_answered", "equals", False),
        ("minutes_open", "greater_than", 240),
    ],
    {"do": "set_priority", "to": "urgent"},
)
DEFAULTS = (
    URGENT_UNASSIGNED,
    PRIORITY_RISES,
    _rule(
        "Invoices are tagged",
        "created",
        [("subject", "contains", "invoice")],
        {"do": "add_tags", "tags": ["billing"]},
    ),
    _rule(
        "Urgent tickets are told of at once",
        "created",
        [("priority", "equals", "urgent")],
        {"do": "notify", "text": "A new urgent ticket."},
    ),
    _rule(
        "A missed deadline raises the priority",
        "sla_breach",
        [("priority", "in", ["low", "medium"])],
        {"do": "set_priority", "to": "high"},
    ),
)
