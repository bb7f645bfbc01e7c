"""Making a development database ready: by migrations if there are some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran._internal.redaction import redact_urls

if TYPE_CHECKING:
    from trimaran.db.backends.base import Database
    from trimaran.settings import Settings


async def prepare_database(database: Database, settings: Settings) -> str:
    """Apply pending migrations, or create missing tables; return what was done.

    A project without migration files gets the tables that its models lack. With files, a SQLite
    database is migrated; of a server's database, which others may share, the line tells what is
    pending.
    """
    from trimaran.db.migrations import create_tables, migrate, pending
    from trimaran.db.migrations.files import all_names
    from trimaran.db.migrations.folders import migration_folders
    from trimaran.db.models import registry

    name = redact_urls(database.url)
    directory = migration_folders(settings)
    if all_names(directory):
        waiting = await pending(database, directory)
        if not waiting:
            return name
        if database.vendor != "sqlite":
            listed = f"{len(waiting)} migration(s) are not applied, {waiting[0]} first"
            return f"{name}: {listed}. Run `trimaran migrate`."
        done = await migrate(database, directory)
        return f"{name}, migrated: {', '.join(step.name for step in done)}"
    if not registry.models():
        return name
    created = await create_tables(database, registry.metadata())
    return f"{name}, tables created: {', '.join(created)}" if created else name
