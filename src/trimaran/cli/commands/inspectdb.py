"""``trimaran inspectdb``: models from a database that was there before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from trimaran.cli.targets import load_app, target_argument


@click.command()
@target_argument
@click.option("--url", help="Of the database; else the application's own.")
@click.option("--database", "alias", default="default", help="Of several databases, which.")
@click.option("-t", "--table", "names", multiple=True, help="This table alone; may be repeated.")
@click.option("--no-views", is_flag=True, help="Leave views out.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
def inspectdb(
    target: str | None,
    url: str | None,
    alias: str,
    names: tuple[str, ...],
    no_views: bool,
    output: Path | None,
) -> None:
    """Write models for the tables and views of a database.

    They are unmanaged: migrations leave the tables alone. Foreign keys, keys of several columns,
    enumerations, generated columns, uniqueness, indexes and comments are taken over.
    """
    if url is None:
        app = load_app(target)
        urls = {**app.settings.databases, "default": app.database_url}
        if alias not in urls:
            message = f"There is no database {alias!r}. There are: {', '.join(sorted(urls))}."
            raise click.UsageError(message)
        url = urls[alias]
    source = asyncio.run(_source(url, names, views=not no_views))
    if output is None:
        click.echo(source, nl=False)
    else:
        output.write_text(source, encoding="utf-8")
        click.echo(f"Wrote {output}.")


async def _source(url: str, names: tuple[str, ...], *, views: bool) -> str:
    from trimaran.db.backends.registry import open_database
    from trimaran.db.inspection import models_source, read_catalog

    database = open_database(url)
    try:
        tables = await read_catalog(database)
    finally:
        await database.close()
    known = {table.name for table in tables}
    unknown = sorted(set(names) - known)
    if unknown:
        message = f"There is no table {', '.join(unknown)}. There are: {', '.join(sorted(known))}."
        raise click.UsageError(message)
    chosen = [
        table
        for table in tables
        if table.columns and (not names or table.name in names) and (views or not table.view)
    ]
    return models_source(chosen, database.vendor)
