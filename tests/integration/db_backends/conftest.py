"""A PostgreSQL server and a schema of the test's own in it."""

import asyncio
import os
import uuid
from collections.abc import Iterator

import asyncpg
import pytest

SERVER = os.environ.get("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


def ask(sql: str) -> list[asyncpg.Record]:
    """Run a statement on a connection that the framework knows nothing of."""

    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(SERVER, timeout=3)
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.fixture
def schema() -> Iterator[str]:
    """Make a schema, skip where there is no server."""
    name = f"integration_{uuid.uuid4().hex[:12]}"
    try:
        ask(f"CREATE SCHEMA {name}")
    except (OSError, asyncpg.PostgresError, TimeoutError) as exc:
        pytest.skip(f"no PostgreSQL at TRIMARAN_TEST_POSTGRES: {exc}")
    yield name
    ask(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def url(schema: str) -> str:
    """A URL whose connections carry the schema's name, so that a test can find and kill them."""
    return f"{SERVER}?search_path={schema}&application_name={schema}"
