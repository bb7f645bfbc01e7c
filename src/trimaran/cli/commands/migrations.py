"""``trimaran makemigrations``, ``migrate``, ``showmigrations`` and ``sqlmigrate``."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trimaran.cli.targets import load_app, target_argument
from trimaran.db.migrations.folders import label_of, migration_folders, owners_of_tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from trimaran.app import App
    from trimaran.db.backends.base import Database
    from trimaran.db.migrations import MadeMigration, PlannedMigration

T = TypeVar("T")

_MIGRATION = re.compile(r"(\w+\.)?(\d+(_\w*)?|zero|head)")

directory_option = click.option(
    "--directory", type=click.Path(file_okay=False, path_type=Path), help="Of the migration files."
)
database_option = click.option(
    "--database", "alias", default="default", metavar="ALIAS", help="Of several databases, which."
)


@click.command()
@target_argument
@directory_option
@click.option("-n", "--name", help="Name of the file, without its number.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if there are changes.")
@click.option("--dry-run", is_flag=True, help="Print the file instead of writing it.")
@click.option("--empty", is_flag=True, help="A file without operations, to fill in by hand.")
@click.option("--merge", is_flag=True, help="A file that joins several last ones.")
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="OLD=NEW",
    help="A table or column that was renamed: film.stars=film.rating.",
)
@click.option("--no-input", is_flag=True, help="Ask nothing: nothing is taken for a rename.")
def makemigrations(
    target: str | None,
    directory: Path | None,
    renames: tuple[str, ...],
    no_input: bool,
    **choices: str | bool | None,
) -> None:
    """Write the migration that leads from the migration files to the models.

    No database is asked. The name is made from the operations.
    """
    from trimaran.db.migrations import make_app_migrations, make_migrations
    from trimaran.db.models import registry

    target, label = _label(target)
    app = load_app(target)
    asks = not no_input and sys.stdin.isatty()
    ask = (lambda question: click.confirm(question, default=False)) if asks else None
    folders = migration_folders(app.settings, directory)
    plain: dict[str, Any] = dict(choices)
    if isinstance(folders, Path) or plain["empty"] or plain["merge"]:
        folder = folders if isinstance(folders, Path) else folders[label or ""]
        one = make_migrations(
            folder, registry.metadata(), _database(app), renames=_renames(renames), ask=ask, **plain
        )
        made = [] if one is None else [one]
    else:
        del plain["empty"], plain["merge"]
        made = make_app_migrations(
            folders,
            registry.metadata(),
            owners_of_tables(app.settings.apps),
            _database(app),
            only=label,
            renames=_renames(renames),
            ask=ask,
            **plain,
        )
    if not made:
        click.echo("Nothing has changed: the migrations lead to the models already.")
        return
    for migration in made:
        _print_made(migration, show_source=bool(choices["dry_run"]))
    if choices["check"]:
        click.secho("The models have changes that no migration holds.", fg="red", err=True)
        sys.exit(1)


@click.command()
@click.argument("arguments", metavar="[FILE[:app]] [MIGRATION]", nargs=-1)
@directory_option
@click.option("--plan", "only_plan", is_flag=True, help="Print what would be done.")
@click.option("--check", is_flag=True, help="Do nothing; exit with 1 if there is something to do.")
@click.option("--fake", is_flag=True, help="Only write down that it is done.")
@click.option("--prune", is_flag=True, help="Forget applied migrations whose files are gone.")
@click.option(
    "--check-online",
    is_flag=True,
    help="Do nothing; exit with 1 if a running application on PostgreSQL would feel it.",
)
@database_option
def migrate(
    arguments: tuple[str, ...],
    directory: Path | None,
    only_plan: bool,
    check: bool,
    fake: bool,
    prune: bool,
    check_online: bool,
    alias: str,
) -> None:
    """Apply migrations, or undo those after MIGRATION.

    MIGRATION is a name or its beginning, 0003; 'zero' undoes all. Without it, all are applied.
    """
    from trimaran.db.migrations import migrate as carry_out
    from trimaran.db.migrations import plan_migrations, prune_migrations

    target, goal = _target_and_migration(arguments)
    app = load_app(target)
    folder = migration_folders(app.settings, directory)
    if check_online:
        _check_online(app, folder, goal, alias)
        return
    if prune:
        gone = with_database(app, lambda base: prune_migrations(base, folder), alias)
        click.echo(f"Forgotten: {', '.join(gone)}" if gone else "Nothing to forget.")
        return

    async def work(database: Database) -> Sequence[PlannedMigration]:
        if only_plan or check:
            return await plan_migrations(database, folder, target=goal)
        return await carry_out(
            database,
            folder,
            target=goal,
            fake=fake,
            report=_report,
            ddl_lock_timeout=app.settings.migration_lock_timeout,
        )

    steps = with_database(app, work, alias)
    if only_plan or check:
        for step in steps:
            click.echo(str(step))
    if not steps:
        click.echo("Nothing to do: the database is where it should be.")
    if check and steps:
        sys.exit(1)


def _check_online(app: App, folder: Path | dict[str, Path], goal: str, alias: str) -> None:
    from trimaran.db.migrations import check_online

    found = with_database(app, lambda base: check_online(base, folder, target=goal), alias)
    for danger in found:
        click.secho(str(danger), fg="red", err=True)
    if found:
        click.echo(
            "Mend them, or write into the file why it is harmless: reviewed = '...'.", err=True
        )
        sys.exit(1)
    click.echo("A running application feels none of it.")


@click.command()
@target_argument
@directory_option
@database_option
def showmigrations(target: str | None, directory: Path | None, alias: str) -> None:
    """List the migrations, and when each was applied."""
    from trimaran.db.migrations import show_migrations

    app = load_app(target)
    folder = migration_folders(app.settings, directory)
    found = with_database(app, lambda database: show_migrations(database, folder), alias)
    if not found:
        click.echo(f"There are no migrations in {folder}. Run `trimaran makemigrations`.")
    for status in found:
        mark = click.style("[x]", fg="green") if status.applied_at else "[ ]"
        when = f"  {status.applied_at:%Y-%m-%d %H:%M}" if status.applied_at else ""
        missing = "" if status.present else click.style("  its file is missing", fg="red")
        click.echo(f"{mark} {status.name}{when}{missing}")


@click.command()
@click.argument("arguments", metavar="[FILE[:app]] MIGRATION", nargs=-1, required=True)
@directory_option
@click.option("--backwards", is_flag=True, help="The SQL that undoes it.")
@database_option
def sqlmigrate(
    arguments: tuple[str, ...], directory: Path | None, backwards: bool, alias: str
) -> None:
    """Print the SQL of a migration for the application's database."""
    from trimaran.db.migrations import migration_sql

    target, name = _target_and_migration(arguments)
    if name == "head":
        message = "Name the migration, such as 0001."
        raise click.UsageError(message)
    app = load_app(target)
    folder = migration_folders(app.settings, directory)
    click.echo(migration_sql(_database(app, alias), folder, name, backwards=backwards))


@click.command()
@click.argument("arguments", metavar="[FILE[:app]] [APP] [FIRST] LAST", nargs=-1, required=True)
@directory_option
@click.option("-n", "--name", default="", help="Of the file, behind the numbers.")
@click.option("--dry-run", is_flag=True, help="Print the file instead of writing it.")
def squashmigrations(
    arguments: tuple[str, ...], directory: Path | None, name: str, dry_run: bool
) -> None:
    """Write one migration that does what several do, up to LAST."""
    from trimaran.db.migrations import squash_migrations

    labels = _labels()
    label = next((text for text in arguments if text in labels), "")
    goals = [text for text in arguments if _MIGRATION.fullmatch(text)]
    others = [text for text in arguments if text not in goals and text != label]
    if not 1 <= len(goals) <= 2 or len(others) > 1:
        message = "Name the last migration, such as 0004, or the first and the last."
        raise click.UsageError(message)
    app = load_app(others[0] if others else None)
    folders = migration_folders(app.settings, directory)
    folder = folders if isinstance(folders, Path) else folders[label]
    first = goals[0] if len(goals) == 2 else ""
    made = squash_migrations(folder, goals[-1], first=first, name=name, dry_run=dry_run)
    _print_made(made, show_source=dry_run)
    click.echo("Once every database has it, delete the old files and its line `replaces`.")


def _target_and_migration(arguments: Sequence[str]) -> tuple[str | None, str]:
    """Tell the application from the migration, whose name begins with a number.

    An app's label may stand before it: ``shop 0002``, ``shop zero``, ``shop`` alone.
    """
    labels = _labels()
    named = [text for text in arguments if text in labels]
    arguments = [text for text in arguments if text not in labels]
    goals = [text for text in arguments if _MIGRATION.fullmatch(text)]
    targets = [text for text in arguments if not _MIGRATION.fullmatch(text)]
    if named:
        goals = [f"{named[0]}.{goals[0] if goals else 'head'}", *goals[1:], *named[1:]]
    if len(goals) > 1 or len(targets) > 1:
        extra = (goals if len(goals) > 1 else targets)[1]
        message = f"Unexpected argument {extra!r}: one application and one migration at most."
        raise click.UsageError(message)
    return (targets[0] if targets else None), (goals[0] if goals else "head")


def _labels() -> set[str]:
    from trimaran.settings import load_settings

    return {label_of(package) for package in load_settings(warn_unknown=False).apps}


def _label(target: str | None) -> tuple[str | None, str | None]:
    """Tell an app's label from an application."""
    return (None, target) if target in _labels() else (target, None)


def _renames(given: Sequence[str]) -> dict[str, str]:
    renames = {}
    for text in given:
        old, equals, new = text.partition("=")
        if not equals or not old or not new:
            message = f"--rename {text!r} is not OLD=NEW, such as film.stars=film.rating."
            raise click.UsageError(message)
        renames[old.strip()] = new.strip()
    return renames


def _print_made(made: MadeMigration, *, show_source: bool) -> None:
    verb = "Wrote" if made.written else "Would write"
    click.secho(f"{verb} {made.path}", bold=True)
    for operation in made.operations:
        click.echo(f"  {operation}")
    for warning in made.warnings:
        click.secho(f"  Warning: {warning}", fg="yellow", err=True)
    if show_source:
        click.echo(f"\n{made.source}", nl=False)


def _report(step: PlannedMigration) -> None:
    click.echo(str(step))


def _database(app: App, alias: str = "default") -> Database:
    from trimaran.db.backends.registry import open_database

    return open_database(url_of(app, alias), alias=alias)


def url_of(app: App, alias: str) -> str:
    """Return the URL of one of the application's databases."""
    urls = {**app.settings.databases, "default": app.database_url}
    if alias not in urls:
        message = f"There is no database {alias!r}. There are: {', '.join(sorted(urls))}."
        raise click.UsageError(message)
    return urls[alias]


def with_database(app: App, work: Callable[[Database], Awaitable[T]], alias: str = "default") -> T:
    """Run something with the application's database installed and open, then close it."""

    async def main() -> T:
        async with _opened(app, alias) as database:
            return await work(database)

    return asyncio.run(main())


@asynccontextmanager
async def _opened(app: App, alias: str) -> AsyncIterator[Database]:
    from trimaran.db.backends.registry import installed

    database = _database(app, alias)
    try:
        with installed(database):
            yield database
    finally:
        await database.close()
