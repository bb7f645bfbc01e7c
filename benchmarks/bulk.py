"""Inserting 100,000 rows: ``bulk_create`` against the drivers' own fastest ways.

Run ``python -m benchmarks.bulk [rows]``; TRIMARAN_TEST_POSTGRES names the server. The tables are
made in a schema of the run's own. Each way is taken in turn, the median of five rounds counts.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import statistics
import sys
import time
import uuid
from typing import Any

import asyncpg

from trimaran import Field, Model
from trimaran.db.backends.registry import installed, open_database
from trimaran.db.migrations import create_tables
from trimaran.db.models import registry

SERVER = os.environ.get("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
ROUNDS = 5
COLUMNS = ["title", "pages", "price", "published", "sold"]


class BulkBook(Model):
    """Five columns beside the key."""

    title: str = Field(max_length=100)
    pages: int
    price: float
    published: dt.date
    sold: bool


def values(count: int) -> list[tuple[Any, ...]]:
    """Return as many rows, all different."""
    day = dt.date(2020, 1, 1)
    return [(f"Title {n}", n, n / 4, day, n % 2 == 0) for n in range(count)]


async def main(count: int) -> None:
    """Measure and print."""
    schema = f"bulk_{uuid.uuid4().hex[:10]}"
    plain = await asyncpg.connect(SERVER)
    await plain.execute(f"CREATE SCHEMA {schema}")
    await plain.execute(f"SET search_path = {schema}")
    records = values(count)
    sql = f"INSERT INTO bulk_book ({', '.join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5)"
    database = open_database(f"{SERVER}?search_path={schema}&statement_timeout=0")

    async def copy() -> None:
        await plain.copy_records_to_table("bulk_book", records=records, columns=COLUMNS)

    async def many() -> None:
        await plain.executemany(sql, records)

    async def ours() -> None:
        rows = [BulkBook(**dict(zip(COLUMNS, row, strict=True))) for row in records]
        began = time.perf_counter()
        await BulkBook.objects.bulk_create(rows)
        inner.append(time.perf_counter() - began)

    inner: list[float] = []
    spent: dict[str, list[float]] = {"copy": [], "executemany": [], "bulk_create": []}
    try:
        await create_tables(database, registry.metadata())
        with installed(database):
            for _ in range(ROUNDS):
                for name, way in (("copy", copy), ("executemany", many), ("bulk_create", ours)):
                    await plain.execute("TRUNCATE bulk_book")
                    began = time.perf_counter()
                    await way()
                    spent[name].append(time.perf_counter() - began)
    finally:
        await database.close()
        await plain.execute(f"DROP SCHEMA {schema} CASCADE")
        await plain.close()
    medians = {name: statistics.median(found) for name, found in spent.items()}
    medians["bulk_create without making the objects"] = statistics.median(inner)
    fastest = medians["copy"]
    for name, seconds in medians.items():
        sys.stdout.write(f"{name:<40}{seconds * 1000:8.0f} ms  {seconds / fastest:5.2f} x copy\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
