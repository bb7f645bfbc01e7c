"""A line in the log about migrations that the database lacks."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

from trimaran.errors import TrimaranError

if TYPE_CHECKING:
    from trimaran.server.application import Application

logger = logging.getLogger("trimaran.server")

_looking: set[asyncio.Task[None]] = set()
"""Holds each task until it ends: the loop alone would let it be collected."""


def warn_of_pending(app: Application) -> None:
    """Look beside the serving whether migrations are pending; say so in the log.

    Nothing waits for it, and nothing fails with it: a database that cannot be reached now is
    reported by the requests that need it. Neither SQLAlchemy nor Alembic is loaded.
    """
    if "trimaran.db.models" in sys.modules and hasattr(app, "settings"):
        task = asyncio.get_running_loop().create_task(_look(app))
        _looking.add(task)
        task.add_done_callback(_looking.discard)


async def _look(app: Application) -> None:
    from trimaran.db.backends import registry
    from trimaran.db.migrations import pending
    from trimaran.db.migrations.files import all_names
    from trimaran.db.migrations.folders import migration_folders

    try:
        directory = migration_folders(app.settings)  # type: ignore[attr-defined]  # App has it
        installed = [one for one in registry.databases() if one.alias == "default"]
        if not installed or not all_names(directory):
            return
        waiting = await pending(installed[0], directory)
    except (TrimaranError, OSError) as error:
        logger.info("Whether migrations are pending is not known: %s", error)
        return
    if waiting:
        logger.warning(
            "%d migration(s) are not applied, %s first. Run `trimaran migrate`.",
            len(waiting),
            waiting[0],
        )
