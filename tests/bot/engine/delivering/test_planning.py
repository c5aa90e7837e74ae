"""Every message has a plan, and no plan sends what a channel does not take."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.delivering.planning import (
    Elsewhere,
    Facts,
    OfferedTemplate,
    Refusal,
    Way,
    decide,
)
from channels.channel import Capabilities
from channels.messages import Address
from domain.types import new_id

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
CHAT = Capabilities(text_limit=4096, window=timedelta(hours=24), has_templates=True)
MAIL = Elsewhere(new_id(), "Email", Address("email", "anna@customer.example"), has_subject=True)
CHATTING = Elsewhere(new_id(), "Telegram", Address("", "77"), conversation_id=new_id())
ASKS = OfferedTemplate("reply", "en", "Hello {{1}} of {{2}}.", "utility", "reply_waiting")
ASKS_GERMAN = replace(ASKS, language="de")
QUOTE = OfferedTemplate("quote", "en", "Quote {{1}} of {{2}}.", "utility", "quote_ready")

CLOSED = Facts(
    now=NOW, title="WhatsApp", capabilities=CHAT, last_inbound_at=NOW - timedelta(hours=24.5)
)
OPEN = replace(CLOSED, last_inbound_at=NOW - timedelta(hours=1))


def test_within_the_window_it_simply_goes() -> None:
    assert decide(OPEN).way is Way.HERE


@pytest.mark.parametrize(
    ("facts", "way"),
    [
        (replace(CLOSED, elsewhere=(MAIL,), templates=(ASKS,)), Way.ELSEWHERE),
        (
            replace(CLOSED, elsewhere=(MAIL,), templates=(ASKS,), prefers_template=True),
            Way.TEMPLATE,
        ),
        (replace(CLOSED, elsewhere=(MAIL,), prefers_template=True), Way.ELSEWHERE),
        (replace(CLOSED, templates=(ASKS,)), Way.TEMPLATE),
        (replace(CLOSED, templates=(ASKS,), is_asked=True), Way.HOLD),
        (replace(CLOSED, templates=(QUOTE,), is_asked=True), Way.REFUSE),
        (replace(CLOSED, templates=(QUOTE,), purpose="quote_ready", is_asked=True), Way.TEMPLATE),
        (CLOSED, Way.REFUSE),
        (replace(CLOSED, last_inbound_at=None), Way.REFUSE),
        (replace(OPEN, refusal=Refusal.WINDOW, templates=(ASKS,)), Way.TEMPLATE),
        (replace(OPEN, refusal=Refusal.UNREACHABLE, templates=(ASKS,)), Way.REFUSE),
        (replace(OPEN, refusal=Refusal.UNREACHABLE, elsewhere=(CHATTING,)), Way.ELSEWHERE),
        (replace(OPEN, is_on=False, elsewhere=(MAIL,)), Way.ELSEWHERE),
        (replace(OPEN, muted="bounced", elsewhere=(MAIL,)), Way.ELSEWHERE),
        (replace(OPEN, is_opted_out=True), Way.HERE),
        (replace(OPEN, is_opted_out=True, by_person=False, elsewhere=(MAIL,)), Way.REFUSE),
        (replace(CLOSED, elsewhere=(MAIL,), tried=frozenset({"elsewhere"})), Way.REFUSE),
        (
            replace(CLOSED, templates=(ASKS,), elsewhere=(MAIL,), tried=frozenset({"template"})),
            Way.ELSEWHERE,
        ),
    ],
)
def test_the_way_follows_from_the_facts(facts: Facts, way: Way) -> None:
    assert decide(facts).way is way


def test_the_template_is_in_the_customers_language_else_in_the_tenants() -> None:
    both = replace(CLOSED, templates=(ASKS, ASKS_GERMAN))
    assert decide(replace(both, languages=("de", "", "en"))).template == ASKS_GERMAN
    assert decide(replace(both, languages=("pl", "", "de"))).template == ASKS_GERMAN
    assert decide(replace(both, languages=("pl", "", "pl"))).template == ASKS


def test_a_refusal_says_why_and_what_to_do() -> None:
    plan = decide(CLOSED)
    assert "24 hours" in plan.reason
    assert "frontdesk templates submit" in plan.advice


_facts = st.builds(
    Facts,
    now=st.just(NOW),
    title=st.just("WhatsApp"),
    capabilities=st.sampled_from([CHAT, Capabilities(text_limit=9), replace(CHAT, window=None)]),
    is_on=st.booleans(),
    last_inbound_at=st.one_of(
        st.none(), st.floats(0, 60).map(lambda hours: NOW - timedelta(hours=hours))
    ),
    by_person=st.booleans(),
    is_opted_out=st.booleans(),
    muted=st.sampled_from(["", "it bounced"]),
    refusal=st.sampled_from(list(Refusal)),
    elsewhere=st.lists(st.sampled_from([MAIL, CHATTING]), max_size=2).map(tuple),
    templates=st.lists(st.sampled_from([ASKS, ASKS_GERMAN, QUOTE]), max_size=3).map(tuple),
    languages=st.lists(st.sampled_from(["en", "de", "pl", ""]), max_size=3).map(tuple),
    is_asked=st.booleans(),
    prefers_template=st.booleans(),
    purpose=st.sampled_from(["", "quote_ready", "renewal"]),
    tried=st.sets(st.sampled_from(["template", "elsewhere"])).map(frozenset),
)


@given(_facts)
def test_no_plan_does_what_is_not_allowed_and_each_says_why(facts: Facts) -> None:
    plan = decide(facts)
    is_kept_from = facts.muted or not facts.is_on or facts.refusal is Refusal.UNREACHABLE
    if plan.way is Way.HERE:
        assert not is_kept_from
        assert facts.is_window_open
    else:
        assert plan.reason
    if plan.way is Way.TEMPLATE:
        assert not is_kept_from
        assert plan.template in facts.templates
    if plan.way is Way.ELSEWHERE:
        assert plan.elsewhere in facts.elsewhere
    assert plan.way.value not in facts.tried
    if facts.is_opted_out and not facts.by_person:
        assert plan.way is Way.REFUSE
    if plan.way is Way.REFUSE:
        assert plan.advice


@given(_facts)
def test_trying_way_after_way_comes_to_an_end(facts: Facts) -> None:
    for _ in range(3):
        plan = decide(facts)
        if plan.way in (Way.HERE, Way.HOLD, Way.REFUSE):
            return
        facts = replace(facts, tried=facts.tried | {plan.way.value})
    raise AssertionError("it is diverted without end")
