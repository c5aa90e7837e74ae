"""What the data directory of the embedded PostgreSQL holds, and how it comes into being.

postgres/        the cluster, owned by the account that runs it
postgres.json    port and passwords, 0600
postgres.lock    held by the process that owns the server
log/             postgres.log and the one before it
"""

import fcntl
import json
import os
import secrets
import shutil
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.foundation.embedded_binaries import Binaries
from bot.foundation.embedded_process import Account, EmbeddedPostgresError, run

ADMIN_ROLE = "frontdesk_admin"
LOGIN_ROLE = "frontdesk"
APPLICATION_ROLE = "frontdesk_app"
DATABASE = "frontdesk"

_LOG_LIMIT = 10 * 1024 * 1024
# Below what Linux and macOS hand out to outgoing connections: nobody takes it between two starts.
_PORTS = range(15432, 25432)
_AUTHENTICATION = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True)
class Access:
    """Where the server listens and the words that open it."""

    port: int
    admin_password: str
    password: str

    @classmethod
    def new(cls) -> "Access":
        return cls(_free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))

    @property
    def admin_url(self) -> str:
        return f"postgresql://{ADMIN_ROLE}:{self.admin_password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def url(self) -> str:
        return f"postgresql://{LOGIN_ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def on_usable_port(self) -> "Access":
        return self if is_free(self.port) else replace(self, port=_free_port())


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    for _ in range(200):
        if is_free(port := secrets.choice(_PORTS)):
            return port
    raise EmbeddedPostgresError(
        f"No port from {_PORTS.start} to {_PORTS.stop - 1} is free on 127.0.0.1 for the embedded "
        "PostgreSQL: free one, or set DATABASE_URL."
    )


class DataDirectory:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.cluster = path / "postgres"
        self.log_file = path / "log" / "postgres.log"
        self._access_file = path / "postgres.json"
        self._lock_file = path / "postgres.lock"
        self._lock: int | None = None
        self._log_begin = 0
        # A forked child would keep the lock alive after our death.
        os.register_at_fork(after_in_child=self.release)

    def create(self) -> None:
        """Raises EmbeddedPostgresError where we may not write."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.log_file.parent.mkdir(mode=0o700, exist_ok=True)
            os.close(self._open(self._lock_file, os.O_RDWR | os.O_CREAT))
        except OSError as problem:
            raise self._not_writable(problem) from problem

    def _not_writable(self, problem: OSError) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            f"The data directory {self.path} cannot be written ({problem.strerror}): make it "
            "writable, set FRONTDESK_DATA_DIR to another one, or set DATABASE_URL."
        )

    def _open(self, path: Path, flags: int) -> int:
        """Opened for us alone and never through a link; root leaves the directory's owner in."""
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            status = self.path.stat()
            os.fchown(descriptor, status.st_uid, status.st_gid)
        return descriptor

    @property
    def is_held(self) -> bool:
        return self._lock is not None

    def acquire(self) -> bool:
        """True when this process owns the directory, now or already."""
        if self._lock is not None:
            return True
        descriptor = self._open(self._lock_file, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        return True

    def release(self) -> None:
        # Closed, not unlocked: a forked child that closes its copy must not free our lock.
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def access(self) -> Access | None:
        try:
            return Access(**json.loads(self._access_file.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        except OSError as problem:
            raise EmbeddedPostgresError(
                f"The data directory {self.path} belongs to another user: run Frontdesk as that "
                "user, or set FRONTDESK_DATA_DIR to another directory."
            ) from problem

    def keep(self, access: Access) -> None:
        draft = self._access_file.with_suffix(".new")
        try:
            draft.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(self._open(draft, flags), "w") as file:
                json.dump(asdict(access), file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._access_file)
        except OSError as problem:
            raise self._not_writable(problem) from problem

    def major_version(self) -> str | None:
        """None when there is no cluster yet."""
        try:
            return (self.cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise self._not_writable(problem) from problem

    def postmaster(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def forget_postmaster(self) -> None:
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def open_log(self) -> int:
        try:
            descriptor = self._open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        except OSError as problem:
            raise self._not_writable(problem) from problem
        self._log_begin = os.fstat(descriptor).st_size
        return descriptor

    def trim_log(self) -> None:
        """Emptied in place, as the server holds it open; the last 10 MB stay beside it."""
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_LIMIT:
            shutil.copyfile(self.log_file, self.log_file.with_suffix(".log.1"))
            os.truncate(self.log_file, 0)

    def last_complaint(self) -> str:
        """Why the server that was started last ended, for a person."""
        with self.log_file.open("rb") as file:
            file.seek(self._log_begin)
            return complaint_in(file.read().decode(errors="replace").splitlines())


def complaint_in(lines: list[str]) -> str:
    """The last of the gravest lines, without its stamp; not the refusals while it starts."""
    lines = [line for line in lines if "the database system is" not in line]
    for word in ("PANIC: ", "FATAL: ", "ERROR: ", "error: "):
        for line in reversed(lines):
            if word in line:
                return line.partition(word)[2].strip()
    return lines[-1].strip() if lines else "it said nothing"


def create_cluster(
    directory: DataDirectory, binaries: Binaries, account: Account, access: Access
) -> None:
    """Made aside and renamed when complete: what an interruption leaves is thrown away."""
    for leftover in directory.path.glob("postgres.making-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    draft = directory.path / f"postgres.making-{secrets.token_hex(4)}"
    try:
        draft.mkdir(mode=0o700)
        account.own(draft)
        _initialise(draft, binaries, account)
        _write_authentication(draft)
        speak_alone(draft, binaries, account, _first_statements(access))
        draft.rename(directory.cluster)
        _sync(directory.path)
    except OSError as problem:
        raise _not_created(directory.path, problem.strerror or str(problem)) from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _initialise(draft: Path, binaries: Binaries, account: Account) -> None:
    # Trust holds for nobody: no server runs before the rules below take its place.
    command: list[str | Path] = [binaries.program("initdb"), "-D", draft]
    command += ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--no-instructions"]
    command += [f"--username={ADMIN_ROLE}"]
    status, output = run(command, account, draft)
    if status != 0:
        raise _not_created(draft.parent, complaint_in(output.splitlines()))


def _write_authentication(draft: Path) -> None:
    rules = draft / "pg_hba.conf"
    with rules.open("w") as file:
        file.write(_AUTHENTICATION)
        file.flush()
        os.fsync(file.fileno())


def _not_created(path: Path, reason: str) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"The embedded database cannot be created in {path} ({reason}): make room and rights "
        "there, set FRONTDESK_DATA_DIR to another directory, or set DATABASE_URL."
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _first_statements(access: Access) -> list[str]:
    return [
        f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS",
        f"CREATE ROLE {LOGIN_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS INHERIT",
        f"GRANT {APPLICATION_ROLE} TO {LOGIN_ROLE}",
        f"CREATE DATABASE {DATABASE} OWNER {ADMIN_ROLE}",
        *password_statements(access),
    ]


def password_statements(access: Access) -> list[str]:
    return [
        f"ALTER ROLE {ADMIN_ROLE} PASSWORD '{access.admin_password}'",
        f"ALTER ROLE {LOGIN_ROLE} PASSWORD '{access.password}'",
    ]


def speak_alone(cluster: Path, binaries: Binaries, account: Account, statements: list[str]) -> None:
    """Runs statements with the server down; whoever owns the files needs no password."""
    command: list[str | Path] = [binaries.program("postgres"), "--single"]
    command += ["-D", cluster, "-c", "log_min_error_statement=panic", "postgres"]
    text = "".join(f"{statement};\n" for statement in statements)
    status, output = run(command, account, cluster, text=text)
    complaints = [line for line in output.splitlines() if "ERROR:" in line or "FATAL:" in line]
    if status != 0 or complaints:
        raise _not_created(cluster.parent, complaint_in(complaints or output.splitlines()))
