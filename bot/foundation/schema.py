"""Brings the database's schema to this version, or says why it cannot."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

import migrations
from bot.foundation.errors import Misconfigured, SchemaMismatch
from domain.database import sqlalchemy_url


def _config(admin_url: str, application_user: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = sqlalchemy_url(admin_url)
    config.attributes["application_user"] = application_user
    return config


def head() -> str:
    found = ScriptDirectory.from_config(_config("")).get_current_head()
    if found is None:
        raise SchemaMismatch("The migrations folder is empty: install Frontdesk again.")
    return found


def revision(url: str) -> str | None:
    """The revision the database is at; None: no schema yet."""
    engine = create_engine(sqlalchemy_url(url))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise Misconfigured(
            "The database does not answer: check that DATABASE_URL names a running PostgreSQL "
            f"({str(error.orig).strip().splitlines()[0]})."
        ) from error
    finally:
        engine.dispose()


def migrate(admin_url: str, application_user: str = "", to: str = "head") -> None:
    """Upgrades (or to an earlier revision: downgrades); several processes may ask at once."""
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


def _move(config: Config, present: str, to: str) -> None:
    script = ScriptDirectory.from_config(config)
    earlier = {r.revision for r in script.iterate_revisions(present, "base")}
    is_back = to == "base" or to in earlier or to.startswith("-")
    (command.downgrade if is_back else command.upgrade)(config, to)


def _require_known(config: Config, present: str | None) -> None:
    if present is None:
        return
    known = {s.revision for s in ScriptDirectory.from_config(config).walk_revisions()}
    if present not in known:
        raise SchemaMismatch(
            f"The database is of a newer version of Frontdesk (schema {present}): "
            "install that version, or restore a backup made with this one."
        )


def require_current(url: str) -> None:
    present = revision(url)
    _require_known(_config(url), present)
    if present != head():
        raise SchemaMismatch(
            "The database's schema is not of this version: run `frontdesk migrate` first."
        )
