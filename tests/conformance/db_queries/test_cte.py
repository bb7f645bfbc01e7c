"""Common table expressions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import Count, F, Sum, Value, With
from trimaran.errors import QueryError


async def test_join(library: Any) -> None:
    """A query of groups is joined to a model by its columns."""
    await library.shelf()
    sums = With(library.Book.objects.values("author").annotate(total=Sum("price")), name="sums")
    query = sums.join(library.Author, id=sums.col.author).annotate(total=sums.col.total)
    rows = await query.filter(total__gt=10).order_by("-total")
    assert [(row.name, row.total) for row in rows] == [("Homer", Decimal(20))]
    assert await query.count() == 2
    assert await query.order_by("name").values_list("name", "total") == [
        ("Homer", Decimal("20.00")), ("Jane Austen", Decimal("8.99")),
    ]  # fmt: skip


async def test_queryset(library: Any) -> None:
    """Its rows are read, filtered and counted as a table's are."""
    await library.shelf()
    cheap = With(library.Book.objects.filter(price__lt=5).values("title", "price"), name="cheap")
    rows = await cheap.queryset().filter(price__gt=0).order_by("-price")
    assert rows == [
        {"title": "Emma", "price": Decimal("3.00")},
        {"title": "Sanditon", "price": Decimal("0.99")},
    ]
    assert await cheap.queryset().count() == 3


async def test_recursive(library: Any) -> None:
    """A tree is walked from its root, each row with its depth."""
    note = library.Note
    for code, parent in [("a", None), ("b", "a"), ("c", "b"), ("d", "a"), ("x", None)]:
        await note.objects.create(code=code, parent_id=parent)
    tree = With.recursive(
        note.objects.filter(code="a").values("code", depth=Value(0)),
        lambda tree: tree.join(note.objects.order_by(), parent=tree.col.code).values(
            "code", depth=tree.col.depth + 1
        ),
        name="tree",
    )
    rows = tree.queryset().order_by("depth", "code")
    assert [(row["code"], row["depth"]) for row in await rows] == [
        ("a", 0), ("b", 1), ("d", 1), ("c", 2),
    ]  # fmt: skip
    joined = tree.join(note, code=tree.col.code).annotate(depth=tree.col.depth)
    assert [row.code for row in await joined.filter(depth__gte=1).order_by("-depth", "code")] == [
        "c", "b", "d",
    ]  # fmt: skip


async def test_circles_end(library: Any) -> None:
    """Without ``all`` a circle of rows ends by itself."""
    note = library.Note
    await note.objects.create(code="a")
    await note.objects.create(code="b", parent_id="a")
    await note.objects.filter(code="a").update(parent="b")
    ring = With.recursive(
        note.objects.filter(code="a").values("code"),
        lambda ring: ring.join(note.objects.order_by(), parent=ring.col.code).values("code"),
        name="ring",
        all=False,
    )
    assert sorted([row["code"] for row in await ring.queryset()]) == ["a", "b"]


async def test_outer_join(library: Any) -> None:
    """Rows to which nothing belongs stay, where that is asked for."""
    await library.shelf()
    await library.Author.objects.create(name="Nobody")
    counts = With(library.Book.objects.values("author").annotate(n=Count("id")), name="counts")
    rows = counts.join(library.Author, outer=True, id=counts.col.author)
    listed = await rows.annotate(n=counts.col.n).order_by(F("n").desc(nulls_last=True), "name")
    assert [(row.name, row.n) for row in listed] == [
        ("Homer", 3), ("Jane Austen", 3), ("Nobody", None),
    ]  # fmt: skip


async def test_misuse(library: Any) -> None:
    """What cannot be is refused with the mend."""
    books = library.Book.objects
    with pytest.raises(QueryError, match=r"TRI-QUERY-031.*which returns rows"):
        With(books.all())
    with pytest.raises(QueryError, match="cannot be called 'x; drop'"):
        With(books.values("id"), name="x; drop")
    cte = With(books.values("id"), name="c")
    with pytest.raises(QueryError, match=r"c has no column 'nme'\. It has: id"):
        _ = cte.col.nme
    with pytest.raises(QueryError, match="that has not joined c"):
        books.annotate(x=cte.col.id)
