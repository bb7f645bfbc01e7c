"""Which database an application under test talks to: never the real one."""

from __future__ import annotations

import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from trimaran.errors import TrimaranError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def database_for_test(app: Any, url: str | None) -> AsyncIterator[None]:
    """Decide on an application's databases while the block runs.

    url: where the client was told one, it is opened, with a table for every model. Else what is
         installed stays, an application's own database is let through where it lies in memory or
         in the folder of temporary files, and any other is closed to the test.
    """
    if url is None and "trimaran.db.models" not in sys.modules:
        yield
        return
    from trimaran.db.backends import registry

    if url is not None:
        database = registry.open_database(url)
        try:
            with registry.installed(database):
                from trimaran.db.migrations import create_tables
                from trimaran.db.models import registry as models

                await create_tables(database, models.metadata())
                yield
        finally:
            await database.close()
        return
    open_ones = {one.alias for one in registry.databases()}
    shut = [alias for alias, own in _urls(app) if alias not in open_ones and not _is_scratch(own)]
    for alias in shut:
        registry.install(_ShutDatabase(alias))  # type: ignore[arg-type]  # it refuses all of it
    try:
        yield
    finally:
        for alias in shut:
            registry.uninstall(alias)


def _urls(app: Any) -> list[tuple[str, str | None]]:
    """Return the aliases and URLs of an application; None where they are not known."""
    default = getattr(app, "database_url", None)
    others = getattr(getattr(app, "settings", None), "databases", None) or {}
    return [("default", default), *(pair for pair in others.items() if pair[0] != "default")]


def _is_scratch(url: str | None) -> bool:
    """Whether a URL names a database that nobody misses: in memory, or a temporary file."""
    if not isinstance(url, str):
        return False
    from trimaran.db.backends.url import MEMORY, parse_url

    target = parse_url(url)
    if target.vendor != "sqlite":
        return False
    scratch = Path(tempfile.gettempdir()).resolve()
    return target.path == MEMORY or Path(target.path).resolve().is_relative_to(scratch)


class _ShutDatabase:
    """Stands for a real database, and refuses whatever is asked of it."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise TrimaranError(
            "TRI-TEST-011",
            f"A test asked for the application's own database {self.alias!r}.",
            "Use the fixture db, client or async_client, or TestClient(app, database='sqlite://').",
        )
