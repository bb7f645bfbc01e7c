"""The pool against a real server that is slow, full, cut off, or killed."""

import asyncio
import datetime as dt
import uuid
from decimal import Decimal

import asyncpg
import pytest

from trimaran.db.backends.registry import open_database
from trimaran.errors import (
    ConfigurationError,
    DatabaseOperationError,
    DatabaseUnavailableError,
    DataError,
)

pytestmark = pytest.mark.postgres


def _run(url, body, **options):
    query = "".join(f"&{name}={value}" for name, value in options.items())

    async def main():
        db = open_database(url + query)
        try:
            return await body(db)
        finally:
            await db.close()

    return asyncio.run(main())


async def _kill(url, schema, *, state="%") -> int:
    """Terminate the connections of the database under test, as an administrator would."""
    connection = await asyncpg.connect(url.partition("?")[0])
    try:
        rows = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = $1 AND state LIKE $2",
            schema,
            state,
        )
    finally:
        await connection.close()
    return len(rows)


def test_500_tasks_on_a_pool_of_5_finish(url):
    """Statements and transactions together; nobody starves, nothing leaks."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT PRIMARY KEY)")

        async def work(key):
            if key % 5 == 0:
                async with db.atomic():
                    await db.execute("INSERT INTO t VALUES ($1)", (key,))
                    return (await db.fetch_row("SELECT id FROM t WHERE id = $1", (key,)))[0]
            return (await db.fetch_row("SELECT $1::int", (key,)))[0]

        assert await asyncio.gather(*map(work, range(500))) == list(range(500))
        stats = db.stats()
        assert (stats.size, stats.in_use, stats.waiting) == (5, 0, 0)
        assert stats.timeouts == stats.lost == 0

    _run(url, body, pool_max=5)


def test_who_waits_longest_is_served_first(url):
    """Waiters get the only connection in the order in which they asked."""

    async def body(db):
        order = []

        async def work(key):
            await db.fetch_row("SELECT 1")
            order.append(key)

        await asyncio.gather(*map(work, range(50)))
        assert order == sorted(order)

    _run(url, body, pool_max=1)


def test_an_exhausted_pool_tells_who_holds_it(url):
    """A transaction by the line that began it, a statement by its text and the line awaiting it."""

    async def body(db):
        inside = asyncio.Event()

        async def hold():
            async with db.atomic():
                inside.set()
                await asyncio.sleep(60)

        async def slow():
            await db.fetch("SELECT pg_sleep(10)")

        tasks = [asyncio.create_task(hold()), asyncio.create_task(slow())]
        await inside.wait()
        while db.stats().in_use < 2:
            await asyncio.sleep(0.01)
        with pytest.raises(DatabaseUnavailableError, match=r"TRI-DB-011 .*2 of 2") as caught:
            await db.fetch_row("SELECT 1")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return str(caught.value)

    message = _run(url, body, pool_max=2, acquire_timeout=0.2)
    assert "by the transaction begun at tests/integration/db_backends/test_postgresql.py" in message
    assert ".slow, SELECT pg_sleep(10)" in message
    assert "held for 0." in message


def test_waiting_is_bounded(url):
    """Beyond max_waiting a statement is refused at once."""

    async def body(db):
        tasks = [asyncio.create_task(db.fetch_row("SELECT pg_sleep(0.1)")) for _ in range(10)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        refused = [result for result in results if isinstance(result, DatabaseUnavailableError)]
        assert 6 <= len(refused) <= 7
        assert all(error.id == "TRI-DB-012" for error in refused)

    _run(url, body, pool_max=1, max_waiting=3)


def test_idle_connections_that_were_killed_are_replaced(url, schema):
    """Reads, writes and transactions go on as if nothing had happened."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT)")
        for _ in range(3):
            await asyncio.gather(*(db.fetch_row("SELECT pg_sleep(0.02)") for _ in range(4)))
            assert await _kill(url, schema, state="idle") >= 4
            await db.fetch_row("SELECT 1")
            await _kill(url, schema, state="idle")
            await asyncio.sleep(0.05)
            await db.execute("INSERT INTO t VALUES (1)")
            await _kill(url, schema, state="idle")
            async with db.atomic():
                await db.execute("INSERT INTO t VALUES (2)")
        assert (await db.fetch_row("SELECT count(*) FROM t"))[0] == 6
        assert db.stats().lost >= 12

    _run(url, body, pool_max=4)


def test_a_read_whose_connection_is_killed_is_repeated(url, schema):
    """A plain read may be sent twice; the caller notices nothing."""

    async def body(db):
        task = asyncio.create_task(db.fetch_row("SELECT 7 FROM pg_sleep(0.3)"))
        await asyncio.sleep(0.1)
        assert await _kill(url, schema, state="active") == 1
        assert (await task)[0] == 7

    _run(url, body)


def test_a_write_whose_connection_is_killed_is_not_repeated(url, schema):
    """Nobody knows whether it took effect, and the error says so."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT)")
        slow = "INSERT INTO t SELECT 1 FROM pg_sleep(0.3)"
        task = asyncio.create_task(db.execute(slow))
        await asyncio.sleep(0.1)
        await _kill(url, schema, state="active")
        with pytest.raises(DatabaseUnavailableError, match=r"TRI-DB-013 .*not known"):
            await task
        assert (await db.fetch_row("SELECT count(*) FROM t"))[0] == 0

    _run(url, body)


def test_a_transaction_whose_connection_is_killed_is_refused_to_its_end(url, schema):
    """No later statement of the block slips onto another connection."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT)")
        with pytest.raises(DataError, match="TRI-DB-043"):
            async with db.atomic():
                await db.execute("INSERT INTO t VALUES (1)")
                await _kill(url, schema, state="idle in transaction")
                with pytest.raises(DatabaseUnavailableError, match="TRI-DB-013"):
                    await db.execute("INSERT INTO t VALUES (2)")
                with pytest.raises(DataError, match="TRI-DB-043"):
                    await db.execute("INSERT INTO t VALUES (3)")
        assert (await db.fetch_row("SELECT count(*) FROM t"))[0] == 0
        assert db.stats().in_use == 0

    _run(url, body)


def test_a_connection_killed_before_commit_does_not_pass_for_committed(url, schema):
    """The loss is noticed before COMMIT is sent, or the error says that nobody knows."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT)")
        with pytest.raises(DataError, match=r"TRI-DB-04[36]"):
            async with db.atomic():
                await db.execute("INSERT INTO t VALUES (1)")
                await _kill(url, schema, state="idle in transaction")
        assert (await db.fetch_row("SELECT count(*) FROM t"))[0] == 0

    _run(url, body)


def test_a_failed_statement_swallowed_does_not_pass_for_committed(url):
    """PostgreSQL answers COMMIT with ROLLBACK then; the block raises."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT PRIMARY KEY)")
        with pytest.raises(DataError, match=r"TRI-DB-042 .*failed: SELECT 1/0") as caught:
            async with db.atomic():
                await db.execute("INSERT INTO t VALUES (1)")
                with pytest.raises(DatabaseOperationError):
                    await db.fetch("SELECT 1/0")
        assert "a statement that may fail" in str(caught.value)
        assert (await db.fetch_row("SELECT count(*) FROM t"))[0] == 0

    _run(url, body)


def test_a_cancelled_statement_is_stopped_on_the_server_and_its_connection_kept(url, schema):
    """No statement is left running, no later one is hit by the cancellation."""

    async def body(db):
        for _ in range(5):
            task = asyncio.create_task(db.fetch_row("SELECT pg_sleep(30)"))
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await db.fetch_row("SELECT 5"))[0] == 5
        rows = await db.fetch(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = $1"
            " AND state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
            (schema,),
        )
        assert rows == []
        assert db.stats().lost == 0

    _run(url, body, pool_max=1)


def test_writers_outlive_a_server_that_drops_everybody(url, schema):
    """What was acknowledged is there, whole; the rest was told; all write again afterwards."""
    acknowledged, refused = [], []

    async def writer(db, number):
        for turn in range(40):
            try:
                async with db.atomic():
                    await db.execute("INSERT INTO entry VALUES ($1)", [number * 100 + turn])
                    await db.execute("UPDATE total SET n = n + 1")
                acknowledged.append(number * 100 + turn)
            except DatabaseUnavailableError as error:
                refused.append((turn, error.id))
                await asyncio.sleep(0.01)

    async def body(db):
        await db.execute("CREATE TABLE entry (n INT)")
        await db.execute("CREATE TABLE total AS SELECT 0 AS n")
        writers = [asyncio.create_task(writer(db, number)) for number in range(8)]
        for _ in range(3):
            await asyncio.sleep(0.05)
            await _kill(url, schema)
        await asyncio.wait_for(asyncio.gather(*writers), 20)
        stored = {row[0] for row in await db.fetch("SELECT n FROM entry")}
        assert (await db.fetch_row("SELECT n FROM total"))[0] == len(stored)
        assert stored >= set(acknowledged)
        unknown = sum(id == "TRI-DB-046" for _, id in refused)
        assert len(stored) <= len(acknowledged) + unknown
        assert 0 < len(refused) < 100
        assert db.stats().in_use == 0

    _run(url, body, pool_max=5)


def test_a_cancel_storm_leaves_only_whole_transactions(url):
    """Each of hundreds of cancelled transfers is there in full or not at all."""

    async def body(db):
        await db.execute("CREATE TABLE account (id INT PRIMARY KEY, amount INT)")
        await db.execute("INSERT INTO account VALUES (1, 1000), (2, 0)")

        async def transfer():
            async with db.atomic():
                await db.execute("UPDATE account SET amount = amount - 1 WHERE id = 1")
                await db.execute("UPDATE account SET amount = amount + 1 WHERE id = 2")

        for wave in range(6):
            tasks = [asyncio.create_task(transfer()) for _ in range(50)]
            await asyncio.sleep(0.01 * wave)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(10):
            while db.stats().in_use:
                await asyncio.sleep(0.01)
            assert (await db.fetch_row("SELECT sum(amount) FROM account"))[0] == 1000
        assert db.stats().size <= 5

    _run(url, body, pool_max=5)


def test_old_and_spare_connections_are_closed(url, monkeypatch):
    """The pool shrinks to pool_min, and replaces what has lived long enough."""
    monkeypatch.setattr("trimaran.db.backends.pool._TICK_SECONDS", 0.05)

    async def body(db):
        await asyncio.gather(*(db.fetch_row("SELECT pg_sleep(0.02)") for _ in range(5)))
        assert db.stats().size == 5
        (first,) = await db.fetch_row("SELECT pg_backend_pid()")
        await asyncio.sleep(0.5)
        assert db.stats().size <= 1
        assert (await db.fetch_row("SELECT pg_backend_pid()"))[0] != first

    _run(url, body, pool_max=5, pool_min=1, max_idle="0.1", max_lifetime="0.2")


def test_more_statements_than_are_kept(url):
    """The least of the prepared ones go, and are closed on the server."""

    async def body(db):
        for number in range(40):
            assert (await db.fetch_row(f"SELECT {number}"))[0] == number
        (kept,) = await db.fetch_row("SELECT count(*) FROM pg_prepared_statements")
        assert kept <= 12

    _run(url, body, pool_max=1, statements=8)


def test_values_keep_their_types(url):
    """Decimal, aware datetime, UUID, bytes, arrays, and JSON as values both ways."""
    values = (
        Decimal("12.30"),
        dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
        uuid.uuid4(),
        b"\x00\xff",
        [1, 2],
        {"a": [1, None, "ü"]},
        [{"b": 1.5}],
        "text",
    )

    async def body(db):
        await db.execute(
            "CREATE TABLE v (n NUMERIC(8,2), t TIMESTAMPTZ, u UUID, b BYTEA, a INT[],"
            " j JSONB, k JSON, s TEXT)"
        )
        await db.execute("INSERT INTO v VALUES ($1,$2,$3,$4,$5,$6,$7,$8)", values)
        row = await db.fetch_row("SELECT * FROM v")
        assert tuple(row) == values
        assert row[1].tzinfo is not None
        bad = ("no", *values[1:])
        with pytest.raises(DatabaseOperationError, match=r"argument \$1 is a Python str"):
            await db.execute("INSERT INTO v VALUES ($1,$2,$3,$4,$5,$6,$7,$8)", bad)

    _run(url, body)


def test_the_error_for_bad_text_hides_the_text(url):
    """PostgreSQL quotes the value in its message; the quotation is cut."""

    async def body(db):
        with pytest.raises(DatabaseOperationError, match="TRI-DB-032") as caught:
            await db.fetch_row("SELECT $1::text::int", ("s3cret",))
        assert "s3cret" not in str(caught.value)
        assert caught.value.code == "22P02"

    _run(url, body)


def test_a_table_changed_under_a_transaction_says_to_try_again(url):
    """The kept statement no longer fits; the next transaction prepares it anew."""

    async def body(db):
        await db.execute_script("CREATE TABLE t (id INT); INSERT INTO t VALUES (1)")
        await db.fetch_row("SELECT * FROM t")
        with pytest.raises(DatabaseOperationError, match=r"TRI-DB-036 .*prepared anew"):
            async with db.atomic():
                await db.execute("ALTER TABLE t ADD COLUMN n INT DEFAULT 5")
                await db.fetch_row("SELECT * FROM t")
        async with db.atomic():
            assert tuple(await db.fetch_row("SELECT * FROM t")) == (1,)

    _run(url, body, pool_max=1)


def test_a_deadlock_says_to_try_again(url):
    """One of two transactions is given up by the server."""

    async def body(db):
        await db.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
        await db.execute("INSERT INTO t VALUES (1, 0), (2, 0)")

        async def lock(first, second):
            async with db.atomic():
                await db.execute("SET LOCAL deadlock_timeout = '50ms'")
                await db.execute("UPDATE t SET n = 1 WHERE id = $1", (first,))
                await asyncio.sleep(0.05)
                await db.execute("UPDATE t SET n = 1 WHERE id = $1", (second,))

        results = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
        failed = [result for result in results if result is not None]
        assert len(failed) == 1
        assert failed[0].id == "TRI-DB-035"
        assert failed[0].code == "40P01"

    _run(url, body)


def test_a_server_that_is_not_there_is_told_without_the_password():
    """Everyone who waits hears it at once."""

    async def body(db):
        calls = (db.fetch_row("SELECT 1") for _ in range(20))
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert {error.id for error in errors} == {"TRI-DB-010"}
        assert "hunter2" not in repr(db) + str(errors[0])
        assert "postgresql://joe@127.0.0.1:1/x" in str(errors[0])

    _run("postgresql://joe:hunter2@127.0.0.1:1/x?connect_timeout=2", body, pool_max=2)


def test_a_server_that_is_full_is_waited_for(url):
    """Refused a second connection, the pool goes on with the first."""

    async def body(db):
        await db.fetch_row("SELECT 1")
        pool = db.pool
        opener = pool._opener

        async def full():
            await asyncio.sleep(0)
            pool._opener = opener
            from trimaran.db.backends.pool import ServerBusyError

            raise ServerBusyError("TRI-DB-010", "too many clients")

        pool._opener = full
        rows = await asyncio.gather(
            *(db.fetch_row("SELECT 1 FROM pg_sleep(0.05)") for _ in range(6))
        )
        assert len(rows) == 6

    _run(url, body, pool_max=2)


def test_a_second_loop_is_served_once_the_first_has_ended(url, schema):
    """Two asyncio.run() one after the other may share a database; two loops at once may not."""
    db = open_database(url)

    async def ask():
        return (await db.fetch_row("SELECT 3"))[0]

    for _ in range(4):
        assert asyncio.run(ask()) == 3

    async def other():
        await asyncio.sleep(0.05)
        count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
        assert (await db.fetch_row(count, (schema,)))[0] == 1
        with pytest.raises(ConfigurationError, match="TRI-DB-005"):
            await asyncio.get_running_loop().run_in_executor(None, asyncio.run, ask())
        await db.close()

    asyncio.run(other())


def test_what_the_pool_leans_on_in_the_driver_is_there(url):
    """The driver's own names that are no documented API; a new version shows here first."""

    async def body(db):
        await db.fetch_row("SELECT 1")
        connection = db.pool.idle[-1]
        assert callable(connection.protocol.bind_execute)
        assert connection.protocol._is_cancelling() is False
        assert connection.protocol.is_in_transaction() is False
        assert connection.prepared["SELECT 1"]._state.prepared
        assert connection.prepared["SELECT 1"].get_name().startswith("trimaran_")

    _run(url, body)


def test_schema_changes_have_no_time_limit(url):
    """A migration may take longer than any request's statement."""

    async def body(db):
        async with db.schema_change():
            await db.fetch("SELECT pg_sleep(0.3)")
        with pytest.raises(DatabaseOperationError, match="TRI-DB-031"):
            await db.fetch("SELECT pg_sleep(0.3)")

    _run(url, body, statement_timeout="0.1")


@pytest.mark.parametrize("form", ["postgresql://{user}@/{name}?host={folder}"])
def test_a_unix_socket(form, schema):
    """host= names the folder of the socket."""
    from pathlib import Path

    folder = Path("/var/run/postgresql")
    if not (folder / ".s.PGSQL.5432").exists():
        pytest.skip("no PostgreSQL socket in /var/run/postgresql")
    url = form.format(user="postgres", name="test", folder=folder)

    async def body(db):
        try:
            assert (await db.fetch_row("SELECT 4"))[0] == 4
        except DatabaseUnavailableError as exc:
            assert "authentication failed" in str(exc)

    _run(url, body)
