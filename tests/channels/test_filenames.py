"""File names of strangers: harmless, recognisable, and the same when made safe twice."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.filenames import MAX_BYTES, looks_executable, safe_filename


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Grundriss Büro 2. OG.pdf", "Grundriss Büro 2. OG.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\config", "config"),
        ("C:\\Users\\jo\\plan.dwg", "plan.dwg"),
        ("C:plan.dwg", "C_plan.dwg"),
        (".htaccess", "htaccess"),
        ("....", "file"),
        ("", "file"),
        ("/", "file"),
        ("plan.pdf/", "plan.pdf"),
        ("ph\u200boto\u200d.j\u2060pg", "photo.jpg"),
        ("annual\u202efdp.exe", "annualfdp.exe"),
        ("a\r\nContent-Type: text/html\r\n.pdf", "html.pdf"),
        ("a\r\nX-Evil: yes.pdf", "aX-Evil_ yes.pdf"),
        ("ｆｕｌｌ．ｐｄｆ", "full.pdf"),
        ("up／..／x.pdf", "x.pdf"),
        ("nul\x00.pdf", "_nul.pdf"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("console.txt", "console.txt"),
        ("trailing dot. ", "trailing dot"),
        ("half \ud800 pair.png", "half  pair.png"),
    ],
)
def test_a_name_is_made_safe(told: str, safe: str) -> None:
    assert safe_filename(told) == safe


def test_an_empty_name_gets_the_extension_of_its_content() -> None:
    assert safe_filename("", content_type="image/jpeg; q=1", fallback="image") == "image.jpg"


def test_a_long_name_keeps_its_extension() -> None:
    safe = safe_filename("é" * 400 + ".docx")
    assert safe.endswith("é.docx")
    assert len(safe.encode()) <= MAX_BYTES


@pytest.mark.parametrize("name", ["x.pdf.exe", "x.php.jpg", ".htaccess", "a.SVG", "a.js \u200b"])
def test_an_executable_extension_anywhere_is_seen(name: str) -> None:
    assert looks_executable(name)


@pytest.mark.parametrize("name", ["exe", "plan.pdf", "report.v2.docx", "readme"])
def test_an_ordinary_name_is_not_called_executable(name: str) -> None:
    assert not looks_executable(name)


@given(st.text(max_size=400))
def test_whatever_comes_the_name_is_one_safe_path_segment(told: str) -> None:
    safe = safe_filename(told)
    assert safe
    assert len(safe.encode()) <= MAX_BYTES + 1
    assert not set(safe) & set('/\\<>:"|?*')
    assert not safe.startswith((".", " "))
    assert not safe.endswith((".", " "))
    assert all(unicodedata.category(c)[0] != "C" for c in safe)


@given(st.text(alphabet=st.characters(), max_size=60))
def test_a_safe_name_is_not_changed_again(told: str) -> None:
    safe = safe_filename(told)
    assert safe_filename(safe) == safe
