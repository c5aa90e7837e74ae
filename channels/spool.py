"""Bytes on their way: in memory while they are few, else in a file that goes with them."""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from io import BytesIO
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

MEGABYTE = 1024 * 1024


async def spooled(pieces: AsyncIterator[bytes], limit: int, too_large: Exception) -> "Spool":
    """All the pieces; raises `too_large` as soon as they are more than `limit` bytes."""
    spool = Spool()
    try:
        async for piece in pieces:
            if spool.size + len(piece) > limit:
                raise too_large
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    return spool


class Spool:
    """Written once from front to end, then read as often as wanted. Close it: it may be a file."""

    def __init__(self) -> None:
        self._file: IO[bytes] = BytesIO()
        self._digest = sha256()
        self.size = 0

    @classmethod
    def of(cls, content: bytes) -> Self:
        """What is in memory already stays there."""
        spool = cls()
        spool._file = BytesIO(content)
        spool._digest.update(content)
        spool.size = len(content)
        return spool

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, piece: bytes) -> None:
        """Raises OSError where the disk is full."""
        if isinstance(self._file, BytesIO) and self.size + len(piece) > MEGABYTE:
            self._file = _on_disk(self._file)
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    def pieces(self, size: int = MEGABYTE) -> Iterator[bytes]:
        self._file.seek(0)
        while piece := self._file.read(size):
            yield piece

    def opened(self) -> IO[bytes]:
        """At its beginning, for who reads in pieces."""
        self._file.seek(0)
        return self._file

    def whole(self) -> bytes:
        return self.opened().read()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def _on_disk(kept: BytesIO) -> IO[bytes]:
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed with the spool
    file.write(kept.getvalue())
    return file
