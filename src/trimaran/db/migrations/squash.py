"""``squashmigrations``: several migrations as one that does the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.changes import find_changes
from trimaran.db.migrations.files import load_migrations
from trimaran.db.migrations.make import MadeMigration, write_migration
from trimaran.db.migrations.renames import Renames
from trimaran.db.migrations.source import file_source
from trimaran.db.migrations.state import State
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.migrations.files import Migration
    from trimaran.db.migrations.operations import Operation


def squash_migrations(
    directory: Path | str, last: str, *, first: str = "", name: str = "", dry_run: bool = False
) -> MadeMigration:
    """Write one migration that stands for those from the first up to ``last``.

    What is done to tables that are made on the way becomes the shortest way to the same. SQL and
    functions stay where they are in the order; those that are ``elidable`` are left out.

    A database that has all of the old ones counts as having the new one, an empty one gets it
    alone. Once every database has it, delete the old files and the line ``replaces``.
    """
    folder = Path(directory)
    migrations = load_migrations(folder)
    chosen = _chosen(migrations, first, last, folder)
    before = State()
    for migration in migrations:
        if migration is chosen[0]:
            break
        before = migration.state_after(before)
    operations = shortened([one for item in chosen for one in item.operations], before)
    start, end = chosen[0].name, chosen[-1].name
    stem = name or end.partition("_")[2]
    full = f"{start.partition('_')[0]}_squashed_{end.partition('_')[0]}_{stem}"
    inside = {migration.name for migration in chosen}
    needs = [one for item in chosen for one in item.dependencies if one not in inside]
    made = MadeMigration(
        full,
        folder / f"{full}.py",
        file_source(
            operations,
            title=f"What {start} up to {end} do, at once.",
            dependencies=dict.fromkeys(needs),
            replaces=[migration.name for migration in chosen],
            atomic=all(migration.atomic for migration in chosen),
        ),
        tuple(operation.describe() for operation in operations),
        (),
        written=not dry_run,
    )
    if made.written:
        write_migration(made)
    return made


def _chosen(
    migrations: Sequence[Migration], first: str, last: str, folder: Path
) -> list[Migration]:
    names = [migration.name for migration in migrations]

    def find(start: str) -> int:
        found = [
            place for place, name in enumerate(names) if name == start or name.startswith(start)
        ]
        if len(found) != 1:
            raise MigrationError(
                "TRI-MIGRATION-018",
                f"{start!r} is the beginning of {len(found)} migrations in {folder}.",
                f"There are: {', '.join(names) or 'none'}.",
            )
        return found[0]

    begin, end = (find(first) if first else 0), find(last)
    chosen = list(migrations[begin : end + 1])
    if len(chosen) < 2 or any(one.replaces for one in chosen):
        raise MigrationError(
            "TRI-MIGRATION-038",
            f"There is nothing to squash from {names[begin]} up to {names[end]}.",
            "Name two migrations or more, none of them squashed already.",
        )
    return chosen


def shortened(operations: Sequence[Operation], before: State) -> list[Operation]:
    """The shortest way to the same state, past SQL and functions that must stay.

    Only what is done to tables that are made on the way is shortened: others have rows, of which
    a rename, a fill or a conversion takes care.
    """
    found: list[Operation] = []
    part: list[Operation] = []
    state = before.copy()
    for operation in operations:
        if not isinstance(operation, ops.RunSQL | ops.RunPython | ops.SeparateDatabaseAndState):
            part.append(operation)
            continue
        if getattr(operation, "elidable", False):
            continue
        if isinstance(operation, ops.RunPython):
            raise MigrationError(
                "TRI-MIGRATION-038",
                f"`{operation.describe()}` is a function, which no other file can hold.",
                "Give it elidable=True if new databases do not need it, or squash the"
                " migrations before and after it.",
            )
        found += [*_shortest(part, state), operation]
        operation.apply(state)
        part = []
    return [*found, *_shortest(part, state)]


def _shortest(operations: Sequence[Operation], state: State) -> Sequence[Operation]:
    """The way of some operations, which are applied to the state."""
    before = state.copy()
    for operation in operations:
        operation.apply(state)
    if any(not _touched(operation).isdisjoint(before.tables) for operation in operations):
        return operations
    return find_changes(before, state, renames=Renames(None, None), fills={})


def _touched(operation: Operation) -> set[str]:
    names = (getattr(operation, attribute, None) for attribute in ("table", "name", "old"))
    return {name for name in names if isinstance(name, str)}
