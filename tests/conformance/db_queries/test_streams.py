"""Rows in batches, and statements of SQLAlchemy Core."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from trimaran.db import F, Length
from trimaran.errors import QueryError


@pytest.mark.parametrize(
    "order",
    [(), ("-title",), ("price", "-title"), ("pages",), ("author__name", "-title"), ("-published",)],
)
async def test_any_order(library: Any, order: tuple[str, ...]) -> None:
    """Two rows at a time give what the whole list is, in every order."""
    await library.shelf()
    query = library.Book.objects.order_by(*order, "id") if order else library.Book.objects
    whole = [row.title for row in await query.order_by(*order, "id")]
    assert [row.title async for row in query.iterator(chunk_size=2)] == whole
    few = query.filter(price__gte=3).select_related("author").order_by(*order, "id")[1:4]
    assert [row.author.name async for row in few.iterator(2)] == [
        row.author.name for row in await few
    ]


async def test_annotations_and_values(library: Any) -> None:
    """Values and annotations are iterated too; breaking off leaves nothing open."""
    await library.shelf()
    query = library.Book.objects.annotate(n=Length("title")).order_by("-n", "title")
    assert [row.n async for row in query.iterator(2)] == [12, 12, 10, 8, 5, 4]
    names = query.order_by(F("pages").desc(nulls_last=True)).values_list("title", flat=True)
    async for name in names.iterator(1):
        assert name == "Iliad"
        break
    assert await library.Book.objects.count() == 6
    with pytest.raises(QueryError, match="A chunk of 0"):
        _ = [row async for row in query.iterator(0)]


async def test_core_statements(library: Any) -> None:
    """A statement of SQLAlchemy Core runs here; its rows have names and Python's values."""
    shelf = await library.shelf()
    books, authors = library.Book.__table__, library.Author.__table__
    wanted = (
        sa.select(books.c.title, books.c.price, books.c.published, authors.c.name.label("by"))
        .join(authors, books.c.author_id == authors.c.id)
        .where(books.c.price.in_([Decimal(3), Decimal(10)]), books.c.published.is_not(None))
        .order_by(books.c.title)
    )
    rows = await library.database.execute(wanted)
    assert [(row.title, row.price, row.by) for row in rows] == [
        ("Emma", Decimal(3), "Jane Austen"), ("Iliad", Decimal(10), "Homer"),
    ]  # fmt: skip
    assert rows[0].published == shelf["books"][0].published
    changed = sa.update(books).where(books.c.title == "Emma").values(price=Decimal(4))
    assert await library.database.execute(changed) == 1
    assert (await library.Book.objects.get(title="Emma")).price == 4
    with pytest.raises(QueryError, match=r"TRI-QUERY-032 A int was given"):
        await library.database.execute(5)
