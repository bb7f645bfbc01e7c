"""MariaDB: statements on pooled connections."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import unquote, urlsplit

import asyncmy

from trimaran.db.backends.mariadb.connection import MariaDBConnection
from trimaran.db.backends.mariadb.errors import DRIVER_ERRORS, not_connected
from trimaran.db.backends.pooled import PooledDatabase
from trimaran.db.backends.sockets import keep_alive
from trimaran.db.backends.transactions import Atomic
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from sqlalchemy.engine import Dialect

    from trimaran.db.backends.base import Row, Vendor
    from trimaran.db.backends.connection import Connection
    from trimaran.db.backends.url import DatabaseURL

_FOUND_ROWS = 2
_OLDEST = (10, 7)
_PORT = 3306
_SQL_MODE = (
    "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES"
)
"""What is wrong is refused rather than bent; quotes, ``||`` and backslashes mean what they mean in
standard SQL, so that a statement written for the other databases runs."""

_running_loop = asyncio.get_running_loop


class SchemaChange(Atomic):
    """A block of a migration: tables may change, no statement time-out applies.

    MariaDB commits before and after each change of a table. What stands between two of them is
    undone together with the one that fails; the changes themselves stay.
    """

    __slots__ = ()

    async def start(self, connection: Connection) -> None:
        """Begin without a statement time-out."""
        held = cast(MariaDBConnection, connection)
        await super().start(connection)
        held.schema_change = True
        # The next user gets a connection with the usual time-out, and without a migration's lock.
        held.retired = True
        await connection.control("SET SESSION max_statement_time = 0")


class MariaDBDatabase(PooledDatabase[MariaDBConnection]):
    """A MariaDB database; see ``docs/topics/databases.md`` for its URL's options."""

    vendor: ClassVar[Vendor] = "mariadb"

    def __init__(self, target: DatabaseURL, *, alias: str = "default") -> None:
        super().__init__(target, alias=alias)
        self._arguments = self._connect_arguments(target)

    @property
    def dialect(self) -> Dialect:
        """The dialect with ``?`` placeholders; it does not import the driver."""
        from trimaran.db.sql.mariadb import MariaDB

        return MariaDB()

    async def fetch_row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """Run a statement and return its first row."""
        idle = self.idle
        if not idle or self.current.get() is not None or (loop := _running_loop()) is not self.loop:
            return cast("Row | None", await self.run("fetch_row", sql, params))
        connection = idle[-1]
        statement = connection.prepared.get(sql)
        if statement is None:
            return cast("Row | None", await self.run("fetch_row", sql, params))
        # The shortest way there is: connection and statement at hand, one round trip.
        pool = self.pool
        self.statements += 1
        idle.pop()
        connection.sql = sql
        connection.since = loop.time()
        connection.busy = True
        try:
            rows = (await statement.execute(params)).rows
        except DRIVER_ERRORS as exc:
            connection.busy = False
            error = await connection.failed(exc, sql)
            return cast("Row | None", await self.again(connection, error, sql, params))
        except BaseException:
            pool.give_back(connection)
            raise
        connection.busy = False
        if connection.retired or pool.waiters:
            pool.give_back(connection)
        else:
            connection.sql = ""
            idle.append(connection)
        return rows[0] if rows else None

    # Connections

    def schema_change(self) -> Atomic:
        """Begin a block in which tables may be changed, without a statement time-out."""
        return SchemaChange(self, durable=True)

    async def open_one(self) -> MariaDBConnection:
        """Open a connection; raises a ``TrimaranError`` that says why it could not."""
        return MariaDBConnection(
            await self._open_driver(),
            self._open_driver,
            most=self.most_prepared,
            limit=self.statement_timeout,
        )

    async def _open_driver(self) -> Any:
        try:
            async with asyncio.timeout(self.connect_timeout or None):
                driver = await asyncmy.connect(**self._arguments, ssl=self._ssl())
        except (*DRIVER_ERRORS, TimeoutError) as exc:
            raise not_connected(exc, self.url, self.connect_timeout) from None
        check_version(driver.get_server_info(), driver)
        if not self._arguments["unix_socket"]:
            keep_alive(_socket_of(driver))
        return driver

    def _connect_arguments(self, target: DatabaseURL) -> dict[str, Any]:
        parts, options = urlsplit(target.dsn), target.options
        settings = [
            "NAMES utf8mb4 COLLATE utf8mb4_nopad_bin",
            f"SESSION sql_mode = '{_SQL_MODE}'",
            "SESSION time_zone = '+00:00'",
            f"SESSION max_statement_time = {self.statement_timeout:.6f}",
            "SESSION tx_isolation = 'READ-COMMITTED'",
        ]
        return {
            "user": unquote(parts.username or "root"),
            "password": unquote(parts.password or "").encode(),
            "host": unquote(parts.hostname or "localhost"),
            "port": parts.port or _PORT,
            "unix_socket": options.get("unix_socket"),
            "database": unquote(parts.path.removeprefix("/")) or None,
            "charset": "utf8mb4",
            "init_command": "SET " + ", ".join(settings),
            "client_flag": _FOUND_ROWS,
            "autocommit": True,
            "connect_timeout": self.connect_timeout or 31_536_000,
            "program_name": options.get("application_name", "trimaran"),
        }

    def _ssl(self) -> ssl.SSLContext | None:
        options = self.target.options
        mode = options.get("ssl", "verify" if "ssl_ca" in options else "off")
        if mode == "off":
            return None
        import ssl

        context = ssl.create_default_context(cafile=options.get("ssl_ca"))
        if mode == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if "ssl_cert" in options:
            context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"))
        return context

    def socket_of(self, connection: MariaDBConnection) -> Any:
        """Return the socket beneath a connection, None where there is none any more."""
        return _socket_of(connection.driver)


def _socket_of(driver: Any) -> Any:
    transport = driver._transport
    return transport.get_extra_info("socket") if transport is not None else None


def check_version(text: str, driver: Any) -> None:
    """Refuse a server that lacks what the queries need: RETURNING, and the type UUID."""
    numbers = text.removeprefix("5.5.5-").split("-")[0].split(".")
    version = tuple(int(number) for number in numbers[:2] if number.isdecimal())
    if "mariadb" in text.lower() and version >= _OLDEST:
        return
    driver.close()
    raise ConfigurationError(
        "TRI-DB-006",
        f"The server is {text[:60]}, and MariaDB {_OLDEST[0]}.{_OLDEST[1]} or newer is needed.",
        "Use a newer MariaDB. MySQL lacks INSERT … RETURNING, which every save uses.",
    )
