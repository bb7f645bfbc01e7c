"""Aggregates: over all rows, of groups, and of what belongs to each row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import (
    Avg,
    Case,
    Count,
    Exists,
    Extract,
    F,
    Length,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from trimaran.errors import QueryError


async def test_aggregate(library: Any) -> None:
    """aggregate() returns a dict of values over all rows of the query."""
    await library.shelf()
    books = library.Book.objects
    assert await books.aggregate(
        n=Count(),
        total=Sum("price"),
        mean=Avg("pages"),
        least=Min("pages"),
        latest=Max("published"),
        authors=Count("author", distinct=True),
        dear=Count("*", filter=Q(price__gte=5)),
    ) == {
        "n": 6,
        "total": Decimal("28.99"),
        "mean": 462.5,
        "least": 250,
        "latest": date(1815, 12, 23),
        "authors": 2,
        "dear": 3,
    }
    assert await books.filter(author__name="Homer").aggregate(mean=Avg("price")) == {
        "mean": Decimal("6.666667")
    }
    assert await books.filter(id=-1).aggregate(n=Count(), s=Sum("pages")) == {"n": 0, "s": None}
    assert await books.order_by("-price", "title")[:3].aggregate(s=Sum("price")) == {"s": 25}
    assert await books.aggregate(s=Sum(F("pages") * 2) + 1) == {"s": 3701}


async def test_aggregate_over_relations(library: Any) -> None:
    """Ways forwards and backwards are joined inside an aggregate."""
    await library.shelf()
    assert await library.Author.objects.aggregate(s=Sum("books__pages"), n=Count("books")) == {
        "s": 1850,
        "n": 6,
    }
    assert await library.Country.objects.aggregate(top=Max("authors__books__price")) == {"top": 5}
    assert await library.Book.objects.aggregate(n=Count("author__country", distinct=True)) == {
        "n": 1
    }
    with pytest.raises(QueryError, match="several relations at once would count rows twice"):
        await library.Author.objects.aggregate(a=Count("books"), b=Count("edited"))


async def test_each_row(library: Any) -> None:
    """Without values() an aggregate is of what belongs to each row; several do not multiply."""
    await library.shelf()
    authors = library.Author.objects.annotate(
        n=Count("books"),
        edited_ones=Count("edited"),
        pages=Sum("books__pages"),
        dear=Count("books", filter=Q(books__price__gte=5)),
        long=Sum(Case(When(books__pages__gte=500, then=1), default=0)),
    ).order_by("-n", "name")
    assert [(r.name, r.n, r.edited_ones, r.pages, r.dear, r.long) for r in await authors] == [
        ("Homer", 3, 1, 1200, 2, 2),
        ("Jane Austen", 3, 1, 650, 1, 0),
    ]
    assert await authors.filter(pages__gt=1000).values_list("name", flat=True) == ["Homer"]
    assert await authors.filter(dear=1).count() == 1
    assert await authors.exclude(pages__gt=1000).exists() is True
    assert await authors.aggregate(most=Max("pages")) == {"most": 1200}
    countries = library.Country.objects.annotate(books=Count("authors__books"))
    assert [row.books for row in await countries] == [3]


async def test_groups(library: Any) -> None:
    """values() before annotate() groups by its fields; conditions on aggregates are HAVING."""
    await library.shelf()
    books = library.Book.objects
    by_author = books.values("author__name").annotate(n=Count("id"), top=Max("price"))
    assert await by_author.order_by("author__name") == [
        {"author__name": "Homer", "n": 3, "top": Decimal("10.00")},
        {"author__name": "Jane Austen", "n": 3, "top": Decimal("5.00")},
    ]
    assert await by_author.filter(top__gt=5).values_list("author__name", flat=True) == ["Homer"]
    assert await by_author.filter(pages__gt=0).order_by("-n").first() is not None
    assert await by_author.count() == 2
    assert await by_author.filter(n=7).exists() is False
    tuples = books.values_list("author").annotate(n=Count("id", filter=Q(price=10)))
    assert sorted(n for _, n in await tuples) == [0, 2]
    years = books.annotate(year=Extract("published", "year")).values("year").annotate(n=Count())
    assert await years.filter(year__isnull=False).order_by("year") == [
        {"year": 1598, "n": 1},
        {"year": 1815, "n": 2},
    ]
    dear = Case(When(price__gte=5, then=Value("dear")), default=Value("cheap"))
    groups = books.annotate(kind=dear).values("kind").annotate(n=Count()).order_by("kind")
    assert await groups == [{"kind": "cheap", "n": 3}, {"kind": "dear", "n": 3}]
    back = library.Author.objects.values("name").annotate(n=Count("books")).order_by("-n")
    assert [row["n"] for row in await back] == [3, 3]


async def test_subqueries_know_the_row(library: Any) -> None:
    """OuterRef is a column of the query around, in Subquery and Exists."""
    await library.shelf()
    books = library.Book.objects.filter(author=OuterRef("pk"))
    authors = library.Author.objects.annotate(
        dearest=Subquery(books.order_by("-price", "title").values("title")),
        long=Exists(books.filter(pages__gt=600)),
    ).order_by("name")
    assert [(row.dearest, row.long) for row in await authors] == [
        ("100% Odyssey", True),
        ("Persuasion", False),
    ]
    assert await authors.filter(long=True).count() == 1
    assert await library.Author.objects.filter(Exists(books.filter(price=3))).count() == 1
    assert await library.Author.objects.filter(~Exists(books.filter(price=3))).count() == 1
    assert await library.Author.objects.exclude(Exists(books)).count() == 0
    counted = Subquery(library.Book.objects.values("author").annotate(n=Count()).values("n"))
    assert (await library.Author.objects.annotate(n=counted).first()).n == 3
    same = library.Book.objects.filter(price__lt=OuterRef("price"), author=OuterRef("author"))
    assert await library.Book.objects.exclude(Exists(same)).count() == 2
    size = library.Author.objects.annotate(size=Length("name"))
    assert await size.filter(Exists(books.filter(pages__gt=OuterRef("size")))).count() == 2
    with pytest.raises(QueryError, match=r"OuterRef\('pk'\) stands in a query that is inside no"):
        await books


async def test_update_by_a_subquery(library: Any) -> None:
    """A column takes the value of a subquery about its own row."""
    await library.shelf()
    others = library.Author.objects.filter(pk=OuterRef("author")).values("name")
    assert await library.Book.objects.filter(price=3).update(title=Subquery(others)) == 1
    assert await library.Book.objects.filter(title="Jane Austen").count() == 1


async def test_combined(library: Any) -> None:
    """union, intersection and difference combine queries of the same columns."""
    await library.shelf()
    books, authors = library.Book.objects, library.Author.objects
    cheap, long = books.filter(price__lt=5), books.filter(pages__gt=300)
    assert [row.title for row in await cheap.union(long).order_by("-title")[:2]] == [
        "under_score\\",
        "Sanditon",
    ]
    assert await cheap.union(long, all=True).count() == 6
    assert await cheap.union(long).count() == 5
    assert [row.title for row in await cheap.intersection(long)] == ["Emma"]
    assert {row.title for row in await cheap.difference(long)} == {"Sanditon", "under_score\\"}
    names = books.values_list("title", flat=True).union(authors.values_list("name", flat=True))
    assert len(await names) == 8
    some = books.order_by("-price", "id")[:1].union(books.order_by("price")[:1]).order_by("price")
    assert [row.title for row in await some] == ["under_score\\", "Iliad"]
    both = books.filter(price=3).values("id").union(books.filter(price=5).values("id"))
    assert await books.filter(pk__in=both).count() == 2
    with pytest.raises(QueryError, match="returns other columns than"):
        books.values("id").union(books.values("id", "title"))
    with pytest.raises(QueryError, match="A combined query cannot be filtered"):
        cheap.union(long).filter(price=1)
    with pytest.raises(QueryError, match="A combined query cannot be projected"):
        cheap.union(long).values("id")
    with pytest.raises(QueryError, match="ordered by what they return"):
        await books.values("id").union(books.values("id")).order_by("price")


async def test_misuse(library: Any) -> None:
    """What cannot be aggregated is refused with the mend."""
    books = library.Book.objects
    with pytest.raises(QueryError, match="is asked of values of type str"):
        books.annotate(x=Sum("title"))
    with pytest.raises(QueryError, match="takes no rows together"):
        await books.aggregate(x=F("price"))
    with pytest.raises(QueryError, match="is an aggregate of an aggregate"):
        books.annotate(x=Sum(Count("id")))
    with pytest.raises(QueryError, match="once it has been sliced"):
        books[:3].annotate(x=Count("id"))
    with pytest.raises(QueryError, match="select_related"):
        books.values("title").select_related("author")
