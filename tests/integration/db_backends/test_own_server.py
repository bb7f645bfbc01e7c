"""A PostgreSQL of the test's own: killed and restarted under load, and behind PgBouncer."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from trimaran.db.backends.registry import open_database
from trimaran.errors import DatabaseOperationError, DataError

pytestmark = pytest.mark.postgres

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _account() -> str | None:
    """The user to run a server as: neither of them starts as root."""
    if os.getuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    pytest.skip("running as root, and there is no user postgres to start a server as")


class Cluster:
    """A server in a folder, started and killed at will."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.binaries = BINARIES[-1].parent
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres?connect_timeout=2"

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            user=_account(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        data = str(self.folder / "data")
        options = ["-p", str(self.port), "-k", str(self.folder), "-h", "127.0.0.1"]
        self.process = self.run(str(self.binaries / "postgres"), "-D", data, *options)
        ready = [str(self.binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until = time.monotonic() + 60
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power failure would: every process at once, nothing said."""
        process, self.process = self.process, None
        if process is None:
            return
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        for pid in [process.pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Make a cluster with initdb in a folder of its own; skip where there is none."""
    if not BINARIES or shutil.which("ps") is None:
        pytest.skip("no PostgreSQL server is installed under /usr/lib/postgresql")
    # Not pytest's own folder, which the other user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="trimaran_pg_"))
    folder.chmod(0o755)
    account = _account()
    if account is not None:
        shutil.chown(folder, account)
    cluster = Cluster(folder, _free_port())
    made = cluster.run(
        str(BINARIES[-1]), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-N"
    )
    assert made.wait(120) == 0
    cluster.start()
    yield cluster
    cluster.kill()
    shutil.rmtree(folder, ignore_errors=True)


def test_killed_under_load_it_loses_nothing_that_was_acknowledged(cluster):
    """Statements fail while it is away; afterwards everything works by itself."""

    async def main():
        db = open_database(f"{cluster.url}&pool_max=5&acquire_timeout=20")
        await db.execute("CREATE TABLE t (id INT PRIMARY KEY)")
        acknowledged: set[int] = set()
        failures = 0
        stop = asyncio.Event()

        async def write(start: int) -> None:
            nonlocal failures
            key = start
            while not stop.is_set():
                key += 100
                try:
                    if key % 300 < 100:
                        async with db.atomic():
                            await db.execute("INSERT INTO t VALUES ($1)", (key,))
                    else:
                        await db.execute("INSERT INTO t VALUES ($1)", (key,))
                    acknowledged.add(key)
                except DataError:
                    failures += 1
                    await asyncio.sleep(0.01)

        writers = [asyncio.create_task(write(start)) for start in range(20)]
        for _ in range(2):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(cluster.kill)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(cluster.start)
            before = len(acknowledged)
            while len(acknowledged) < before + 50:
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*writers)
        kept = {row[0] for row in await db.fetch("SELECT id FROM t")}
        stats = db.stats()
        await db.close()
        return acknowledged - kept, failures, stats

    lost, failures, stats = asyncio.run(asyncio.wait_for(main(), 120))
    assert lost == set()
    assert failures > 0
    assert stats.lost > 0
    assert stats.size <= 5
    assert stats.in_use == 0


@pytest.fixture
def bouncer(cluster: Cluster) -> Iterator[str]:
    """Put PgBouncer before it, two server connections for everybody."""
    binary = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if binary is None:
        pytest.skip("no PgBouncer is installed")
    port = _free_port()
    settings = cluster.folder / "pgbouncer.ini"
    users = cluster.folder / "users.txt"
    users.write_text('"postgres" ""\n')
    settings.write_text(
        f"[databases]\npostgres = host=127.0.0.1 port={cluster.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = trust\n"
        f"auth_file = {users}\npool_mode = transaction\ndefault_pool_size = 2\n"
        f"unix_socket_dir =\nlogfile = {cluster.folder / 'bouncer.log'}\n"
    )
    for path in (settings, users):
        path.chmod(0o644)
    process = cluster.run(binary, str(settings))
    until = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        assert time.monotonic() < until, "PgBouncer did not start"
        time.sleep(0.05)
    yield f"postgresql://postgres@127.0.0.1:{port}/postgres?pgbouncer=transaction"
    process.terminate()
    process.wait(10)


def test_behind_pgbouncer_statements_find_any_server_connection(bouncer):
    """Nothing prepared is expected to be there still; transactions keep one connection."""

    async def main():
        db = open_database(f"{bouncer}&pool_max=8")
        await db.execute("CREATE TABLE t (id INT PRIMARY KEY, data JSONB)")

        async def work(key: int) -> int:
            await db.execute("INSERT INTO t VALUES ($1, $2)", (key, {"n": key}))
            async with db.atomic():
                await db.execute_many("UPDATE t SET id = $1 WHERE id = $2", [(-key, key)])
                row = await db.fetch_row("SELECT data FROM t WHERE id = $1", (-key,))
                await db.fetch("SELECT pg_sleep(0.01)")
            return row[0]["n"]

        found = await asyncio.gather(*(work(key) for key in range(1, 101)))
        servers = {
            row[0] for row in [await db.fetch_row("SELECT pg_backend_pid()") for _ in range(20)]
        }
        await db.close()
        return found == list(range(1, 101)), len(servers)

    right, servers = asyncio.run(asyncio.wait_for(main(), 60))
    assert right
    assert servers <= 2


def test_behind_pgbouncer_the_driver_stops_long_statements(bouncer):
    """PgBouncer passes no statement_timeout on; a migration's statements have none."""

    async def main():
        db = open_database(f"{bouncer}&statement_timeout=0.3")
        with pytest.raises(DatabaseOperationError, match=r"TRI-DB-031 .*after 0\.3 s"):
            await db.fetch("SELECT pg_sleep(5)")
        async with db.schema_change():
            await db.fetch("SELECT pg_sleep(0.6)")
        value = (await db.fetch_row("SELECT 1"))[0]
        await db.close()
        return value

    assert asyncio.run(asyncio.wait_for(main(), 60)) == 1
