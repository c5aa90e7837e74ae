"""The whole mail, as shown on one click."""

import pytest

from channels.email.reading.envelope import Envelope, sealed
from channels.email.reading.original import original

MAIL = b"""From: ada@lund.example
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a

Two.

> One or two?
--a
Content-Type: text/html

<p>Two.</p><img src="cid:logo@x"><img src="https://a.example/p.png"><script>x</script>
--a--
--r
Content-Type: image/png
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

AAAA
--r
Content-Type: image/svg+xml
Content-ID: <evil@x>

<svg/>
--r--
"""


def test_the_text_is_whole_and_the_html_harmless() -> None:
    shown = original(MAIL)
    assert shown.text == "Two.\n\n> One or two?"
    assert "<p>Two.</p>" in shown.html
    assert "data:image/png;base64,AAAA" in shown.html
    assert "script" not in shown.html
    assert "a.example" not in shown.html


def test_remote_images_come_when_asked_for() -> None:
    assert "https://a.example/p.png" in original(MAIL, with_remote_images=True).html


def test_a_plain_mail_has_no_html() -> None:
    assert original(b"From: a@b.c\n\nHello") == original(
        sealed(Envelope(account="x"), b"From: a@b.c\n\nHello")
    )
    assert original(b"From: a@b.c\n\nHello").html == ""


def test_what_is_no_mail_is_refused() -> None:
    with pytest.raises(ValueError, match="no mail"):
        original(b"null")
