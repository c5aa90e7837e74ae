"""A PostgreSQL of our own: started as a child, watched, shared by the processes of one directory.

The process that holds the lock owns the server; the others attach, and one of them takes over
when the owner dies. Whatever was killed, the next start or the supervisor brings it back.
"""

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from bot.foundation.embedded_binaries import Binaries, find_binaries
from bot.foundation.embedded_cluster import (
    Access,
    DataDirectory,
    create_cluster,
    is_free,
    password_statements,
    speak_alone,
)
from bot.foundation.embedded_process import (
    Account,
    EmbeddedPostgresError,
    end_processes,
    is_reused,
    mark_of,
    spawn,
)

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "connection_ready"]

_READY_WITHIN = 120.0  # replaying a large log on a slow disk
_ASK_EVERY = 0.01
_WATCH_EVERY = 0.1
_LONGEST_PAUSE = 5.0
# Socket paths end at 107 characters, so they cannot stand in the data directory.
_SOCKETS = "/tmp"  # noqa: S108 - a directory of mode 0700 owned by the server's account
_log = logging.getLogger(__name__)


def connection_ready(url: str, mark: str | None = None) -> bool:
    """True when a server answers there and lets us in; with a mark, only the one of that cluster.

    A copy of a data directory knows the same port and passwords.
    """
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            name = connection.execute("show cluster_name").fetchone()
    except psycopg.OperationalError:
        return False
    return mark is None or name == (mark,)


class EmbeddedPostgres:
    def __init__(self, data_dir: Path, binaries: Path | None = None) -> None:
        self._directory = DataDirectory(data_dir.absolute())
        self._given_binaries = binaries
        self._access: Access | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None
        self._process = os.getpid()

    @property
    def admin_url(self) -> str:
        """The superuser, who owns the tables: for migrations."""
        return self._known_access().admin_url

    @property
    def url(self) -> str:
        """The application's login, bound by row-level security."""
        return self._known_access().url

    @property
    def is_owner(self) -> bool:
        """False when the server belongs to another process and this one attached."""
        return self._directory.is_held

    def _known_access(self) -> Access:
        if self._access is None:
            raise EmbeddedPostgresError("The embedded PostgreSQL has not been started.")
        return self._access

    def start(self) -> None:
        """Returns when the server answers. To be called from the main thread.

        Linux ends a child with the thread that started it, not with the process.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("EmbeddedPostgres.start() belongs in the main thread")
        self._directory.create()
        if self._access and not self._is_down():
            return
        deadline = time.monotonic() + _READY_WITHIN
        while not self._directory.acquire():
            if self._attach():
                return
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Another process holds {self._directory.path} but its PostgreSQL does not "
                    f"answer: end that process, or look into {self._directory.log_file}."
                )
            time.sleep(_ASK_EVERY)
        self._bring_up()

    def ensure_running(self) -> None:
        """Starts the server again if it died, or takes it over if its owner did."""
        if self._is_down():
            self._bring_up()

    async def supervise(self) -> None:
        """Watches until cancelled. To be run on the main thread's event loop."""
        pause = _WATCH_EVERY
        while True:
            await asyncio.sleep(pause)
            try:
                await self._revive()
                pause = _WATCH_EVERY
            except (EmbeddedPostgresError, OSError) as problem:
                pause = min(pause * 2, _LONGEST_PAUSE)
                _log.error("PostgreSQL is down, next attempt in %.1f s: %s", pause, problem)

    def stop(self) -> None:
        """Ends the server if it is ours; one that we attached to goes on."""
        if self._process != os.getpid():
            return
        if self._child:
            _end(self._child)
            self._child = None
        self._remove_sockets()
        self._sockets = None
        self._directory.release()
        self._access = None

    def _attach(self) -> bool:
        access = self._directory.access()
        cluster = self._directory.cluster
        if access is None or not cluster.exists():
            return False
        if not connection_ready(access.url, mark_of(cluster)):
            return False
        self._access = access
        return True

    def _is_down(self) -> bool:
        if self._child and self._child.poll() is None:
            return False
        return self._directory.is_held or self._directory.acquire()

    async def _revive(self) -> None:
        if not self._is_down():
            if self.is_owner:
                self._directory.trim_log()
            return
        _log.warning("PostgreSQL ended unexpectedly; starting it again")
        binaries, account = await asyncio.to_thread(self._prepare)
        self._launch(binaries, account)
        await asyncio.to_thread(self._wait_until_ready)

    def _bring_up(self) -> None:
        try:
            self._launch_once()
        except BaseException:
            self.stop()
            raise

    def _launch_once(self) -> None:
        binaries, account = self._prepare()
        self._launch(binaries, account)
        try:
            self._wait_until_ready()
        except EmbeddedPostgresError:
            if is_free(self._known_access().port):
                raise
            # Somebody took the port between our look and the server's: once more, on another.
            self._launch(*self._prepare())
            self._wait_until_ready()

    def _prepare(self) -> tuple[Binaries, Account]:
        """Everything up to the launch: programs, cluster, no remains, a port that is free."""
        directory = self._directory
        account = Account.owning(directory.cluster)
        version = directory.major_version()
        binaries = find_binaries(self._given_binaries, version, account)
        known = directory.access()
        access = known or Access.new()
        if version is None:
            directory.keep(access)
            create_cluster(directory, binaries, account, access)
        self._clear_remains(account)
        if known is None and version is not None:
            # The file with the passwords was lost; who owns the files may set new ones.
            speak_alone(directory.cluster, binaries, account, password_statements(access))
        self._access = access.on_usable_port()
        if self._access != known:
            directory.keep(self._access)
        directory.trim_log()
        return binaries, account

    def _clear_remains(self, account: Account) -> None:
        """After a kill the old server may be alive, or its number be another program's."""
        mark = mark_of(self._directory.cluster)
        end_processes(mark, account.uid, postmaster=self._directory.postmaster())
        if (left := self._directory.postmaster()) and is_reused(left, account.uid):
            self._directory.forget_postmaster()

    def _launch(self, binaries: Binaries, account: Account) -> None:
        cluster = self._directory.cluster
        self._make_sockets(account)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._known_access().port),
            "unix_socket_directories": str(self._sockets or ""),
            "cluster_name": mark_of(cluster),
            "shared_buffers": "128MB",
            "max_connections": "100",
            "fsync": "on",
            "jit": "off",
            "log_line_prefix": "%m [%p] %u@%d ",
        }
        command: list[str | Path] = [binaries.program("postgres"), "-D", cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = self._directory.open_log()
        try:
            self._child = spawn(command, account, cluster, log=log)
        finally:
            os.close(log)

    def _make_sockets(self, account: Account) -> None:
        """Named by the mark, so that a kill leaves nothing behind that the next start keeps."""
        self._sockets = Path(_SOCKETS) / mark_of(self._directory.cluster)
        self._remove_sockets()
        try:
            self._sockets.mkdir(mode=0o700)
        except OSError:
            self._sockets = None  # somebody else's, or no such place: the port is enough
        else:
            account.own(self._sockets)

    def _remove_sockets(self) -> None:
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        child, url = self._child, self._known_access().url
        mark = mark_of(self._directory.cluster)
        while not connection_ready(url, mark):
            if child is None or child.poll() is not None:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not start ({self._directory.last_complaint()}): "
                    f"see {self._directory.log_file}."
                )
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not answer: see {self._directory.log_file}."
                )
            time.sleep(_ASK_EVERY)


def _end(child: subprocess.Popen[bytes]) -> None:
    for request, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        child.send_signal(request)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
