"""Rows as CSV that a spreadsheet opens without running anything; pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def cell(text: str) -> str:
    """On one line; with an apostrophe in front where a spreadsheet would read a formula."""
    plain = " ".join(text.split())
    is_formula = plain[:1] in ("=", "+", "-", "@") and not _NUMBER.fullmatch(plain)
    return f"'{plain}" if is_formula else plain


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()
