"""The cache of compiled statements."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from trimaran.db import Field, ForeignKey, Model, Q
from trimaran.db.backends.registry import installed, open_database
from trimaran.db.queries.shapes import CacheInfo, ShapeCache, statements
from trimaran.db.sql import compiler
from trimaran.db.sql.statement import Statement


class ShapeAuthor(Model):
    name: str = Field(max_length=50)


class ShapeBook(Model):
    title: str = Field(max_length=50)
    pages: int | None
    author: ForeignKey[ShapeAuthor] = Field(on_delete="cascade", related_name="books")


TABLES = """
CREATE TABLE shape_author (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE shape_book (id INTEGER PRIMARY KEY, title TEXT, pages INTEGER, author_id INTEGER);
INSERT INTO shape_author VALUES (1, 'Homer');
INSERT INTO shape_book VALUES (1, 'Iliad', 700, 1), (2, 'Odyssey', 500, 1);
"""


def _run(scenario: Any) -> None:
    async def with_tables() -> None:
        database = open_database("sqlite://:memory:")
        await database.execute_script(TABLES)
        try:
            with installed(database):
                await scenario()
        finally:
            await database.close()

    asyncio.run(with_tables())


async def _work(number: int) -> None:
    books = ShapeBook.objects
    await books.get(id=1)
    await books.filter(title__icontains=f"{number}").order_by("-id").limit(number + 1)
    await books.filter(Q(pages__gt=number) | ~Q(author__name=f"{number}"), ShapeBook.pages < 9)[1:3]
    await books.filter(id__in=range(number + 2)).count()
    await books.select_related("author").filter(pages__isnull=False).first()
    await books.filter(id=1).update(pages=number)
    row = await books.create(title=f"{number}", author_id=1)
    await row.update(title="again")
    await row.delete()
    for book in await books.all():
        await book.author


def test_a_repeated_query_does_not_touch_sqlalchemy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second query of a shape compiles nothing, whatever its values are."""

    async def scenario() -> None:
        await _work(0)
        before = statements.info()

        def refuse(*args: Any) -> Any:
            raise AssertionError(args)

        monkeypatch.setattr(compiler, "compile_shape", refuse)
        for name in ("select", "insert", "update", "delete", "bindparam", "table"):
            monkeypatch.setattr(f"sqlalchemy.{name}", refuse)
        await _work(1)
        await _work(2)
        after = statements.info()
        assert after.misses == before.misses
        assert after.hits > before.hits

    _run(scenario)


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shape used longest ago makes room; hits and misses are counted."""
    monkeypatch.setattr(compiler, "compile_shape", lambda shape, _: Statement(shape[0], None))

    class Fake:
        vendor = "sqlite"
        dialect = None

    cache, database = ShapeCache(max_size=2), Fake()
    for shape in ("a", "b", "a", "c", "a", "b"):
        assert cache.statement((shape,), database).sql == shape  # type: ignore[arg-type]
    assert cache.info() == CacheInfo(hits=2, misses=4, size=2, max_size=2)
    cache.clear()
    assert cache.info().size == 0


def test_declaring_models_loads_no_sqlalchemy() -> None:
    """Models are declared, and rows made and encoded, without SQLAlchemy."""
    script = """
import sys
from trimaran.db import Create, Field, ForeignKey, Model, Patch
import msgspec
class A(Model):
    name: str = Field(max_length=5)
class B(Model):
    a: ForeignKey[A]
msgspec.json.encode(B(a=A(id=1)))
Create[B], Patch[A], B.objects.filter(a__name__icontains="x").order_by("-a__name")
assert not {"sqlalchemy", "alembic", "asyncpg"} & set(sys.modules), sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
