"""A real PostgreSQL for every test: migrated once, cloned where several connections matter."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
import structlog
from filelock import FileLock
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

import domain.metadata  # noqa: F401
from bot.foundation import schema
from bot.foundation.embedded_postgres import EmbeddedPostgres
from bot.foundation.security import Vault, new_secret_key
from bot.foundation.settings import Settings
from bot.foundation.telemetry import for_people
from bot.runtime import Runtime
from domain.database import Database
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from tests.launching import launched

structlog.configure(processors=[structlog.processors.add_log_level, for_people()])

TEMPLATE = "frontdesk_template"
SECRET_KEY = new_secret_key()


@dataclass(frozen=True)
class Server:
    """Where databases are made: as the admin, and as the application sees them."""

    admin_url: str
    url: str

    def admin_to(self, database: str) -> str:
        return _named(self.admin_url, database)

    def to(self, database: str) -> str:
        return _named(self.url, database)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.admin_to("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str) -> None:
        self.execute(f'create database "{name}" template {TEMPLATE} strategy file_copy')

    def drop(self, name: str) -> None:
        self.execute(f'drop database if exists "{name}" with (force)')


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of DATABASE_URL, or the embedded one; the workers of one run share it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    given = os.environ.get("DATABASE_URL")
    embedded = None if given else EmbeddedPostgres(shared / "postgres")
    busy = shared / f"busy-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    busy.touch()
    if embedded:
        embedded.start()
    url = given or (embedded.url if embedded else "")
    admin = os.environ.get("DATABASE_ADMIN_URL", url) if given else embedded.admin_url  # type: ignore[union-attr]
    found = Server(admin, url)
    if embedded:  # nothing here must survive a power cut
        for statement in ("alter system set fsync = off", "select pg_reload_conf()"):
            found.execute(statement)
    with FileLock(str(shared / "template.lock")):
        _make_template(found, shared / "template.made")
    yield found
    busy.unlink()
    if embedded:
        # Whoever started the server stops it, when the other workers have no more use for it.
        until = time.monotonic() + 120
        while embedded.is_owner and any(shared.glob("busy-*")) and time.monotonic() < until:
            time.sleep(0.05)
        embedded.stop()


def _make_template(server: Server, mark: Path) -> None:
    if mark.exists():
        return
    server.drop(TEMPLATE)
    server.execute(f"create database {TEMPLATE}")
    schema.migrate(server.admin_to(TEMPLATE), urlsplit(server.url).username or "")
    mark.touch()


@pytest.fixture(scope="session")
def database_name(server: Server) -> Iterator[str]:
    """One migrated database for the tests of this worker that roll back."""
    name = f"test_{uuid4().hex[:12]}"
    server.create(name)
    yield name
    server.drop(name)


@pytest.fixture(scope="session")
async def shared_database(server: Server, database_name: str) -> AsyncIterator[Database]:
    database = Database(server.to(database_name), pool_size=4)
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def committed_database(server: Server) -> AsyncIterator[Database]:
    name = f"test_{uuid4().hex[:12]}"
    await asyncio.to_thread(server.create, name)
    database = Database(server.to(name), pool_size=8)
    yield database
    await database.close()
    await asyncio.to_thread(server.drop, name)


@pytest.fixture
async def database(server: Server, committed_database: Database) -> Database:
    """For several connections and real commits; empty at the start of every test."""
    await asyncio.to_thread(_emptied, server.admin_to(_path(committed_database.url)))
    return committed_database


def _path(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _emptied(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table in (
            "tenants",
            "directory_tenants",
            "directory_entries",
            "leases",
            "procrastinate_jobs",
        ):
            connection.execute(f"delete from {table}")


@dataclass(frozen=True)
class Entered:
    """A tenant and an open session on its rows."""

    tenant_id: UUID
    session: AsyncSession


class _Undo(Exception):
    pass


@pytest.fixture
async def tenant(shared_database: Database) -> AsyncIterator[Entered]:
    """A new tenant inside a transaction that is rolled back at the end."""
    tenant_id = uuid4()
    try:
        async with shared_database.transaction(tenant_id) as session:
            slug = f"t{tenant_id.hex[:10]}"
            await Tenants(session, tenant_id).add(slug, "Test Company", TenantSettings())
            yield Entered(tenant_id, session)
            raise _Undo
    except _Undo:
        pass


@pytest.fixture
def vault() -> Vault:
    return Vault([SECRET_KEY])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """As an operator without any key would have them, without waiting for a burst's end."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=tmp_path,
        secret_key=SecretStr(SECRET_KEY),
        quiet_time=0,
        database_url=None,
        openai_api_key=None,
        anthropic_api_key=None,
    )


@pytest.fixture
async def runtime(database: Database, settings: Settings) -> AsyncIterator[Runtime]:
    """The running product on a database of its own, without web, worker or scheduler."""
    async with launched(settings, database) as built:
        yield built
