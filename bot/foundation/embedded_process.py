"""Children of the embedded PostgreSQL: the account they run as, how they die with us, what is left.

A child that gave up root gets its directory as an open descriptor, named /proc/self/fd/N: it
needs no right on the directories above, so a data directory under a 0700 home works without
widening anybody's permissions.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.foundation.errors import FrontdeskError

UNPRIVILEGED = "nobody"
_OVERFLOW_ID = 65534
_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 0.01
_MARK = "frontdesk-"
_DESCRIPTORS = Path("/proc/self/fd")
# Nothing of our environment reaches the children: PGPORT, LC_ALL and the like would bend them.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class EmbeddedPostgresError(FrontdeskError):
    """One sentence: what is wrong with the embedded database, and what to do."""


@dataclass(frozen=True)
class Account:
    """Who the children are. PostgreSQL refuses to run as root, so root becomes somebody else."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def owning(cls, cluster: Path) -> "Account":
        """Ourselves; as root the owner of an existing cluster, else `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), is_other=False)
        if cluster.exists() and cluster.stat().st_uid != 0:
            return cls(cluster.stat().st_uid, cluster.stat().st_gid, is_other=True)
        try:
            entry = pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            return cls(_OVERFLOW_ID, _OVERFLOW_ID, is_other=True)
        return cls(entry.pw_uid, entry.pw_gid, is_other=True)

    def own(self, directory: Path) -> None:
        if self.is_other:
            os.chown(directory, self.uid, self.gid)


def spawn(
    command: list[str | Path], account: Account, directory: Path, *, log: int | None = None
) -> subprocess.Popen[bytes]:
    """A child that works in `directory`, where its command names it, and dies with this thread.

    With a log it is a server, which gets the time to shut down in order; else it talks by pipes.
    """
    if not (account.is_other and _DESCRIPTORS.exists()):
        return _start([str(word) for word in command], account, log)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        name = str(_DESCRIPTORS / str(descriptor))
        words = [name if word == directory else str(word) for word in command]
        return _start(words, account, log, (descriptor,))
    finally:
        os.close(descriptor)


def _start(
    words: list[str], account: Account, log: int | None, handed_over: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a list, no shell
        words,
        cwd="/",
        env=_ENVIRONMENT,
        pass_fds=handed_over,
        stdin=subprocess.PIPE if log is None else subprocess.DEVNULL,
        stdout=subprocess.PIPE if log is None else log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C in a terminal is for us: we stop the database last
        umask=0o077,
        user=account.uid if account.is_other else None,
        group=account.gid if account.is_other else None,
        extra_groups=[account.gid] if account.is_other else None,
        preexec_fn=_dying_with_parent(signal.SIGKILL if log is None else signal.SIGINT),
    )


def run(
    command: list[str | Path], account: Account, directory: Path, *, text: str = ""
) -> tuple[int, str]:
    """The exit status and the output of a command that was given `text`."""
    with spawn(command, account, directory) as child:
        output, _ = child.communicate(text.encode())
    return child.returncode, output.decode(errors="replace")


def _dying_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Runs after the change of account, which would clear the setting."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask_for_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal


def mark_of(cluster: Path) -> str:
    """A word that all processes of this cluster, and of no other, carry in their title.

    Device and inode rather than the path: a copy, or the same path in a container, is another one.
    """
    status = cluster.stat()
    return f"{_MARK}{status.st_dev:x}-{status.st_ino:x}-db"


def processes_marked(mark: str, uid: int) -> list[int]:
    """The living processes of `uid` whose command line carries the mark, by number."""
    return sorted(pid for pid, line in _command_lines(uid) if mark in line)


def is_reused(pid: int, uid: int) -> bool:
    """The number belongs to another program by now; PostgreSQL would take it for a live server.

    A PostgreSQL started by hand, without a mark of ours, counts as live.
    """
    line = dict(_command_lines(uid)).get(pid, "postgres")
    return "postgres" not in line or _MARK in line


def _command_lines(uid: int) -> list[tuple[int, str]]:
    if not _DESCRIPTORS.exists():
        return _command_lines_of_ps(uid)
    lines = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == uid:
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                lines.append((int(entry.name), line))
        except OSError:
            continue  # ended while we looked
    return lines


def _command_lines_of_ps(uid: int) -> list[tuple[int, str]]:
    listing = subprocess.run(
        ["/bin/ps", "-axo", "pid=,uid=,command="], capture_output=True, text=True, check=True
    )
    rows = [row.split(None, 2) for row in listing.stdout.splitlines()]
    return [(int(row[0]), row[2]) for row in rows if len(row) == 3 and int(row[1]) == uid]


def end_processes(mark: str, uid: int, *, postmaster: int | None) -> None:
    """Ends what an earlier owner left. A postmaster may finish its checkpoint; then by force.

    Processes whose postmaster is gone have nothing to save: the log is replayed at the start.
    """
    alive = processes_marked(mark, uid)
    if postmaster in alive:
        _signal([postmaster], signal.SIGINT)
        alive = _remaining_after(30, mark, uid)
    for force in (signal.SIGQUIT, signal.SIGKILL):
        if not alive:
            return
        _signal(alive, force)
        alive = _remaining_after(5, mark, uid)
    if alive:
        raise EmbeddedPostgresError(
            f"Processes {alive} of an earlier PostgreSQL do not end; end them and start again."
        )


def _remaining_after(seconds: float, mark: str, uid: int) -> list[int]:
    deadline = time.monotonic() + seconds
    while (alive := processes_marked(mark, uid)) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY)
    return alive


def _signal(processes: list[int], wanted: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, wanted)
        except ProcessLookupError:
            continue
