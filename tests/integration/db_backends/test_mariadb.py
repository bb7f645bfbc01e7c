"""What MariaDB alone does: killed connections, locks, implicit commits, bulk inserts."""

import asyncio
import os
import uuid
from urllib.parse import urlsplit

import pytest

from trimaran.db.backends.registry import open_database
from trimaran.errors import (
    DatabaseOperationError,
    DatabaseUnavailableError,
    TransactionError,
    TrimaranError,
)

pytestmark = pytest.mark.mariadb
URL = os.environ.get("TRIMARAN_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test")


def _run(url, body, **options):
    async def main():
        query = "&".join(f"{name}={value}" for name, value in options.items())
        database = open_database(f"{url}?{query}")
        try:
            return await body(database)
        finally:
            await database.close()

    return asyncio.run(main())


@pytest.fixture
def url():
    """A database of the test's own with one table and one row."""
    name = f"backend_{uuid.uuid4().hex[:12]}"
    own = urlsplit(URL)._replace(path=f"/{name}").geturl()
    try:
        _run(URL, lambda db: db.execute_script(f"CREATE DATABASE {name}"), connect_timeout=3)
    except TrimaranError as exc:
        pytest.skip(f"no MariaDB at TRIMARAN_TEST_MARIADB: {exc}")
    table = "CREATE TABLE item (id INT PRIMARY KEY, name LONGTEXT, size DOUBLE)"
    _run(own, lambda db: db.execute_script(f"{table}; INSERT INTO item VALUES (1, 'a', 0)"))
    yield own
    _run(URL, lambda db: db.execute_script(f"DROP DATABASE {name}"))


def test_a_table_is_not_changed_inside_a_transaction(url):
    """It would commit what was done before; the error names the line."""

    async def body(db):
        for sql in ("CREATE TABLE other (id INT)", "SELECT 1; DROP TABLE item"):
            with pytest.raises(TransactionError, match=r"TRI-DB-051 .*test_mariadb\.py:\d+"):
                async with db.atomic():
                    await db.execute("DELETE FROM item")
                    await db.execute_script(sql)
        async with db.atomic():
            await db.execute("CREATE TEMPORARY TABLE mine (id INT)")
        return await db.fetch("SELECT id FROM item")

    assert _run(url, body) == [(1,)]


def test_a_cancelled_statement_lets_its_locks_go(url):
    """The server would go on with it; it is killed before the transaction is over."""

    async def body(db):
        async def work():
            async with db.atomic():
                await db.execute("UPDATE item SET size = 5")
                await db.fetch("SELECT sleep(20)")

        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(3):
            await db.execute("UPDATE item SET size = size + 1")
            while db.stats().in_use:
                await asyncio.sleep(0.01)
        assert db.stats().size <= 2
        return await db.fetch("SELECT size FROM item")

    assert _run(url, body, pool_max=2) == [(1.0,)]


def test_idle_connections_that_were_killed_are_replaced(url):
    """A read notices nothing, a write that was not sent neither."""

    async def body(db):
        for sql in ("SELECT id FROM item", "UPDATE item SET size = 1"):
            ids = [row[0] for row in await db.fetch(_OTHERS)]
            async with db.atomic():
                for own in ids:
                    await db.execute(f"KILL {own}")
            await asyncio.sleep(0.05)
            await db.fetch(sql)
        return await db.fetch("SELECT id, size FROM item")

    async def warmed(db):
        await asyncio.gather(*(db.fetch("SELECT sleep(0.02)") for _ in range(4)))
        return await body(db)

    assert _run(url, warmed, pool_max=4) == [(1, 1.0)]


_OTHERS = (
    "SELECT id FROM information_schema.processlist"
    " WHERE db = DATABASE() AND id <> CONNECTION_ID() AND command = 'Sleep'"
)


def test_a_connection_killed_in_a_transaction_is_told(url):
    """What was done is undone, and the next transaction works."""

    async def body(db):
        with pytest.raises(DatabaseUnavailableError, match=r"TRI-DB-013"):
            async with db.atomic():
                await db.execute("DELETE FROM item")
                (own,) = await db.fetch_row("SELECT CONNECTION_ID()")
                with db_of(url) as other:
                    await other(f"KILL {own}")
                await db.fetch("SELECT 1")
        async with db.atomic():
            return await db.fetch("SELECT id FROM item")

    assert _run(url, body) == [(1,)]


class db_of:
    """A statement on another database object."""

    def __init__(self, url):
        self.url = url

    def __enter__(self):
        async def run(sql):
            database = open_database(self.url)
            try:
                await database.execute_script(sql)
            finally:
                await database.close()

        return run

    def __exit__(self, *_):
        return None


def test_many_rows_of_any_shape_are_written(url):
    """NULLs, several types in a column, and more than one packet's worth."""

    async def body(db):
        sql = "INSERT INTO item VALUES (?, ?, ?)"
        await db.execute_many(sql, [(2, None, 1), (3, "b", 1.5), (4, None, None)])
        await db.execute_many(sql, [(n, None, None) for n in range(10, 2510)])
        await db.execute_many(sql, [(n, "é" * 500_000, 1.0) for n in range(5000, 5020)])
        return await db.fetch_row("SELECT count(*), max(char_length(name)) FROM item")

    assert _run(url, body) == (2524, 500_000)


def test_a_row_that_is_written_as_it_was_counts(url):
    """As on PostgreSQL and SQLite: what matched, not what differed."""

    async def body(db):
        return [await db.execute("UPDATE item SET name = 'a'"), await db.execute("DO 1")]

    assert _run(url, body) == [1, 0]


def test_sessions_are_strict_and_in_utc(url):
    """Whatever the server's own settings are."""

    async def body(db):
        return await db.fetch_row(
            "SELECT @@time_zone, @@collation_connection, @@tx_isolation, @@max_statement_time,"
            " 'a' || \"name\", '\\' FROM item WHERE @@sql_mode LIKE '%STRICT_ALL_TABLES%'"
        )

    expected = ("+00:00", "utf8mb4_nopad_bin", "READ-COMMITTED", 7.5, "aa", "\\")
    assert _run(url, body, statement_timeout="7.5") == expected


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("mariadb://nobody:hunter2@127.0.0.1:3306/x", "TRI-DB-010 .*mariadb://nobody@127"),
        ("mariadb://root@127.0.0.1:1/x", "TRI-DB-010"),
        ("mariadb://root@127.0.0.1/test?unix_socket=/nowhere", "TRI-DB-010"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told(url, wrong, message):
    """The password is not in the message."""
    with pytest.raises(DatabaseUnavailableError, match=message) as caught:
        _run(wrong, lambda db: db.open()) if "?" not in wrong else asyncio.run(
            open_database(wrong).open()
        )
    assert "hunter2" not in str(caught.value)


def test_the_loser_of_a_deadlock_is_told_to_run_again(url):
    """Its transaction is over as a whole: a later statement would stand outside of it."""

    async def body(db):
        await db.execute("INSERT INTO item VALUES (2, 'b', 0)")
        barrier = asyncio.Barrier(2)

        async def work(first, second):
            async with db.atomic():
                await db.execute("UPDATE item SET size = size + 1 WHERE id = ?", (first,))
                await barrier.wait()
                try:
                    await db.execute("UPDATE item SET size = size + 1 WHERE id = ?", (second,))
                except DatabaseOperationError as error:
                    assert error.id == "TRI-DB-035"
                    with pytest.raises(TransactionError, match="TRI-DB-043"):
                        await db.fetch("SELECT 1")
                    raise

        outcomes = await asyncio.gather(work(1, 2), work(2, 1), return_exceptions=True)
        assert sorted(type(one).__name__ for one in outcomes) == [
            "DatabaseOperationError",
            "NoneType",
        ]
        return await db.fetch("SELECT size FROM item")

    assert _run(url, body) == [(1.0,), (1.0,)]
