"""SQLite files that are locked, full, damaged, shared with other processes, or left by a kill."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from trimaran.db.backends.registry import open_database
from trimaran.errors import (
    ConfigurationError,
    DatabaseOperationError,
    DatabaseUnavailableError,
    DataError,
    TransactionError,
)

COUNT = "SELECT count(*) FROM t"


@pytest.fixture
def path(tmp_path):
    """A file with one empty table."""
    file = tmp_path / "test.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)")
    connection.close()
    return file


def _run(path, body, query=""):
    async def main():
        db = open_database(f"sqlite:///{path}{query}")
        try:
            return await body(db)
        finally:
            await db.close()

    return asyncio.run(main())


@pytest.fixture(autouse=True)
def _others(monkeypatch):
    """Leave out the threads of a database that outlives these tests."""
    monkeypatch.setattr(sys.modules[__name__], "_OTHERS", set(threading.enumerate()))


_OTHERS = set()


def _threads():
    mine = set(threading.enumerate()) - _OTHERS
    return [thread.name for thread in mine if thread.name.startswith("sqlite-")]


def test_a_file_is_opened_with_the_safe_settings(path):
    """Write-ahead log, foreign keys, on the writer and the readers alike."""

    async def body(db):
        async with db.atomic():
            writer = [(await db.fetch(f"PRAGMA {name}"))[0][0] for name in names]
        reader = [(await db.fetch_row(f"SELECT * FROM pragma_{name}"))[0] for name in names]
        assert writer == ["wal", 1, 1, 5000]
        assert reader[0] == "wal"

    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    _run(path, body)


def test_readers_go_on_beside_a_transaction(path):
    """An open write transaction holds nobody up who reads."""

    async def body(db):
        async with db.atomic():
            await db.execute("INSERT INTO t (x) VALUES (1)")

            async def read():
                with db.independent():
                    return (await db.fetch_row(COUNT))[0]

            async with asyncio.timeout(2):
                assert set(await asyncio.gather(*(read() for _ in range(20)))) == {0}

    _run(path, body)


def test_a_short_read_overtakes_a_long_one(path):
    """A second thread is woken where statements wait behind a slow one."""
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 4000000)"
        " SELECT max(i) FROM n"
    )

    async def body(db):
        await db.fetch_row(COUNT)
        task = asyncio.create_task(db.fetch_row(slow))
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            for _ in range(20):
                await db.fetch_row(COUNT)
        assert not task.done()
        await task

    _run(path, body)


def test_a_cancelled_read_stops(path):
    """Its thread is free soon after, though the statement would never end."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n"

    async def body(db):
        task = asyncio.create_task(db.fetch_row(endless))
        await asyncio.sleep(0.05)
        task.cancel()
        async with asyncio.timeout(2):
            assert (await db.fetch_row(COUNT))[0] == 0
            assert (await db.fetch_row(COUNT))[0] == 0

    _run(path, body, "?readers=1")


def test_a_transaction_that_holds_the_writer_is_named(path):
    """Who waits too long hears where the transaction was begun."""

    async def body(db):
        inside = asyncio.Event()

        async def hold():
            async with db.atomic():
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(hold())
        await inside.wait()
        place = r"begun 0\.\d s ago at .*test_sqlite\.py:\d+ .*hold"
        with pytest.raises(DatabaseUnavailableError, match=r"TRI-DB-011 .*" + place):
            await db.execute("DELETE FROM t")
        with pytest.raises(DatabaseUnavailableError, match="TRI-DB-011"):
            async with db.atomic():
                pass
        assert db.stats().timeouts == 2
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await db.execute("DELETE FROM t") == 0

    _run(path, body, "?acquire_timeout=0.1")


def test_a_file_locked_by_another_process_is_told(path):
    """After busy_timeout the error says so, and the next statement works."""
    other = sqlite3.connect(path, isolation_level=None)

    async def body(db):
        await db.open()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailableError, match=r"TRI-DB-014 .*another process"):
            await db.execute("DELETE FROM t")
        assert (await db.fetch_row(COUNT))[0] == 0
        other.execute("ROLLBACK")
        assert await db.execute("DELETE FROM t") == 0

    _run(path, body, "?busy_timeout=0.1")
    other.close()


@pytest.mark.parametrize("inside", [False, True])
def test_a_full_disk_is_told_and_left_usable(path, inside):
    """Nothing of the failed work remains; the transaction is refused to its end."""

    async def body(db):
        await db.execute("INSERT INTO t VALUES (1, 'kept')")
        await db.execute_script("PRAGMA max_page_count = 20")
        big = b"x" * 200_000
        with pytest.raises(DataError) as caught:
            if inside:
                async with db.atomic():
                    await db.execute("INSERT INTO t VALUES (2, 'undone')")
                    await db.execute("INSERT INTO t VALUES (3, ?)", (big,))
            else:
                await db.execute("INSERT INTO t VALUES (3, ?)", (big,))
        assert isinstance(caught.value, DatabaseOperationError)
        assert "TRI-DB-033" in str(caught.value)
        assert caught.value.code == "SQLITE_FULL"
        await db.execute("INSERT INTO t VALUES (4, 'fits')")
        assert [row[0] for row in await db.fetch("SELECT id FROM t")] == [1, 4]

    _run(path, body)


def test_a_transaction_that_sqlite_ended_takes_no_more_statements(path):
    """A statement after a time-out would stand outside of the transaction, so it is refused."""

    async def body(db):
        await db.execute("INSERT INTO t VALUES (1, 'kept')")
        slow = (
            "INSERT INTO t (x) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)"
            " SELECT i FROM n"
        )
        with pytest.raises(TransactionError, match="TRI-DB-043"):
            async with db.atomic():
                await db.execute("INSERT INTO t VALUES (2, 'undone')")
                with pytest.raises(DatabaseOperationError, match="TRI-DB-031"):
                    await db.execute(slow)
                with pytest.raises(TransactionError, match="TRI-DB-043"):
                    await db.execute("INSERT INTO t VALUES (3, 'outside')")
        assert [row[0] for row in await db.fetch("SELECT id FROM t")] == [1]

    _run(path, body, "?statement_timeout=0.1")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing/test.db", None, "unable to open database file"),
        ("text.db", b"this is no database, " * 100, "file is not a database"),
        ("folder", "folder", "unable to open database file"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path, name, content, reason):
    """The error names the file; every statement gets it, none hangs."""
    file = tmp_path / name
    if content == "folder":
        file.mkdir()
    elif content:
        file.write_bytes(content)

    async def body(db):
        for _ in range(2):
            with pytest.raises(DatabaseUnavailableError, match=f"TRI-DB-010 .*{name}.*{reason}"):
                await db.fetch_row("SELECT 1")

    _run(file, body)


def test_a_thread_that_cannot_start_says_so(path, monkeypatch):
    """A fault of any kind reaches who waits; nobody waits for ever."""

    async def body(db):
        def fail(*_):
            raise LookupError("no such function")

        monkeypatch.setattr("trimaran.db.backends.sqlite.work.define_functions", fail)
        async with asyncio.timeout(5):
            for _ in range(2):
                with pytest.raises(LookupError, match="no such function"):
                    await db.fetch_row(COUNT)
        monkeypatch.undo()
        assert (await db.fetch_row(COUNT))[0] == 0

    _run(path, body)


def test_closing_leaves_no_thread(path):
    """Writer and readers have ended when close returns."""

    async def body(db):
        await asyncio.gather(*(db.fetch_row(COUNT) for _ in range(50)))
        assert len(_threads()) >= 2
        await db.close()
        assert _threads() == []

    _run(path, body)


def test_closing_under_a_transaction_undoes_it(path):
    """It cannot go on elsewhere, and leaves no thread."""

    async def body(db):
        with pytest.raises(TransactionError, match="TRI-DB-043"):
            async with db.atomic():
                await db.execute("INSERT INTO t VALUES (1, 'x')")
                await db.close()
                with pytest.raises(DatabaseUnavailableError, match="TRI-DB-013"):
                    await db.execute("INSERT INTO t VALUES (2, 'x')")
        assert _threads() == []
        assert (await db.fetch_row(COUNT))[0] == 0

    _run(path, body, "?acquire_timeout=0.1")


def test_a_forgotten_database_leaves_no_thread(path):
    """Collected without close, it ends its threads."""

    async def body():
        db = open_database(f"sqlite:///{path}")
        await db.fetch_row(COUNT)

    asyncio.run(body())
    import gc

    gc.collect()
    until = time.monotonic() + 5
    while _threads() and time.monotonic() < until:
        time.sleep(0.01)
    assert _threads() == []


def test_a_database_in_memory_outlives_its_loop():
    """The threads serve the next loop, with the rows still there."""
    db = open_database("sqlite://")

    async def make():
        await db.execute_script("CREATE TABLE t (id INT); INSERT INTO t VALUES (7)")

    async def read():
        return (await db.fetch_row("SELECT id FROM t"))[0]

    asyncio.run(make())
    assert asyncio.run(read()) == 7
    asyncio.run(db.close())
    assert _threads() == []


def test_two_loops_at_once_are_refused(path):
    """Inside a transaction of one loop, another loop cannot use the database."""

    async def body(db):
        async def ask():
            return await db.fetch_row(COUNT)

        async with db.atomic():
            with pytest.raises(ConfigurationError, match="TRI-DB-005"):
                await asyncio.get_running_loop().run_in_executor(None, asyncio.run, ask())

    _run(path, body)


def _python(code, *arguments, **options):
    script = textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, **options
    )


def test_an_interpreter_ends_though_nobody_closed(path):
    """A script that just stops does not hang, and its writes are there."""
    code = """
        import asyncio, sys
        from trimaran.db.backends.registry import open_database
        db = open_database(f"sqlite:///{sys.argv[1]}")
        async def main():
            await db.execute("INSERT INTO t VALUES (1, 'x')")
            await db.fetch_row("SELECT 1")
        asyncio.run(main())
        print("end")
    """
    process = _python(code, path)
    out, _ = process.communicate(timeout=20)
    assert (out.strip(), process.returncode) == (b"end", 0)
    with sqlite3.connect(path) as connection:
        assert connection.execute(COUNT).fetchone() == (1,)
    connection.close()


def test_a_process_killed_inside_a_transaction_leaves_the_file_whole(path):
    """What was committed is there, what was not is gone, and the file can be written."""
    code = """
        import asyncio, sys
        from trimaran.db.backends.registry import open_database
        async def main():
            db = open_database(f"sqlite:///{sys.argv[1]}")
            await db.execute("INSERT INTO t VALUES (1, 'committed')")
            async with db.atomic():
                rows = [(n, 'y' * 500) for n in range(2, 3000)]
                await db.execute_many("INSERT INTO t VALUES (?, ?)", rows)
                print("inside", flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """
    process = _python(code, path)
    assert process.stdout.readline() == b"inside\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)

    async def body(db):
        assert [row[0] for row in await db.fetch("SELECT id FROM t")] == [1]
        assert (await db.fetch("PRAGMA integrity_check"))[0][0] == "ok"
        assert await db.execute("INSERT INTO t VALUES (2, 'after')") == 1

    _run(path, body)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_opens_its_own_connections(path):
    """The parent's threads and connections are left alone by the child."""
    code = """
        import asyncio, os, sys
        from trimaran.db.backends.registry import open_database
        db = open_database(f"sqlite:///{sys.argv[1]}")
        async def write(key):
            await db.execute("INSERT INTO t VALUES (?, 'x')", (key,))
            await db.fetch_row("SELECT 1")
        asyncio.run(write(1))
        pid = os.fork()
        if pid == 0:
            async def child():
                await write(2)
                await db.close()
            asyncio.run(child())
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        async def parent():
            await write(3)
            print([row[0] for row in await db.fetch("SELECT id FROM t ORDER BY id")])
            await db.close()
        asyncio.run(parent())
    """
    process = _python(code, path, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=20)
    assert (out.strip(), process.returncode) == (b"[1, 2, 3]", 0), err.decode()


def test_several_processes_write_one_file(path):
    """Transactions that read and write exclude each other across processes too."""
    code = """
        import asyncio, sys
        from trimaran.db.backends.registry import open_database
        async def main():
            db = open_database(f"sqlite:///{sys.argv[1]}")
            for _ in range(50):
                async with db.atomic():
                    (n,) = await db.fetch_row("SELECT x FROM t WHERE id = 1")
                    await db.execute("UPDATE t SET x = ? WHERE id = 1", (n + 1,))
            await db.close()
        asyncio.run(main())
    """

    async def fill(db):
        await db.execute("INSERT INTO t VALUES (1, 0)")

    _run(path, fill)
    processes = [_python(code, path) for _ in range(2)]
    assert [process.wait(30) for process in processes] == [0, 0]
    for process in processes:
        process.stdout.close()

    async def body(db):
        assert (await db.fetch_row("SELECT x FROM t"))[0] == 100

    _run(path, body)
