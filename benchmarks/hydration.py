"""What a row costs beyond its driver: run ``python -m benchmarks.hydration [postgresql://…]``.

Each figure is microseconds of this process's CPU for a row of five columns, the least of several
rounds: the driver alone, the rows of a model, and those of a model whose rows know their peers.
"""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any

from trimaran import Field, ForeignKey, Model
from trimaran.db.backends.registry import installed, open_database

ROWS = 20_000
ROUNDS = 7


class HydrationRow(Model):
    """Five columns."""

    title: str = Field(max_length=200)
    pages: int
    rating: float
    in_print: bool


class HydrationChild(Model):
    """Five columns, one of them a relation."""

    title: str = Field(max_length=200)
    pages: int
    rating: float
    parent: ForeignKey[HydrationRow] = Field(on_delete="cascade", index=False)


async def least(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the least CPU microseconds for a row."""
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        await work()
        spent.append((time.process_time() - began) / ROWS * 1e6)
    return min(spent)


async def measure(url: str) -> None:
    """Print the figures of one database."""
    database = open_database(url)
    kind = "integer primary key" if database.vendor == "sqlite" else "serial primary key"
    columns = "title varchar(200), pages integer, rating double precision"
    tables = ("hydration_row", "hydration_child")
    drop = ";".join(f"drop table if exists {name}" for name in tables)
    with installed(database):
        await database.execute_script(
            f"{drop}; create table hydration_row (id {kind}, {columns}, in_print boolean);"
            f"create table hydration_child (id {kind}, {columns}, parent_id integer)"
        )
        for start in range(0, ROWS, 1000):
            await HydrationRow.objects.bulk_create(
                [
                    HydrationRow(title=f"row {n}", pages=n, rating=n / 7, in_print=n % 2 == 0)
                    for n in range(start, start + 1000)
                ]
            )
        await database.execute(
            "insert into hydration_child select id, title, pages, rating, 1 from hydration_row"
        )
        plain = "select id, title, pages, rating, in_print from hydration_row"
        driver = await least(lambda: database.fetch(plain))
        rows = await least(_rows)
        peers = await least(_children)
        await database.execute_script(drop)
    await database.close()
    print(
        f"{database.vendor}: driver {driver:.2f} us, rows +{rows - driver:.2f} us, "
        f"rows with peers +{peers - driver:.2f} us"
    )


async def _rows() -> None:
    await HydrationRow.objects.all()


async def _children() -> None:
    await HydrationChild.objects.all()


def by_key() -> None:
    """Print what a look-up by key costs on SQLite, beside bare ``sqlite3``."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys.db"
        asyncio.run(_by_key(str(path)))


async def _by_key(path: str) -> None:
    database = open_database(f"sqlite:///{path}")
    count = 20_000
    with installed(database):
        await database.execute_script(
            "create table hydration_row (id integer primary key, title varchar(200),"
            " pages integer, rating double precision, in_print boolean)"
        )
        await HydrationRow.objects.bulk_create(
            [
                HydrationRow(title=f"row {n}", pages=n, rating=1.5, in_print=True)
                for n in range(1000)
            ]
        )
        bare = sqlite3.connect(path)
        text = "select id, title, pages, rating, in_print from hydration_row where id = ?"
        best_bare = best = 1e9
        for _ in range(ROUNDS):
            began = time.process_time()
            for n in range(count):
                bare.execute(text, (n % 1000 + 1,)).fetchone()
            best_bare = min(best_bare, (time.process_time() - began) / count * 1e6)
            began = time.process_time()
            for start in range(0, count, 50):
                await asyncio.gather(
                    *[HydrationRow.objects.get(id=n % 1000 + 1) for n in range(start, start + 50)]
                )
            best = min(best, (time.process_time() - began) / count * 1e6)
        bare.close()
    await database.close()
    print(
        f"sqlite by key: bare {best_bare:.2f} us, Model.objects.get {best:.2f} us, "
        f"{best / best_bare:.1f}x"
    )


def main() -> None:
    """Measure SQLite, and PostgreSQL where its address is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hydration")
    parser.add_argument("postgres", nargs="?", default="")
    address = parser.parse_args().postgres
    for url in ("sqlite://:memory:", *([address] if address else [])):
        asyncio.run(measure(url))
    by_key()


if __name__ == "__main__":
    main()
