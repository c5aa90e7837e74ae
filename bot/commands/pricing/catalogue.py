"""`catalogue`: price lists in, previewed by supplier; products out; what a change makes wrong."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption, TenantOption, say, show, table, with_tenant
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.desk.pricing.price_lists import Preview
    from bot.runtime import Runtime
    from domain.catalogue.layout import Layout
    from domain.tenants.directory import TenantName

catalogue_app = typer.Typer(no_args_is_help=True, help="Products and prices.")
MOST = 20


@catalogue_app.command("import")
def import_prices(  # noqa: PLR0913 - options of a command
    file: Annotated[Path, typer.Argument(help="CSV or xlsx, with any sensible headings.")],
    tenant: TenantOption = None,
    *,
    supplier: Annotated[
        str | None,
        typer.Option("--supplier", help="Whose list it is: its layout is remembered."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="With --supplier: only say what would change.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="With --supplier: HEADING=field, as often as needed."),
    ] = None,
    ends_gone: Annotated[
        bool,
        typer.Option("--ends-gone", help="With --supplier: what the list leaves out ends."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Import nothing when any row is wrong.")
    ] = False,
    rejected: Annotated[
        Path | None, typer.Option("--rejected", help="Write rejected rows with reasons here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Adds and changes products by code; with --supplier, what that supplier asks for them."""
    if supplier is None:
        if preview or column or ends_gone:
            raise Refused("Say whose list it is: --supplier NAME.")
        _import_products(file, tenant, (dry_run, strict, as_json), rejected)
        return
    wanted = (supplier, tuple(column or ()), ends_gone)
    _import_list(file, tenant, wanted, is_preview=preview or dry_run, as_json=as_json)


def _import_products(
    file: Path, tenant: str | None, how: tuple[bool, bool, bool], rejected: Path | None
) -> None:
    from bot.desk.catalogue import import_price_list, read_file

    dry_run, strict, as_json = how
    content = read_file(file)
    report = with_tenant(
        tenant,
        lambda runtime, found: import_price_list(
            runtime.database, found.id, (file.name, content), partly=not strict, dry_run=dry_run
        ),
    )
    for line in report.rejected:
        typer.echo(line, err=True)
    if rejected and report.rejected:
        rejected.write_text(report.rejected_csv, encoding="utf-8")
    if as_json:
        show(report.as_row())
        return
    columns = ", ".join(f"{heading} → {field}" for heading, field in report.mapping.items())
    say(f"Columns: {columns}")
    say(
        f"{'Would be: ' if dry_run else ''}{report.added} added, {report.changed} changed, "
        f"{report.unchanged} unchanged, {len(report.rejected)} rejected."
    )


def _import_list(
    file: Path,
    tenant: str | None,
    wanted: tuple[str, tuple[str, ...], bool],
    *,
    is_preview: bool,
    as_json: bool,
) -> None:
    from bot.desk.catalogue import read_file
    from bot.desk.pricing import price_lists as desk

    content = read_file(file)
    name, columns, ends_gone = wanted

    async def work(runtime: "Runtime", found: "TenantName") -> "tuple[Preview, dict[str, Any]]":
        supplier_id = await desk.supplier_called(runtime.database, found.id, name)
        listed = desk.File(file.name, content)
        how = desk.Wanted(_layout(columns), ends_gone=ends_gone)
        seen = await desk.preview(
            runtime.database, found.id, supplier_id, listed, how, actor="command"
        )
        if not is_preview:
            await desk.import_previewed(
                runtime.database, found.id, supplier_id, seen.record.id, actor="command"
            )
        return seen, desk.as_row(seen)

    seen, row = with_tenant(tenant, work)
    if as_json:
        show(row | {"imported": not is_preview})
        return
    _tell(seen, is_preview=is_preview)


def _layout(columns: tuple[str, ...]) -> "Layout | None":
    """Headings are found in the file by these names."""
    from domain.catalogue.layout import Layout, UnfitLayout

    if not columns:
        return None
    told = {}
    for one in columns:
        heading, equals, field = one.rpartition("=")
        if not equals or not heading.strip():
            raise UnfitLayout(f"“{one[:60]}” is no column: write HEADING=field.")
        told[heading.strip()] = field.strip()
    return Layout.of_json({"columns": told, "header_row": 1})


def _tell(seen: "Preview", *, is_preview: bool) -> None:
    from bot.desk.pricing import price_lists as desk
    from domain.catalogue.importing.comparing import Kind

    for remark in seen.looked.remarks:
        typer.echo(remark, err=True)
    how = "as confirmed before" if seen.is_remembered else "as it looks: check it"
    say(f"Columns ({how}): {desk.columns(seen.looked.layout.columns)}")
    for kind in Kind:
        steps = seen.comparison.of(kind)
        for step in steps[:MOST]:
            say(desk.told(step))
        if len(steps) > MOST:
            say(f"… and {len(steps) - MOST} more that are {kind.value}")
    for row in seen.comparison.rejected[:MOST]:
        typer.echo(f"row {row.row_number}: {row.reason}", err=True)
    counts = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in seen.comparison.counts().items()
    )
    say(f"{'Would be: ' if is_preview else 'Imported: '}{counts}.")


@catalogue_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write the CSV sheet.")],
    tenant: TenantOption = None,
) -> None:
    """All products that are sold, as a sheet that can be imported again."""
    from domain.catalogue.exporting import products_as_csv
    from domain.catalogue.service import load

    async def work(runtime: "Runtime", found: "TenantName") -> str:
        async with runtime.database.transaction(found.id) as session:
            return products_as_csv((await load(session, found.id)).products)

    written = with_tenant(tenant, work)
    try:
        file.write_text(written, encoding="utf-8")
    except OSError as error:
        raise Refused(f"Cannot write to {file}: {error.strerror}.") from error
    say(f"Wrote {file}.")


@catalogue_app.command("suppliers")
def suppliers(tenant: TenantOption = None) -> None:
    """Who goods are bought from."""
    from domain.catalogue.keeping.suppliers import Suppliers

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, Any]]:
        async with runtime.database.transaction(found.id) as session:
            rows = await Suppliers(session, found.id).all()
        return [
            {
                "name": row.name,
                "own products": "yes" if row.is_own_products else "",
                "verified": "yes" if row.is_verified else "",
                "lead time": f"{row.lead_time_days} days" if row.lead_time_days else "",
            }
            for row in rows
        ]

    table(with_tenant(tenant, work), "None yet: they come with price lists, or over REST.")


@catalogue_app.command("add-supplier")
def add_supplier(
    name: Annotated[str, typer.Argument(help="As it is called on price lists.")],
    tenant: TenantOption = None,
    *,
    own: Annotated[bool, typer.Option("--own", help="Your own goods, hire, hosting.")] = False,
    verified: Annotated[
        bool, typer.Option("--verified", help="Its prices count without a date too.")
    ] = False,
) -> None:
    """Before its first price list."""
    from domain.catalogue.keeping.suppliers import Suppliers

    if not name.strip():
        raise Refused("A supplier needs a name.")

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        values = {"name": name.strip()[:200], "is_own_products": own, "is_verified": verified}
        async with runtime.database.transaction(found.id) as session:
            await Suppliers(session, found.id).add(values)

    with_tenant(tenant, work)
    say(f"Added {name.strip()}.")
