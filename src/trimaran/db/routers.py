"""Which database a model's rows are in, where an application has several.

::

    class Analytics(DatabaseRouter):
        def db_for_read(self, model, **hints):
            return "analytics" if model.__module__.startswith("shop.analytics") else None

        db_for_write = db_for_read

Named in the settings, ``database_routers = ["shop.routers.Analytics"]``, they are asked in order;
the first that answers decides, ``default`` where none does. ``using()`` goes before them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from trimaran.db.backends import registry
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable


class DatabaseRouter:
    """Decides by model; each method has Django's name, and None for no opinion.

    hints: ``instance``, the row that is written, where there is one
    """

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return the alias of the database to read a model's rows from."""
        del model, hints
        return None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        """Return the alias of the database to write a model's rows to."""
        del model, hints
        return None

    def allow_migrate(
        self, db: str, app_label: str, model: Any = None, **hints: Any
    ) -> bool | None:
        """Return whether a model's table belongs into a database."""
        del db, app_label, model, hints
        return None


def use_routers(routers: Iterable[DatabaseRouter | str]) -> None:
    """Put these routers in force, in place of those before; a text is imported."""
    registry.routers[:] = [_made(router) for router in routers]


def _made(router: Any) -> Any:
    if not isinstance(router, str):
        return router() if isinstance(router, type) else router
    module, _, name = router.rpartition(".")
    try:
        return getattr(import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            "TRI-DB-007",
            f"The database router {router!r} cannot be imported: {error}.",
            "Name a class by its module: database_routers = ['shop.routers.Analytics'].",
        ) from error


def allows_migration(alias: str, app: str, model: Any) -> bool:
    """Whether a model's table belongs into a database: as a router says, else yes."""
    for router in registry.routers:
        ask = getattr(router, "allow_migrate", None)
        answer = None if ask is None else ask(alias, app, model=model)
        if answer is not None:
            return bool(answer)
    return True
