"""Every test here runs on each backend; a new backend is one more ``Case``."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trimaran.db.backends.base import Database
from trimaran.db.backends.registry import open_database
from trimaran.errors import TrimaranError

TABLES = """
DROP TABLE IF EXISTS book;
DROP TABLE IF EXISTS author;
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                     age INTEGER, CONSTRAINT age_is_human CHECK (age < 150));
CREATE TABLE book (id INTEGER PRIMARY KEY,
                   author_id INTEGER REFERENCES author (id) ON DELETE CASCADE
                   DEFERRABLE INITIALLY DEFERRED);
INSERT INTO author VALUES (1, 'Ann', 30);
INSERT INTO author VALUES (2, 'Bob', 40);
"""
# What a backend cannot do, so that a test of it is skipped with that reason.
LACKS = {
    "mariadb": {
        "deferred keys": "MariaDB checks foreign keys with each statement",
        "WITH before INSERT": "MariaDB takes WITH behind INSERT only",
    }
}
SLOW = {
    "postgresql": "SELECT pg_sleep(5)",
    "mariadb": "SELECT sleep(5)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000)"
    " SELECT max(i) FROM n",
}


@dataclass
class Case:
    """One backend under test."""

    vendor: str
    url: str

    def needs(self, ability: str) -> None:
        """Skip the test where the backend lacks an ability, with the reason."""
        reason = LACKS.get(self.vendor, {}).get(ability)
        if reason is not None:
            pytest.skip(reason)

    @property
    def tables(self) -> str:
        """The script that makes the tables."""
        if "deferred keys" in LACKS.get(self.vendor, {}):
            return TABLES.replace("DEFERRABLE INITIALLY DEFERRED", "")
        return TABLES

    @property
    def slow(self) -> str:
        """A statement that takes seconds."""
        return SLOW[self.vendor]

    def sql(self, text: str) -> str:
        """Write ``?`` as the backend's placeholders."""
        if self.vendor != "postgresql":
            return text
        first, *rest = text.split("?")
        return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))

    def run(self, body: Callable[[Database], Awaitable[Any]], **options: Any) -> Any:
        """Run a coroutine function with an open database that holds the tables."""
        return asyncio.run(self._run(body, options))

    async def _run(self, body: Callable[[Database], Awaitable[Any]], options: Any) -> Any:
        mark = "&" if "?" in self.url else "?"
        query = "&".join(f"{name}={value}" for name, value in options.items())
        database = open_database(self.url + (mark + query if query else ""))
        await database.execute_script(self.tables)
        try:
            return await body(database)
        finally:
            await database.close()

    async def insert(self, database: Database, key: int, name: str | None, age: int = 1) -> int:
        """Insert an author."""
        return await database.execute(
            self.sql("INSERT INTO author VALUES (?, ?, ?)"), (key, name, age)
        )

    async def names(self, database: Database) -> list[str]:
        """Return every author's name."""
        return [row[0] for row in await database.fetch("SELECT name FROM author ORDER BY id")]


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Give the session a schema of its own."""
    url = os.environ.get("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
    schema = f"conformance_{uuid.uuid4().hex[:12]}"
    script = f"CREATE SCHEMA {schema}"
    try:
        asyncio.run(_once(url, script))
    except TrimaranError as exc:
        pytest.skip(f"no PostgreSQL at TRIMARAN_TEST_POSTGRES: {exc}")
    yield f"{url}?search_path={schema}"
    asyncio.run(_once(url, f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """Give the session a database of its own."""
    url = os.environ.get("TRIMARAN_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test")
    name = f"conformance_{uuid.uuid4().hex[:12]}"
    try:
        asyncio.run(_once(url, f"CREATE DATABASE {name}"))
    except TrimaranError as exc:
        pytest.skip(f"no MariaDB at TRIMARAN_TEST_MARIADB: {exc}")
    yield urlsplit(url)._replace(path=f"/{name}").geturl()
    asyncio.run(_once(url, f"DROP DATABASE {name}"))


async def _once(url: str, script: str) -> None:
    mark = "&" if "?" in url else "?"
    database = open_database(f"{url}{mark}connect_timeout=3")
    try:
        await database.execute_script(script)
    finally:
        await database.close()


@pytest.fixture(
    params=[
        "sqlite",
        "memory",
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """One backend after the other."""
    if request.param == "sqlite":
        return Case("sqlite", f"sqlite:///{tmp_path}/test.db")
    if request.param == "memory":
        return Case("sqlite", "sqlite://")
    return Case(request.param, request.getfixturevalue(f"{request.param}_url"))
