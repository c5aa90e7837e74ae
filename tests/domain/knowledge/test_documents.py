"""What companies bring along is read; what cannot be is told by line, and the rest goes on."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.knowledge import documents
from domain.knowledge.documents import (
    Document,
    Unreadable,
    decoded,
    guess_columns,
    read,
    read_csv,
    read_html,
    read_jsonl,
    read_markdown,
    read_pdf,
)


def only(found: documents.Read) -> Document:
    (document,) = found
    assert isinstance(document, Document), document
    return document


def test_front_matter_gives_title_category_and_tags() -> None:
    raw = b'---\ntitle: "Reset"\ncategory: Phones\ntags: [desk, phone]\n---\n# Other\nPress it.'
    document = only(read_markdown("a/reset.md", raw))
    assert (document.title, document.category, document.tags) == (
        "Reset",
        "Phones",
        ("desk", "phone"),
    )
    assert document.text == "Press it."
    assert document.external_id == "a/reset.md"


def test_tags_may_stand_one_to_a_line() -> None:
    document = only(read_markdown("r.md", b"---\ntags:\n  - desk\n  - phone\n---\ntext"))
    assert document.tags == ("desk", "phone")


def test_the_first_heading_is_the_title_and_links_are_shown() -> None:
    raw = b"# How to **reset**\n\nSee [the guide](https://x.example/g).\n\n1. Hold\n2. Press"
    document = only(read_markdown("reset.md", raw))
    assert document.title == "How to reset"
    assert "the guide (https://x.example/g)" in document.text
    assert "1. Hold" in document.text
    assert "**" not in document.text


def test_a_file_without_a_heading_is_named_after_itself() -> None:
    assert only(read_markdown("kb/desk-phone_reset.md", b"Hold star.")).title == "Desk phone reset"


def test_a_line_of_dashes_later_on_is_no_front_matter() -> None:
    assert "kept" in only(read_markdown("x.md", b"kept\n\n---\n\nmore")).text


def test_html_loses_navigation_scripts_and_dangerous_links() -> None:
    raw = (
        b"<html><head><title>Reset - Acme Help</title><style>x{}</style></head><body>"
        b"<nav>Home Shop</nav><h1>Reset</h1><p>Hold <a href='javascript:evil()'>star</a>.</p>"
        b"<script>steal()</script><footer>Imprint</footer></body>"
    )
    document = only(read_html("reset.html", raw))
    assert document.title == "Reset"
    assert "Hold star." in document.text
    assert not {"Home", "steal", "Imprint", "javascript", "Acme"} & set(
        document.text.replace("(", " ").split()
    )


def test_html_whose_heading_says_something_else_keeps_the_page_title() -> None:
    raw = b"<title>Reset a phone</title><h1>Welcome</h1><p>Hold star.</p>"
    assert only(read_html("x.html", raw)).title == "Reset a phone"


def test_html_nested_to_break_its_reader_is_refused() -> None:
    (found,) = read_html("bomb.html", b"<div>" * 50_000 + b"x")
    assert isinstance(found, Unreadable)
    assert "within each other" in found.reason


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (["Question", "Answer"], {"title": 0, "text": 1}),
        (["ID", "Name", "Body", "Tags"], {"id": 0, "title": 1, "text": 2, "tags": 3}),
        (["Article Title", "Article Content", "Category"], {"title": 0, "text": 1, "category": 2}),
        (["article_id", "text"], {"text": 1, "id": 0}),
        (["price", "colour"], {}),
    ],
)
def test_columns_are_known_by_their_headings(headings: list[str], columns: dict[str, int]) -> None:
    assert guess_columns(headings) == columns


def test_csv_with_semicolons_and_line_breaks_in_cells() -> None:
    raw = b'Frage;question;answer\n1;"Open\nwhen?";"8; to 18"\n\n;;\n2;Where?;Here'
    first, second = read_csv("faq.csv", raw)
    assert isinstance(first, Document)
    assert (first.title, first.text) == ("Open when?", "8; to 18")
    assert isinstance(second, Document)
    assert second.external_id == "where?"


def test_csv_rows_without_content_are_told_by_line_and_the_rest_goes_on() -> None:
    raw = b"id,title,text,category\n1,,,Phones\n2,Reset,Press.,Phones\n"
    bad, good = read_csv("faq.csv", raw)
    assert bad == Unreadable(2, "holds neither a title nor a text", "faq.csv")
    assert isinstance(good, Document)
    assert good.external_id == "2"


def test_csv_without_a_column_to_read_says_so() -> None:
    (found,) = read_csv("prices.csv", b"price,colour\n1,red\n2,blue")
    assert found == Unreadable(1, "names no column for the title or the text", "prices.csv")


def test_jsonl_tells_bad_lines_and_reads_the_others() -> None:
    lines = [
        json.dumps({"_id": 7, "title": "Reset", "text": "Press.", "tags": ["a", "b"]}),
        "{broken",
        "",
        "[1]",
        json.dumps({"title": {"en": "x"}, "text": "y"}),
        json.dumps({"title": "No id", "text": "Press."}),
    ]
    found = list(read_jsonl("kb.jsonl", "\n".join(lines).encode()))
    assert [f.line for f in found if isinstance(f, Unreadable)] == [2, 4, 5]
    read_ones = [f for f in found if isinstance(f, Document)]
    assert [d.external_id for d in read_ones] == ["7", "no id"]
    assert read_ones[0].tags == ("a", "b")


def test_text_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "TEXT_LIMIT", 10)
    (found,) = read_jsonl("kb.jsonl", json.dumps({"title": "a", "text": "x" * 11}).encode())
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize(
    ("raw", "text", "is_guessed"),
    [
        ("Grüße €".encode(), "Grüße €", False),
        ("Grüße €".encode("utf-8-sig"), "Grüße €", False),
        ("Grüße €".encode("utf-16"), "Grüße €", False),
        ("Grüße €".encode("cp1252"), "Grüße €", True),
        (b"a\x00b\r\nc\x07", "ab\nc", False),
    ],
)
def test_encodings(raw: bytes, text: str, is_guessed: bool) -> None:
    found, note = decoded(raw)
    assert found == text
    assert bool(note) is is_guessed


def test_a_folder_is_read_in_order_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.md", "a/logo.png", ".git/x.md", "a/.hidden.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "c.md").symlink_to("/etc/hostname")
    found = [d.external_id for d in read(tmp_path) if isinstance(d, Document)]
    assert found == ["b.md", "a/z.md"]


def test_a_file_of_unknown_kind_or_size_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.exe").write_bytes(b"x")
    (tmp_path / "x.md").write_bytes(b"xx")
    monkeypatch.setattr(documents, "FILE_LIMIT", 1)
    for name in ("x.exe", "x.md", "absent.md"):
        (found,) = read(tmp_path / name)
        assert isinstance(found, Unreadable)
        assert found.line == 0


def test_a_pdf_that_is_none_and_one_without_text_say_why() -> None:
    pypdf = pytest.importorskip("pypdf")
    blank = BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(blank)
    for raw, reason in ((b"%PDF-1.7 broken", "damaged"), (blank.getvalue(), "no text")):
        (found,) = read_pdf("x.pdf", raw)
        assert isinstance(found, Unreadable)
        assert reason in found.reason


def test_the_text_of_a_pdf_is_read() -> None:
    pytest.importorskip("pypdf")
    typst = pytest.importorskip("typst")
    source = b'#set document(title: "Reset guide")\nHold the star key for ten seconds.'
    document = only(read_pdf("guide.pdf", typst.compile(source)))
    assert document.title == "Reset guide"
    assert "Hold the star key for ten seconds." in document.text


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_told(raw: bytes) -> None:
    for reader in (read_markdown, read_html, read_csv, read_jsonl):
        for found in reader("x", raw):
            assert isinstance(found, Document | Unreadable)
