"""``GET /rows/{id}``: one row of 10,000 by its key, from PostgreSQL, as JSON."""

import asyncio
from random import Random
from typing import Any

from benchmarks.exchange import Call, Check, Workload

ROWS = 10_000
TABLE = """
create table bench_row (
  id integer primary key,
  title varchar(200) not null,
  pages integer not null,
  rating double precision not null,
  in_print boolean not null
)
"""


def row(id: int) -> dict[str, Any]:
    """Return the row with this key, the same one in every run."""
    return {
        "id": id,
        "title": f"The {id * 7919 % 9973}th voyage of the ship",
        "pages": 60 + id * 31 % 900,
        "rating": (id * 17 % 100) / 10 + 0.05,
        "in_print": id % 3 != 0,
    }


async def fill(address: str) -> None:
    """Create the table and its rows, unless they are there already."""
    import asyncpg

    connection = await asyncpg.connect(address)
    try:
        if await connection.fetchval("select to_regclass('bench_row')") is not None:
            found = await connection.fetchval("select count(*) from bench_row")
            if found == ROWS and await has_the_same(connection):
                return
            await connection.execute("drop table bench_row")
        await connection.execute(TABLE)
        records = [tuple(row(id).values()) for id in range(1, ROWS + 1)]
        await connection.copy_records_to_table("bench_row", records=records)
        await connection.execute("vacuum analyze bench_row")
    finally:
        await connection.close()


async def has_the_same(connection: Any) -> bool:
    """Tell whether the last row is the one of this version of the benchmark."""
    found = await connection.fetchrow("select * from bench_row where id = $1", ROWS)
    return found is not None and dict(found) == row(ROWS)


def prepare(address: str) -> None:
    """Fill the database behind ``address``."""
    asyncio.run(fill(address))


CHANCE = Random(21)
IDS = [CHANCE.randrange(1, ROWS + 1) for _ in range(2000)]

WORKLOAD = Workload(
    title="one row by key from PostgreSQL",
    calls=[Call("GET", f"/rows/{id}") for id in IDS],
    checks=[
        *(
            Check(Call("GET", f"/rows/{id}"), frozenset({200}), row(id))
            for id in (*IDS[:4], 1, ROWS)
        ),
        Check(Call("GET", f"/rows/{ROWS + 1}"), frozenset({404})),
        Check(Call("GET", "/rows/abc"), frozenset({400, 404, 422})),
    ],
    rate=150,
    prepare=prepare,
)
