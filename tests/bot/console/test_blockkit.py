"""Every kind of block is drawn as Slack shows it, and nothing in one becomes markup or script."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.console import pages
from bot.console.blockkit import Names, button_of, mrkdwn, parts, window
from channels.cards import Button, Card, Field, Form, Input, InputKind, Option, Section, Style
from channels.slack.blocks import message
from channels.slack.forms import modal

pytestmark = pytest.mark.full

NAMES = Names({"U1": "Imogen Tern"}, {"C1": "desk"})


def drawn(*blocks: dict[str, Any]) -> str:
    template = pages.environment().from_string(
        '{% from "_blockkit.html" import draw %}{{ draw(parts, "x") }}'
    )
    return " ".join(template.render(parts=parts(list(blocks), NAMES)).split())


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


# --- mrkdwn ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold*, _italic_, ~gone~", "<strong>bold</strong>, <em>italic</em>, <s>gone</s>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("2*3*4, snake_case_name, a ~ b ~ c", "2*3*4, snake_case_name, a ~ b ~ c"),
        ("* not bold* *nor this *", "* not bold* *nor this *"),
        ("`*code*` stays", "<code>*code*</code> stays"),
        ("see\n```\n*a* &lt;b&gt;\n```\nend", "see<pre>*a* &lt;b&gt;</pre>end"),
        ("&gt; quoted\n&gt; twice\nnot", "<blockquote>quoted\ntwice</blockquote>not"),
        ("a\n>>> all\nof it", "a<blockquote>all\nof it</blockquote>"),
        ("• one\n• two", "• one\n• two"),
        ("AT&amp;T &lt;b&gt; &amp;lt;", "AT&amp;T &lt;b&gt; &amp;lt;"),
        ("<@U1> in <#C1|desk> <!here>", '<span class="mention">@Imogen Tern</span> in '
         '<span class="mention">#desk</span> <span class="mention">@here</span>'),
        ("<@U9>", '<span class="mention">@U9</span>'),
        ("<!date^1^{date}|today>", "today"),
        (":tada: 12:30:45 :no_such_sign:", "🎉 12:30:45 :no_such_sign:"),
        ("<https://a.example/?x=1&amp;y=2|the *page*>",
         '<a href="https://a.example/?x=1&amp;y=2" target="_blank" '
         'rel="noopener noreferrer nofollow">the *page*</a>'),
        ("https://a.example/b.", '<a href="https://a.example/b" target="_blank" '
         'rel="noopener noreferrer nofollow">https://a.example/b</a>.'),
        ("<javascript:alert(1)|press>", "press (javascript:alert(1))"),
        ("<JaVaScRiPt:alert(1)>", "JaVaScRiPt:alert(1)"),
        ("<data:text/html,x|a>", "a (data:text/html,x)"),
        ("<https://a.example\t/\" onclick=x|a>", "a (https://a.example\t/&#34; onclick=x)"),
    ],
)  # fmt: skip
def test_mrkdwn_reads_as_in_slack(text: str, html: str) -> None:
    assert str(mrkdwn(text, NAMES)) == html


def test_verbatim_text_makes_no_links_of_its_own() -> None:
    assert str(mrkdwn("https://a.example", verbatim=True)) == "https://a.example"


@pytest.mark.parametrize(
    "text",
    ["*" * 40_000, "_a " * 20_000, "<" * 40_000, "`" * 40_001, "~a" * 20_000, ":a" * 20_000,
     "https://" * 8_000, "&gt;" * 20_000, "*a " * 20_000, "```" * 15_000],
)  # fmt: skip
@pytest.mark.timeout(5)
def test_no_text_takes_long(text: str) -> None:
    assert mrkdwn(text)


# --- blocks -----------------------------------------------------------------------------


def test_a_card_of_the_desk_is_drawn_with_all_it_has() -> None:
    card = Card(
        "TKT-1 & more",
        "Acme",
        (
            Section("The gate camera is <dark>", (Field("Status", "open"),)),
            Section("I am the customer *really*", is_quoted=True),
        ),
        (
            Button("take", "Take", "1", Style.PRIMARY),
            Button("close", "Close", "1", Style.DANGER, confirm="Close it for good?"),
            Button("look", "Look", url="https://desk.example/q"),
        ),
        "Sources: one",
    )
    html = drawn(*message(card).blocks)
    assert '<h4 class="bk-header">TKT-1 &amp; more</h4>' in html
    assert "🏢 <strong>Acme</strong>" in html
    assert "The gate camera is &lt;dark&gt;" in html
    assert "<strong>Status</strong> open" in html
    assert "<blockquote>I am the customer *really*</blockquote>" in html
    assert re.search('name="button" value="[0-9a-f]{16}" class="bk-button primary">Take<', html)
    assert 'popovertarget="x-5-1-sure"' in html
    assert "Close it for good?" in html
    assert re.search('name="button" value="[0-9a-f]{16}" class="bk-button danger">Close<', html)
    assert '<a href="https://desk.example/q"' in html
    assert "Sources: one" in html


def keys(*blocks: dict[str, Any]) -> list[str]:
    return re.findall(r'name="button" value="([^"]+)"', drawn(*blocks))


def test_a_button_is_found_again_and_never_another_one() -> None:
    same = {"type": "button", "action_id": "open#0", "text": plain("Open")}
    rows: list[dict[str, Any]] = [
        {"type": "actions", "elements": [{**same, "value": "1"}, {**same, "value": "2"}]},
        {"type": "section", "text": plain("x"), "accessory": {**same, "value": "3"}},
    ]
    found = [button_of(rows, key) for key in keys(*rows)]
    assert [button and button["value"] for button in found] == ["1", "2", "3"]
    moved = [{"type": "divider"}, *reversed(rows)]
    assert [(button_of(moved, key) or {})["value"] for key in keys(*rows)] == ["1", "2", "3"]
    changed = [{"type": "actions", "elements": [{**same, "value": "9"}]}]
    assert [button_of(changed, key) for key in keys(*rows)] == [None] * 3


def test_rich_text_keeps_its_lists_quotes_and_code() -> None:
    def words(text: str, **style: bool) -> dict[str, Any]:
        return {"type": "text", "text": text, **({"style": style} if style else {})}

    item = {"type": "rich_text_section", "elements": [words("one")]}
    html = drawn(
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [
                    words("b", bold=True), words("*i*", italic=True, code=True),
                    {"type": "user", "user_id": "U1"}, {"type": "channel", "channel_id": "C1"},
                    {"type": "emoji", "name": "x1", "unicode": "1f44d"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "link", "url": "https://a.example", "text": "a"},
                    {"type": "date", "fallback": "today"}, {"type": "hologram"}]},
                {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [item]},
                {"type": "rich_text_quote", "elements": [words("said")]},
                {"type": "rich_text_preformatted", "elements": [words("a < b")]},
                {"type": "rich_text_poem"},
            ],
        }
    )  # fmt: skip
    assert "<p><strong>b</strong><code><em>*i*</em></code>" in html
    assert "@Imogen Tern" in html
    assert "#desk" in html
    assert "👍" in html
    assert '<ol class="indent-1"><li>one</li></ol>' in html
    assert "<blockquote>said</blockquote>" in html
    assert "<pre>a &lt; b</pre>" in html
    assert "[unsupported part: hologram]" in html
    assert "[unsupported part: rich_text_poem]" in html


def test_what_is_not_known_is_said_and_pictures_are_not_loaded() -> None:
    html = drawn(
        {"type": "video", "title": plain("x")},
        {"type": "divider"},
        {"type": "image", "image_url": "https://spy.example/i.png", "alt_text": "A plan"},
        {"type": "context", "elements": [{"type": "image", "image_url": "https://spy.example",
                                          "alt_text": "logo"}]},
        {"type": "actions", "elements": [{"type": "datepicker"}]},
        {"type": "input", "label": plain("When"), "element": {"type": "timepicker"}},
    )  # fmt: skip
    assert "[unsupported block: video]" in html
    assert "[unsupported element: datepicker]" in html
    assert "[unsupported block: timepicker]" in html
    assert "A plan" in html
    assert "logo" in html
    assert "spy.example" not in html
    assert "<hr" in html


def test_a_window_asks_for_everything_with_what_is_filled_in_already() -> None:
    options = (Option("a", "First"), Option("b", "Second"))
    form = Form(
        "act",
        "Reply to Priya",
        "Send it",
        (
            Input("text", "Text", InputKind.TEXT, "Two\nlines", hint="They see it."),
            Input("line", "Subject", initial='"quoted"', is_required=False),
            Input("number", "Quantity", InputKind.NUMBER, "24"),
            Input("one", "Who", InputKind.CHOICE, "b", options),
            Input("many", "Tags", InputKind.SEVERAL, "a,b", options),
        ),
        intro="To WhatsApp …10",
    )
    view = modal(form)
    file = {"type": "input", "block_id": "9:f", "label": plain("Files"), "optional": True,
            "element": {"type": "file_input", "action_id": "answer"}}  # fmt: skip
    shown = window({**view, "id": "V1", "hash": "h"})
    assert (shown.title, shown.submit, shown.close) == ("Reply to Priya", "Send it", "Cancel")
    html = drawn(*view["blocks"], file)
    assert "To WhatsApp …10" in html
    assert "Two lines</textarea>" in html
    assert "They see it." in html
    assert 'value="&#34;quoted&#34;"' in html
    assert "(optional)" in html
    assert 'type="number"' in html
    assert '<option value="b" selected>Second</option>' in html
    assert html.count(" checked>") == 2
    assert 'name="answer:9:f" type="file"' in html
    assert window({"blocks": [file]}).takes_files


@pytest.mark.parametrize(
    "blocks",
    [
        None, 7, "x", {}, [None], [7], ["x"], [[]], [{}], [{"type": 7}], [{"type": ["x"]}],
        [{"type": "section", "fields": 7, "text": [], "accessory": 3}],
        [{"type": "actions"}], [{"type": "actions", "elements": [7, None, {}]}],
        [{"type": "actions", "elements": [{"type": "button", "confirm": 7, "url": [], "text": 3}]}],
        [{"type": "context", "elements": {"a": 1}}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_list", "indent": "x",
                                             "elements": 3}, 4]}],
        [{"type": "input", "element": {"type": "static_select", "options": [3, {"value": {}}],
                                       "initial_option": 4}}],
        [{"type": "input", "element": {"type": "plain_text_input", "max_length": True,
                                       "initial_value": {}}}],
        [{"type": "header", "text": {"type": "plain_text", "text": "\ud800"}}],
    ],
)  # fmt: skip
def test_the_oddest_blocks_break_nothing(blocks: object) -> None:
    template = pages.environment().from_string(
        '{% from "_blockkit.html" import draw %}{{ draw(parts, "x") }}'
    )
    template.render(parts=parts(blocks, NAMES)).encode()
    button_of(blocks, "0" * 16)


# --- script in blocks -------------------------------------------------------------------

CORPUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</option></select><img src=x onerror=alert(1)>",
    "<javascript:alert(1)|click>",
    "<https://a.example/\"onmouseover=alert(1)|x>",
    "<https://a.example|<img src=x onerror=alert(1)>>",
    "*<b onclick=alert(1)>*",
    "`<i>`",
    "```</pre><script>alert(1)</script>```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "&#60;script&#62;",
    "<@U1|<script>>",
    "<!here|<img src=x onerror=alert(1)>>",
    ":<script>:",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:x",
    "https://a.example/' onclick='alert(1)",
    "> <iframe src=//a.example>",
    "\u202e<script>\u2028",
    "<style>*{display:none}</style>",
    "hx-get=/x hx-trigger=load",
    '" hx-get="/simulator/live" hx-trigger="load',
)  # fmt: skip
TAGS = {
    "a", "blockquote", "button", "code", "div", "em", "fieldset", "h4", "hr", "input", "label",
    "legend", "li", "ol", "option", "p", "pre", "s", "select", "span", "strong", "textarea", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-describedby", "aria-haspopup", "aria-labelledby", "autocomplete", "autofocus", "checked",
    "class", "for", "href", "id", "max", "maxlength", "min", "multiple", "name", "placeholder",
    "popover", "popovertarget", "popovertargetaction", "rel", "required", "role", "rows",
    "selected", "step", "target", "type", "value",
}  # fmt: skip


class Watch(HTMLParser):
    """Collects what has no business in drawn blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag not in TAGS else []
        for name, value in attrs:
            self.found += [f"{tag} {name}"] if name not in ATTRIBUTES else []
            is_link = (value or "").startswith(("https://", "http://", "mailto:", "tel:"))
            self.found += [f"{value}"] if name == "href" and not is_link else []

    def handle_comment(self, data: str) -> None:
        self.found.append(data)


def everywhere(words: str) -> list[dict[str, Any]]:
    """All kinds of blocks, with these words in every place that holds a text."""
    text = {"type": "mrkdwn", "text": words}
    option = {"text": plain(words), "value": words}
    button = {"type": "button", "text": plain(words), "action_id": words, "value": words}
    confirm = {
        "title": plain(words),
        "text": text,
        "confirm": plain(words),
        "deny": plain(words),
        "style": words,
    }
    elements: list[dict[str, Any]] = [
        {"type": "plain_text_input", "initial_value": words, "placeholder": plain(words)},
        {"type": "plain_text_input", "multiline": True, "initial_value": words},
        {"type": "number_input", "initial_value": words, "min_value": words, "max_value": words},
        {"type": "static_select", "options": [option], "initial_option": option},
        {"type": "multi_static_select", "options": [option], "placeholder": plain(words)},
        {"type": "file_input", "filetypes": [words]},
        {"type": words},
    ]
    rich = [
        {"type": "text", "text": words},
        {"type": "link", "url": words, "text": words},
        {"type": "link", "url": f"https://a.example/{words}"},
        {"type": "user", "user_id": words},
        {"type": "emoji", "name": words, "unicode": words},
        {"type": words},
        {"type": "date", "fallback": words},
    ]
    return [
        {"type": "header", "text": plain(words)},
        {"type": "section", "text": text, "fields": [text], "accessory": button},
        {"type": "context", "elements": [text, {"type": "image", "alt_text": words}]},
        {"type": "actions", "elements": [button | {"style": words}, button | {"url": words},
            button | {"confirm": confirm}, button | {"url": f"https://a.example/{words}"},
            {"type": words}]},
        *({"type": "rich_text", "elements": [{"type": kind, "style": words, "elements": rich}]}
          for kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted", words)),
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": words, "elements": [
            {"type": "rich_text_section", "elements": rich}]}]},
        {"type": "image", "image_url": words, "alt_text": words, "title": plain(words)},
        *({"type": "input", "block_id": words, "label": plain(words), "hint": plain(words),
           "element": element} for element in elements),
        {"type": words},
    ]  # fmt: skip


@pytest.mark.parametrize("words", CORPUS)
def test_nothing_in_a_block_becomes_markup_or_script(words: str) -> None:
    watch = Watch()
    watch.feed(drawn(*everywhere(words)))
    watch.close()
    assert watch.found == []
    assert " ".join(words.split()) in watch.words
