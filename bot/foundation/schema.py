"""Brings the database's schema to this version, or says why it cannot."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

import migrations
from bot.foundation.errors import Misconfigured, SchemaMismatch
from domain.database import plain_url, sqlalchemy_url

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where it migrates: a start that finds everything in place asks only for the
# two revisions, and that costs a third of a second less without it.
_REVISION = re.compile(r'^revision = "([^"]+)"', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = "([^"]+)"', re.MULTILINE)


def _folder() -> Path:
    return Path(migrations.__file__).parent


def _config(admin_url: str, application_user: str = "") -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()))
    config.attributes["url"] = sqlalchemy_url(admin_url)
    config.attributes["application_user"] = application_user
    return config


def head() -> str:
    """The revision that no other follows."""
    sources = [path.read_text("utf-8") for path in (_folder() / "versions").glob("*.py")]
    known = {name for source in sources for name in _REVISION.findall(source)}
    heads = known - {name for source in sources for name in _FOLLOWS.findall(source)}
    if len(heads) != 1:
        raise SchemaMismatch("The migrations folder is damaged: install Frontdesk again.")
    return str(heads.pop())


def revision(url: str) -> str | None:
    """The revision the database is at; None: no schema yet."""
    try:
        with psycopg.connect(plain_url(url)) as connection:
            found = connection.execute("select version_num from alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise Misconfigured(
            "The database does not answer: check that DATABASE_URL names a running PostgreSQL "
            f"({str(error).strip().splitlines()[0]})."
        ) from error
    return str(found[0]) if found else None


def migrate(admin_url: str, application_user: str = "", to: str = "head") -> None:
    """Upgrades (or to an earlier revision: downgrades); several processes may ask at once."""
    from alembic import command
    from alembic.util.exc import CommandError

    config = _config(admin_url, application_user)
    present = revision(admin_url)
    _require_known(config, present)
    try:
        if to in {"head", "heads"} or present is None:
            command.upgrade(config, to)
        else:
            _move(config, present, to)
    except CommandError as error:
        raise SchemaMismatch(f"The schema cannot go to “{to}”: {error}.") from error


def _move(config: "Config", present: str, to: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(config)
    earlier = {r.revision for r in script.iterate_revisions(present, "base")}
    is_back = to == "base" or to in earlier or to.startswith("-")
    (command.downgrade if is_back else command.upgrade)(config, to)


def _require_known(config: "Config", present: str | None) -> None:
    if present is None or present == head():
        return
    from alembic.script import ScriptDirectory

    known = {s.revision for s in ScriptDirectory.from_config(config).walk_revisions()}
    if present not in known:
        raise SchemaMismatch(
            f"The database is of a newer version of Frontdesk (schema {present}): "
            "install that version, or restore a backup made with this one."
        )


def require_current(url: str) -> None:
    present = revision(url)
    if present != head():
        _require_known(_config(url), present)
        raise SchemaMismatch(
            "The database's schema is not of this version: run `frontdesk migrate` first."
        )
