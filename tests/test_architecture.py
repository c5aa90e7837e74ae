"""The rules of the house, held by machine."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.model import prompts
from domain.database import Database
from domain.metadata import DIRECTORY_TABLES, metadata

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for folder in ("bot", "channels", "domain", "migrations", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
FULLEST_FOLDER = 14
BANNED = re.compile(r"(Manager|Helper|Util|Utils|Info|Impl)$|^(process|do)_")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def product() -> Iterator[Path]:
    return (
        path for path in SOURCES if path.parts[len(ROOT.parts)] in ("bot", "channels", "domain")
    )


@pytest.mark.parametrize("path", list(product()), ids=named)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", list(product()), ids=named)
def test_functions_stay_small_and_names_say_the_business(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert not BANNED.search(node.name), node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_module_says_its_job_in_its_first_line(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "no docstring"


def test_folders_stay_small() -> None:
    folders = {path.parent for path in product()}
    crowded = {
        named(folder): count
        for folder in folders
        if (count := len([p for p in folder.glob("*.py") if p.name != "__init__.py"]))
        > FULLEST_FOLDER
    }
    assert crowded == {}


def test_only_settings_read_the_environment() -> None:
    readers = [
        named(path)
        for path in product()
        if re.search(r"os\.(environ|getenv)", path.read_text())
        and named(path) != "bot/foundation/settings.py"
    ]
    assert readers == []


def test_services_never_commit() -> None:
    committing = [named(p) for p in product() if re.search(r"\.commit\(\)", p.read_text())]
    assert committing == []


def test_nobody_asks_for_a_channel_by_name() -> None:
    question = re.compile(
        # An address has a kind of that name too: `kind == "email"` asks for no channel.
        r"(?<!kind )(==|!=| in )[ (\[{]*['\"](whatsapp|email|telegram|slack)['\"]"
    )
    asking = [
        named(path)
        for path in product()
        if not named(path).startswith("channels/") and question.search(path.read_text())
    ]
    assert asking == []


def test_every_prompt_has_a_header_that_names_just_the_variables_it_uses() -> None:
    shipped = prompts.shipped()
    assert shipped
    for name, prompt in shipped.items():
        named_in_header = {variable.name for variable in prompt.variables}
        assert named_in_header == prompts.variables_used(prompt.body), name
        assert prompt.purpose, name


@pytest.mark.parametrize("module", ["bot.__main__", "bot.api.receiving.webhooks", "bot.app"])
def test_no_model_library_is_loaded_before_it_is_needed(module: str) -> None:
    code = (
        f"import sys, {module}; "
        "heavy = {'langchain', 'langchain_core', 'openai', 'anthropic', 'typst', 'openpyxl', "
        "'telegram'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


async def test_every_table_of_a_tenant_is_protected(shared_database: Database) -> None:
    query = text(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polqual is not null, "
        "p.polwithcheck is not null, pg_get_userbyid(c.relowner) from pg_class c "
        "left join pg_policy p on p.polrelid = c.oid "
        "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
    )
    async with shared_database.directory() as session:
        rows = {row[0]: tuple(row[1:]) for row in await session.execute(query)}
    unprotected = [
        table.name
        for table in metadata.sorted_tables
        if table.name not in DIRECTORY_TABLES and rows[table.name][:4] != (True,) * 4
    ]
    assert unprotected == []
    assert {owner for *_, owner in rows.values()} != {"frontdesk_app"}


def test_every_table_belongs_to_a_tenant_or_to_the_directory() -> None:
    for table in metadata.sorted_tables:
        if table.name in DIRECTORY_TABLES or table.name == "tenants":
            continue
        assert "tenant_id" in table.c, table.name


def test_unique_keys_include_the_tenant() -> None:
    from sqlalchemy import UniqueConstraint

    for table in metadata.sorted_tables:
        if "tenant_id" not in table.c or table.name in DIRECTORY_TABLES:
            continue
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                assert "tenant_id" in constraint.columns, f"{table.name}: {constraint.name}"


async def test_the_applications_role_owns_nothing_and_bypasses_nothing(
    shared_database: Database,
) -> None:
    query = text(
        "select current_user, r.rolsuper, r.rolbypassrls, "
        "(select count(*) from pg_class where relowner = r.oid) "
        "from pg_roles r where r.rolname = current_user"
    )
    async with shared_database.directory() as session:
        row = (await session.execute(query)).one()
    assert tuple(row) == ("frontdesk_app", False, False, 0)
