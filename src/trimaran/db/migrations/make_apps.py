"""``makemigrations`` for several apps: each table's changes in its own folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.compiler import compile_steps
from trimaran.db.migrations.files import app_of, check_heads, load_migrations, single_head, states
from trimaran.db.migrations.make import MadeMigration, find_operations, write_migration
from trimaran.db.migrations.source import file_source
from trimaran.db.migrations.tables import ForeignKey
from trimaran.db.migrations.titles import next_number, suggested_name, title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.files import Migration
    from trimaran.db.migrations.operations import Operation


@dataclass(eq=False)
class _Part:
    """A migration to be: some operations of one app, behind parts and migrations."""

    app: str
    operations: list[Operation] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    name: str = ""

    def follows(self, other: _Part) -> bool:
        """Whether it comes after another part, directly or not."""
        return any(part is other or part.follows(other) for part in self.parts)


def make_app_migrations(
    folders: Mapping[str, Path],
    metadata: sa.MetaData,
    owners: Mapping[str, str],
    database: Database | None = None,
    *,
    only: str | None = None,
    name: str | None = None,
    dry_run: bool = False,
    check: bool = False,
    renames: Mapping[str, str] | None = None,
    ask: Callable[[str], bool] | None = None,
) -> list[MadeMigration]:
    """Write the migrations that lead from the files of all apps to these tables.

    Where apps point to each other in a circle, one of them gets two.

    owners: tables by name, and the app of each; others belong to the project, ``""``
    only:   write those of this app alone
    """
    migrations = load_migrations(folders)
    check_heads(migrations)
    state = states(migrations)[-1]
    operations, warnings = find_operations(state, metadata, renames, ask)
    if database is not None:
        compile_steps(operations, state, database.dialect)
    homes = {**_creators(migrations), **owners}
    made: list[MadeMigration] = []
    taken = [migration.name for migration in migrations]
    for part in _parts(operations, homes, migrations):
        own = [known.rpartition(".")[2] for known in taken if app_of(known) == part.app]
        stem = name or suggested_name(part.operations, first=not own)
        part.name = f"{next_number(own):04d}_{stem}"
        taken.append(f"{part.app}.{part.name}" if part.app else part.name)
        if only is not None and part.app != only:
            continue
        needs = [_reference(known, part.app) for known in part.names]
        needs += [
            other.name if other.app == part.app else (other.app, other.name) for other in part.parts
        ]
        title = title_of(part.operations)
        made.append(
            MadeMigration(
                part.name,
                folders[part.app] / f"{part.name}.py",
                file_source(part.operations, title=title, dependencies=needs),
                tuple(operation.describe() for operation in part.operations),
                tuple(warnings) if not made else (),
                written=not (dry_run or check),
            )
        )
    for one in made:
        if one.written:
            write_migration(one)
    return made


def _reference(name: str, app: str) -> str | tuple[str, str]:
    other, _, own = name.rpartition(".")
    return own if other == app else (other, own)


def _creators(migrations: Iterable[Migration]) -> dict[str, str]:
    """The app in which each table was created."""
    homes: dict[str, str] = {}
    for migration in migrations:
        for operation in migration.operations:
            match operation:
                case ops.CreateTable(name=name):
                    homes[name] = app_of(migration.name)
                case ops.RenameTable(new=new):
                    homes[new] = app_of(migration.name)
    return homes


def _table_of(operation: Operation) -> str:
    match operation:
        case ops.CreateTable(name=name) | ops.DropTable(name=name):
            return name
        case ops.RenameTable(new=new):
            return new
    table: str = getattr(operation, "table", "")
    return table


def _targets_of(operation: Operation) -> set[str]:
    """The tables that foreign keys of an operation point to."""
    match operation:
        case ops.CreateTable(name=name, constraints=constraints):
            keys = [one for one in constraints if isinstance(one, ForeignKey)]
            return {key.target for key in keys} - {name}
        case ops.AddConstraint(constraint=ForeignKey() as constraint):
            return {constraint.target}
    return set()


def _parts(
    operations: Sequence[Operation], homes: Mapping[str, str], migrations: Sequence[Migration]
) -> list[_Part]:
    """Divide operations by app, in an order in which they apply."""
    parts: list[_Part] = []
    last: dict[str, _Part] = {}
    for operation in operations:
        app = homes.get(_table_of(operation), "")
        others = {homes.get(target, "") for target in _targets_of(operation)} - {app}
        needed = [last[other] for other in others if other in last]
        part = last.get(app)
        if part is None or any(other is part or other.follows(part) for other in needed):
            fresh = _Part(app)
            if part is not None:
                fresh.parts.append(part)
            elif (head := single_head(migrations, app)) is not None:
                fresh.names.append(head)
            part = last[app] = fresh
            parts.append(part)
        part.operations.append(operation)
        part.parts += [other for other in needed if other not in part.parts]
        for other in sorted(others - set(last)):
            head = single_head(migrations, other)
            if head is not None and head not in part.names:
                part.names.append(head)
    return _in_order(parts)


def _in_order(parts: list[_Part]) -> list[_Part]:
    ordered: list[_Part] = []
    while parts:
        ready = next(part for part in parts if all(other in ordered for other in part.parts))
        parts.remove(ready)
        ordered.append(ready)
    return ordered
