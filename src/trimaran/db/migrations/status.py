"""What a database has of the migrations, without reading their files.

A server may ask this at its start: neither SQLAlchemy nor Alembic is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimaran.db.migrations.files import all_names, folders_of
from trimaran.db.migrations.history import History

if TYPE_CHECKING:
    import datetime

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.files import Source


@dataclass(frozen=True)
class MigrationStatus:
    """Whether a migration is applied, and whether its file is there."""

    name: str
    applied_at: datetime.datetime | None
    present: bool


async def pending(database: Database, directory: Source) -> list[str]:
    """The names of the migrations that the database lacks."""
    applied = await History(database, apps=folders_of(directory)).applied()
    return [name for name in all_names(directory) if name not in applied]


async def show_migrations(database: Database, directory: Source) -> list[MigrationStatus]:
    """Every migration of the directory and of the database, by name."""
    applied = await History(database, apps=folders_of(directory)).applied()
    present = set(all_names(directory))
    return [
        MigrationStatus(name, applied.get(name), name in present)
        for name in sorted(present | set(applied))
    ]
