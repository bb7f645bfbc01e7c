"""The PostgreSQL database that the workloads fill: one of their own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from benchmarks.errors import MissingToolError

__all__ = ["DATABASE", "default_address", "ready_database"]

DATABASE = "trimaran_bench"


def default_address() -> str:
    """Return the server that ``TRIMARAN_TEST_POSTGRES`` names, else the local one."""
    local = "postgresql://postgres@127.0.0.1:5432/test"
    return os.environ.get("TRIMARAN_TEST_POSTGRES", local)


def with_database(address: str, name: str) -> str:
    """Return the address with another database in it."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def place(address: str) -> str:
    """Return host, port and database, without the password."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"


def ready_database(address: str, prepare: Callable[[str], None]) -> str:
    """Create the benchmark's database if need be and fill it; return its address."""
    import asyncpg

    asyncio.run(create(address))
    own = with_database(address, DATABASE)
    try:
        prepare(own)
    except (OSError, asyncpg.PostgresError) as error:
        text = (
            f"The database {place(own)} could not be filled: {error}. Drop it; the next run makes "
            "it again."
        )
        raise MissingToolError(text) from error
    return own


async def create(address: str) -> None:
    """Create the benchmark's database on the server that ``address`` names."""
    import asyncpg

    try:
        connection = await asyncpg.connect(address, timeout=5)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        text = (
            f"The workload needs PostgreSQL, and there is none at {place(address)}: {error}. Start "
            "one and name it with --postgres postgresql://user:password@host:5432/database."
        )
        raise MissingToolError(text) from None
    try:
        query = "select 1 from pg_database where datname = $1"
        if await connection.fetchval(query, DATABASE) is None:
            with suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f'create database "{DATABASE}"')
    except asyncpg.PostgresError as error:
        text = (
            f"The database {DATABASE} could not be created: {error}. Create it by hand, or name a "
            "user that may."
        )
        raise MissingToolError(text) from None
    finally:
        await connection.close()
