"""Every table, imported once: what migrations and the catalogue test look at."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from sqlalchemy import MetaData

import domain
import domain.events
from domain.database import Base

DIRECTORY_TABLES = frozenset({"directory_tenants", "directory_entries", "leases", "staff_claims"})
"""Read before a tenant is known; they hold keyed hashes and ids only."""


def _load() -> MetaData:
    for module in iter_modules(domain.__path__, "domain."):
        if module.ispkg and find_spec(f"{module.name}.models"):
            import_module(f"{module.name}.models")
    return Base.metadata


metadata: MetaData = _load()
