"""Measures reading mail against the standard library's parser on the same mails.

`python -m benchmarks.mail_parsing`: 80 % short texts, 15 % with HTML beside, 5 % with a file of
50 KB. Rounds of ours and of the library alternate, so that both see the same neighbours.
"""

import base64
import email
import random
import sys
import time
from collections.abc import Callable
from email import policy
from statistics import median

from benchmarks import figures
from benchmarks.figures import Figure
from channels.email.reading.envelope import Envelope, sealed
from channels.email.reading.inbound import parse

MAILS = 1000
ROUNDS = 5
FILE = 50 * 1024

_WORDS = ("pump", "valve", "boiler", "cellar", "quote", "please", "visit", "broken", "Größe")
_ENVELOPE = Envelope(account="info@acme.example", authserv_id="mx.acme.example")


def made_up(count: int = MAILS, seed: int = 5) -> list[bytes]:
    """Raw mails, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [_mail(number, chance) for number in range(count)]


def _mail(number: int, chance: random.Random) -> bytes:
    share = number % 20
    if share == 0:
        kind, body = "multipart/mixed; boundary=b", _with_file(chance)
    elif share <= 3:
        kind, body = "multipart/alternative; boundary=b", _with_html(chance)
    else:
        kind, body = "text/plain; charset=utf-8", _text(chance)
    head = (
        f"Return-Path: <ada{number}@lund.example>\n"
        "Received: from mail.lund.example (mail.lund.example [192.0.2.7]) by mx.acme.example\n"
        f" with ESMTPS id {number:x}; Mon, 4 Mar 2024 09:12:04 +0000\n"
        "Authentication-Results: mx.acme.example; dmarc=pass header.from=lund.example\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; d=lund.example; s=s1; b={'x' * 200}\n"
        f"From: Ada Lund <ada{number}@lund.example>\nTo: Acme <info@acme.example>\n"
        f"Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?= {number}\nDate: Mon, 4 Mar 2024 09:12:03 +0000\n"
        f"Message-ID: <{number}@lund.example>\nIn-Reply-To: <q{number}@acme.example>\n"
        f"References: <a{number}@lund.example>\n <q{number}@acme.example>\n"
        f"MIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n"
    )
    return (head + body).replace("\n", "\r\n").encode()


def _text(chance: random.Random) -> str:
    lines = [" ".join(chance.choices(_WORDS, k=10)) for _ in range(chance.randint(3, 12))]
    quoted = "".join(f"> {line}\n" for line in lines)
    said = "\n".join(lines)
    return f"{said}\n\nOn Mon, Mar 4, 2024 at 9:12 AM Bo <info@acme.example> wrote:\n\n{quoted}"


def _with_html(chance: random.Random) -> str:
    text = _text(chance)
    html = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--b\nContent-Type: text/html; charset=utf-8\n\n<html><body>{html}</body></html>\n--b--\n"
    )


def _with_file(chance: random.Random) -> str:
    content = base64.encodebytes(chance.randbytes(FILE)).decode()
    return (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{_text(chance)}\n"
        "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n"
        f"Content-Transfer-Encoding: base64\n\n{content}--b--\n"
    )


def by_the_library(raw: bytes) -> None:
    """What a reader without our rules would at least do."""
    message = email.message_from_bytes(raw, policy=policy.default)
    for part in message.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


def _milliseconds(read: Callable[[bytes], object], mails: list[bytes]) -> float:
    started = time.perf_counter()
    for raw in mails:
        read(raw)
    return 1000 * (time.perf_counter() - started) / len(mails)


def measure() -> list[Figure]:
    mails = made_up()
    enveloped = [sealed(_ENVELOPE, raw) for raw in mails]
    _milliseconds(parse, enveloped)
    rounds = [
        (_milliseconds(parse, enveloped), _milliseconds(by_the_library, mails))
        for _ in range(ROUNDS)
    ]
    ours, library = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(one / other for one, other in rounds)
    return [
        Figure("reading a mail", ours, "ms", f"library {library:.2f}", "< 2"),
        Figure("  beside the library", ratio, "×", f"{ROUNDS} rounds in turn"),
        Figure("  mails on one core", 1000 / ours, "a second", f"library {1000 / library:,.0f}"),
    ]


def main() -> None:
    measured = measure()
    print(f"{figures.load()}\n\n{figures.table(measured)}")
    if any(figure.is_met is False for figure in measured):
        sys.exit("A goal was missed.")


if __name__ == "__main__":
    main()
