"""Rows that are read in part, or with more than their columns."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from trimaran.db import Count, F, Prefetch, Q, Rank, Sum, Upper, Window
from trimaran.errors import FieldNotLoadedError, QueryError


async def test_only(library: Any) -> None:
    """What was left out is awaited, for all rows at once; anything else teaches."""
    await library.shelf()
    rows = await library.Book.objects.only("title").order_by("id")
    assert [row.title for row in rows[:2]] == ["Emma", "Persuasion"]
    with pytest.raises(FieldNotLoadedError, match=r"QBook\.price was read, but the query left"):
        assert rows[0].price > 3
    with library.statements() as noted:
        assert [await row.price for row in rows[:3]] == [3, 5, Decimal("0.99")]
    assert len(noted) == 1
    assert (await rows[5].price, await rows[5].price) == (0, 0)


async def test_defer(library: Any) -> None:
    """A deferred field is neither in JSON nor written, and copies lack it too."""
    shelf = await library.shelf()
    row = await library.Book.objects.defer("pages", "published").get(title="Emma")
    assert set(msgspec.json.decode(msgspec.json.encode(row))) == {
        "id", "title", "author_id", "editor_id", "price",
    }  # fmt: skip
    row.title = "Emma!"
    await row.save()
    fresh = await library.Book.objects.get(pk=row.pk)
    assert (fresh.title, fresh.pages) == ("Emma!", 400)
    assert (await copy.copy(row).pages, (await row.author) == shelf["jane"]) == (400, True)
    assert pickle.loads(pickle.dumps(row)).title == "Emma!"  # noqa: S301  ours
    assert (await library.Book.objects.defer("pages").defer(None).get(pk=row.pk)).pages == 400


async def test_only_beside_joins_and_annotations(library: Any) -> None:
    """Joined rows, annotations and a part of the columns stand beside each other."""
    await library.shelf()
    query = library.Author.objects.select_related("country").annotate(n=Count("books"))
    rows = await query.only("name").order_by("name")
    assert [(row.name, row.n) for row in rows] == [("Homer", 3), ("Jane Austen", 3)]
    assert rows[1].country.name == "England"


async def test_prefetch(library: Any) -> None:
    """Related rows come by a query of their own, into an attribute of their own."""
    await library.shelf()
    dear = library.Book.objects.filter(price__gte=5).order_by("-title")
    wanted = Prefetch("books", queryset=dear, to_attr="dear_books")
    with library.statements() as noted:
        rows = await library.Author.objects.order_by("name").prefetch_related(wanted)
        listed = [[book.title for book in row.dear_books] for row in rows]
    assert listed == [["Iliad", "100% Odyssey"], ["Persuasion"]]
    assert len(noted) == 2
    assert [book.author.name for book in rows[0].dear_books] == ["Homer", "Homer"]
    rows = await library.Author.objects.order_by("name").prefetch_related(
        Prefetch("books", queryset=dear), "books__editor"
    )
    assert [[book.title for book in await row.books] for row in rows] == listed


async def test_windows_in_filters(library: Any) -> None:
    """A condition on a window keeps the best of each group."""
    await library.shelf()
    place = Window(Rank(), partition_by="author", order_by=F("price").desc())
    query = library.Book.objects.annotate(place=place).filter(place=1, title__gt="0")
    rows = await query.order_by("-price", "title")
    assert [row.title for row in rows] == ["100% Odyssey", "Iliad", "Persuasion"]
    assert await query.count() == 3
    assert [row.title for row in await query.order_by("title")[:1]] == ["100% Odyssey"]
    assert await query.exists()


async def test_values_of_expressions(library: Any) -> None:
    """Values take expressions, transforms and parts of documents; tuples may have names."""
    await library.shelf()
    books = library.Book.objects.filter(title__in=["Emma", "Iliad"]).order_by("title")
    assert await books.values("published__year", loud=Upper("title")) == [
        {"published__year": 1815, "loud": "EMMA"},
        {"published__year": 1598, "loud": "ILIAD"},
    ]
    (row, _) = await books.values_list("id", "title", named=True)
    assert row.title == "Emma"
    assert await books.values_list("title", Upper("title")) == [
        ("Emma", "EMMA"), ("Iliad", "ILIAD"),
    ]  # fmt: skip
    grouped = library.Book.objects.values("author__name").annotate(total=Sum("price"))
    assert {row["author__name"]: row["total"] for row in await grouped} == {
        "Jane Austen": Decimal("8.99"),
        "Homer": 20,
    }
    await library.Sample.objects.create(data={"a": {"b": [1]}})
    assert await library.Sample.objects.values_list("data__a__b", flat=True) == [[1]]


async def test_names_of_aggregates(library: Any) -> None:
    """An aggregate without a name is called after its field; alias() returns nothing."""
    await library.shelf()
    query = library.Author.objects.annotate(Count("books")).filter(books__count__gt=2)
    assert [row.books__count for row in await query.order_by("-books__count", "name")] == [3, 3]
    assert await library.Book.objects.aggregate(Sum("pages")) == {"pages__sum": 1850}
    hidden = library.Author.objects.alias(dear=Count("books", filter=Q(books__price=10)))
    assert await hidden.filter(dear=2).values("name") == [{"name": "Homer"}]
    assert not hasattr((await hidden.filter(dear=2))[0], "dear")


async def test_dates(library: Any) -> None:
    """Each year occurs once, in order."""
    await library.shelf()
    books = library.Book.objects
    assert await books.dates("published", "year", order="DESC") == [
        date(1815, 1, 1), date(1598, 1, 1),
    ]  # fmt: skip
    with pytest.raises(QueryError, match="no unit 'era' of dates"):
        books.dates("published", "era")


async def test_in_bulk_and_contains(library: Any) -> None:
    """Rows by a unique field; whether a row is among others."""
    shelf = await library.shelf()
    found = await library.Author.objects.in_bulk(["Homer", "X"], field_name="name")
    assert list(found) == ["Homer"]
    assert len(await library.Author.objects.in_bulk()) == 2
    with pytest.raises(QueryError, match=r"in_bulk\(\) by QBook\.title could find several"):
        await library.Book.objects.in_bulk(["Emma"], field_name="title")
    assert await library.Author.objects.filter(name="Homer").contains(shelf["homer"])
    assert not await library.Author.objects.filter(name="Homer").contains(shelf["jane"])


async def test_orders_of_nulls(library: Any) -> None:
    """NULLs stand where they were asked to be."""
    await library.shelf()
    books = library.Book.objects.values_list("pages", flat=True)
    assert await books.order_by(F("pages").asc(nulls_first=True))[:3] == [None, None, 250]
    assert await books.order_by(F("pages").desc(nulls_last=True))[3:] == [250, None, None]
    assert await books.order_by(F("pages").asc(nulls_first=True)).reverse()[:1] == [700]
    assert len(await books.order_by("?")) == 6
