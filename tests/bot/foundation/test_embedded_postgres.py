"""The embedded PostgreSQL as one process sees it: what it makes, keeps, refuses and explains."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.foundation import embedded_binaries
from bot.foundation.embedded_binaries import find_binaries
from bot.foundation.embedded_cluster import DataDirectory, complaint_in
from bot.foundation.embedded_postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    connection_ready,
)
from bot.foundation.embedded_process import Account, spawn

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
Opener = Callable[..., EmbeddedPostgres]


def copy(source: Path, target: Path) -> Path:
    """With owners and modes."""
    subprocess.run(["/bin/cp", "-a", source, target], check=True)  # noqa: S603
    return target


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pattern") / "data"
    server = EmbeddedPostgres(directory)
    server.start()
    server.stop()
    return directory


@pytest.fixture
def prepared(pattern: Path, tmp_path: Path) -> Path:
    """An initialised data directory of the test's own."""
    return copy(pattern, tmp_path / "data")


@pytest.fixture
def opened() -> Iterator[Opener]:
    servers: list[EmbeddedPostgres] = []

    def open_server(directory: Path, binaries: Path | None = None) -> EmbeddedPostgres:
        servers.append(EmbeddedPostgres(directory, binaries))
        servers[-1].start()
        return servers[-1]

    yield open_server
    for server in reversed(servers):
        server.stop()


def ask(url: str, statement: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        row: tuple[object, ...] | None = connection.execute(statement).fetchone()
    assert row
    return row


def test_a_fresh_directory_below_a_closed_one_becomes_a_database(
    tmp_path: Path, opened: Opener
) -> None:
    tmp_path.chmod(0o700)
    server = opened(tmp_path / "deep" / "data")
    assert server.is_owner
    assert ask(server.url, "select current_user, current_database()") == ("frontdesk", "frontdesk")
    assert ask(server.admin_url, "select current_user")[0] == "frontdesk_admin"
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "deep/data/postgres.json").stat().st_mode) == 0o600
    assert list((tmp_path / "deep/data").glob("postgres.making-*")) == []


def test_the_roles_hold_row_level_security(prepared: Path, opened: Opener) -> None:
    server = opened(prepared)
    roles = (
        "select array_agg(row(rolname, rolsuper, rolbypassrls, rolcanlogin, rolinherit)::text "
        "order by rolname) from pg_roles where rolname like 'frontdesk%'"
    )
    assert ask(server.url, roles)[0] == [
        "(frontdesk,f,f,t,t)",
        "(frontdesk_admin,t,t,t,t)",
        "(frontdesk_app,f,f,f,t)",
    ]
    assert ask(server.url, "select set_config('role', 'frontdesk_app', true)") == ("frontdesk_app",)
    owner = "select pg_get_userbyid(datdba), datcollate, pg_encoding_to_char(encoding)"
    assert ask(server.url, f"{owner} from pg_database where datname = 'frontdesk'") == (
        "frontdesk_admin",
        "C.UTF-8",
        "UTF8",
    )


def test_settings_are_durable_and_local(prepared: Path, opened: Opener) -> None:
    server = opened(prepared)
    names = ("fsync", "jit", "listen_addresses", "shared_buffers", "password_encryption")
    shown = [ask(server.admin_url, f"show {name}")[0] for name in names]
    assert shown == ["on", "off", "127.0.0.1", "128MB", "scram-sha-256"]


def test_a_wrong_password_is_refused(prepared: Path, opened: Opener) -> None:
    server = opened(prepared)
    assert connection_ready(server.url)
    assert not connection_ready(server.url.replace("frontdesk:", "frontdesk:not"))
    assert not connection_ready(server.url, "a-copy-of-it")


def test_data_survives_a_restart(prepared: Path, opened: Opener) -> None:
    server = opened(prepared)
    url = server.admin_url
    with psycopg.connect(url) as connection:
        connection.execute("create table note as select 'kept' as word")
    server.stop()
    assert not connection_ready(url)
    server.start()
    assert (server.admin_url, *ask(url, "select word from note")) == (url, "kept")


def test_a_second_opener_attaches_and_leaves_the_server_running(
    prepared: Path, opened: Opener
) -> None:
    owner = opened(prepared)
    guest = opened(prepared)
    assert (owner.is_owner, guest.is_owner) == (True, False)
    assert guest.url == owner.url
    guest.stop()
    assert connection_ready(owner.url)


def test_two_copies_of_one_directory_run_side_by_side(
    prepared: Path, tmp_path: Path, opened: Opener
) -> None:
    first, second = opened(prepared), opened(copy(prepared, tmp_path / "copy"))
    assert first.url != second.url
    assert connection_ready(first.url)
    assert connection_ready(second.url)


def test_a_taken_port_is_given_up_for_another(prepared: Path, opened: Opener) -> None:
    access = DataDirectory(prepared).access()
    assert access
    with socket.create_server(("127.0.0.1", access.port)):
        server = opened(prepared)
        assert f":{access.port}/" not in server.url
        assert connection_ready(server.url)


def test_lost_passwords_are_replaced(prepared: Path, opened: Opener) -> None:
    (prepared / "postgres.json").unlink()
    server = opened(prepared)
    assert connection_ready(server.url)
    assert connection_ready(server.admin_url)


def test_a_process_number_that_another_program_has_by_now_is_no_obstacle(
    prepared: Path, opened: Opener
) -> None:
    account = Account.owning(prepared / "postgres")
    with spawn(["/bin/cat"], account, Path("/")) as stranger:
        stale = f"{stranger.pid}\n{prepared}\n1700000000\n15432\n\n127.0.0.1\n"
        (prepared / "postgres" / "postmaster.pid").write_text(stale)
        assert connection_ready(opened(prepared).url)
        assert stranger.poll() is None
        stranger.communicate(b"")


def test_an_overgrown_log_is_put_aside_at_the_start(prepared: Path, opened: Opener) -> None:
    log = prepared / "log" / "postgres.log"
    log.write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    opened(prepared)
    assert log.stat().st_size < 100_000
    assert (prepared / "log" / "postgres.log.1").stat().st_size > 10 * 1024 * 1024


def test_system_programs_serve_as_well(tmp_path: Path, opened: Opener) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("no PostgreSQL of the system here")
    server = opened(tmp_path / "data", found[-1])
    assert str(ask(server.url, "show server_version")[0]).startswith(found[-1].parent.name)


def test_only_the_main_thread_may_start_it(tmp_path: Path) -> None:
    caught: list[str] = []

    def start() -> None:
        try:
            EmbeddedPostgres(tmp_path / "data").start()
        except RuntimeError as problem:
            caught.append(str(problem))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert caught == ["EmbeddedPostgres.start() belongs in the main thread"]


def test_a_directory_of_another_version_is_refused_in_one_sentence(
    prepared: Path, opened: Opener
) -> None:
    (prepared / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        EmbeddedPostgresError, match=r"made by PostgreSQL 12, .*DATABASE_URL to a .*\.$"
    ):
        opened(prepared)
    (prepared / "postgres" / "PG_VERSION").write_text("18\n")
    assert connection_ready(opened(prepared).url), "the refusal must not keep the lock"


def test_an_impossible_directory_is_refused_in_one_sentence(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError, match=r"cannot be written .*FRONTDESK_DATA_DIR"):
        opened(tmp_path / "file" / "data")


def test_a_start_that_fails_names_the_cause_from_the_log(prepared: Path, opened: Opener) -> None:
    (prepared / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match=r"does not start .*contains errors"):
        opened(prepared)


def test_missing_programs_are_refused_in_one_sentence(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"cannot be run by .*DATABASE_URL"):
        opened(tmp_path / "data", tmp_path / "nothing")
    monkeypatch.setattr(embedded_binaries, "PACKAGE", "package_for_no_platform")
    with pytest.raises(EmbeddedPostgresError, match=r"for this platform: set DATABASE_URL"):
        opened(tmp_path / "data")


@needs_root
def test_programs_in_a_closed_home_are_copied_to_where_all_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account.owning(tmp_path / "postgres")
    home = find_binaries(None, None, account).directory.parents[2]
    tmp_path.chmod(0o700)
    for name in (embedded_binaries.PACKAGE, f"{embedded_binaries.PACKAGE}.libs"):
        copy(home / name, tmp_path / name)
    monkeypatch.syspath_prepend(tmp_path)
    shared = Path(tempfile.mkdtemp(prefix="frontdesk-test-"))
    try:
        copied = find_binaries(None, None, account, shared)
        assert copied.directory.is_relative_to(shared)
        assert find_binaries(None, None, account, shared) == copied
        assert len(list(shared.iterdir())) == 1
    finally:
        shutil.rmtree(shared)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "it said nothing"),
        (["creating files ... ok", "done"], "done"),
        (["initdb: error: no room", "initdb: removing contents"], "no room"),
        (["1 UTC [7] @ FATAL:  no memory", "1 UTC LOG:  bye"], "no memory"),
        (["x ERROR:  small", "x PANIC:  could not write: No space left", "x FATAL:  end"], None),
        (["x FATAL:  cause", "x FATAL:  the database system is starting up"], "cause"),
    ],
)
def test_the_gravest_line_of_a_log_is_the_complaint(
    lines: list[str], complaint: str | None
) -> None:
    assert complaint_in(lines) == (complaint or "could not write: No space left")


def test_knowing_the_class_does_not_load_the_driver() -> None:
    loaded = "import sys, bot.foundation.embedded_postgres; print('psycopg' in sys.modules)"
    root = Path(__file__).parents[3]
    output = subprocess.run(  # noqa: S603
        [sys.executable, "-c", loaded], cwd=root, capture_output=True, text=True, check=True
    )
    assert output.stdout == "False\n"
