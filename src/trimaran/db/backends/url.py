"""Database URLs: what kind of database, where, and with which options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimaran.db.backends.base import Vendor

MEMORY = ":memory:"

_SCHEMES: dict[str, Vendor] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mariadb": "mariadb",
    "mysql": "mariadb",
}
_SECRETS = frozenset({"password", "sslpassword"})


@dataclass(frozen=True, slots=True)
class DatabaseURL:
    """A database URL, understood.

    path:    SQLite's file or ``:memory:``; empty for a server
    dsn:     what the server's driver is given, without Trimaran's own options
    options: Trimaran's own, checked: ``pool_max``, ``statement_timeout``, …
    safe:    the URL without its password
    """

    vendor: Vendor
    path: str
    dsn: str = field(repr=False)
    options: Mapping[str, Any]
    safe: str


def parse_url(url: str) -> DatabaseURL:
    """Understand ``sqlite:///shop.db``, ``sqlite:////srv/shop.db``, ``postgresql://``.

    Raises ``ConfigurationError`` (``TRI-DB-002``, ``TRI-DB-003``), never showing a password.
    """
    scheme = url.partition(":")[0].lower()
    vendor = _SCHEMES.get(scheme)
    if vendor is None or "://" not in url:
        what = (
            f"The database URL begins with {scheme[:20]!r}, which names no database."
            if "://" in url
            else "The database URL has no scheme."
        )
        raise ConfigurationError("TRI-DB-002", what, _FORMS)
    if vendor == "sqlite":
        return _sqlite(url)
    if vendor == "mariadb":
        return _server(url, vendor, _MARIADB_OPTIONS, ())
    return _server(url, vendor, _POSTGRESQL_OPTIONS, _LIBPQ_OPTIONS)


_FORMS = (
    "Write sqlite:///shop.db, postgresql://user@host:5432/name or mariadb://user@host:3306/name."
)


def _sqlite(url: str) -> DatabaseURL:
    rest, _, query = url.partition("://")[2].partition("?")
    path = MEMORY if rest in {"", "/", MEMORY, f"/{MEMORY}"} else unquote(rest.removeprefix("/"))
    if path != MEMORY and not rest.startswith("/"):
        raise ConfigurationError(
            "TRI-DB-002",
            "The SQLite URL has two slashes where it needs three.",
            f"Write sqlite:///{rest} for a file in the working directory, sqlite:////… for a"
            " path from the root, sqlite:// for a database in memory.",
        )
    options, foreign = _split_options(query, _SQLITE_OPTIONS)
    if foreign:
        raise _unknown(foreign[0][0], _SQLITE_OPTIONS)
    return DatabaseURL("sqlite", path, "", options, url)


def _server(
    url: str,
    vendor: Vendor,
    own: Mapping[str, Callable[[str], Any]],
    of_driver: Sequence[str],
) -> DatabaseURL:
    parts = urlsplit(url)
    try:
        parts.port  # noqa: B018  reading it checks it
    except ValueError:
        raise ConfigurationError(
            "TRI-DB-002", "The database URL's port is not a number.", _FORMS
        ) from None
    options, foreign = _split_options(parts.query, own)
    for name, _ in foreign:
        if name not in of_driver:
            raise _unknown(name, {**own, **dict.fromkeys(of_driver, str)})
    dsn = parts._replace(scheme=vendor, query=urlencode(foreign, quote_via=quote)).geturl()
    host = parts.netloc.rpartition("@")[2]
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    shown = [(name, "***" if name in _SECRETS else value) for name, value in parse_qsl(parts.query)]
    safe = parts._replace(
        netloc=f"{user}@{host}" if user else host, query=urlencode(shown, safe="*/")
    )
    return DatabaseURL(vendor, "", dsn, options, safe.geturl())


def _split_options(
    query: str, known: Mapping[str, Callable[[str], Any]]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    options: dict[str, Any] = {}
    foreign: list[tuple[str, str]] = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        convert = known.get(name)
        if convert is None:
            foreign.append((name, value))
            continue
        try:
            options[name] = convert(value)
        except ValueError as exc:
            raise ConfigurationError(
                "TRI-DB-003", f"The database URL's option {name}={value} {exc}.", ""
            ) from None
    return options, foreign


def _unknown(name: str, known: Mapping[str, Any]) -> ConfigurationError:
    return ConfigurationError(
        "TRI-DB-003",
        f"The database URL has an option {name!r} that nothing reads.",
        f"Known are: {', '.join(sorted(known))}.",
    )


def _count(low: int, high: int) -> Callable[[str], int]:
    def convert(value: str) -> int:
        if not (value.isdecimal() and low <= int(value) <= high):
            message = f"is not a whole number from {low} to {high}"
            raise ValueError(message)
        return int(value)

    return convert


def _seconds(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e9:
        message = "is not a number of seconds (0 or more)"
        raise ValueError(message)
    return number


def _one_of(*words: str) -> Callable[[str], str]:
    def convert(value: str) -> str:
        if value.lower() not in words:
            message = f"is not one of {', '.join(words)}"
            raise ValueError(message)
        return value.lower()

    return convert


_SQLITE_OPTIONS: dict[str, Callable[[str], Any]] = {
    "readers": _count(1, 64),
    "replica_of": str,
    "acquire_timeout": _seconds,
    "busy_timeout": _seconds,
    "statement_timeout": _seconds,
    "synchronous": _one_of("normal", "full", "extra"),
}
_SERVER_OPTIONS: dict[str, Callable[[str], Any]] = {
    "pool_min": _count(0, 1000),
    "pool_max": _count(1, 1000),
    "acquire_timeout": _seconds,
    "connect_timeout": _seconds,
    "statement_timeout": _seconds,
    "max_idle": _seconds,
    "max_lifetime": _seconds,
    "max_waiting": _count(0, 1_000_000),
    "statements": _count(1, 10_000),
    "application_name": str,
    "replica_of": str,
}
_POSTGRESQL_OPTIONS: dict[str, Callable[[str], Any]] = {
    **_SERVER_OPTIONS,
    "pgbouncer": _one_of("off", "session", "transaction"),
}
_MARIADB_OPTIONS: dict[str, Callable[[str], Any]] = {
    **_SERVER_OPTIONS,
    "charset": _one_of("utf8mb4"),
    "ssl": _one_of("off", "require", "verify"),
    "ssl_ca": str,
    "ssl_cert": str,
    "ssl_key": str,
    "unix_socket": str,
}
_LIBPQ_OPTIONS = (
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "database",
    "passfile",
    "service",
    "servicefile",
    "sslmode",
    "sslnegotiation",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslrootcert",
    "sslcrl",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "target_session_attrs",
    "krbsrvname",
    "gsslib",
    "options",
    "search_path",
    "timezone",
    "TimeZone",
)
