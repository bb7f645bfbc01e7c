"""What each operation does to an application that goes on running, on PostgreSQL.

The locks and rewrites are those of PostgreSQL's manual: ``ALTER TABLE``, ``CREATE INDEX`` and the
chapter "Explicit Locking" (https://www.postgresql.org/docs/current/explicit-locking.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.source import same
from trimaran.db.migrations.tables import Check, ForeignKey, Sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.executor import Migrations, PlannedMigration
    from trimaran.db.migrations.files import Source
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.tables import Column

_CONSTANT = re.compile(
    r"[-+]?[\d.]+(?:e[-+]?\d+)?|'(?:[^']|'')*'|null|true|false"
    r"|current_timestamp|current_date|now\(\)",
    re.IGNORECASE,
)
"""Defaults that PostgreSQL keeps beside the table instead of writing them into every row."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an operation does to a table that others use.

    id:       of a danger, documented in docs/reference/errors/migrations.md; empty where there
              is none
    lock:     the strongest that it takes
    rewrites: whether every row is written again
    what:     why that hurts; mend: the online form
    """

    lock: str = "none"
    rewrites: bool = False
    id: str = ""
    what: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Danger:
    """An operation that an application feels while it runs.

    migration: its name; operation: what it does, in words
    """

    migration: str
    operation: str
    effect: Effect

    def __str__(self) -> str:
        lock = f" Lock: {self.effect.lock}." if self.effect.lock != "none" else ""
        rewrite = " Every row is rewritten." if self.effect.rewrites else ""
        return (
            f"{self.effect.id} {self.migration}, {self.operation}: {self.effect.what}"
            f"{lock}{rewrite} {self.effect.mend}"
        )


BRIEF = Effect(lock="ACCESS EXCLUSIVE, for a moment")


def effect_of(operation: Operation, before: State, *, atomic: bool) -> Effect:
    """What an operation does on PostgreSQL, with the state before it."""
    match operation:
        case ops.AddIndexConcurrently() | ops.DropIndexConcurrently() | ops.ValidateConstraint():
            return Effect(lock="SHARE UPDATE EXCLUSIVE, which reads and writes pass")
        case ops.AddConstraintNotValid():
            return BRIEF
        case ops.AddIndex():
            return Effect(
                lock="SHARE",
                id="TRI-MIGRATION-030",
                what="nobody can write to the table until the index is built.",
                mend="Use m.AddIndexConcurrently in a migration with `atomic = False`.",
            )
        case ops.AddConstraint():
            return _constraint(operation)
        case ops.AddColumn():
            return _new_column(operation)
        case ops.AlterColumn():
            return _changed_column(operation, before)
        case ops.RenameTable() | ops.RenameColumn() | ops.DropTable() | ops.DropColumn():
            return Effect(
                lock="ACCESS EXCLUSIVE, for a moment",
                id="TRI-MIGRATION-035",
                what="code that still runs asks for the old name and fails.",
                mend="Deploy code that does without it first; then say so: `reviewed = '...'`.",
            )
        case ops.Backfill() | ops.RunSQL() | ops.RunPython():
            return _custom(operation, atomic=atomic)
        case ops.CreateTable() | ops.SetComment():
            return Effect()
    return BRIEF


def _custom(operation: Operation, *, atomic: bool) -> Effect:
    match operation:
        case ops.Backfill() if atomic:
            return _one_update("the rows stay locked until the migration ends.")
        case ops.Backfill():
            return Effect(lock="ROW EXCLUSIVE, some rows at a time")
        case ops.RunSQL(forward=text) if text.strip():
            return _unknown("SQL text is not understood here.")
        case ops.RunPython() if atomic:
            return _unknown("what the function writes stays locked until the migration ends.")
    return Effect()


def _unknown(what: str) -> Effect:
    return Effect(
        id="TRI-MIGRATION-036",
        what=what,
        mend="Write `atomic = False` for a function that commits as it goes; and say why it is"
        " harmless: `reviewed = '...'`.",
    )


def _one_update(what: str) -> Effect:
    return Effect(
        lock="ROW EXCLUSIVE, on every row",
        id="TRI-MIGRATION-034",
        what=what,
        mend="Use m.Backfill in a migration with `atomic = False` before it.",
    )


def _constraint(operation: ops.AddConstraint) -> Effect:
    if isinstance(operation.constraint, Check | ForeignKey):
        foreign = isinstance(operation.constraint, ForeignKey)
        return Effect(
            lock="SHARE ROW EXCLUSIVE, on both tables" if foreign else "ACCESS EXCLUSIVE",
            id="TRI-MIGRATION-031",
            what="every row is checked while nobody can write.",
            mend="Use m.AddConstraintNotValid, and m.ValidateConstraint in the next migration.",
        )
    return Effect(
        lock="ACCESS EXCLUSIVE",
        id="TRI-MIGRATION-032",
        what="an index is built while nobody can read or write.",
        mend="Build it before, m.AddIndexConcurrently with unique=True, and add the constraint by"
        " m.SeparateDatabaseAndState with `ALTER TABLE ... ADD CONSTRAINT ... UNIQUE USING INDEX`.",
    )


def _new_column(operation: ops.AddColumn) -> Effect:
    column = operation.column
    computed = column.identity is not False or (column.computed is not None and column.stored)
    default = column.default if operation.fill is None else operation.fill
    text = default.text if isinstance(default, Sql) else default
    volatile = (operation.fill is None or isinstance(operation.fill, Sql)) and (
        isinstance(text, str) and _CONSTANT.fullmatch(text.strip()) is None
    )
    if not computed and not volatile:
        return BRIEF
    return _rewrite("its value has to be computed for each row.", column)


def _rewrite(what: str, column: Column) -> Effect:
    return Effect(
        lock="ACCESS EXCLUSIVE",
        rewrites=True,
        id="TRI-MIGRATION-033",
        what=f"the table is written anew while nobody can read or write: {what}",
        mend=f"Add another column that may be null, m.Backfill it, let the code use it, and drop"
        f" {column.name} later.",
    )


def _changed_column(operation: ops.AlterColumn, before: State) -> Effect:
    new = operation.column
    old = before.column(operation.table, new.name)
    if not same(old.type, new.type) and not _widens(old.type, new.type):
        return _rewrite("its type changes.", new)
    if old.null and not new.null:
        if operation.fill is not None:
            return _one_update("one statement writes every row that is null.")
        if not _known_filled(operation, before):
            return Effect(
                lock="ACCESS EXCLUSIVE",
                id="TRI-MIGRATION-037",
                what="every row is checked for NULL while nobody can read or write.",
                mend=f'First m.AddConstraintNotValid of m.Check("{new.name} IS NOT NULL"), and'
                " m.ValidateConstraint; PostgreSQL 12 and newer then look at no row. Drop the"
                " constraint afterwards.",
            )
    return BRIEF


def _known_filled(operation: ops.AlterColumn, before: State) -> bool:
    """Whether a check says already that the column holds no NULL."""
    wanted = f"{operation.column.name} is not null"
    return any(
        isinstance(item, Check)
        and item.condition.replace('"', "").strip("() ").lower() == wanted.lower()
        for item in before.table(operation.table).constraints
    )


def _widens(old: object, new: object) -> bool:
    """Whether PostgreSQL changes the type without a look at the rows."""
    if isinstance(old, sa.String) and isinstance(new, sa.String):
        if isinstance(old, sa.Enum) or isinstance(new, sa.Enum):
            return False
        return new.length is None or (old.length is not None and new.length >= old.length)
    if isinstance(old, sa.Numeric) and type(old) is type(new) and isinstance(new, sa.Numeric):
        if isinstance(new, sa.Float):
            return False
        wider = new.precision is None or (old.precision or 0) <= new.precision
        return old.precision is not None and wider and old.scale == new.scale
    return False


def dangers(
    operations: Iterable[Operation], before: State, *, name: str, atomic: bool
) -> list[Danger]:
    """The operations of one migration that a running application feels.

    Whatever is done to a table that the migration itself creates is none.
    """
    state = before.copy()
    found: list[Danger] = []
    for operation in operations:
        told = (
            operation.database_operations
            if isinstance(operation, ops.SeparateDatabaseAndState)
            else [operation]
        )
        own = state.copy()
        for one in told:
            table = getattr(one, "table", getattr(one, "name", getattr(one, "old", "")))
            fresh = table not in before.tables and table in own.tables
            effect = Effect() if fresh else effect_of(one, own, atomic=atomic)
            if effect.id:
                found.append(Danger(name, one.describe(), effect))
            one.apply(own)
        operation.apply(state)
    return found


def dangers_of_plan(files: Migrations, plan: Iterable[PlannedMigration]) -> list[Danger]:
    """The dangers of planned migrations, without those that were reviewed."""
    found: list[Danger] = []
    for planned in plan:
        migration = files.find(planned.name)
        if planned.backwards or migration.reviewed:
            continue
        before = files.states[files.migrations.index(migration)]
        found += dangers(migration.operations, before, name=migration.name, atomic=migration.atomic)
    return found


async def check_online(
    database: Database, directory: Source, *, target: str = "head"
) -> list[Danger]:
    """What of the migrations to come an application on PostgreSQL would feel.

    A migration is left out whose file says why it is harmless: ``reviewed = "The table is empty."``
    """
    from trimaran.db.migrations.executor import Migrations
    from trimaran.db.migrations.files import folders_of
    from trimaran.db.migrations.history import History

    applied = await History(database, apps=folders_of(directory)).applied()
    files = Migrations(directory, applied)
    return dangers_of_plan(files, files.plan(target, applied))
