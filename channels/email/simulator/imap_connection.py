"""One connection to the simulated IMAP server: lines in and out, until somebody is logged in."""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable
from typing import Protocol

from channels.email.simulator import imap_syntax
from channels.email.simulator.faults import Fault, Orders
from channels.email.simulator.imap_syntax import Argument
from channels.email.simulator.world import MailAccount

CAPABILITIES = "IMAP4rev1 ID UIDPLUS SPECIAL-USE LITERAL+"
LOGINS = "AUTH=PLAIN AUTH=XOAUTH2 SASL-IR"
Answer = Callable[[list[Argument], bool], Awaitable[str | None]]
_BEFORE_LOGIN = {"CAPABILITY", "STARTTLS", "ID", "NOOP", "LOGOUT", "LOGIN", "AUTHENTICATE"}
_TELLS_CHANGES = {"NOOP", "EXPUNGE", "APPEND"}


class Keeper(Protocol):
    """Who knows the accounts."""

    orders: Orders
    has_idle: bool
    is_watched: asyncio.Event

    def by_password(self, login: str, password: str) -> MailAccount | None: ...

    def by_token(self, login: str, token: str) -> MailAccount | None: ...


class No(Exception):
    """The command is refused; the words are the answer."""


class Connection:
    """`on_NAME` answers the command NAME with its arguments, and whether it came as UID NAME."""

    def __init__(
        self,
        keeper: Keeper,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls`: to be begun by STARTTLS before anybody may log in."""
        self.keeper = keeper
        self.reader = reader
        self.writer = writer
        self.account: MailAccount | None = None
        self._tls = tls
        self._is_securing = False
        self._is_over = False

    async def run(self) -> None:
        try:
            await self.say(f"* OK [CAPABILITY {self._capabilities}] ready")
            while not self._is_over:
                if not (line := await self._command()):
                    break
                await self._obey(line)
                if self._is_securing and self._tls:
                    await self.writer.start_tls(self._tls)
                    self._is_securing, self._tls = False, None
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.leave()
            self.writer.close()

    def leave(self) -> None:
        """The connection ends."""

    async def tell_changes(self) -> None:
        """What others did meanwhile."""

    async def say(self, line: str) -> None:
        self.writer.write(line.encode("latin-1", "replace") + b"\r\n")
        await self.writer.drain()

    def drop(self) -> None:
        self.writer.transport.abort()
        raise ConnectionAbortedError("as ordered")

    def end(self) -> None:
        self._is_over = True

    async def _command(self) -> bytes:
        whole = await self.reader.readline()
        while found := imap_syntax.LITERAL_AT_END.search(whole):
            if not found[2]:
                await self.say("+ go on")
            whole += await self.reader.readexactly(int(found[1]))
            whole += await self.reader.readline()
        return whole

    async def _obey(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        name, by_uid = "", False
        try:
            told = imap_syntax.arguments(rest)
            name = str(told.pop(0)).upper()
            by_uid = name == "UID"
            if by_uid:
                name = str(told.pop(0)).upper()
            answer = f"OK {await self._answer(name)(told, by_uid) or f'{name} completed'}"
        except No as no:
            answer = f"NO {no}"
        except (ValueError, LookupError, TypeError) as error:
            answer = f"BAD {error}"
        if answer.startswith("OK") and (by_uid or name in _TELLS_CHANGES):
            await self.tell_changes()
        await self.say(f"{tag.decode('latin-1')} {answer}")

    def _answer(self, name: str) -> Answer:
        found: Answer | None = getattr(self, f"on_{name.lower()}", None)
        if found is None:
            raise ValueError(f"unknown command {name}")
        if self.account is None and name not in _BEFORE_LOGIN:
            raise ValueError("log in first")
        return found

    # --- before the login ---------------------------------------------------------------

    @property
    def _capabilities(self) -> str:
        words = f"{CAPABILITIES} IDLE" if self.keeper.has_idle else CAPABILITIES
        return f"{words} STARTTLS LOGINDISABLED" if self._tls else f"{words} {LOGINS}"

    async def on_capability(self, told: list[Argument], by_uid: bool) -> None:
        await self.say(f"* CAPABILITY {self._capabilities}")

    async def on_starttls(self, told: list[Argument], by_uid: bool) -> None:
        if not self._tls:
            raise ValueError("no TLS here")
        self._is_securing = True

    async def on_id(self, told: list[Argument], by_uid: bool) -> None:
        await self.say('* ID ("name" "simulator")')

    async def on_noop(self, told: list[Argument], by_uid: bool) -> None:
        return None

    async def on_logout(self, told: list[Argument], by_uid: bool) -> None:
        await self.say("* BYE see you")
        self.end()

    async def on_login(self, told: list[Argument], by_uid: bool) -> None:
        login, password = (str(word).encode("latin-1").decode() for word in told)
        self._enter(self.keeper.by_password(login, password))

    async def on_authenticate(self, told: list[Argument], by_uid: bool) -> None:
        mechanism = str(told[0]).upper()
        if mechanism not in {"PLAIN", "XOAUTH2"}:
            raise No("unknown mechanism")
        shown = await self._credentials(told)
        if mechanism == "PLAIN":
            _, login, password = shown.split("\0")
            self._enter(self.keeper.by_password(login, password))
            return
        fields = dict(part.split("=", 1) for part in shown.split("\1") if part)
        found = self.keeper.by_token(fields["user"], fields["auth"].removeprefix("Bearer "))
        if found is None:
            # Gmail tells why, and waits for an empty line before it refuses.
            await self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
            await self.reader.readline()
        self._enter(found)

    async def _credentials(self, told: list[Argument]) -> str:
        if len(told) > 1:
            return base64.b64decode(str(told[1])).decode()
        await self.say("+ ")
        return base64.b64decode(await self.reader.readline()).decode()

    def _enter(self, account: MailAccount | None) -> None:
        if self._tls:
            raise No("[PRIVACYREQUIRED] STARTTLS first")
        if self.keeper.orders.take(Fault.TOO_MANY_CONNECTIONS):
            raise No("[LIMIT] Too many simultaneous connections")
        if account is None or self.keeper.orders.take(Fault.REFUSE_LOGIN):
            raise No("[AUTHENTICATIONFAILED] Invalid credentials")
        self.account = account
