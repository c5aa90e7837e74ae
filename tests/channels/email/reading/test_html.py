"""HTML of mails as text, and made harmless."""

import time

import pytest

from channels.email.reading.html import as_text, sanitised, without_markup

GMAIL = (
    '<div>Two, please.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, Mar '
    "4, 2024 "
    'at 9:12 AM Bo &lt;<a href="mailto:bo@acme.example">bo@acme.example</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote"><div>One or two?</div><blockquote type="cite">A '
    "pump</blockquote>"
    "</blockquote></div>"
)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def test_quotations_are_marked_as_in_plain_mail() -> None:
    assert lines(as_text(GMAIL)) == [
        "Two, please.",
        "On Mon, Mar 4, 2024 at 9:12 AM Bo <bo@acme.example> wrote:",
        "> One or two?",
        ">",
        "> > A pump",
    ]


def test_an_indented_paragraph_is_no_quotation() -> None:
    indented = (
        '<p>We need</p><blockquote style="margin:0 0 0 40px;border:none">two pumps</blockquote>'
    )
    assert lines(as_text(indented)) == ["We need", "two pumps"]
    bordered = '<blockquote style="border-left:1px solid">old</blockquote>'
    assert lines(as_text(bordered)) == ["> old"]


def test_lists_and_links_stay_readable() -> None:
    text = as_text('<ul><li>one<li>two</ul><a href="https://a.example/x">here</a>')
    assert lines(text) == ["* one", "* two", "here <https://a.example/x>"]


@pytest.mark.parametrize("href", ["https://a.example/", "http://www.a.example"])
def test_a_link_that_shows_its_target_is_not_repeated(href: str) -> None:
    assert as_text(f'<a href="{href}">{href}</a>') == href


@pytest.mark.parametrize(
    "hidden", ["<script>x</script>", "<style>x{}</style>", "<!-- x -->", "<title>x</title>"]
)
def test_what_a_reader_does_not_see_is_no_text(hidden: str) -> None:
    assert as_text(f"<html><head>{hidden}</head><body>Hello</body></html>").strip() == "Hello"
    assert without_markup(f"{hidden}Hello") == "Hello"


def test_an_encoding_declared_inside_does_not_matter() -> None:
    told = '<?xml version="1.0" encoding="utf-16"?><html><meta charset="koi8-r"><p>Größe</p>'
    assert as_text(told).strip() == "Größe"


ATTACKS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="data:text/html,alert(1)">x</a>',
    '<a href="vbscript:alert(1)">x</a>',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    '<iframe src="https://evil.example/alert(1)"></iframe>',
    '<form action="https://evil.example/alert(1)"><input></form>',
    '<style>@import "https://evil.example/alert(1)"</style>',
    '<p style="background:url(https://evil.example/alert(1))">x</p>',
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    '<base href="https://evil.example/alert(1)">',
    '<link rel=stylesheet href="https://evil.example/alert(1)">',
    '<a href="/console/tickets?alert(1)">x</a>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<img src="data:image/svg+xml,alert(1)">',
    "<object data=alert(1)></object><embed src=alert(1)>",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("with_remote_images", [False, True])
def test_nothing_that_acts_survives(attack: str, with_remote_images: bool) -> None:
    shown = sanitised(f"<p>Hello</p>{attack}", with_remote_images=with_remote_images)
    assert "alert(1)" not in shown
    assert "Hello" in shown


def test_remote_images_are_shown_only_when_asked_for() -> None:
    markup = '<img src="https://a.example/pixel.png" alt="Logo">'
    assert "a.example" not in sanitised(markup)
    assert "a.example" in sanitised(markup, with_remote_images=True)


def test_images_of_the_mail_itself_are_shown() -> None:
    markup = '<img src="cid:logo@x"><img src="cid:missing">'
    shown = sanitised(markup, images={"logo@x": "data:image/png;base64,AA=="})
    assert shown.count("data:image/png;base64,AA==") == 1
    assert "cid:" not in shown


def test_links_open_nothing_that_can_reach_back() -> None:
    shown = sanitised('<a href="https://a.example">x</a>')
    assert 'rel="noopener noreferrer nofollow"' in shown


BOMBS = {
    "div": "<div>" * 100_000,
    "quotes": "<blockquote type=cite>" * 40_000,
    "tables": "<table><tr><td>" * 20_000,
    "links": '<a href="http://x">' * 40_000,
    "lists": "<ul><li>" * 50_000,
    "angles": "<" * 1_000_000,
    "comments": "<!--" * 250_000,
    "scripts": "<script>" * 100_000,
    "bold": "<b>" * 400 + "<p>x" * 20_000,
    "attributes": "<p " + "a=b " * 250_000 + ">x",
    "entities": "&amp;" * 200_000,
    "paragraphs": "<p>x</p>" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_markup_takes_long(bomb: str) -> None:
    started = time.process_time()
    as_text(bomb)
    sanitised(bomb)
    assert time.process_time() - started < 20
