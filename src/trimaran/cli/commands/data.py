"""``trimaran dumpdata``, ``loaddata``, ``flush`` and ``dbshell``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimaran.cli.commands.migrations import database_option, url_of, with_database
from trimaran.cli.targets import load_app, target_argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.backends.base import Database


def _target_and_names(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Tell the application, ``app.py`` or ``shop.main:app``, from what follows."""
    if arguments and (arguments[0].endswith(".py") or ":" in arguments[0]):
        return arguments[0], list(arguments[1:])
    return None, list(arguments)


@click.command()
@click.argument("arguments", metavar="[FILE[:app]] [MODEL]...", nargs=-1)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file, else the terminal.")
@click.option("--format", "kind", type=click.Choice(["jsonl", "json"]), default="jsonl")
@click.option("-e", "--exclude", multiple=True, metavar="MODEL", help="Leave a model out.")
@click.option("--natural-foreign", is_flag=True, help="Foreign keys by natural_key().")
@click.option("--natural-primary", is_flag=True, help="No keys where there is a natural_key().")
@database_option
def dumpdata(
    arguments: tuple[str, ...], output: Path | None, kind: str, alias: str, **choices: Any
) -> None:
    """Write rows as JSON, one a line; all models, each behind those that it points to."""
    from trimaran.db.fixtures import dump_rows

    target, models = _target_and_names(arguments)
    app = load_app(target)

    async def work(_: Database) -> int:
        count = 0
        file = output.open("wb") if output is not None else sys.stdout.buffer
        try:
            file.write(b"[\n" if kind == "json" else b"")
            async for line in dump_rows(models, using=alias, **choices):
                file.write(b",\n" if count and kind == "json" else b"")
                file.write(line if kind == "json" else line + b"\n")
                count += 1
            file.write(b"\n]\n" if kind == "json" else b"")
            file.flush()
        finally:
            if output is not None:
                file.close()
        return count

    count = with_database(app, work, alias)
    if output is not None:
        click.echo(f"Wrote {count} row(s) to {output}.", err=True)


@click.command()
@click.argument("arguments", metavar="[FILE[:app]] FIXTURE...", nargs=-1, required=True)
@click.option("--ignorenonexistent", "ignore", is_flag=True, help="Pass over unknown fields.")
@database_option
def loaddata(arguments: tuple[str, ...], ignore: bool, alias: str) -> None:
    """Write the rows of JSON files, each wholly or not at all; '-' is the terminal."""
    from trimaran.db.fixtures import load_rows

    target, names = _target_and_names(arguments)
    app = load_app(target)
    if not names:
        message = "Name a fixture, such as films.jsonl."
        raise click.UsageError(message)

    async def work(_: Database) -> None:
        for name in names:
            with click.open_file(name, encoding="utf-8") as file:
                count = await load_rows(file, using=alias, ignore_unknown=ignore)
            click.echo(f"Loaded {count} row(s) from {name}.")

    with_database(app, work, alias)


@click.command()
@target_argument
@click.option("--no-input", is_flag=True, help="Do not ask.")
@database_option
def flush(target: str | None, no_input: bool, alias: str) -> None:
    """Delete every row of every model; tables and migrations stay."""
    from trimaran.db.fixtures.keys import keys_deferred
    from trimaran.db.fixtures.tables import in_order
    from trimaran.db.models import registry

    app = load_app(target)
    if not no_input:
        click.confirm(f"Delete every row of the database {alias!r}?", abort=True)

    async def work(database: Database) -> None:
        quote = database.dialect.identifier_preparer.quote
        async with keys_deferred(database):
            for table in reversed(in_order(registry.tables())):
                await database.execute(f"DELETE FROM {quote(table.name)}")  # noqa: S608  names of models, quoted

    with_database(app, work, alias)
    click.echo("Every table of a model is empty.")


@click.command()
@target_argument
@database_option
def dbshell(target: str | None, alias: str) -> None:
    """Open the database's own prompt: psql, sqlite3 or mariadb."""
    from urllib.parse import unquote, urlsplit

    from trimaran.db.backends.url import parse_url

    found = parse_url(url_of(load_app(target), alias))
    parts = urlsplit(found.dsn)
    environment = dict(os.environ)
    if found.vendor == "sqlite":
        command = ["sqlite3", found.path]
    elif found.vendor == "postgresql":
        # The URL holds a password, which a list of processes would show: it goes another way.
        environment["PGPASSWORD"] = unquote(parts.password or environment.get("PGPASSWORD", ""))
        host = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
        command = ["psql", parts._replace(netloc=f"{user}{host}").geturl()]
    else:
        environment["MYSQL_PWD"] = unquote(parts.password or "")
        command = ["mariadb", "-h", parts.hostname or "localhost", "-P", str(parts.port or 3306)]
        command += ["-u", unquote(parts.username or "root"), parts.path.removeprefix("/")]
    program = shutil.which(command[0])
    if program is None:
        message = f"{command[0]} is not installed."
        raise click.UsageError(message)
    os.execve(program, command, environment)  # noqa: S606  the program takes this one's place
