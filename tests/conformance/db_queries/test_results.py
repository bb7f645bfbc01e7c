"""What queries return: order, slices, single rows, values, counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import F
from trimaran.errors import MultipleObjectsError, ObjectDoesNotExistError, QueryError


async def test_order(library: Any) -> None:
    """Rows are ordered by fields, related fields and expressions, either way."""
    await library.shelf()
    titles = library.Book.objects.values_list("title", flat=True)
    by_author = await titles.order_by("author__name", "-price", "title")
    assert by_author[:3] == ["100% Odyssey", "Iliad", "under_score\\"]
    assert await titles.order_by("-price", "id") == await titles.order_by(
        library.Book.c.price.desc(), library.Book.c.id
    )
    assert (await titles.order_by((F("price") * -1).asc(), "-title"))[0] == "Iliad"
    assert await titles.order_by("id").reverse() == await titles.order_by("-id")
    assert (await titles.order_by("title").order_by("id"))[0] == "Emma"


async def test_order_of_the_model(library: Any) -> None:
    """Meta.ordering holds where a query names no order of its own."""
    for code, order in (("a", 1), ("b", 2), ("c", 2)):
        await library.Note.objects.create(code=code, order=order)
    codes = library.Note.objects.values_list("code", flat=True)
    assert await codes == ["b", "c", "a"]
    assert await codes.order_by("code") == ["a", "b", "c"]
    assert (await library.Note.objects.first()).code == "b"
    assert (await library.Note.objects.last()).code == "a"


async def test_slices(library: Any) -> None:
    """limit, offset and slices take a part of the rows; a slice of a slice stays inside it."""
    await library.shelf()
    ids = library.Book.objects.order_by("id").values_list("id", flat=True)
    everything = await ids
    assert await ids.limit(2) == everything[:2]
    assert await ids.offset(4) == everything[4:]
    assert await ids[1:3] == everything[1:3]
    assert await ids[2:] == everything[2:]
    assert await ids[1:5][1:3] == everything[2:4]
    assert await ids[1:3][1:9] == everything[2:3]
    assert await ids[4] == everything[4]
    assert await ids[:0] == []
    assert await ids.limit(10**30) == everything
    assert await ids.offset(10**30) == []
    assert await ids[1:4].count() == 3
    assert await ids[5:9].exists() is True
    assert await ids[6:9].exists() is False
    assert await ids[1:4].last() == everything[3]
    with pytest.raises(IndexError, match="has no row at 6"):
        await ids[6]


async def test_get(library: Any) -> None:
    """get() returns the only row, and tells none from several."""
    shelf = await library.shelf()
    book = library.Book
    assert (await book.objects.get(title="Emma")).pages == 400
    assert (await book.objects.get(book.price == 5)).title == "Persuasion"
    with pytest.raises(book.DoesNotExist, match="No QBook fulfils the query"):
        await book.objects.get(id=-1)
    with pytest.raises(ObjectDoesNotExistError):
        await book.objects.filter(price=5).get(id=shelf["books"][0].id)
    with pytest.raises(book.MultipleObjectsReturned, match="several QBook rows"):
        await book.objects.get(author=shelf["jane"])
    with pytest.raises(MultipleObjectsError):
        await book.objects.get()
    assert await book.objects.get_or_none(id=-1) is None
    assert await book.objects.none().get_or_none(id=shelf["books"][0].id) is None
    assert not issubclass(book.DoesNotExist, library.Author.DoesNotExist)


async def test_first_and_last(library: Any) -> None:
    """first() and last() go by the order, by the key where there is none."""
    assert await library.Book.objects.first() is None
    assert await library.Book.objects.last() is None
    await library.shelf()
    assert (await library.Book.objects.first()).title == "Emma"
    assert (await library.Book.objects.last()).title == "under_score\\"
    assert (
        await library.Book.objects.order_by("-pages", "id").filter(pages__gt=0).first()
    ).title == "Iliad"


async def test_values(library: Any) -> None:
    """values() makes dicts and values_list() tuples, of fields and of related fields."""
    await library.shelf()
    emma = library.Book.objects.filter(title="Emma")
    assert await emma.values("title", "author__name", "published") == [
        {"title": "Emma", "author__name": "Jane Austen", "published": date(1815, 12, 23)}
    ]
    assert await emma.values_list("price", "author__country__name", "editor__name") == [
        (Decimal("3.00"), "England", None)
    ]
    assert [type(row) for row in await emma.values_list("id")] == [tuple]
    (everything,) = await emma.values()
    assert list(everything) == list(library.Book.__struct_fields__)
    assert await library.Book.objects.order_by("id").values_list("pk", flat=True) == [
        row.id for row in await library.Book.objects.order_by("id")
    ]
    with pytest.raises(QueryError, match="flat=True takes one field, not 2"):
        library.Book.objects.values_list("id", "title", flat=True)


async def test_distinct(library: Any) -> None:
    """distinct() drops equal results and counts them once."""
    await library.shelf()
    prices = library.Book.objects.values_list("price", flat=True).distinct()
    assert sorted(await prices) == [Decimal(p) for p in ("0.00", "0.99", "3.00", "5.00", "10.00")]
    assert await prices.count() == 5
    assert await library.Book.objects.distinct().count() == 6


async def test_subqueries(library: Any) -> None:
    """A query stands in another as a list of keys, or of its only column."""
    await library.shelf()
    dear = library.Book.objects.filter(price__gte=10)
    authors = library.Author.objects
    assert [row.name for row in await authors.filter(id__in=dear.values_list("author_id"))] == [
        "Homer"
    ]
    same = library.Book.objects.filter(id__in=dear).exclude(title="Iliad")
    assert [row.title for row in await same] == ["100% Odyssey"]
    some = library.Book.objects.filter(pages__gt=1).order_by("-pages")[:1]
    assert [row.title for row in await library.Book.objects.filter(pk__in=some)] == ["Iliad"]


async def test_none_asks_nothing(library: Any) -> None:
    """none() answers without a statement."""
    nothing = library.Book.objects.none()
    with library.statements() as noted:
        assert await nothing == []
        assert await nothing.count() == 0
        assert await nothing.exists() is False
        assert await nothing.update(pages=1) == 0
        assert await nothing.delete() == 0
    assert noted == []


async def test_iteration(library: Any) -> None:
    """`async for` goes over the rows."""
    await library.shelf()
    titles = [row.title async for row in library.Book.objects.order_by("id")[:2]]
    assert titles == ["Emma", "Persuasion"]


async def test_names_that_are_keywords(library: Any) -> None:
    """Tables and columns may be called as SQL's own words are."""
    await library.Note.objects.create(code="a", order=5)
    assert await library.Note.objects.filter(order=5).update(order=F("order") + 1) == 1
    assert await library.Note.objects.values_list("order", flat=True) == [6]
    assert (await library.Note.objects.get(pk="a")).order == 6
