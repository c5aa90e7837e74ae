"""A company to be put through faults: founded once by commands, copied for every test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from channels.whatsapp.simulator import GraphSimulator
from channels.whatsapp.simulator.deliveries import BUSINESS_ACCOUNT
from tests.faults.house import ARTICLES, NUMBER, House, command, free_port


def copy(source: Path, target: Path) -> None:
    """With its owners: as root the cluster belongs to somebody else."""
    shutil.copytree(source, target)
    for path in (source, *source.rglob("*")):
        status = path.stat()
        os.chown(target / path.relative_to(source), status.st_uid, status.st_gid)


@pytest.fixture(scope="session")
def founded() -> Iterator[Path]:
    """A data directory with one company that is live on WhatsApp, made by commands alone."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-faults-") as directory:
        house = House(Path(directory, "data"), GraphSimulator(), free_port())
        house.graph.base_url = "http://127.0.0.1:9"
        articles = Path(directory, "articles")
        articles.mkdir()
        for name, words in ARTICLES.items():
            (articles / name).write_text(words)
        simulator = house.graph
        settings = {
            "phone_number_id": NUMBER,
            "access_token": simulator.access_token,
            "verify_token": simulator.verify_token,
            "app_secret": simulator.app_secret,
            "business_account_id": BUSINESS_ACCOUNT,
        }
        pairs = [f"whatsapp_config.{name}={value}" for name, value in settings.items()]
        command(house, "tenant", "add", "acme")
        command(house, "tenant", "set", "acme", *pairs)
        command(house, "kb", "import", str(articles))
        command(house, "live", "whatsapp")
        yield house.directory


@pytest.fixture
async def house(founded: Path) -> AsyncIterator[House]:
    """A copy of the founded company, nothing running yet."""
    directory = Path(tempfile.mkdtemp(prefix="frontdesk-house-"))
    await asyncio.to_thread(copy, founded, directory / "data")
    graph = GraphSimulator()
    graph.add_number(NUMBER)
    async with graph.serve():
        house = House(directory / "data", graph, free_port())
        try:
            yield house
        finally:
            await asyncio.to_thread(house.end)
            shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def meta() -> AsyncIterator[httpx.AsyncClient]:
    """What the provider posts with."""
    limits = httpx.Limits(max_connections=400)
    async with httpx.AsyncClient(timeout=20, trust_env=False, limits=limits) as client:
        yield client
