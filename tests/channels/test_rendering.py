"""A message is cut and degraded to what a channel shows, and nothing of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.channel import Capabilities
from channels.messages import (
    Address,
    Choice,
    OutboundAttachment,
    OutboundMessage,
    TemplateMessage,
)
from channels.rendering import render, split_text, units

CHAT = Capabilities(
    text_limit=400,
    buttons=3,
    list_rows=10,
    choices_text_limit=100,
    caption_limit=120,
)
PLAIN = Capabilities(text_limit=160)
MAIL = Capabilities(text_limit=100_000, caption_limit=100_000, attachments_per_message=20)
TO = Address("phone", "447700900123")
FILE = OutboundAttachment("quote.pdf", "application/pdf", b"%PDF")


def message(text: str = "", **further: object) -> OutboundMessage:
    return OutboundMessage(TO, text, "447700900123", **further)  # type: ignore[arg-type]


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"id{n}", title) for n, title in enumerate(titles))


def squeezed(text: str) -> str:
    return "".join(text.split())


# --- splitting --------------------------------------------------------------------------------


def test_a_short_text_stays_whole() -> None:
    assert split_text(" Hello. ", 10) == ("Hello.",)


def test_a_text_of_white_space_has_no_parts() -> None:
    assert split_text(" \n ", 10) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One two. Three four. Five", ("One two. Three four.", "Five")),
        ("First paragraph\n\nsecond one", ("First paragraph", "second one")),
        ("no full stop in all of this", ("no full stop in all", "of this")),
        ("x" * 45, ("x" * 20, "x" * 20, "x" * 5)),
        ('He said "stop." Then he went', ('He said "stop."', "Then he went")),
    ],
)
def test_a_long_text_is_cut_where_it_hurts_least(text: str, parts: tuple[str, ...]) -> None:
    assert split_text(text, 20) == parts


def test_a_cut_never_parts_a_letter_from_its_accent_or_a_family_of_emoji() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    for part in split_text(("e\u0301" * 9 + family) * 3, 20):
        assert part[0] not in "\u0301\u200d"
        assert part[-1] != "\u200d"


@given(st.text(max_size=500), st.integers(2, 60))
def test_parts_fit_and_hold_every_character(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(part and units(part) <= limit for part in parts)
    assert squeezed("".join(parts)) == squeezed(text)


# --- choices ----------------------------------------------------------------------------------


def test_few_short_choices_stay_buttons() -> None:
    asked = message("Open a ticket?", choices=choices("Yes", "No"))
    assert render(asked, CHAT) == (asked,)


def test_a_long_text_goes_first_and_its_last_sentences_stand_above_the_buttons() -> None:
    asked = message("A fact. " * 20 + "Open a ticket?", choices=choices("Yes", "No"))
    first, last = render(asked, CHAT)
    assert first.choices == ()
    assert last.choices == asked.choices
    assert last.text.endswith("Open a ticket?")
    assert units(last.text) <= 100
    assert f"{first.text} {last.text}" == asked.text


@pytest.mark.parametrize(
    "asked",
    [
        message("Which?", choices=choices(*[f"Site {n}" for n in range(11)])),
        message("Which?", choices=choices("A title that is much too long for any list")),
        message("Which?", choices=choices("Same", "Same")),
        message("Which?", choices=(Choice("x" * 300, "Yes"),)),
        message("", choices=choices("Yes", "No")),
    ],
    ids=["too many", "too long", "twice the same", "id too long", "nothing above"],
)
def test_choices_the_channel_cannot_show_become_a_numbered_list(asked: OutboundMessage) -> None:
    (shown,) = render(asked, CHAT)
    assert shown.choices == ()
    for number, choice in enumerate(asked.choices, start=1):
        assert f"{number}. {choice.title}" in shown.text


def test_descriptions_make_a_list_of_what_would_fit_as_buttons() -> None:
    asked = message("Which?", choices=(Choice("a", "Yard", "Dock Road 4"),))
    assert render(asked, CHAT) == (asked,)
    assert "1. Yard – Dock Road 4" in render(asked, PLAIN)[0].text


# --- files ------------------------------------------------------------------------------------


def test_a_short_text_becomes_the_caption_of_the_first_file() -> None:
    shown = render(message("Your quote", attachments=(FILE, FILE)), CHAT)
    assert [(m.text, len(m.attachments)) for m in shown] == [("Your quote", 1), ("", 1)]


def test_a_text_too_long_for_a_caption_goes_before_the_file() -> None:
    shown = render(message("word " * 30, attachments=(FILE,)), CHAT)
    assert [bool(m.attachments) for m in shown] == [False, True]


def test_buttons_come_after_the_file_so_that_they_stay_in_sight() -> None:
    shown = render(message("Accept?", attachments=(FILE,), choices=choices("Yes")), CHAT)
    assert [bool(m.choices) for m in shown] == [False, True]


def test_mail_carries_text_and_all_files_in_one() -> None:
    mail = message("Dear Amira", attachments=(FILE, FILE), subject="Quote")
    assert render(mail, MAIL) == (mail,)


def test_each_part_has_a_key_of_its_own_and_only_the_first_quotes() -> None:
    shown = render(message("word " * 200, idempotency_key="k", in_reply_to="wamid.1"), PLAIN)
    assert [m.idempotency_key for m in shown][:3] == ["k", "k.2", "k.3"]
    assert [m.in_reply_to for m in shown[:2]] == ["wamid.1", None]


def test_nothing_renders_to_nothing() -> None:
    assert render(message("  "), CHAT) == ()


_words = st.text(alphabet="ab \n.?é\U0001f44d", max_size=300)
_choice = st.builds(Choice, st.text("xyz", max_size=4), _words, st.sampled_from(["", "more"]))
_messages = st.builds(
    message,
    _words,
    choices=st.lists(_choice, max_size=12).map(tuple),
    attachments=st.lists(st.just(FILE), max_size=3).map(tuple),
    idempotency_key=st.sampled_from(["", "k"]),
)


@given(_messages, st.sampled_from([CHAT, PLAIN, MAIL]))
def test_rendering_loses_nothing_and_keeps_every_limit(
    whole: OutboundMessage, capabilities: Capabilities
) -> None:
    parts = render(whole, capabilities)
    assert sum(len(p.attachments) for p in parts) == len(whole.attachments)
    shown = squeezed("".join(p.text for p in parts))
    assert all(squeezed(line) in shown for line in whole.text.split("\n") if len(line) < 50)
    told = shown + squeezed("".join(c.title + c.description for p in parts for c in p.choices))
    assert all(squeezed(c.title) in told for c in whole.choices)
    for part in parts:
        assert part.text or part.attachments
        assert units(part.text) <= capabilities.text_limit
        assert (
            not (part.text and part.attachments) or units(part.text) <= capabilities.caption_limit
        )


@given(_messages, st.sampled_from([CHAT, PLAIN, MAIL]))
def test_what_is_rendered_stays_as_it_is(
    whole: OutboundMessage, capabilities: Capabilities
) -> None:
    for part in render(whole, capabilities):
        assert render(part, capabilities) == (part,)


# --- marks and templates ----------------------------------------------------------------------

BOLD = Capabilities(text_limit=400, bold=("*", "*"), has_templates=True)


@pytest.mark.parametrize(
    ("text", "bold", "plain"),
    [
        ("This is **urgent** now", "This is *urgent* now", "This is urgent now"),
        ("## Opening hours\nMonday", "*Opening hours*\nMonday", "Opening hours\nMonday"),
        ("* one\n+ two", "- one\n- two", "- one\n- two"),
        (
            "See [our page](https://example.com/a)",
            "See our page: https://example.com/a",
            "See our page: https://example.com/a",
        ),
        ("[https://a.example](https://a.example)", "https://a.example", "https://a.example"),
        ("2**3**4 and a ** b", "2**3**4 and a ** b", "2**3**4 and a ** b"),
        ("# of outlets: 30", "# of outlets: 30", "# of outlets: 30"),
    ],
)
def test_marks_become_the_channels_own_or_words(text: str, bold: str, plain: str) -> None:
    assert render(message(text), BOLD)[0].text == bold
    assert render(message(text), PLAIN)[0].text == plain


def test_a_template_goes_as_it_is_or_as_its_words() -> None:
    asked = TemplateMessage("reply", "en", ("Acme", "Monday"), "Acme has an answer of Monday.")
    sent = message(asked.text, template=asked)
    assert render(sent, BOLD) == (sent,)
    (shown,) = render(sent, MAIL)
    assert (shown.text, shown.template) == (asked.text, None)


def test_a_reaction_becomes_a_word_where_there_is_no_such_thing() -> None:
    (shown,) = render(message("👍", reaction="👍", in_reply_to="x"), PLAIN)
    assert (shown.text, shown.reaction) == ("👍", "")


_marked = st.lists(
    st.sampled_from(
        ["**", "*", "[", "](https://a.example)", "## ", "+ ", "* ", "word", " ", "\n", "é", "#"]
    ),
    max_size=25,
).map("".join)


@given(_marked, st.sampled_from([CHAT, BOLD, PLAIN, MAIL]))
def test_marks_lose_no_word_and_stay_as_they_are(text: str, capabilities: Capabilities) -> None:
    parts = render(message(text), capabilities)
    shown = "".join(part.text for part in parts)
    assert shown.count("word") == text.count("word")
    assert shown.count("é") == text.count("é")
    assert shown.count("https://a.example") == text.count("https://a.example")
    for part in parts:
        assert render(part, capabilities) == (part,)
