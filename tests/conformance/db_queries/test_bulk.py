"""Many rows at once, rows that may exist already, locks, and texts of one's own."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import Length, transaction
from trimaran.errors import DatabaseOperationError, DataError, ModelValidationError, QueryError


async def test_bulk_update(library: Any) -> None:
    """bulk_update writes each row's own values, after the gate, and says how many were found."""
    shelf = await library.shelf()
    for number, row in enumerate(shelf["books"]):
        row.pages, row.price = number or None, Decimal(number)
    assert await library.Book.objects.bulk_update(shelf["books"], ["pages", "price"]) == 6
    ordered = library.Book.objects.order_by("id").values_list("pages", "price")
    assert await ordered == [(n or None, Decimal(n)) for n in range(6)]
    shelf["books"][0].price = Decimal(-1)
    with pytest.raises(ModelValidationError, match="price"):
        await library.Book.objects.bulk_update(shelf["books"], ["price"])
    with pytest.raises(QueryError, match="QBook has no field 'pagse'"):
        await library.Book.objects.bulk_update(shelf["books"], ["pagse"])
    with pytest.raises(QueryError, match="the key not among them"):
        await library.Book.objects.bulk_update(shelf["books"], ["id"])
    with pytest.raises(QueryError, match="never saved"):
        await library.Author.objects.bulk_update([library.Author(name="x")], ["name"])


async def test_many_rows(library: Any) -> None:
    """More rows than one statement holds are updated too."""
    samples = library.Sample.objects
    rows = await samples.bulk_create([library.Sample(whole=n) for n in range(150)])
    for row in rows:
        row.text = f"t{row.whole}"
    assert await samples.bulk_update(rows, ["text"]) == 150
    assert await samples.filter(text="t149", whole=149).count() == 1


async def test_conflicts(library: Any) -> None:
    """bulk_create leaves rows that exist alone, or updates them."""
    authors, author = library.Author.objects, library.Author
    england = await library.Country.objects.create(name="England")
    await authors.create(name="Homer")
    rows = [author(name="Homer", country=england), author(name="Sappho")]
    await authors.bulk_create(rows, ignore_conflicts=True)
    assert await authors.filter(country=None).count() == 2
    await authors.bulk_create(
        rows, update_conflicts=True, update_fields=["country"], unique_fields=["name"]
    )
    assert (await authors.get(name="Homer")).country.id == england.id
    assert await authors.count() == 2
    with pytest.raises(QueryError, match="Give unique_fields"):
        await authors.bulk_create(rows, update_conflicts=True, update_fields=["country"])
    with pytest.raises(QueryError, match="cannot tell what to do"):
        await authors.bulk_create(rows, update_conflicts=True)


async def test_update_or_create(library: Any) -> None:
    """update_or_create writes to the row that is there, or makes it."""
    countries = library.Country.objects
    england, created = await countries.update_or_create(name="England")
    assert created is True
    jane, created = await library.Author.objects.update_or_create({"country": england}, name="Jane")
    assert (created, jane.country) == (True, england)
    again, created = await library.Author.objects.update_or_create({"country": None}, name="Jane")
    assert (again.id, created, again.country) == (jane.id, False, None)
    third, created = await library.Author.objects.update_or_create(
        {"country": None}, {"country": england}, name="Homer"
    )
    assert (created, third.country) == (True, england)


async def test_update_or_create_at_once(library: Any) -> None:
    """Of many tasks one creates the row, and none fails."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(library.Country.objects.update_or_create(name="Crete"))
            for _ in range(8)
        ]
    assert sum(task.result()[1] for task in tasks) == 1
    assert await library.Country.objects.count() == 1


async def test_locks(library: Any) -> None:
    """select_for_update holds rows inside a transaction and is refused outside of one."""
    await library.shelf()
    books = library.Book.objects.filter(title="Emma").select_for_update()
    with pytest.raises(QueryError, match=r"outside of a transaction.*transaction.atomic"):
        await books
    async with transaction.atomic():
        emma = await books.get()
        await emma.update(pages=401)
        related = library.Book.objects.select_related("author").select_for_update()
        assert len(await related.order_by("id")) == 6
    assert (await library.Book.objects.get(title="Emma")).pages == 401
    with pytest.raises(QueryError, match="rows that the query does not fetch"):
        library.Book.objects.select_for_update(of=("self", "author"))
    with pytest.raises(QueryError, match="exclude each other"):
        library.Book.objects.select_for_update(nowait=True, skip_locked=True)


async def test_earliest_and_latest(library: Any) -> None:
    """earliest() and latest() go by the fields they are given."""
    await library.shelf()
    books = library.Book.objects
    assert (await books.filter(pages__gt=0).earliest("pages")).title == "Persuasion"
    assert (await books.filter(pages__gt=0).latest("pages")).title == "Iliad"
    with pytest.raises(library.Book.DoesNotExist):
        await books.filter(id=-1).latest("id")


async def test_raw(library: Any) -> None:
    """raw() binds its parameters and makes rows."""
    await library.shelf()
    mark = "$1" if library.vendor == "postgresql" else "?"
    sql = f"SELECT * FROM q_book WHERE title = {mark};"
    (emma,) = await library.Book.objects.raw(sql, ["Emma"])
    assert (emma.title, emma.price, (await emma.author).name) == (
        "Emma",
        Decimal("3.00"),
        "Jane Austen",
    )
    assert await library.Book.objects.raw(sql, ["' OR '1'='1"]) == []
    with pytest.raises(DatabaseOperationError):
        await library.Book.objects.raw("SELECT 1 AS one")


async def test_explain(library: Any) -> None:
    """explain() returns the database's plan."""
    assert "q_book" in await library.Book.objects.filter(title="x").explain()
    assert "q_book" in await library.Book.objects.annotate(n=Length("title")).explain()


async def test_iteration_in_batches(library: Any) -> None:
    """Rows without an order are read in batches, by key."""
    await library.shelf()
    query = library.Book.objects.filter(price__gte=0)
    with library.statements() as noted:
        titles = [row.title async for row in query.iterator(chunk_size=2)]
    assert len(noted) == 4
    assert titles == await library.Book.objects.order_by("id").values_list("title", flat=True)
    prices = [row.price async for row in library.Book.objects.order_by("-price")]
    assert prices == sorted(prices, reverse=True)
    assert len(prices) == 6


async def test_distinct_on(library: Any) -> None:
    """distinct() with fields keeps the first row of each value, where the database can."""
    await library.shelf()
    dearest = library.Book.objects.order_by("author", "-price", "title").distinct("author")
    if library.vendor != "postgresql":
        with pytest.raises(QueryError, match="has no DISTINCT ON"):
            await dearest
        return
    assert [row.title for row in await dearest] == ["Persuasion", "100% Odyssey"]
    assert await dearest.count() == 2


async def test_locked_rows(library: Any) -> None:
    """Rows that another transaction holds are left out, or refused at once."""
    if library.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time and no locks of rows")
    await library.shelf()
    books = library.Book.objects.filter(title__in=["Emma", "Iliad"]).order_by("title")
    held, done = asyncio.Event(), asyncio.Event()

    async def holder() -> None:
        async with transaction.atomic():
            await books.filter(title="Emma").select_for_update()
            held.set()
            await done.wait()

    task = asyncio.create_task(holder())
    await held.wait()
    try:
        async with transaction.atomic():
            free = await books.select_for_update(skip_locked=True)
            assert [row.title for row in free] == ["Iliad"]
        with pytest.raises(DataError):
            async with transaction.atomic():
                await books.select_for_update(nowait=True)
    finally:
        done.set()
        await task


async def test_pages_by_key(library: Any) -> None:
    """after() goes on behind a row, in any order of fields that are never NULL."""
    await library.shelf()
    for order in (("-price",), ("price", "-title"), ("id",), ()):
        query = library.Book.objects.order_by(*order)
        expected = [row.id for row in await query.order_by(*order, "id")]
        page, seen = await query.order_by(*order, "id").limit(2), []
        while page:
            seen += [row.id for row in page]
            page = await query.after(page[-1]).limit(2)
        assert seen == expected
    cursor = {"price": "5", "id": 0}
    assert await library.Book.objects.order_by("-price").after(cursor).count() == 4
    with pytest.raises(QueryError, match="cannot go on in this order"):
        library.Book.objects.order_by("pages").after({"pages": 1, "id": 2})
    with pytest.raises(QueryError, match=r"nothing to compare QBook\.price with"):
        library.Book.objects.order_by("price").after({"id": 2})
