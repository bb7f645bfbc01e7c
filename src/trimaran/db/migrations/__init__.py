"""Migrations: Django's work-flow over SQLAlchemy's and Alembic's SQL.

A migration is a numbered file that lists operations. The state of all tables is folded from the
files, so ``make_migrations`` compares the models with the files and asks no database, and what a
table looks like is known exactly wherever SQL is made. ``migrate`` carries a migration out through
the application's own ``Database``, in one transaction that records it.

A migration file needs one import: ``from trimaran.db import migrations as m``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimaran.db.migrations.create import create_tables
    from trimaran.db.migrations.data import Data
    from trimaran.db.migrations.executor import (
        PlannedMigration,
        migrate,
        migration_sql,
        plan_migrations,
        prune_migrations,
    )
    from trimaran.db.migrations.make import MadeMigration, make_migrations
    from trimaran.db.migrations.make_apps import make_app_migrations
    from trimaran.db.migrations.operations import (
        AddColumn,
        AddConstraint,
        AddConstraintNotValid,
        AddIndex,
        AddIndexConcurrently,
        AlterColumn,
        Backfill,
        CreateTable,
        DropColumn,
        DropConstraint,
        DropIndex,
        DropIndexConcurrently,
        DropTable,
        RemoveIndexConcurrently,
        RenameColumn,
        RenameConstraint,
        RenameIndex,
        RenameTable,
        RunPython,
        RunSQL,
        SeparateDatabaseAndState,
        SetComment,
        ValidateConstraint,
        nothing,
    )
    from trimaran.db.migrations.safety import Danger, check_online
    from trimaran.db.migrations.squash import squash_migrations
    from trimaran.db.migrations.status import MigrationStatus, pending, show_migrations
    from trimaran.db.migrations.tables import (
        Check,
        Column,
        ForeignKey,
        Index,
        PrimaryKey,
        Sql,
        Unique,
    )

__all__ = [
    # the work-flow
    "MadeMigration",
    "Danger",
    "MigrationStatus",
    "PlannedMigration",
    "check_online",
    "create_tables",
    "make_app_migrations",
    "make_migrations",
    "migrate",
    "migration_sql",
    "pending",
    "plan_migrations",
    "prune_migrations",
    "show_migrations",
    "squash_migrations",
    # operations
    "AddColumn",
    "AddConstraint",
    "AddConstraintNotValid",
    "AddIndex",
    "AddIndexConcurrently",
    "AlterColumn",
    "Backfill",
    "CreateTable",
    "DropColumn",
    "DropConstraint",
    "DropIndex",
    "DropIndexConcurrently",
    "DropTable",
    "RemoveIndexConcurrently",
    "RenameColumn",
    "RenameConstraint",
    "RenameIndex",
    "RenameTable",
    "RunPython",
    "RunSQL",
    "SeparateDatabaseAndState",
    "SetComment",
    "ValidateConstraint",
    # parts of tables, and what data migrations use
    "Check",
    "Column",
    "Data",
    "ForeignKey",
    "Index",
    "PrimaryKey",
    "Sql",
    "Unique",
    "nothing",
]

_HOMES = {
    "create": ("create_tables",),
    "data": ("Data",),
    "executor": (
        "PlannedMigration",
        "migrate",
        "migration_sql",
        "plan_migrations",
        "prune_migrations",
    ),
    "make_apps": ("make_app_migrations",),
    "safety": ("Danger", "check_online"),
    "squash": ("squash_migrations",),
    "make": ("MadeMigration", "make_migrations"),
    "status": ("MigrationStatus", "pending", "show_migrations"),
    "tables": ("Check", "Column", "ForeignKey", "Index", "PrimaryKey", "Sql", "Unique"),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    home = next((module for module, names in _HOMES.items() if name in names), "operations")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
