"""An installation run as an operator runs it: real processes that can be killed at any moment."""

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bot.foundation.embedded_cluster import DataDirectory
from channels.whatsapp.simulator import GraphSimulator, incoming_text, signed

ROOT = Path(__file__).parents[2]
NUMBER = "111000111000111"
QUESTION = "How do I reset the password of my recorder?"
ARTICLES = {
    "reset.md": "# Resetting the password of a recorder\n\nTo reset the password of your recorder, "
    "hold the reset button for ten seconds. The recorder starts with the password on its label.\n",
    "hours.md": "# Opening hours\n\nWe are open Monday to Friday from 9:00 to 17:00. On bank "
    "holidays the office is closed.\n",
}


@dataclass
class House:
    """One data directory, one provider, and the processes that serve them."""

    directory: Path
    graph: GraphSimulator
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(447700100000))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook(self) -> str:
        return f"{self.url}/api/v1/whatsapp/webhook"

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "FRONTDESK_DATA_DIR": str(self.directory),
            "FRONTDESK_PORT": str(self.port),
            "FRONTDESK_WHATSAPP_API_URL": self.graph.base_url,
            "FRONTDESK_QUIET_TIME": "0",
            **self.settings,
        }

    # --- processes ----------------------------------------------------------------------

    def start(self, role: str = "run") -> subprocess.Popen[bytes]:
        log = (self.directory / f"{role}.out").open("ab")
        with log:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                [sys.executable, "-m", "bot", role],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As an out-of-memory killer does."""
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.processes.remove(process)

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait(5)

    def postmaster(self) -> int:
        lines = (self.directory / "postgres" / "postmaster.pid").read_text().splitlines()
        return int(lines[0])

    async def ready(self, seconds: float = 30) -> None:
        async with httpx.AsyncClient(timeout=3, trust_env=False) as client:

            async def answers() -> bool:
                for process in self.processes:
                    assert process.poll() is None, self.log()
                with contextlib.suppress(httpx.HTTPError):
                    return (await client.get(f"{self.url}/readyz")).status_code == 200
                return False

            await until(answers, seconds, "the web process answers")

    # --- the provider's side ------------------------------------------------------------

    def customer(self) -> str:
        """A number that never wrote before."""
        return str(next(self.numbers))

    def body(self, customer: str, words: str = QUESTION, **message: Any) -> bytes:
        return incoming_text(NUMBER, customer, words, **message)

    async def post(self, client: httpx.AsyncClient, body: bytes) -> int:
        """The status; 0 when the connection broke before one came."""
        try:
            headers = signed(body, self.graph.app_secret)
            return (await client.post(self.webhook, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            return 0

    async def insist(self, client: httpx.AsyncClient, body: bytes, seconds: float = 60) -> set[int]:
        """Delivers as Meta does: again until it is accepted. Every status that came before 200."""
        seen: set[int] = set()
        deadline = time.monotonic() + seconds
        while (status := await self.post(client, body)) != 200:
            seen.add(status)
            assert time.monotonic() < deadline, f"never accepted, but {seen}"
            await asyncio.sleep(0.2)
        return seen

    def answers_to(self, customer: str) -> int:
        return sum(sent.to == customer for sent in self.graph.sent)

    # --- what is in the database --------------------------------------------------------

    def connect(self) -> "psycopg.Connection[Any]":
        """As the superuser, whom row-level security does not bind."""
        access = DataDirectory(self.directory).access()
        assert access is not None
        return psycopg.connect(access.admin_url, autocommit=True, connect_timeout=3)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(query, values).fetchall()

    async def settled(self, customers: list[str], seconds: float = 90) -> None:
        """Waits until every customer has an answer that is recorded as sent, and no job is due."""

        async def done() -> bool:
            with contextlib.suppress(psycopg.Error):
                return await asyncio.to_thread(self._is_settled, customers)
            return False

        try:
            await until(done, seconds, "everybody has an answer")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.account(customers)}") from error

    def _is_settled(self, customers: list[str]) -> bool:
        (answered,) = self.rows(
            "select count(distinct c.hint) from messages m join conversations c "
            "on c.id = m.conversation_id where m.direction = 'out' "
            "and m.state in ('sent', 'delivered', 'read') and c.hint = any(%s)",
            customers,
        )[0]
        (open_,) = self.rows(
            "select (select count(*) from raw_events where state = 'waiting') + (select count(*) "
            "from messages where outcome = 'waiting' or state in ('pending', 'sending'))"
        )[0]
        return bool(answered == len(customers) and open_ == 0)

    def account(self, customers: list[str]) -> str:
        """What is still open, for whoever reads the failure."""
        queries = (
            "select 'events', state, count(*), max(attempts) from raw_events group by 2",
            "select 'in', outcome, outcome_reason, count(*) from messages "
            "where direction = 'in' group by 2, 3",
            "select 'out', state, count(*), max(attempts), max(error) from messages "
            "where direction = 'out' group by 2",
            "select 'jobs', task_name, status, count(*) from procrastinate_jobs group by 2, 3",
        )
        lines = [str(row) for query in queries for row in self.rows(query)]
        silent = [one for one in customers if not self.answers_to(one)]
        return "\n".join([*lines, f"no answer to {silent[:10]}", self.log()])

    def log(self) -> str:
        """The end of what every process wrote."""
        return "\n".join(
            f"{log.name}: …{log.read_text(errors='replace')[-3000:]}"
            for log in self.directory.glob("*.out")
        )

    def assert_answered_once(self, customers: list[str]) -> None:
        """One message in, one out; what reached the customer twice is marked."""
        stored = dict(
            self.rows(
                "select c.hint, count(*) from messages m join conversations c "
                "on c.id = m.conversation_id where m.direction = 'in' group by 1"
            )
        )
        assert {one: stored.get(one) for one in customers} == dict.fromkeys(customers, 1)
        replies = {
            hint: (count, marked)
            for hint, count, marked in self.rows(
                "select c.hint, count(*), bool_or(m.is_maybe_repeated) from messages m "
                "join conversations c on c.id = m.conversation_id "
                "where m.direction = 'out' group by 1"
            )
        }
        for one in customers:
            count, is_marked = replies[one]
            assert count == 1, f"{count} replies are stored for {one}"
            sent = self.answers_to(one)
            assert sent == 1 or (sent > 1 and is_marked), f"{one} got {sent} answers, unmarked"

    def doubled(self) -> int:
        """How many customers got an answer twice."""
        receivers = [sent.to for sent in self.graph.sent]
        return len(receivers) - len(set(receivers))


async def until(check: "Callable[[], Any]", seconds: float, what: str, every: float = 0.05) -> None:
    """Asks again and again. The processes are not ours to be told by."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s it is not so that {what}"
        await asyncio.sleep(every)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(house: House, *words: str) -> str:
    """Runs one `frontdesk` command to its end."""
    done = subprocess.run(  # noqa: S603 - likewise
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env=house.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
