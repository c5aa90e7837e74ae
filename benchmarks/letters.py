"""A thousand mails as companies get them, made up the same way each time."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

FIRM = "help@firm.example"
SEED = 20261125
_TEXT = (
    "the camera at the gate shows no picture since this morning and we tried a restart twice "
    "could you send somebody or tell us what to do thank you for the quick answer last time "
    "please quote twelve outlets with cable and two access points for the new office "
    "invoice order delivery recorder password reset meeting ladder cabinet fibre switch"
)
_WORDS = _TEXT.split()


def letters(count: int, seed: int = SEED) -> Iterator[bytes]:
    """80 % plain text, 15 % text and HTML, 5 % with a file of 50 KB; a third answer another."""
    chance = random.Random(seed)  # noqa: S311 - made-up mails are no secret
    begun = datetime(2025, 1, 6, 8, tzinfo=UTC)
    known: list[str] = []
    for number in range(count):
        mail = EmailMessage(policy=SMTP)
        customer = chance.randrange(count // 4 + 1)
        mail["From"] = f"Customer {customer} <customer{customer}@client{customer % 40}.example>"
        mail["To"] = FIRM
        mail["Subject"] = " ".join(chance.choices(_WORDS, k=5))
        mail["Date"] = format_datetime(begun + timedelta(minutes=7 * number))
        mail["Message-ID"] = f"<{seed}.{number}@client.example>"
        if known and chance.random() < 1 / 3:
            mail["In-Reply-To"] = mail["References"] = chance.choice(known)
        known.append(mail["Message-ID"])
        _fill(mail, number, chance)
        yield mail.as_bytes()


def _fill(mail: EmailMessage, number: int, chance: random.Random) -> None:
    words = chance.choices(_WORDS, k=chance.randint(40, 200))
    text = "\n".join(" ".join(words[at : at + 12]) for at in range(0, len(words), 12))
    mail.set_content(f"Hello,\n\n{text}\n\nKind regards\nCustomer {number}\n")
    kind = number % 20
    if kind in (3, 9, 15):
        paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
        mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
    elif kind == 7:
        content = chance.randbytes(50 * 1024)
        mail.add_attachment(
            content, maintype="application", subtype="pdf", filename=f"plan-{number}.pdf"
        )
