"""IMAPClient with limits: on how much a server may send, and on how long it may be silent."""

import imaplib
import socket
import ssl
from contextlib import suppress

from imapclient import IMAPClient, SocketTimeout
from imapclient.tls import IMAP4_TLS

from channels.email.settings import Endpoint

CONNECT_SECONDS = 15.0
SILENCE_SECONDS = 60.0
# A mailbox of ten years: two million UIDs in the one line of a SEARCH response.
LINE_LIMIT = 16 * 1024 * 1024
LITERAL_LIMIT = 48 * 1024 * 1024


class _Capped(imaplib.IMAP4):
    """Python's client reads whatever is announced, and no line above a million bytes."""

    allowance: int = LITERAL_LIMIT

    def read(self, size: int) -> bytes:
        self.allowance -= size
        if self.allowance < 0:
            raise self.abort(f"the server announced a literal of {size} bytes")
        return super().read(size)

    def readline(self) -> bytes:
        line = bytes(self.file.readline(LINE_LIMIT + 1))  # type: ignore[arg-type]
        if len(line) > LINE_LIMIT:
            raise self.abort("the server sent an endless line")
        return line


class _Plain(_Capped):
    pass


class _Secure(_Capped, IMAP4_TLS):  # type: ignore[misc]
    pass


class Wire(IMAPClient):  # type: ignore[misc]
    """A connection, not logged in yet. Blocking: belongs into a thread."""

    def __init__(self, endpoint: Endpoint) -> None:
        is_secure = endpoint.security != "none"
        context = ssl.create_default_context() if is_secure else None
        super().__init__(
            endpoint.server.strip("[]"),
            endpoint.port,
            ssl=endpoint.security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(CONNECT_SECONDS, SILENCE_SECONDS),
        )
        # IMAPClient writes every line, so every mail, to the debug log: slow, and not for logs.
        self._imap.debug = 0
        self.normalise_times = False
        if endpoint.security == "starttls":
            self._secured(context)

    def _secured(self, context: ssl.SSLContext | None) -> None:
        try:
            self.starttls(context)
        except BaseException:
            self.shut()
            raise

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - IMAPClient's own name
        where = (self.host, self.port)
        if self.ssl:
            return _Secure(*where, self.ssl_context, self._timeout.connect)  # type: ignore[call-arg]
        return _Plain(*where, self._timeout.connect)

    def allow(self, size: int = LITERAL_LIMIT) -> None:
        """What the next responses may hold in literals, together."""
        self._imap.allowance = size

    def has_grown(self) -> bool:
        """Whether the server told of new mails, beside its other answers, since SELECT."""
        told = self._imap.untagged_responses.get("EXISTS", [])
        return len(told) > 1 and int(told[-1]) > int(told[0])

    def next_line(self, seconds: float) -> bytes:
        """The next line that comes without being asked for; TimeoutError if none comes.

        After a TimeoutError the connection is of no more use.
        """
        self._imap.sock.settimeout(seconds)
        line: bytes = self._imap.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the server closed the connection")
        return line

    def sever(self) -> None:
        """From any thread: who waits on the connection wakes up with an error."""
        with suppress(OSError, AttributeError, ValueError):
            self._imap.sock.shutdown(socket.SHUT_RDWR)

    def shut(self) -> None:
        self.sever()
        for closing in ("file", "sock"):
            with suppress(OSError, AttributeError, ValueError):
                getattr(self._imap, closing).close()
