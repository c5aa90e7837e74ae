"""The database of this installation: the server that was named, or the embedded one."""

import os
from types import TracebackType
from urllib.parse import urlsplit

from bot.foundation import schema
from bot.foundation.embedded_postgres import EmbeddedPostgres
from bot.foundation.errors import Misconfigured
from bot.foundation.security import Vault, load_vault
from bot.foundation.settings import Settings


class Installation:
    """`with Installation(settings) as it:` starts or finds the database; `it.url` reaches it.

    Must be entered on the main thread: the embedded server dies with the thread that made it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.postgres: EmbeddedPostgres | None = None
        self.url = ""
        self.admin_url = ""

    def __enter__(self) -> "Installation":
        given = self.settings.database_url
        if given:
            self.url = given.get_secret_value()
            admin = self.settings.database_admin_url
            self.admin_url = admin.get_secret_value() if admin else self.url
            return self
        self._require_writable()
        self.postgres = EmbeddedPostgres(self.settings.data_directory)
        self.postgres.start()
        self.url, self.admin_url = self.postgres.url, self.postgres.admin_url
        if schema.revision(self.admin_url) != schema.head():
            self.migrate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.postgres:
            self.postgres.stop()

    def migrate(self, to: str = "head") -> None:
        schema.migrate(self.admin_url, urlsplit(self.url).username or "", to)

    def require_schema(self) -> None:
        """Raises SchemaMismatch. The embedded database is always brought up to date."""
        if self.postgres is None:
            schema.require_current(self.url)

    def vault(self) -> Vault:
        key = self.settings.secret_key
        return load_vault(key.get_secret_value() if key else None, self.settings.data_directory)

    def _require_writable(self) -> None:
        directory = self.settings.data_directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_writable(directory, error.strerror) from error
        if not os.access(directory, os.W_OK | os.X_OK):
            raise _not_writable(directory, "permission denied")


def _not_writable(directory: object, why: str | None) -> Misconfigured:
    return Misconfigured(
        f"The data directory {directory} cannot be written ({why}): "
        "set FRONTDESK_DATA_DIR to one that can, or DATABASE_URL to a PostgreSQL server."
    )
