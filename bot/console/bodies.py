"""Reads what a form of a page sends: its fields in order, and its files, within limits."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from bot.dependencies import capped_body
from channels.filenames import safe_filename

PLAIN = "application/x-www-form-urlencoded"
WITH_FILES = "multipart/form-data"
FORM_LIMIT = 64 * 1024
FIELD_LIMIT = 20
WINDOW_LIMIT = 26 * 1024 * 1024
WINDOW_FIELDS = 400
WINDOW_FILES = 10


@dataclass(frozen=True, slots=True)
class SentFile:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class SentForm:
    """`pairs` as they came: a name may come several times. Files left empty are left out."""

    pairs: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, SentFile], ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.pairs)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for own, value in self.pairs if own == name)


async def plain_form(request: Request) -> SentForm:
    """413, 415 or 400 for what is too large, of another kind or no form."""
    if _kind(request) != PLAIN:
        raise HTTPException(415, f"Send it as {PLAIN}")
    return _urlencoded(await capped_body(request, FORM_LIMIT), FIELD_LIMIT)


async def form_with_files(request: Request) -> SentForm:
    """Either kind of form, larger and with files."""
    kind = _kind(request)
    if kind not in (PLAIN, WITH_FILES):
        raise HTTPException(415, f"Send it as {PLAIN} or {WITH_FILES}")
    body = await capped_body(request, WINDOW_LIMIT if kind == WITH_FILES else 16 * FORM_LIMIT)
    return (
        await _multipart(request, body) if kind == WITH_FILES else _urlencoded(body, WINDOW_FIELDS)
    )


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _urlencoded(body: bytes, most: int) -> SentForm:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=most, errors="strict"
        )
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read") from error
    return SentForm(tuple((name, _storable(value)) for name, value in pairs))


async def _multipart(request: Request, body: bytes) -> SentForm:
    parser = MultiPartParser(
        request.headers, _once(body), max_files=WINDOW_FILES, max_fields=WINDOW_FIELDS
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise HTTPException(400, "The form cannot be read") from error
    pairs, files = [], []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files += [(name, await _file(value))] if value.filename else []
        else:
            pairs.append((name, _storable(value)))
    await form.close()
    return SentForm(tuple(pairs), tuple(files))


async def _file(sent: UploadFile) -> SentFile:
    kind = sent.content_type or "application/octet-stream"
    return SentFile(safe_filename(sent.filename or "", content_type=kind), await sent.read(), kind)


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _storable(value: str) -> str:
    """PostgreSQL keeps no NUL in a text; forms send line ends as CR LF."""
    return value.replace("\x00", "").replace("\r\n", "\n")
