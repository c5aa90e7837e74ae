"""An installation made for measuring, thrown away afterwards: the demo company, real processes."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from bot.demo.seed import seed
from bot.foundation.installation import Installation
from bot.foundation.settings import Settings
from bot.runtime import running

ROOT = Path(__file__).parents[1]
READY_WITHIN = 60.0


@dataclass
class Premises:
    """A data directory with its database running, and the processes started on it."""

    directory: Path
    installation: Installation
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, port: int = 0, **further: str) -> subprocess.Popen[bytes]:
        """`python -m …` in the environment of this installation."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {
            "FRONTDESK_DATA_DIR": str(self.directory),
            "FRONTDESK_QUIET_TIME": "0",
            "FRONTDESK_LOG_LEVEL": "warning",
            "BENCH_DATABASE_URL": self.installation.url,
        }
        environment |= further
        if port:
            environment["FRONTDESK_PORT"] = str(port)
        with (self.directory / "processes.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                [sys.executable, "-m", *words], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        self.processes.remove(process)

    def end_all(self) -> None:
        for process in list(self.processes):
            self.end(process)

    def log(self) -> str:
        return (self.directory / "processes.log").read_text(errors="replace")[-3000:]


@contextmanager
def premises() -> Iterator[Premises]:
    """On the embedded database, whatever the environment says: so runs can be compared."""
    directory = Path(tempfile.mkdtemp(prefix="frontdesk-bench-"))
    try:
        with Installation(settings_for(directory)) as installation:
            asyncio.run(_seeded(installation))
            made = Premises(directory, installation)
            try:
                yield made
            finally:
                made.end_all()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def settings_for(directory: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=directory,
        quiet_time=0,
        database_url=None,
        database_admin_url=None,
        openai_api_key=None,
        openai_base_url=None,
        anthropic_api_key=None,
        anthropic_base_url=None,
    )


async def _seeded(installation: Installation) -> None:
    async with running(installation) as runtime:
        await seed(runtime.database, runtime.accounts, runtime.vault)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[bytes]) -> float:
    """Seconds until it answers with 200."""
    started = time.perf_counter()
    while True:
        try:
            with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return time.perf_counter() - started
        except OSError:
            pass
        if process.poll() is not None or time.perf_counter() - started > READY_WITHIN:
            raise RuntimeError(f"{url} does not answer (exit status {process.poll()})")
        time.sleep(0.005)


def resident_mb(pid: int) -> float:
    """As Linux counts it; 0 elsewhere."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmRSS")), 0.0)
