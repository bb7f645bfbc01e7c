"""How far a migration has come on MariaDB, which commits changes of tables.

Before each step its number is written down. A change of a table commits that number before it
begins; what changes rows is committed together with the number of the next step. So an interrupted
migration goes on at the step that was written down last. Where that is a change of a table, it may
have been made already: the server changes a table as a whole or not at all, and says which.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from trimaran.db.migrations.running import run_steps
from trimaran.db.migrations.steps import Script, Statement, step_sql
from trimaran.errors import DatabaseOperationError, IntegrityError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.steps import Step

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

# The table, column, index or key is there already, or is gone already.
_DONE = frozenset({"1050", "1051", "1054", "1060", "1061", "1091", "1146", "1826", "4031"})


class Journal:
    """The steps of one migration that have been taken."""

    def __init__(self, database: Database, app: str, name: str, *, backwards: bool) -> None:
        self._database = database
        self._key = (app, name)
        self._name = name
        self._backwards = backwards

    async def reached(self, steps: Sequence[Step]) -> int | None:
        """The step that an interrupted attempt came to; None where there was none."""
        await self._database.execute(_CREATE)
        row = await self._database.fetch_row(_READ, self._key)
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
        await self._database.execute(_END, self._key)


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
