"""What of a mail is text, what are files, what is only named."""

import base64
from hashlib import sha256

import pytest

from channels.email.reading import attachments
from channels.email.reading.content import Content, read, unflowed
from channels.email.reading.mime.parts import whole

PLAIN = "Content-Type: text/plain\n\nHello"
HTML = "Content-Type: text/html\n\n<p>Hello <b>there</b></p>"
PDF = "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg=="
EVENT = (
    "Content-Type: text/calendar; method=REQUEST\n\n"
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nSUMMARY:Visit\\, cellar\nEND:VCALENDAR"
)


def multipart(kind: str, *parts: str, boundary: str = "b", more: str = "") -> str:
    inside = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\n\n{inside}--{boundary}--\n'
    )


def content(raw: str | bytes) -> Content:
    raw = raw.encode() if isinstance(raw, str) else raw
    return read(whole(b"From: a@b.c\n" + raw)[0])


def names(found: Content) -> list[str]:
    return [one.filename for one in found.attachments]


def test_of_two_versions_the_plain_one_is_the_text_and_the_other_is_kept() -> None:
    found = content(multipart("alternative", PLAIN, HTML))
    assert found.text == "Hello"
    assert "<b>there</b>" in found.html
    assert found.attachments == ()


@pytest.mark.parametrize("stub", ["", "Please view this mail in an HTML capable client."])
def test_a_plain_version_that_says_nothing_gives_way_to_the_html(stub: str) -> None:
    assert content(multipart("alternative", f"\n{stub}", HTML)).text.strip() == "Hello there"


def test_html_within_related_within_alternative_is_found() -> None:
    image = "Content-Type: image/png\nContent-ID: <i>\nContent-Disposition: inline\n\nx"
    related = multipart("related", HTML, image, boundary="r")
    found = content(multipart("alternative", "\n", related))
    assert found.text.strip() == "Hello there"
    (inline,) = found.attachments
    assert inline.is_inline
    assert inline.filename == "file.png"


def test_texts_between_files_are_one_text() -> None:
    found = content(multipart("mixed", "\none", PDF, "\ntwo"))
    assert found.text == "one\n\ntwo"


def test_a_file_has_its_content_size_and_digest() -> None:
    (file,) = content(multipart("mixed", PLAIN, PDF)).attachments
    assert (file.filename, file.content_type) == ("a.pdf", "application/pdf")
    assert (file.size, file.content) == (4, b"%PDF")
    assert file.sha256 == sha256(b"%PDF").hexdigest()
    assert not file.is_inline


FILES = {
    "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nx": "a.txt",
    "Content-Type: application/x; name=../../etc/passwd\n\nx": "passwd",
    "Content-Type: application/x\nContent-Disposition: attachment; "
    "filename*=utf-8''a%2F..%2Fb\n\nx": "b",
    'Content-Type: application/x; name="a\u200b.ht\u200baccess"\n\nx': "a.htaccess",
    "Content-Type: image/jpeg\nContent-Location: Photo25.jpg\n\nx": "Photo25.jpg",
    "Content-Type: image/jpeg\n\nx": "file.jpg",
    "Content-Type: message/rfc822\n\nSubject: A pump / two\n\nx": "A pump _ two.eml",
    "Content-Type: text/calendar\n\nBEGIN:VCALENDAR": "invitation.ics",
    "Content-Type: application/x; name==?utf-8?Q?Gr=C3=B6=C3=9Fe.pdf?=\n\nx": "Größe.pdf",
    "Content-Type: text/csv\n\na;b": "file.csv",
}


@pytest.mark.parametrize(("part", "name"), FILES.items())
def test_a_file_has_a_harmless_name(part: str, name: str) -> None:
    assert names(content(multipart("mixed", PLAIN, part))) == [name]


def test_a_mail_within_a_mail_is_a_file_as_it_came() -> None:
    inner = "From: x@y.z\nSubject: Inner\n\nHidden words"
    found = content(multipart("mixed", PLAIN, f"Content-Type: message/rfc822\n\n{inner}"))
    assert found.text == "Hello"
    assert found.attachments[0].content == inner.encode()


def test_a_mail_of_a_file_only_has_no_text() -> None:
    found = content(PDF)
    assert (found.text, names(found)) == ("", ["a.pdf"])


NOTED = {
    multipart(
        "encrypted",
        "Content-Type: application/pgp-encrypted\n\nVersion: 1",
        "Content-Type: application/octet-stream; name=encrypted.asc\n\nx",
        more='; protocol="application/pgp-encrypted"',
    ): "[encrypted with PGP",
    "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx": "[encrypted with "
    "S/MIME",
    "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx": "[signed with S/MIME",
    "\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----": "[encrypted with PGP",
    multipart("mixed", "\nHi", "Content-Type: application/ms-tnef\n\nx"): "[winmail.dat",
    multipart("mixed", "\nHi", "Content-Type: a/b; name=winmail.dat\n\nx"): "[winmail.dat",
    multipart("alternative", "\nHi", HTML, EVENT): "[calendar: Visit, cellar]",
}


@pytest.mark.parametrize(("raw", "note"), NOTED.items(), ids=NOTED.values())
def test_what_cannot_be_read_is_named(raw: str, note: str) -> None:
    assert content(raw).note.startswith(note)


def test_a_signed_mail_says_by_what_and_keeps_the_signature_as_a_file() -> None:
    signature = "Content-Type: application/pgp-signature\n\nx"
    found = content(
        multipart("signed", PLAIN, signature, more="; protocol=application/pgp-signature")
    )
    assert (found.text, found.seals, names(found)) == ("Hello", ["PGP"], ["signature.asc"])


def test_the_method_of_an_invitation_is_told() -> None:
    assert content(multipart("mixed", PLAIN, EVENT)).calendar_method == "REQUEST"


def test_a_text_that_is_named_is_still_the_text() -> None:
    assert content("Content-Type: text/plain; name=body.txt\n\nHello").text == "Hello"


def test_a_uuencoded_file_in_the_text_is_a_file() -> None:
    found = content("\nHi\n\nbegin 644 a.txt\n#86)C\n`\nend\n")
    assert (found.text, found.attachments[0].content) == ("Hi", b"abc")


def test_flowed_paragraphs_are_joined_and_quotes_left() -> None:
    assert (
        unflowed("one \ntwo\n> a \n> b\nthree \n-- \nAda") == "one two\n> a \n> b\nthree \n-- \nAda"
    )
    assert unflowed("sou \nnd", deletes_space=True) == "sound"
    assert unflowed(" stuffed \nx") == "stuffed x"


def test_files_beyond_the_limit_are_named_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_TOTAL", 10)
    big = base64.b64encode(b"x" * 8).decode()
    part = f"Content-Type: application/x; name={{}}\nContent-Transfer-Encoding: base64\n\n{big}"
    found = content(multipart("mixed", PLAIN, part.format("a.bin"), part.format("b.bin")))
    kept, lost = found.attachments
    assert (kept.content, lost.content, lost.size) == (b"x" * 8, None, 8)
    assert found.note == "[not kept, too large: b.bin]"
