"""Structured logs without secrets, and the counters that /metrics shows."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

SECRET_WORDS = ("token", "secret", "password", "authorization", "api_key", "cookie")

webhooks_received = Counter(
    "frontdesk_webhooks_received", "Deliveries by channel and result", ["channel", "result"]
)
messages_received = Counter("frontdesk_messages_received", "Messages stored", ["channel"])
messages_sent = Counter("frontdesk_messages_sent", "Messages by result", ["channel", "result"])
turns_finished = Counter("frontdesk_turns", "Turns by agent, step and end", ["step", "state"])
turn_seconds = Histogram("frontdesk_turn_seconds", "From lease to applied", ["step"])
staff_events = Counter(
    "frontdesk_staff_events", "What staff did, by kind and whether it was new", ["kind", "result"]
)
pages_fetched = Counter("frontdesk_pages_fetched", "Pages of polled accounts", ["channel"])
polls_failed = Counter("frontdesk_polls_failed", "Polls that ended in trouble", ["channel"])
jobs_failed = Counter("frontdesk_jobs_failed", "Jobs that raised", ["job"])
tickets_opened = Counter("frontdesk_tickets_opened", "Tickets opened", ["source"])
rules_fired = Counter("frontdesk_rules_fired", "Firings of workflow rules by outcome", ["outcome"])
sla_told = Counter("frontdesk_sla_told", "Warnings and breaches that staff were told of", ["level"])
webhooks_delivered = Counter(
    "frontdesk_webhooks_delivered", "Attempts at outgoing webhooks by outcome", ["outcome"]
)
model_tokens = Counter("frontdesk_model_tokens", "Tokens used", ["model", "kind"])


def _redact(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key in event:
        if any(word in key.lower() for word in SECRET_WORDS):
            event[key] = "[redacted]"
    return event


def for_people() -> structlog.dev.ConsoleRenderer:
    """Tracebacks without the values of variables: those may be secrets or customers' words, and
    laying them out keeps everything waiting for seconds."""
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def configure_logging(level: str) -> None:
    """Lines for people on a terminal, JSON elsewhere."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    renderer: Any = for_people() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


log = structlog.get_logger("frontdesk")
