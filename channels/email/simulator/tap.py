"""Notes what IMAP and SMTP connections of the stand-in say; passwords are left out."""

import asyncio
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from channels.standing.wire import MASK, Way, Wire, transcript

_CHATTER = {"IDLE", "DONE", "NOOP", "CAPABILITY", "ID", "LOGOUT"}


class _ImapTap:
    """Both ends of a connection, as the session uses them. One exchange for each command."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._wire = wire
        self._tag = b""
        self._command = ""
        self._said: list[tuple[str, bytes]] = []

    def __getattr__(self, name: str) -> Any:
        """All that is not listened to."""
        found = getattr(self._writer, name, None)
        return found if found is not None else getattr(self._reader, name)

    async def readline(self) -> bytes:
        line = await self._reader.readline()
        if not self._tag:
            self._tag, _, rest = line.strip().partition(b" ")
            self._command = _without_password(rest.decode("utf-8", "replace"))
            self._said = []
        elif self._command.upper().startswith("AUTHENTICATE"):
            self._said.append(("C", MASK.encode()))
        else:
            self._said.append(("C", line))
        return line

    async def readexactly(self, count: int) -> bytes:
        content = await self._reader.readexactly(count)
        self._said.append(("C", content))
        return content

    async def read(self, count: int = -1) -> bytes:
        return await self._reader.read(count)

    def write(self, content: bytes) -> None:
        self._writer.write(content)
        self._said.append(("S", content))
        if self._tag and content.startswith(self._tag + b" "):
            self._note(content)

    def _note(self, answer: bytes) -> None:
        name = self._command.partition(" ")[0].upper()
        if name not in _CHATTER:
            asked = transcript([one for one in self._said if one[0] == "C"])
            told = transcript([one for one in self._said if one[0] == "S"])
            status = answer[len(self._tag) :].split()[0].decode("ascii", "replace")
            self._wire.note(
                Way.OUT, "IMAP", self._command, status=status, request=asked, response=told
            )
        self._tag, self._command, self._said = b"", "", []


def tapped(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    both = _ImapTap(reader, writer, wire)
    return cast(asyncio.StreamReader, both), cast(asyncio.StreamWriter, both)


class TappedSmtp(SMTP):
    """A whole connection is one exchange."""

    wire: Wire

    @classmethod
    def noting(cls, wire: Wire) -> type["TappedSmtp"]:
        return type("NotedSmtp", (cls,), {"wire": wire})

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self._lines: list[tuple[str, bytes]] = []

    def data_received(self, data: bytes) -> None:
        shown = b"AUTH " + MASK.encode() if data[:5].upper() == b"AUTH " else data
        self._lines.append(("C", shown))
        super().data_received(data)

    async def push(self, status: Any) -> None:
        self._lines.append(("S", status if isinstance(status, bytes) else str(status).encode()))
        await super().push(status)

    def connection_lost(self, error: Exception | None) -> None:
        asked = [line for who, line in self._lines if who == "C"]
        wanted = [one for one in asked if one[:4].upper() in (b"MAIL", b"RCPT")]
        if wanted:
            self.wire.note(
                Way.OUT,
                "SMTP",
                "; ".join(one.decode("utf-8", "replace").strip() for one in wanted),
                status=_worst([line for who, line in self._lines if who == "S"]),
                request=transcript(self._lines),
            )
        super().connection_lost(error)


def _without_password(command: str) -> str:
    words = command.split(" ")
    if words[0].upper() == "LOGIN":
        return " ".join([*words[:2], MASK])
    if words[0].upper() == "AUTHENTICATE":
        return " ".join([*words[:2], *([MASK] if words[2:] else [])])
    return command


def _worst(answers: list[bytes]) -> str:
    """The highest code, but for the farewell and the invitation to go on."""
    codes = [one[:3].decode("ascii", "replace") for one in answers]
    return max((code for code in codes if code not in ("221", "354")), default="")
