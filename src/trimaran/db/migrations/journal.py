"""How far a migration has come whose steps last one by one.

That is every migration on MariaDB, which commits changes of tables, and those with ``atomic =
False`` on PostgreSQL.

On MariaDB, before each step its number is written down. A change of a table commits that number
before it begins; what changes rows is committed together with the number of the next step. So an
interrupted migration goes on at the step that was written down last. Where that is a change of a
table, it may have been made already: the server changes a table as a whole or not at all, and says
which.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from trimaran.db.migrations.locks import limit_locks
from trimaran.db.migrations.running import run_steps
from trimaran.db.migrations.steps import Online, Script, Statement, step_sql
from trimaran.errors import DatabaseOperationError, IntegrityError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.steps import Step

_CREATE_POSTGRESQL = """CREATE TABLE IF NOT EXISTS trimaran_migration_steps (
    app text NOT NULL,
    name text NOT NULL,
    backwards boolean NOT NULL,
    step integer NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (app, name))"""
_CREATE = """CREATE TABLE IF NOT EXISTS trimaran_migration_steps (
    app varchar(190) NOT NULL,
    name varchar(190) NOT NULL,
    backwards tinyint NOT NULL,
    step int NOT NULL,
    digest char(64) NOT NULL,
    PRIMARY KEY (app, name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"""
_READ = "SELECT backwards, step, digest FROM trimaran_migration_steps WHERE app = ? AND name = ?"
_BEGIN = (
    "INSERT INTO trimaran_migration_steps (app, name, backwards, step, digest)"
    " VALUES (?, ?, ?, ?, ?)"
)
_GO_ON = "UPDATE trimaran_migration_steps SET step = ?, digest = ? WHERE app = ? AND name = ?"
_END = "DELETE FROM trimaran_migration_steps WHERE app = ? AND name = ?"
_NOTE = (
    "INSERT INTO trimaran_migration_steps (app, name, backwards, step, digest)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (app, name)"
    " DO UPDATE SET backwards = $3, step = $4, digest = $5"
)
_ALONE = re.compile(r"\bconcurrently\b|^\s*(?:vacuum|reindex|cluster)\b", re.IGNORECASE)

# The table, column, index or key is there already, or is gone already.
_DONE = frozenset({"1050", "1051", "1054", "1060", "1061", "1091", "1146", "1826", "4031"})


def _of(sql: str, database: Database) -> str:
    if database.vendor != "postgresql":
        return sql
    first, *rest = sql.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


class Journal:
    """The steps of one migration that have been taken, on MariaDB."""

    _create = _CREATE

    def __init__(self, database: Database, name: str, *, backwards: bool) -> None:
        self._database = database
        app, _, own = name.rpartition(".")
        self._key = (app, own)
        self._name = name
        self._backwards = backwards

    async def reached(self, steps: Sequence[Step]) -> int | None:
        """The step that an interrupted attempt came to; None where there was none."""
        await self._database.execute(self._create)
        row = await self._database.fetch_row(_of(_READ, self._database), self._key)
        if row is None:
            return None
        backwards, step, digest = row
        if bool(backwards) is not self._backwards or _digest(steps[:step]) != digest:
            raise MigrationError(
                "TRI-MIGRATION-025",
                f"{self._name} was interrupted at its step {step + 1}, and its steps before that"
                " are others now.",
                "Give the migration the text that it had and migrate again in the same direction;"
                " or bring the tables to one side by hand and delete its row from"
                " trimaran_migration_steps.",
            )
        return int(step)

    async def run(self, steps: Sequence[Step], reached: int | None) -> None:
        """Take the steps that have not been taken."""
        begun = reached is not None
        for number in range(reached or 0, len(steps)):
            digest = _digest(steps[:number])
            if not begun:
                await self._database.execute(_BEGIN, (*self._key, self._backwards, number, digest))
            elif number != reached:
                await self._database.execute(_GO_ON, (number, digest, *self._key))
            await self._take(steps[number], again=begun and number == reached)
            begun = True

    async def _take(self, step: Step, *, again: bool) -> None:
        try:
            await run_steps(self._database, [step], name=self._name)
        except MigrationError as error:
            cause = error.__cause__
            done = isinstance(cause, DatabaseOperationError) and cause.code in _DONE
            if not (again and done) or isinstance(cause, IntegrityError):
                raise

    async def end(self) -> None:
        """Forget the steps, in the transaction that writes the migration down."""
        await self._database.execute(_of(_END, self._database), self._key)


class StepJournal(Journal):
    """The same on PostgreSQL: a step and the note that it is done are one transaction.

    What cannot run in a transaction is noted before it begins. Where it was interrupted it is
    cleared away and done again.
    """

    _create = _CREATE_POSTGRESQL
    lock_limit = 0.0

    async def run(self, steps: Sequence[Step], reached: int | None) -> None:
        """Take the steps that have not been taken."""
        await self._note(reached or 0, steps)
        for number in range(reached or 0, len(steps)):
            step = steps[number]
            if isinstance(step, Statement) or (isinstance(step, Script) and not _alone(step.sql)):
                async with self._database.schema_change():
                    await limit_locks(self._database, self.lock_limit)
                    await run_steps(self._database, [step], name=self._name)
                    await self._note(number + 1, steps)
                continue
            if isinstance(step, Online) and step.undo and number == reached:
                await run_steps(self._database, [Statement(step.undo)], name=self._name)
            await run_steps(self._database, [step], name=self._name)
            await self._note(number + 1, steps)

    async def _note(self, number: int, steps: Sequence[Step]) -> None:
        values = (*self._key, self._backwards, number, _digest(steps[:number]))
        await self._database.execute(_NOTE, values)


def _alone(sql: str) -> bool:
    """Whether a statement refuses to run in a transaction."""
    return _ALONE.search(sql) is not None


def single_statements(steps: Sequence[Step]) -> list[Step]:
    """Divide scripts, so that each statement of theirs is a step of its own."""
    from trimaran.db.backends.mariadb.connection import pieces

    found: list[Step] = []
    for step in steps:
        if isinstance(step, Script):
            found += [Statement(piece.strip()) for piece in pieces(step.sql) if piece.strip(" ;\n")]
        else:
            found.append(step)
    return found


def _digest(steps: Sequence[Step]) -> str:
    return hashlib.sha256("\x00".join(map(step_sql, steps)).encode()).hexdigest()
