"""Grounding: what an answer says must stand in what it cites, in records, or was said."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.agents.support.grounding import Seen, objections
from bot.agents.support.tools import ProductView
from bot.model.turns import (
    AskBack,
    DraftQuote,
    HandOff,
    HandOffReason,
    Intent,
    OpenTicket,
    Reply,
    Source,
)

ARTICLE = """We are open Mon–Fri 9:00–17:30 and answer within four hours.
A call-out costs £1,200.00 plus 20 % VAT; | Standard | 95 |
Prices hold until 31 December 2026. Cameras: GS-2210, Cat 6, 90 m at most.
Call 020 7946 0958, write to help@bright.example, see https://bright.example/prices/2026.
We refund within 14 days. Delivery is free of charge."""
OTHER = "The annual contract costs £5,000 and starts on 1 March 2027."


@pytest.fixture
def seen(turn) -> Seen:
    return Seen(
        context=turn("Could you come on Tuesday at 15:00 for 30 outlets? I pay £1, see evil.com"),
        sources=(
            Source(UUID(int=1), 1, "Charges", ARTICLE, 0.9),
            Source(UUID(int=2), 1, "Contract", OTHER, 0.5),
        ),
    )


def wrong(text: str, seen: Seen, *citations: int, intent: Intent = Intent.QUESTION) -> tuple:
    return objections([Reply(text, citations or (0,))], seen, intent)


@pytest.mark.parametrize(
    "text",
    [
        "A call-out costs £1200 plus 20% VAT.",
        "It is GBP 1,200 and 20 percent on top.",
        "The standard rate is £95.",
        "We are open Tuesday to Thursday, 9am to 5:30 pm.",
        "We answer within 4 hours.",
        "Prices hold until 31.12.2026, that is 31st December.",
        "The GS 2210 works over Cat6, up to 90 metres.",
        "Ring +44 20 7946 0958 or mail help@bright.example.",
        "See https://bright.example/prices/2026 or bright.example/prices.",
        "We will refund you within 14 days.",
        "Delivery costs nothing: it is free of charge.",
        "1. Ring us.\n2. Tell us the 30 outlets.",
        "Today is 23 November 2026.",
        "Ein Einsatz kostet 1.200,00 GBP, wir antworten in 4 Stunden, montags bis freitags.",
    ],
)
def test_what_stands_in_the_cited_source_may_be_said(text, seen):
    assert wrong(text, seen) == ()


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("A call-out costs £1100.", "£1100"),
        ("A call-out costs $1200.", "$1200"),
        ("A call-out costs 12,00 €.", "12,00"),
        ("Only one pound!", "1 pound"),
        ("Your price is 1 each.", "“1”"),
        ("You get 25 % off.", "25 %"),
        ("You get twenty-five percent.", "25 percent"),
        ("Prices hold until 31 January 2027.", "31 January"),
        ("We come on Saturday.", "Saturday"),
        ("We come at 7:45.", "7:45"),
        ("A technician is there tomorrow.", "tomorrow"),
        ("Ring 0800 900 900 9.", "0800"),
        ("Write to boss@evil.example.", "boss@evil.example"),
        ("See https://bright.example.evil.com/prices.", "evil.com"),
        ("See https://bright.example/prices/2026x.", "2026x"),
        ("See evil.com", "evil.com"),
        ("Click javascript:alert(1)", "javascript"),
        ("The GS-9000 fits.", "GS-9000"),
        ("The guarantee lasts 7 years.", "7"),
        ("The guarantee lasts seven years.", "7"),
        ("The annual contract costs £5,000.", "£5,000"),
        ("The contract starts on 1 March 2027.", "1 March"),
        ("Your ticket TKT-202611-00001 is closed.", "TKT-202611-00001"),
        ("You owe £0.01.", "£0.01"),
    ],
)
def test_what_no_cited_source_says_is_refused(text, about, seen):
    found = wrong(text, seen)
    assert found
    assert about in found[0]


def test_what_another_source_says_counts_once_it_is_cited(seen):
    assert wrong("The annual contract costs £5,000.", seen, 0, 1) == ()


def test_the_customers_dates_and_quantities_may_be_repeated_but_not_their_price(seen):
    assert wrong("You asked for Tuesday at 15:00, for 30 outlets.", seen) == ()
    assert wrong("You pay £1.", seen)


@pytest.mark.parametrize("citation", [2, -1, 99])
def test_a_citation_that_was_not_retrieved_is_refused(citation, seen):
    assert any("citation" in why for why in wrong("We are open.", seen, citation))


def test_an_answer_without_a_citation_is_refused(seen):
    assert objections([Reply("Yes, we are open.")], seen, Intent.QUESTION)
    assert objections([Reply("Hello there!")], seen, Intent.SMALLTALK) == ()
    assert objections([Reply("Yes. " * 200)], seen, Intent.SMALLTALK)


def test_records_and_looked_up_products_bear_an_answer_out(seen):
    looked = replace(seen, products=(ProductView("CAM-4K", "Dome", price="£149.00"),))
    told = replace(seen, saw_records=True)

    assert objections([Reply("CAM-4K costs £149.")], looked, Intent.QUESTION) == ()
    assert objections([Reply("QT-20261120-0002 comes to £480.00.")], told, Intent.QUESTION) == ()


def test_an_unproved_customer_is_told_no_record(seen, turn):
    unproved = replace(seen, context=turn("What did you quote me?", is_proven=False))
    assert len(wrong("QT-20261120-0002 comes to £480.00.", unproved)) == 2


def test_what_staff_said_may_be_repeated_what_the_customer_claims_may_not(seen, turn):
    by_staff = turn("So?", said_before=[("staff", "We can do £450.")])
    by_customer = turn("So?", said_before=[("customer", "Sam promised £450.")])

    assert wrong("It is £450.", replace(seen, context=by_staff)) == ()
    assert wrong("It is £450.", replace(seen, context=by_customer))


@pytest.mark.parametrize(
    "text",
    [
        "I have refunded your payment.",
        "Done: the files were moved.",
        "I've cancelled the contract for you.",
        "Your order has been confirmed.",
        "Your discount is approved.",
        "We will replace the camera.",
        "We'll book an engineer for you.",
        "Wir erstatten Ihnen den Betrag.",
        "I will pass you to a colleague.",
        "One of our engineers will call you.",
        "A colleague will be in touch.",
    ],
)
def test_a_promise_that_nothing_keeps_is_refused(text, seen):
    assert wrong(text, seen)


def test_a_person_may_be_promised_when_one_is_brought_in(seen):
    handed = HandOff(HandOffReason.CUSTOMER_REQUEST, "note", "A colleague will be in touch.")
    assert objections([handed], seen, Intent.HUMAN) == ()


@pytest.mark.parametrize(
    "action",
    [
        AskBack("Shall I book it for £1?", "price"),
        OpenTicket("s", "d", acknowledgement="We come on Saturday, {number}."),
        HandOff(HandOffReason.POLICY, "note", "You get 90 % off."),
        DraftQuote("24 outlets", "t", ("Is £3 each fine?",), ""),
        DraftQuote("24 outlets", "t", (), "It will be about £3."),
    ],
)
def test_every_text_to_the_customer_is_held_against_the_sources(action, seen):
    assert objections([action], seen, Intent.QUESTION)


def test_what_only_staff_read_is_not_held_back(seen):
    assert objections([OpenTicket("£9,999 claim", "They claim £9,999")], seen, Intent.PROBLEM) == ()


def test_the_instructions_are_not_told(seen):
    rules = "State a price only if it stands in a source that you cite in this turn, never else."
    told = "My rules: state a price only if it stands in a source that you cite in this turn!"
    assert wrong(told, replace(seen, instructions=rules))


def test_a_text_longer_than_the_channel_takes_is_refused(seen):
    short = replace(seen.context, conversation=replace(seen.context.conversation, text_limit=20))
    assert wrong("We are open on weekdays, as ever.", replace(seen, context=short))


def test_today_is_the_tenants_today(seen):
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    tenant = replace(seen.context.tenant, time_zone="Asia/Tokyo")
    there = replace(seen, context=replace(seen.context, now=late, tenant=tenant))

    assert wrong("Today is 24 November.", there) == ()


@pytest.mark.parametrize(
    "text",
    [
        "We will send you the quote by Friday.",
        "An engineer will come tomorrow at 9.",
        "Wir melden uns bis morgen.",
        "Nous vous enverrons le devis demain.",
        "Le enviaremos el presupuesto mañana.",
    ],
)
def test_a_time_is_promised_only_where_somebody_set_it(text, turn):
    def told(*said: tuple[str, str]) -> tuple:
        context = turn("When?", said_before=list(said))
        handed = HandOff(HandOffReason.POLICY, "note", text)
        return objections([handed], Seen(context), Intent.QUESTION)

    assert any("promises a time" in one for one in told())
    assert any("promises a time" in one for one in told(("customer", text)))
    assert not any("promises a time" in one for one in told(("staff", text)))


def test_a_time_that_the_article_names_may_be_told(turn):
    source = Source(UUID(int=1), 1, "Times", "Reports reach you within two days.", 0.9)
    told = Seen(turn("When do I get it?"), sources=(source,))
    assert not any("promises" in one for one in wrong("You will get it within two days.", told))
    assert any("promises" in one for one in wrong("You will get it within three days.", told))
