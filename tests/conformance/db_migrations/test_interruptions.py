"""Processes that are killed or collide while they migrate."""

import subprocess
import sys

import sqlalchemy as sa

from trimaran.db import migrations as m

KILLED = """
import asyncio, os, signal, sys
from trimaran.db import migrations as m
from trimaran.db.backends.registry import open_database

url, directory, first = sys.argv[1], sys.argv[2], int(sys.argv[3])

def run(survived):
    # A process that is killed before its statement number `survived`, as an outage would.
    database = open_database(url)
    left = survived

    def counted(method):
        async def run(*args):
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return await method(*args)
        return run

    for verb in ("execute", "execute_script"):
        setattr(database, verb, counted(getattr(database, verb)))
    asyncio.run(m.migrate(database, directory))

# Modules are loaded once, each attempt is a process of its own.
import alembic.runtime.migration, sqlalchemy.ext.asyncio
from trimaran.db.migrations import compiler, executor
if url.startswith("postgresql"):
    import asyncpg
deaths = 0
while True:
    pid = os.fork()
    if pid == 0:
        run(first + deaths)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    if status == 0:
        break
    if status != signal.SIGKILL:
        sys.exit(f"exit {status}")
    deaths += 1
print(deaths)
"""

MIGRATES = """
import asyncio, sys
from trimaran.db import migrations as m
from trimaran.db.backends.registry import open_database

async def main():
    database = open_database(sys.argv[1])
    done = await m.migrate(database, sys.argv[2])
    await database.close()
    print(len(done))

asyncio.run(main())
"""


def start(code, *arguments):
    """A Python process of its own, its output kept."""
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def tables(lab, *, later):
    """Before and after a migration of many statements."""
    year = sa.Column("year", sa.Integer, nullable=False, default=1, index=True)
    name = sa.Column("title", sa.String(20 if later else 10))
    more = {"genre": [sa.Column("name", sa.Text, unique=True)]} if later else {}
    return lab.tables(film=[name, year] if later else [name], **more)


def test_a_migration_killed_before_any_of_its_statements_runs_again(lab):
    """Wherever the process dies, the next one finds either all of a migration or nothing."""

    async def prepare(database):
        await lab.change(database, tables(lab, later=False))
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        lab.make(tables(lab, later=True))

    async def look(database):
        row = await database.fetch_row("SELECT title, year FROM film")
        assert tuple(row) == ("Ran", 1)
        assert await m.pending(database, lab.directory) == []
        done = await m.migrate(database, lab.directory, target="0001")
        assert len(done) == 1

    lab.run(prepare)
    process = start(KILLED, lab.url, lab.directory, 0)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    # Table and index, column and index, the table of migrations: each was died before.
    assert int(out) >= 6
    lab.run(look)


def test_processes_that_migrate_at_once(lab):
    """Together they apply each migration once."""
    columns = []
    for number in range(6):
        columns.append(number)
        lab.make(
            lab.tables(
                film=[sa.Column(f"c{one}", sa.Integer, index=True) for one in columns],
            )
        )
    processes = [start(MIGRATES, lab.url, lab.directory) for _ in range(3)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert sum(int(out) for out, _ in outputs) == 6

    async def look(database):
        assert await m.pending(database, lab.directory) == []

    lab.run(look)
