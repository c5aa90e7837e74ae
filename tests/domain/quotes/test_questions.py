"""Questions: about one thing once, at most five, in the customer's language."""

from decimal import Decimal

import pytest

from domain.quotes.questions import LIMIT, merged, questions, topics_spoken_of
from domain.quotes.request import Ask, OpenPoint, QuoteRequest

LANGUAGES = ("en", "es", "de", "fr", "it", "pt", "nl")


def installation(text: str = "", language: str = "en", kind: str = "cabling") -> QuoteRequest:
    return QuoteRequest(
        is_quote_request=True,
        is_installation=True,
        kinds_of_work=frozenset({kind}),
        already_said=topics_spoken_of(text),
        language=language,
    )


def test_what_is_open_of_one_thing_is_one_question() -> None:
    points = (
        OpenPoint(Ask.VARIANT, "drops", ("Single outlet", "Double outlet")),
        OpenPoint(Ask.QUANTITY, "drops", low=Decimal(20), high=Decimal(25)),
    )
    assert merged(points, "en") == [
        "How many drops exactly (20 or 25)? Which type: Single outlet or Double outlet?"
    ]


def test_more_than_five_things_are_still_five_questions_and_none_is_lost() -> None:
    points = [OpenPoint(Ask.QUANTITY, f"thing{n}") for n in range(8)]
    asked = merged(points, "en")
    assert len(asked) == LIMIT
    assert all(any(f"thing{n}" in text for text in asked) for n in range(8))


def test_missing_quantities_come_before_colours() -> None:
    points = (OpenPoint(Ask.CONFIRM, "leads", ("grey",)), OpenPoint(Ask.QUANTITY, "domes"))
    assert "domes" in merged(points, "en")[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ask", list(Ask))
def test_every_question_is_worded_in_every_language(language: str, ask: Ask) -> None:
    (text,) = merged([OpenPoint(ask, "thing", ("a", "b"))], language)
    assert "{" not in text
    assert text.endswith("?")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["cabling", "wifi", "cctv", "door"])
def test_an_installer_asks_before_work_on_site(language: str, kind: str) -> None:
    asked = questions(installation(language=language, kind=kind))
    assert 1 <= len(asked) <= LIMIT


def test_an_installer_asks_of_containment_panels_rack_certification_and_hours() -> None:
    asked = " ".join(questions(installation()))
    for topic in ("trunking", "ceilings", "patch panel", "rack space and power", "certified",
                  "evenings"):  # fmt: skip
        assert topic in asked


def test_what_the_customer_spoke_of_is_not_asked() -> None:
    asked = " ".join(questions(installation("certified, into our 24 port panel, at weekends")))
    assert "patch panel" not in asked
    assert "certified" not in asked
    assert "weekends" not in asked
    assert "rack space" in asked


def test_a_supply_list_gets_no_installers_questions() -> None:
    request = QuoteRequest(is_quote_request=True, kinds_of_work=frozenset({"cabling"}))
    assert questions(request) == ()
