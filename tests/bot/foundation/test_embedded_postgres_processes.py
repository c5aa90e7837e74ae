"""The embedded PostgreSQL as several processes share it, and as kills leave it."""

import asyncio
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.foundation.embedded_cluster import DataDirectory
from bot.foundation.embedded_postgres import EmbeddedPostgres, connection_ready
from bot.foundation.embedded_process import mark_of, processes_marked

ROOT = Path(__file__).parents[3]
NOBODY = 65534
pytestmark = pytest.mark.full  # starts and kills many servers
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")

# Tells what it got, then supervises until it is killed or its standard input ends.
PROCESS = """
import asyncio, json, os, resource, sys, threading
import psycopg, bot.foundation.embedded_binaries
from bot.foundation.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from pathlib import Path
directory, act = Path(sys.argv[1]), sys.argv[2]
if act == "as nobody":
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
if act == "with little room":
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
server = EmbeddedPostgres(directory)
try:
    server.start()
except EmbeddedPostgresError as problem:
    print(json.dumps({"problem": str(problem)}), flush=True)
    sys.exit(1)
child = 0
if act == "with a forked child":
    child = os.fork()
    if child == 0:
        os.close(1); os.read(0, 1); os._exit(0)
told = {"owner": server.is_owner, "url": server.url, "admin_url": server.admin_url}
print(json.dumps(told), flush=True)
async def watch():
    task = asyncio.create_task(server.supervise())
    await asyncio.to_thread(sys.stdin.read)
    task.cancel()
asyncio.run(watch())
server.stop()
"""


class Process:
    def __init__(self, directory: Path, act: str = "plainly") -> None:
        self.directory = directory
        self.child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", PROCESS, directory, act],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def told(self) -> dict[str, object]:
        assert self.child.stdout
        assert select.select([self.child.stdout], [], [], 60)[0], "the process told nothing"
        answer: dict[str, object] = json.loads(self.child.stdout.readline())
        return answer

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()

    def end(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.child.communicate(timeout=30)


Launcher = Callable[..., Process]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pattern") / "data"
    server = EmbeddedPostgres(directory)
    server.start()
    with psycopg.connect(server.admin_url) as connection:
        connection.execute("create table note as select 'kept' as word")
        connection.execute("grant select, insert on note to frontdesk")
    server.stop()
    return directory


@pytest.fixture
def prepared(pattern: Path, tmp_path: Path) -> Path:
    subprocess.run(["/bin/cp", "-a", pattern, tmp_path / "data"], check=True)  # noqa: S603
    return tmp_path / "data"


@pytest.fixture
def launch() -> Iterator[Launcher]:
    processes: list[Process] = []

    def launch_one(directory: Path, act: str = "plainly") -> Process:
        processes.append(Process(directory, act))
        return processes[-1]

    yield launch_one
    for process in processes:
        process.end()


@contextlib.asynccontextmanager
async def supervised(server: EmbeddedPostgres) -> AsyncIterator[None]:
    watch = asyncio.create_task(server.supervise())
    yield
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch


def notes(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from note").fetchone()
    assert row
    return int(row[0])


def wait_for(condition: Callable[[], bool], within: float = 30) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + within, "it never came"
        time.sleep(0.005)
    return time.monotonic() - began


def postmaster_of(directory: Path) -> int:
    number = DataDirectory(directory).postmaster()
    assert number
    return number


def account_of(directory: Path) -> int:
    return (directory / "postgres").stat().st_uid


def test_four_processes_at_once_on_a_fresh_directory_share_one_server(
    tmp_path: Path, launch: Launcher
) -> None:
    processes = [launch(tmp_path / "data") for _ in range(4)]
    told = [process.told() for process in processes]
    assert sorted(str(one["owner"]) for one in told) == ["False", "False", "False", "True"]
    assert len({str(one["url"]) for one in told}) == 1
    assert connection_ready(str(told[0]["url"]))


def test_what_was_committed_survives_the_kill_of_the_owner(
    prepared: Path, launch: Launcher
) -> None:
    owner = launch(prepared)
    url = str(owner.told()["url"])
    with psycopg.connect(url) as connection:
        connection.execute("insert into note values ('just now')")
    owner.kill()
    server = EmbeddedPostgres(prepared)
    began = time.monotonic()
    server.start()
    try:
        assert server.is_owner
        assert time.monotonic() - began < 5
        assert notes(server.url) == 2
    finally:
        server.stop()


def test_the_server_does_not_outlive_a_killed_owner(prepared: Path, launch: Launcher) -> None:
    owner = launch(prepared)
    owner.told()
    mark, account = mark_of(prepared / "postgres"), account_of(prepared)
    assert processes_marked(mark, account)
    owner.kill()
    wait_for(lambda: not processes_marked(mark, account))
    server = EmbeddedPostgres(prepared)
    server.start()
    server.stop()
    assert not Path("/tmp", mark).exists(), "the sockets of both are swept"  # noqa: S108


def test_a_guest_takes_over_when_the_owner_is_killed(prepared: Path, launch: Launcher) -> None:
    owner = launch(prepared)
    url = str(owner.told()["url"])
    guest = launch(prepared)
    assert guest.told()["owner"] is False
    before = postmaster_of(prepared)
    owner.kill()
    wait_for(lambda: DataDirectory(prepared).postmaster() not in {None, before})
    wait_for(lambda: connection_ready(url))
    assert notes(url) == 1


def test_a_guest_takes_over_when_the_owner_stops_in_order(prepared: Path, launch: Launcher) -> None:
    owner = launch(prepared)
    url = str(owner.told()["url"])
    guest = EmbeddedPostgres(prepared)
    guest.start()
    owner.end()
    assert not connection_ready(url)
    guest.ensure_running()
    try:
        assert guest.is_owner
        assert (guest.url, notes(url)) == (url, 1)
    finally:
        guest.stop()


async def test_the_supervisor_brings_back_a_killed_postmaster(prepared: Path) -> None:
    server = EmbeddedPostgres(prepared)
    server.start()
    url, first = server.url, postmaster_of(prepared)
    longest = 0.0
    async with supervised(server):
        os.kill(first, signal.SIGKILL)
        while DataDirectory(prepared).postmaster() == first or not connection_ready(url):
            began = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - began)
    try:
        assert (server.url, notes(url)) == (url, 1)
        assert longest < 2, "the event loop stood still"
    finally:
        server.stop()


def test_backends_left_by_a_killed_postmaster_are_ended_at_the_next_start(
    prepared: Path, launch: Launcher
) -> None:
    owner = launch(prepared)
    connection = psycopg.connect(str(owner.told()["url"]))
    connection.pgconn.send_query(b"select count(*) from generate_series(1, 100000000000)")
    mark, account = mark_of(prepared / "postgres"), account_of(prepared)
    postmaster = postmaster_of(prepared)
    os.kill(owner.child.pid, signal.SIGSTOP)
    os.kill(postmaster, signal.SIGKILL)
    wait_for(lambda: len(processes_marked(mark, account)) == 1)
    owner.kill()
    server = EmbeddedPostgres(prepared)
    server.start()
    try:
        assert notes(server.url) == 1
    finally:
        server.stop()
        connection.close()


def test_an_interrupted_initialisation_is_made_again(tmp_path: Path, launch: Launcher) -> None:
    directory = tmp_path / "data"
    process = launch(directory)
    wait_for(lambda: any(directory.glob("postgres.making-*/base/1/*")))
    process.kill()
    assert not (directory / "postgres").exists()
    assert launch(directory).told()["owner"] is True
    assert list(directory.glob("postgres.making-*")) == []


def test_a_forked_child_does_not_keep_the_directory(prepared: Path, launch: Launcher) -> None:
    owner = launch(prepared, "with a forked child")
    owner.told()
    owner.child.kill()
    owner.child.wait()  # until then the lock is rightly its own
    server = EmbeddedPostgres(prepared)
    server.start()
    try:
        assert server.is_owner
    finally:
        server.stop()


def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path, launch: Launcher) -> None:
    process = launch(tmp_path / "data", "with little room")
    problem = str(process.told()["problem"])
    assert problem.startswith("The embedded database cannot be created in")
    assert "File too large" in problem
    assert "DATABASE_URL" in problem
    process.end()
    assert launch(tmp_path / "data").told()["owner"] is True


@needs_root
def test_a_plain_user_runs_it_as_itself(launch: Launcher) -> None:
    directory = Path(tempfile.mkdtemp(prefix="frontdesk-plain-"))
    os.chown(directory, NOBODY, NOBODY)
    try:
        process = launch(directory / "data", "as nobody")
        told = process.told()
        assert told["owner"] is True
        assert connection_ready(str(told["url"]))
        assert account_of(directory / "data") == NOBODY
        process.end()
        again = launch(directory / "data")
        assert again.told()["owner"] is True, "root may open it as well"
        again.end()
    finally:
        shutil.rmtree(directory)


@needs_root
def test_a_directory_of_another_user_is_refused_in_one_sentence(
    tmp_path: Path, launch: Launcher
) -> None:
    problem = str(launch(tmp_path / "data", "as nobody").told()["problem"])
    assert "cannot be written (Permission denied)" in problem
    assert "FRONTDESK_DATA_DIR" in problem
