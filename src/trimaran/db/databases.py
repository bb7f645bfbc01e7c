"""The databases of an application, made from its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.backends.registry import open_databases

if TYPE_CHECKING:
    from trimaran.db.backends.base import Database
    from trimaran.settings import Settings


def opened(url: str, settings: Settings) -> list[Database]:
    """Make every database of the settings, and put the routers in force.

    url: of the default one, which an application may say itself
    """
    if settings.strict_loading:
        from trimaran.db.queries.strictness import set_strict_loading

        set_strict_loading(True)
    if settings.database_routers:
        from trimaran.db.routers import use_routers

        use_routers(settings.database_routers)
    return open_databases({**settings.databases, "default": url})


def observed(database: Database, settings: Settings) -> None:
    """Begin the logs of statements that the settings ask for."""
    if not settings.query_log and settings.slow_query is None:
        return
    from trimaran.db.backends.observing import log_queries

    database.observe(
        log_queries(
            slow=settings.slow_query,
            every=settings.query_log,
            parameters=settings.query_log_parameters,
        )
    )
