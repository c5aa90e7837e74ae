"""Every event of what webhooks are told of is in the list that people choose from."""

import re
from pathlib import Path

from domain.contracts import service as contracts
from domain.workflows.following import EVENTS
from domain.workflows.webhooks import NOUNS

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r'"([a-z]+\.[a-z_]+)"')
HAPPENED = re.compile(r'Happened\(\s*"([a-z]+\.[a-z_]+)"')


def test_every_event_that_is_recorded_is_listed_and_no_other() -> None:
    events = {f"contract.{step}" for step in contracts._WORDS.values()}
    for folder, pattern in (("domain", NAMED), ("bot", HAPPENED)):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "following.py":
                events |= set(pattern.findall(path.read_text()))
    events = {one for one in events if one.partition(".")[0] in NOUNS}
    assert events - EVENTS.keys() == set()
    assert EVENTS.keys() - events == RECORDED_BY_WORD


RECORDED_BY_WORD = {
    *("message.received", "message.sent", "quote.drafted", "quote.redrafted"),
    *("ticket.article_linked", "ticket.article_resolved"),
    *(f"contract.{step}" for step in ("drafted", "changed", "quoted", "notice_given")),
    *(f"contract.{step}" for step in ("suspended", "cancelled", "expired")),
}
"""Whose names are put together where they are recorded."""
