"""The databases of the running application, by alias."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trimaran.db.backends.url import parse_url
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimaran.db.backends.base import Database

_installed: dict[str, Database] = {}


def open_database(url: str, *, alias: str = "default") -> Database:
    """Make the database for a URL. It connects when it is opened or first used."""
    target = parse_url(url)
    if target.vendor == "sqlite":
        from trimaran.db.backends.sqlite.database import SQLiteDatabase

        return SQLiteDatabase(target, alias=alias)
    if target.vendor == "mariadb":
        with _driver("MariaDB", "asyncmy", "mariadb"):
            from trimaran.db.backends.mariadb.database import MariaDBDatabase
        return MariaDBDatabase(target, alias=alias)
    with _driver("PostgreSQL", "asyncpg", "postgres"):
        from trimaran.db.backends.postgresql.database import PostgreSQLDatabase
    return PostgreSQLDatabase(target, alias=alias)


@contextmanager
def _driver(name: str, package: str, extra: str) -> Iterator[None]:
    """Tell a missing driver with the command that installs it."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] != package:
            raise
        raise ConfigurationError(
            "TRI-DB-004",
            f"{name}'s driver is not installed.",
            f"Install it with `pip install 'trimaran[{extra}]'`.",
        ) from None


def install(database: Database) -> None:
    """Make a database the one of its alias, in place of any before it."""
    _installed[database.alias] = database


def uninstall(alias: str = "default") -> None:
    """Forget the database of an alias; it is not closed."""
    _installed.pop(alias, None)


@contextmanager
def installed(database: Database) -> Iterator[Database]:
    """Install a database for a while, and put back what was there before."""
    before = _installed.get(database.alias)
    _installed[database.alias] = database
    try:
        yield database
    finally:
        if before is None:
            _installed.pop(database.alias, None)
        else:
            _installed[database.alias] = before


def open_databases(urls: Mapping[str, str]) -> list[Database]:
    """Make the databases of several URLs by alias, each with its replicas.

    A URL with ``replica_of=default`` is a replica of that database, and is reached by its own
    alias too. None connects before it is used.
    """
    made = {alias: open_database(url, alias=alias) for alias, url in urls.items()}
    replicas: dict[str, list[Database]] = {}
    for alias, url in urls.items():
        primary = parse_url(url).options.get("replica_of")
        if primary is None:
            continue
        if primary == alias or primary not in made or made[primary].vendor != made[alias].vendor:
            raise ConfigurationError(
                "TRI-DB-008",
                f"The database {alias!r} is a replica of {primary!r:.60}, which is no other"
                " database of its kind.",
                f"There are: {', '.join(sorted(made))}.",
            )
        replicas.setdefault(primary, []).append(made[alias])
    if replicas:
        from trimaran.db.backends.replicas import ReplicatedDatabase

        for primary, own in replicas.items():
            made[primary] = ReplicatedDatabase(made[primary], own)
    return list(made.values())


class _Unrouted(str):
    """The alias of a query that chose none: a router may."""

    __slots__ = ()


UNROUTED: str = _Unrouted("default")
routers: list[Any] = []
"""The routers in force; ``trimaran.db.routers`` says what they are."""


def routed(alias: str, model: Any, *, write: bool = False, instance: Any = None) -> str:
    """Return the alias to use for a model: that given, a router's, ``default``."""
    if not routers or alias is not UNROUTED:
        return alias
    hints = {} if instance is None else {"instance": instance}
    for router in routers:
        ask = getattr(router, "db_for_write" if write else "db_for_read", None)
        found: str | None = None if ask is None else ask(model, **hints)
        if found is not None:
            return found
    return alias


def database(alias: str = "default") -> Database:
    """Return the database of an alias."""
    try:
        return _installed[alias]
    except KeyError:
        raise _missing(alias) from None


def databases() -> tuple[Database, ...]:
    """Return every installed database."""
    return tuple(_installed.values())


def _missing(alias: str) -> ConfigurationError:
    known = ", ".join(sorted(_installed))
    mend = (
        f"Installed are: {known}."
        if known
        else "Give the application one, App(database='sqlite:///shop.db') or TRIMARAN_DATABASE_URL,"
        " and run it; in a script use"
        " `install(open_database(url))` from trimaran.db.backends.registry."
    )
    return ConfigurationError("TRI-DB-001", f"No database {alias!r} is installed.", mend)
