"""Whatever a card or form holds, Slack takes it, and nothing is cut without a sign."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.cards import (
    Button,
    Card,
    Field,
    Form,
    Input,
    InputKind,
    Option,
    Section,
    Style,
)
from channels.slack.blocks import action_of, home, message, messages
from channels.slack.forms import DoesNotFit, carried, filled_in, modal
from channels.slack.simulator.strictness import complaints, view_complaints

WORDS = st.one_of(
    st.text(max_size=60),
    st.text("<>&*_`~\n @!🙂", max_size=60),
    st.builds(lambda piece, times: piece * times, st.text(max_size=9), st.integers(0, 900)),
)
NAMES = st.text("abc_.:#-ü", min_size=1, max_size=60)
BUTTONS = st.builds(
    Button,
    action=NAMES,
    title=WORDS,
    value=WORDS,
    style=st.sampled_from(Style),
    confirm=WORDS,
    url=st.one_of(st.just(""), st.just("https://desk.example/q"), WORDS),
)
SECTIONS = st.builds(
    Section,
    text=WORDS,
    fields=st.lists(st.builds(Field, WORDS, WORDS), max_size=4).map(tuple),
    buttons=st.lists(BUTTONS, max_size=3).map(tuple),
    is_quoted=st.booleans(),
)
CARDS = st.builds(
    Card,
    title=WORDS,
    tenant=WORDS,
    sections=st.lists(SECTIONS, max_size=3).map(tuple),
    buttons=st.lists(BUTTONS, max_size=3).map(tuple),
    footnote=WORDS,
    is_error=st.booleans(),
)
INPUTS = st.builds(
    Input,
    name=NAMES,
    label=WORDS,
    kind=st.sampled_from(InputKind),
    initial=st.one_of(WORDS, st.sampled_from(["3", "-4.5", "one", "one,two"])),
    options=st.lists(st.builds(Option, st.one_of(WORDS, NAMES), WORDS), max_size=12).map(tuple),
    hint=WORDS,
    is_required=st.booleans(),
    limit=st.integers(-1, 9000),
)
FORMS = st.builds(
    Form,
    action=NAMES,
    title=WORDS,
    submit=WORDS,
    inputs=st.lists(INPUTS, max_size=8).map(tuple),
    value=st.text(max_size=400),
    intro=WORDS,
    tenant=WORDS,
)


@settings(max_examples=60, deadline=None)
@given(CARDS)
def test_every_card_is_a_valid_message(card: Card) -> None:
    for drawn in (*messages(card), message(card)):
        assert complaints(drawn.blocks) == []
        assert drawn.text


@settings(max_examples=30, deadline=None)
@given(st.lists(CARDS, max_size=3))
def test_every_home_is_a_valid_view(cards: list[Card]) -> None:
    assert view_complaints(home(cards)) == []


@settings(max_examples=80, deadline=None)
@given(FORMS)
def test_every_form_is_a_valid_modal_and_keeps_what_it_was_given(form: Form) -> None:
    view = modal(form, "T1/C1/1.2")
    assert view_complaints(view) == []
    assert view["callback_id"] == form.action


@given(NAMES, st.integers(0, 99))
def test_the_action_of_a_button_survives_its_number(action: str, number: int) -> None:
    assert action_of(f"{action}#{number}") == action


def texts(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(texts(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return "".join(texts(inner) for inner in value)
    return str(value)


def test_a_long_text_goes_on_in_further_messages_without_losing_a_word() -> None:
    words = [f"word{n}" for n in range(5000)]
    drawn = messages(Card("Long", tenant="Acme", sections=(Section(" ".join(words)),)))
    assert len(drawn) > 1
    shown = " ".join(texts([b for b in m.blocks if b["type"] == "section"]) for m in drawn)
    assert all(word in shown for word in words)
    assert all("Acme" in texts(m.blocks[:2]) for m in drawn)


def test_what_never_fits_is_cut_with_a_sign_and_the_buttons_stay() -> None:
    endless = tuple(Section(f"{n} " + "x" * 2000) for n in range(200))
    card = Card("Endless", sections=endless, buttons=(Button("take", "Take"),))
    for drawn in (messages(card)[-1], message(card)):
        assert "not shown here" in texts(drawn.blocks)
        assert "take#0" in texts(drawn.blocks)
    assert "not shown here" in texts(home([card])["blocks"][-1])


def test_words_of_a_customer_can_neither_call_people_nor_make_links() -> None:
    nasty = "<!channel> <@U1> <http://evil.example|click> & *bold*"
    card = Card(nasty, nasty, (Section(nasty, (Field(nasty, nasty),)),), footnote=nasty)
    sections = [b for b in message(card).blocks if b["type"] in {"section", "context"}]
    assert sections
    assert "<" not in texts(sections)
    assert complaints(message(card).blocks) == []
    quoted = message(Card("x", sections=(Section(nasty, is_quoted=True),))).blocks[-1]
    assert quoted["type"] == "rich_text"
    assert quoted["elements"][0]["elements"] == [{"type": "text", "text": nasty}]


def test_a_button_that_cannot_carry_its_value_is_told_instead_of_cut() -> None:
    drawn = message(Card("x", buttons=(Button("go", "Go", "v" * 2001), Button("ok", "OK"))))
    assert "Too long for a button here: “Go”" in texts(drawn.blocks)
    assert [b["elements"][0]["action_id"] for b in drawn.blocks if b["type"] == "actions"] == [
        "ok#1"
    ]


def test_buttons_of_the_same_action_stay_apart() -> None:
    same = tuple(Button("open", f"TKT-{n}", str(n)) for n in range(7))
    rows = [b for b in message(Card("Inbox", buttons=same)).blocks if b["type"] == "actions"]
    assert [len(row["elements"]) for row in rows] == [5, 2]
    assert {action_of(e["action_id"]) for row in rows for e in row["elements"]} == {"open"}


def test_a_card_for_one_person_looks_like_any_other() -> None:
    card = Card("Help", tenant="Acme", sections=(Section("Use it."),))
    assert messages(replace(card, is_private=True)) == messages(card)


FORM = Form(
    "reply",
    "Reply to Jane",
    "Send",
    (
        Input("text", "Text", InputKind.TEXT, initial="x" * 5000),
        Input("tags", "Tags", InputKind.SEVERAL, "a,b", (Option("a", "A"), Option("b", "B"))),
        Input("who", "Who", InputKind.CHOICE, "u1", (Option("u1", "Maria"),), is_required=False),
        Input("none", "None", InputKind.CHOICE),
    ),
    value="conversation-1",
    tenant="Acme",
)


def test_a_draft_longer_than_slack_takes_says_that_it_was_cut() -> None:
    asked = modal(FORM)["blocks"][1]
    assert len(asked["element"]["initial_value"]) == 3000
    assert asked["element"]["initial_value"].endswith("…")
    assert asked["hint"]["text"] == "Cut at 3000 characters."


def test_more_options_than_slack_shows_are_counted() -> None:
    options = tuple(Option(str(n), str(n)) for n in range(130))
    view = modal(Form("a", "t", "s", (Input("n", "l", InputKind.CHOICE, options=options),)))
    assert len(view["blocks"][0]["element"]["options"]) == 100
    assert view["blocks"][0]["hint"]["text"] == "30 more not shown."


def test_a_choice_of_nothing_is_told_and_its_name_calls_nobody() -> None:
    view = modal(Form("a", "t", "s", (Input("n", "<!here>", InputKind.CHOICE),)))
    assert "*&lt;!here&gt;*: nothing to choose from." in texts(view["blocks"])
    assert view_complaints(view) == []


def test_what_was_filled_in_comes_back_by_name() -> None:
    view = modal(FORM, "T1/C1/1.2")
    state = {
        "0:text": {"answer": {"type": "plain_text_input", "value": " Hello "}},
        "1:tags": {"answer": {"selected_options": [{"value": "a"}, {"value": "b"}]}},
        "2:who": {"answer": {"selected_option": None}},
    }
    assert filled_in({**view, "state": {"values": state}}) == {
        "text": "Hello",
        "tags": "a,b",
        "who": "",
    }
    assert carried(view) == ("conversation-1", "T1/C1/1.2")


@pytest.mark.parametrize(
    "form",
    [
        replace(FORM, value="v" * 3000),
        replace(FORM, action="a" * 256),
        replace(FORM, inputs=FORM.inputs * 30),
    ],
)
def test_a_form_that_cannot_be_carried_is_refused(form: Form) -> None:
    with pytest.raises(DoesNotFit):
        modal(form)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "more than 150"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "not a plain_text"),
        ({"type": "section"}, "neither text nor fields"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": ""}}, "empty"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}, "calls people"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}, "more than 3000"),
        ({"type": "section", "surprise": 1}, "unknown"),
        ({"type": "actions", "elements": []}, "not 1 to 25"),
        ({"type": "input", "element": {}}, "not allowed here"),
        ({"type": "poem"}, "not allowed here"),
        (
            {"type": "actions", "elements": [{"type": "button", "action_id": "a"}] * 2},
            "not all different",
        ),
    ],
)
def test_the_stand_in_refuses_what_slack_refuses(block: dict[str, Any], told: str) -> None:
    assert any(told in complaint for complaint in complaints([block]))


def test_the_stand_in_counts_blocks_and_letters() -> None:
    divider = {"type": "divider"}
    assert complaints([divider] * 51)
    assert complaints([divider] * 100, "home") == []
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    assert complaints([long] * 5)
