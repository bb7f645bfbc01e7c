"""``migrate``: bring a database to one point of the migrations."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations.files import (
    all_names,
    app_of,
    check_heads,
    folders_of,
    load_migrations,
    single_head,
    states,
)
from trimaran.db.migrations.history import History
from trimaran.db.migrations.locks import limit_locks, lock_timed_out, too_often
from trimaran.db.migrations.running import refuse_present, refused, run_steps
from trimaran.db.migrations.steps import Call, Rebuild, Script
from trimaran.errors import IntegrityError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.files import Migration, Source
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.steps import Step

LOCK_TIMEOUT = 60.0
_LOCK_ATTEMPTS = 10


@dataclass(frozen=True)
class PlannedMigration:
    """A migration that is to be applied, or undone."""

    name: str
    backwards: bool

    def __str__(self) -> str:
        return f"{'undo' if self.backwards else 'apply'} {self.name}"


class Migrations:
    """The migrations of one directory or of several apps, with the state before each."""

    def __init__(self, source: Source, applied: Collection[str] | None = None) -> None:
        self.folders = folders_of(source)
        self.directory = next(iter(self.folders.values()))
        self.migrations = load_migrations(source, applied)

    def replaced(self, applied: Collection[str]) -> list[str]:
        """The squashed migrations whose parts the database has, but not themselves."""
        return [
            one.name
            for one in self.migrations
            if one.replaces and one.name not in applied and set(one.replaces).issubset(applied)
        ]

    @functools.cached_property
    def states(self) -> list[State]:
        """The state before each migration and, at the end, the one after them all."""
        return states(self.migrations)

    def find(self, name: str) -> Migration:
        """The migration of this name, or whose name begins so."""
        exact = [migration for migration in self.migrations if migration.name == name]
        near = exact or [item for item in self.migrations if item.name.startswith(name)]
        if not near and not app_of(name):
            # `0002` in a project whose migrations are all of one app.
            near = [item for item in self.migrations if item.path.stem.startswith(name)]
        if len(near) == 1:
            return near[0]
        known = ", ".join(migration.name for migration in self.migrations) or "none"
        what = "Several migrations begin with" if near else "There is no migration"
        raise MigrationError(
            "TRI-MIGRATION-018",
            f"{what} {name!r} in {self.directory}.",
            f"There are: {known}; `head` is the last, `zero` is before the first.",
        )

    def plan(self, target: str, applied: Collection[str]) -> list[PlannedMigration]:
        """What is to be done, in its order, to reach the target."""
        applied = {*applied, *self.replaced(applied)}
        self.check(applied)
        forwards: list[Migration]
        backwards: list[Migration] = []
        if target == "head":
            check_heads(self.migrations)
            forwards = self.migrations
        elif target == "zero":
            forwards, backwards = [], self.migrations
        elif target.endswith((".head", ".zero")):
            forwards, backwards = self._of_app(*target.rsplit(".", 1))
        else:
            wanted = self.find(target)
            forwards = self._with_ancestors(wanted)
            if wanted.name in applied:
                forwards, backwards = [], self._descendants(wanted)
        return [
            PlannedMigration(item.name, backwards=True)
            for item in reversed(backwards)
            if item.name in applied
        ] + [
            PlannedMigration(item.name, backwards=False)
            for item in forwards
            if item.name not in applied
        ]

    def check(self, applied: Collection[str]) -> None:
        """Raise a ``MigrationError`` if files and database tell different stories."""
        names = {migration.name for migration in self.migrations}
        names.update(name for one in self.migrations for name in one.replaces)
        unknown = sorted(set(applied) - names)
        missing = [migration for migration in self.migrations if migration.name not in applied]
        if unknown and missing:
            raise MigrationError(
                "TRI-MIGRATION-019",
                f"The database has {', '.join(unknown)}, which this directory has not, and lacks "
                f"{missing[0].name}.",
                "Deploy the code that has all of them; give a renamed file its old name.",
                where=str(self.directory),
            )
        for migration in self.migrations:
            late = [name for name in migration.dependencies if name not in applied]
            if migration.name in applied and late:
                raise MigrationError(
                    "TRI-MIGRATION-019",
                    f"{migration.name} is applied, but {late[0]}, on which it depends, is not.",
                    f"Run `trimaran migrate {late[0]} --fake` if its changes are in the database.",
                    where=str(self.directory),
                )

    def steps(self, planned: PlannedMigration, database: Database) -> list[Step]:
        """What carrying out one planned migration consists of."""
        from trimaran.db.migrations.compiler import compile_steps

        migration = self.find(planned.name)
        before = self.states[self.migrations.index(migration)]
        operations: Sequence[Operation] = migration.operations
        if planned.backwards:
            operations, before = _inverted(migration, before)
        if migration.atomic:
            _refuse_online(migration, operations, database)
        try:
            return compile_steps(operations, before, database.dialect)
        except MigrationError as error:
            where = error.where or str(migration.path)
            raise MigrationError(error.id, error.what, error.mend, where=where) from error

    def new_tables(self, planned: PlannedMigration) -> list[str]:
        """The tables that a planned migration creates and that were not there before it."""
        from trimaran.db.migrations.operations import CreateTable

        if planned.backwards:
            return []
        migration = self.find(planned.name)
        before = self.states[self.migrations.index(migration)]
        created = [item.name for item in migration.operations if isinstance(item, CreateTable)]
        return [name for name in created if name not in before.tables]

    def _of_app(self, app: str, goal: str) -> tuple[list[Migration], list[Migration]]:
        """What an app's last migration needs; or all of the app, and what builds on it."""
        if app not in self.folders:
            raise MigrationError(
                "TRI-MIGRATION-018",
                f"There is no app {app!r} with migrations.",
                f"There are: {', '.join(sorted(filter(None, self.folders))) or 'none'}.",
            )
        own = [one for one in self.migrations if app_of(one.name) == app]
        if goal == "head":
            single_head(self.migrations, app)
            return self._with_ancestors(*own), []
        return [], [*self._descendants(*own, themselves=True)]

    def _with_ancestors(self, *wanted: Migration) -> list[Migration]:
        needed = {one.name for one in wanted}
        for migration in reversed(self.migrations):
            if migration.name in needed:
                needed.update(migration.dependencies)
        return [migration for migration in self.migrations if migration.name in needed]

    def _descendants(self, *wanted: Migration, themselves: bool = False) -> list[Migration]:
        later = {one.name for one in wanted}
        for migration in self.migrations:
            if later.intersection(migration.dependencies):
                later.add(migration.name)
        found = [item for item in self.migrations if item.name in later]
        return found if themselves else [item for item in found if item not in wanted]


def _refuse_online(
    migration: Migration, operations: Sequence[Operation], database: Database
) -> None:
    """Raise where an operation that no transaction may hold stands in one."""
    from trimaran.db.migrations.operations import AddIndexConcurrently, DropIndexConcurrently

    alone = [
        operation
        for operation in operations
        if isinstance(operation, AddIndexConcurrently | DropIndexConcurrently)
    ]
    if alone and database.vendor == "postgresql":
        raise MigrationError(
            "TRI-MIGRATION-027",
            f"`{alone[0].describe()}` cannot run inside a transaction.",
            "Write `atomic = False` into the file; best let it hold nothing else.",
            where=str(migration.path),
        )


def _inverted(migration: Migration, before: State) -> tuple[list[Operation], State]:
    inverses: list[Operation] = []
    state = before.copy()
    for operation in migration.operations:
        inverse = operation.inverse(state)
        if inverse is None:
            raise MigrationError(
                "TRI-MIGRATION-020",
                f"{migration.name} cannot be undone: nothing says how to undo "
                f"`{operation.describe()}`.",
                "Give the operation a backward (m.nothing or an empty text where nothing is to be "
                "undone).",
                where=str(migration.path),
            )
        inverses.append(inverse)
        operation.apply(state)
    return inverses[::-1], state


async def migrate(
    database: Database,
    directory: Source,
    *,
    target: str = "head",
    fake: bool = False,
    report: Callable[[PlannedMigration], None] | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    ddl_lock_timeout: float = 0.0,
) -> list[PlannedMigration]:
    """Apply or undo migrations up to the target and return what was done.

    Each migration is one transaction that holds the database's migration lock, changes the schema
    and records itself, so an interrupted one leaves nothing behind and runs again, and two
    deployments never run the same one.

    target: ``head``, ``zero``, or a migration's name or its beginning, ``0003``
    fake:   only write down that they are applied or undone
    report: is called with each migration before it is carried out
    lock_timeout:     seconds to wait for another process that migrates
    ddl_lock_timeout: seconds that a statement may wait for a table's lock, while everybody else
        waits behind it; then the migration is tried again, at most 10 times. 0: any time
    """
    history = History(database, apps=folders_of(directory))
    before = await history.applied()
    files = Migrations(directory, before)
    await _note_squashed(history, files, before, lock_timeout)
    done: list[PlannedMigration] = []
    locked = 0
    while True:
        plan = files.plan(target, await history.applied())
        if not plan:
            return done
        steps = [] if fake else files.steps(plan[0], database)
        next_ = plan[0]
        try:
            async with history.exclusive(enforce=_enforces(steps), patience=lock_timeout):
                await history.create()
                if files.plan(target, await history.applied())[:1] != [next_]:
                    continue  # another process was here first
                if report is not None:
                    report(next_)
                await _carry_out(history, files, next_, steps, fake=fake, limit=ddl_lock_timeout)
        except MigrationError as error:
            locked += 1
            if not lock_timed_out(error):
                raise
            if locked >= _LOCK_ATTEMPTS:
                raise too_often(next_.name, ddl_lock_timeout, locked, error) from error
            await asyncio.sleep(min(0.25 * 2**locked, 10.0))
            continue
        except IntegrityError as error:
            raise refused(next_.name, "COMMIT", error, vendor=database.vendor) from error
        done.append(next_)
        locked = 0


async def _carry_out(
    history: History,
    files: Migrations,
    planned: PlannedMigration,
    steps: Sequence[Step],
    *,
    fake: bool,
    limit: float,
) -> None:
    """Do what a migration says, and write it down."""
    database = history.database
    migration = files.find(planned.name)
    await limit_locks(database, limit)
    if database.vendor == "mariadb":
        await _journaled(history, files, planned, steps, fake=fake)
    elif not migration.atomic and database.vendor == "postgresql":
        await _stepwise(history, files, planned, steps, limit=limit, fake=fake)
    else:
        if not fake:
            await refuse_present(database, files.new_tables(planned), name=planned.name)
        await run_steps(database, steps, name=planned.name)
    for name in (planned.name, *migration.replaces):
        await history.write_down(name, backwards=planned.backwards)


async def prune_migrations(database: Database, directory: Source) -> list[str]:
    """Forget applied migrations whose files are gone; return their names."""
    folders = folders_of(directory)
    history = History(database, apps=folders)
    present = set(all_names(directory))
    gone = sorted(set(await history.applied()) - present)
    if gone:
        async with history.exclusive(enforce=False, patience=LOCK_TIMEOUT):
            for name in gone:
                await history.write_down(name, backwards=True)
    return gone


async def _note_squashed(
    history: History, files: Migrations, applied: Collection[str], patience: float
) -> None:
    """Write down squashed migrations whose parts were applied one by one."""
    if not files.replaced(applied):
        return
    async with history.exclusive(enforce=False, patience=patience):
        for name in files.replaced(await history.applied()):
            await history.write_down(name, backwards=False)


async def _journaled(
    history: History,
    files: Migrations,
    planned: PlannedMigration,
    steps: Sequence[Step],
    *,
    fake: bool,
) -> None:
    """Carry out a migration whose steps last one by one."""
    from trimaran.db.migrations.journal import Journal, single_statements

    database = history.database
    journal = Journal(database, planned.name, backwards=planned.backwards)
    singles = single_statements(steps)
    reached = None if fake else await journal.reached(singles)
    if not fake:
        if reached is None:
            await refuse_present(database, files.new_tables(planned), name=planned.name)
        await journal.run(singles, reached)
        await journal.end()


async def _stepwise(
    history: History,
    files: Migrations,
    planned: PlannedMigration,
    steps: Sequence[Step],
    *,
    limit: float,
    fake: bool,
) -> None:
    """Carry out a migration of ``atomic = False`` on PostgreSQL.

    The transaction that holds the lock runs none of the steps: they have connections of their own.
    """
    from trimaran.db.backends.pooled import PooledDatabase
    from trimaran.db.migrations.journal import StepJournal

    if fake:
        return
    database: Any = history.database
    if not isinstance(database, PooledDatabase):
        raise TypeError(database)
    beside = database.beside()
    journal = StepJournal(beside, planned.name, backwards=planned.backwards)
    journal.lock_limit = limit
    # The last statement's portal keeps its snapshot, which a concurrent index would wait for; a
    # statement of the simple protocol ends it.
    await database.execute_script("SELECT 1")
    try:
        reached = await journal.reached(steps)
        if reached is None:
            await refuse_present(database, files.new_tables(planned), name=planned.name)
        await journal.run(steps, reached)
    finally:
        await beside.close()
    await StepJournal(database, planned.name, backwards=planned.backwards).end()


def _enforces(steps: Sequence[Step]) -> bool:
    kinds = {type(step) for step in steps}
    return not kinds.isdisjoint({Script, Call}) and Rebuild not in kinds


async def plan_migrations(
    database: Database, directory: Source, *, target: str = "head"
) -> list[PlannedMigration]:
    """What ``migrate`` would do."""
    applied = await History(database, apps=folders_of(directory)).applied()
    return Migrations(directory, applied).plan(target, applied)


def migration_sql(
    database: Database, directory: Source, name: str, *, backwards: bool = False
) -> str:
    """The SQL of one migration for this database, as ``sqlmigrate`` shows it."""
    from trimaran.db.migrations.steps import step_sql

    files = Migrations(directory)
    planned = PlannedMigration(files.find(name).name, backwards)
    return "\n".join(step_sql(step) for step in files.steps(planned, database))
