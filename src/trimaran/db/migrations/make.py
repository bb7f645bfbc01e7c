"""``makemigrations``: write the migration that leads from the files to the models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.changes import find_changes
from trimaran.db.migrations.compiler import compile_steps
from trimaran.db.migrations.files import heads, load_migrations, single_head, states
from trimaran.db.migrations.reading import read_fills, read_state
from trimaran.db.migrations.renames import Renames
from trimaran.db.migrations.safety import dangers
from trimaran.db.migrations.source import file_source
from trimaran.db.migrations.titles import next_number, suggested_name, title_of, valid_name
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sqlalchemy as sa

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State


@dataclass(frozen=True)
class MadeMigration:
    """A migration that was made.

    source:     the text of the file
    operations: what it does, one line each
    warnings:   what deserves a look before it is applied
    written:    whether the file is there; not with ``dry_run`` or ``check``
    """

    name: str
    path: Path
    source: str
    operations: tuple[str, ...]
    warnings: tuple[str, ...]
    written: bool


def make_migrations(
    directory: Path | str,
    metadata: sa.MetaData,
    database: Database | None = None,
    *,
    name: str | None = None,
    dry_run: bool = False,
    check: bool = False,
    empty: bool = False,
    merge: bool = False,
    renames: Mapping[str, str] | None = None,
    ask: Callable[[str], bool] | None = None,
) -> MadeMigration | None:
    """Write the migration that leads from the existing files to these tables.

    The files are compared with the tables, no database is asked. Returns ``None`` where nothing has
    changed.

    database: its SQL is tried for each operation, so that what it cannot do shows now
    name:     of the file, without its number; made from the operations where it is left out
    dry_run:  do not write the file
    check:    do not write the file, either; the caller fails if there would be one
    empty:    a migration without operations, to be filled by hand
    merge:    a migration that brings several last ones together
    renames:  ``{"movie": "film", "film.stars": "film.rating"}``, old names to new
    ask:      answers ``Was column film.stars renamed to film.rating?``; without it nothing is taken
        for a rename
    """
    directory = Path(directory)
    if name is not None and not valid_name(name):
        raise MigrationError(
            "TRI-MIGRATION-015",
            f"{name!r} cannot be the name of a migration.",
            "Use at most 80 lower-case letters, digits and underscores.",
        )
    migrations = load_migrations(directory)
    if merge:
        last = heads(migrations)
        if len(last) < 2:
            return None
        name = name or "merge_" + "_".join(head.split("_", 1)[0] for head in last)
        found, warnings = _Found([], []), []
    else:
        head = single_head(migrations)
        last = [] if head is None else [head]
        state = states(migrations)[-1]
        found = _Found([], []) if empty else _find(state, metadata, renames, ask)
        warnings = found.warnings
        if not found.operations and not empty:
            return None
        if database is not None:
            compile_steps(found.operations, state, database.dialect)
            if database.vendor == "postgresql":
                told = dangers(found.operations, state, name="online", atomic=True)
                warnings = [*warnings, *(str(danger) for danger in told)]
    stem = name or ("custom" if empty else suggested_name(found.operations, first=not migrations))
    number = next_number([migration.name for migration in migrations])
    full = f"{number:04d}_{stem}"
    title = title_of(found.operations) if found.operations else f"{stem.replace('_', ' ')}."
    title = title[:1].upper() + title[1:]
    made = MadeMigration(
        full,
        directory / f"{full}.py",
        file_source(found.operations, title=title, dependencies=last),
        tuple(operation.describe() for operation in found.operations),
        tuple(warnings),
        written=not (dry_run or check),
    )
    if made.written:
        write_migration(made)
    return made


def find_operations(
    state: State,
    metadata: sa.MetaData,
    renames: Mapping[str, str] | None,
    ask: Callable[[str], bool] | None,
) -> tuple[list[Operation], list[str]]:
    """The operations that lead from a state to these tables, and what deserves a look."""
    found = _find(state, metadata, renames, ask)
    return found.operations, found.warnings


@dataclass(frozen=True)
class _Found:
    operations: list[Operation]
    warnings: list[str]


def _find(
    state: State,
    metadata: sa.MetaData,
    renames: Mapping[str, str] | None,
    ask: Callable[[str], bool] | None,
) -> _Found:
    finder = Renames(renames, ask)
    fills = read_fills(metadata)
    found = find_changes(state, read_state(metadata), renames=finder, fills=fills)
    finder.check_told()
    warnings = list(finder.warnings)
    current = state.copy()
    for operation in found:
        warnings += _judge(operation, current)
        operation.apply(current)
    return _Found(found, warnings)


def _judge(operation: Operation, before: State) -> list[str]:
    """Refuse what cannot work on a table with rows; warn of what may not."""
    match operation:
        case ops.AddColumn(table=table, column=column, fill=None):
            counts = column.identity is not False or column.computed is not None
            if not column.null and column.default is None and not counts:
                raise MigrationError(
                    "TRI-MIGRATION-016",
                    f"The new column {table}.{column.name} may not be null, and has no default "
                    "that the rows which are there could share.",
                    "Give the field a default, or allow None; you can take it away again in the "
                    "next migration.",
                )
        case ops.AlterColumn(table=table, column=column, fill=None):
            if not column.null and before.column(table, column.name).null:
                return [
                    f"column {table}.{column.name} may no longer be null: the migration fails if a "
                    "row holds null. Add fill=... to the operation to replace it."
                ]
        case ops.DropTable(name=name):
            return [f"table {name} is dropped with its rows"]
        case ops.DropColumn(table=table, name=name):
            return [f"column {table}.{name} is dropped with its values"]
    return []


def write_migration(made: MadeMigration) -> None:
    """Write a migration's file; a ``MigrationError`` where there is one of its name."""
    made.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with made.path.open("x", encoding="utf-8") as file:
            file.write(made.source)
    except FileExistsError:
        raise MigrationError(
            "TRI-MIGRATION-017",
            f"{made.path} is there already.",
            "Another makemigrations ran at the same time: run it again.",
        ) from None
