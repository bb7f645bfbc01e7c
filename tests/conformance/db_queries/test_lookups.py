"""Look-ups: each one's meaning, the same on every backend."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import F, Q
from trimaran.errors import QueryError

ALL = {"Emma", "Persuasion", "Sanditon", "Iliad", "100% Odyssey", "under_score\\"}
JANE = {"Emma", "Persuasion", "Sanditon"}
HOMER = ALL - JANE

CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({"title": "Emma"}, {"Emma"}),
    ({"title": "emma"}, set()),
    ({"title__exact": "Emma"}, {"Emma"}),
    ({"title__iexact": "eMMA"}, {"Emma"}),
    ({"title__contains": "ss"}, {"100% Odyssey"} | set()),
    ({"title__contains": "SS"}, set()),
    ({"title__icontains": "SS"}, {"100% Odyssey"}),
    ({"title__contains": "%"}, {"100% Odyssey"}),
    ({"title__icontains": "_"}, {"under_score\\"}),
    ({"title__endswith": "\\"}, {"under_score\\"}),
    ({"title__startswith": "I"}, {"Iliad"}),
    ({"title__startswith": "i"}, set()),
    ({"title__istartswith": "i"}, {"Iliad"}),
    ({"title__endswith": "on"}, {"Persuasion", "Sanditon"}),
    ({"title__iendswith": "ON"}, {"Persuasion", "Sanditon"}),
    ({"title__startswith": ""}, ALL),
    ({"title__contains": ""}, ALL),
    ({"title__endswith": ""}, ALL),
    ({"title__regex": "^[EI]"}, {"Emma", "Iliad"}),
    ({"title__regex": re.compile("a$")}, {"Emma"}),
    ({"title__iregex": "^e"}, {"Emma"}),
    ({"title__in": ["Emma", "Iliad", "nothing"]}, {"Emma", "Iliad"}),
    ({"title__in": []}, set()),
    ({"title__in": {"Emma"}}, {"Emma"}),
    ({"pages__gt": 400}, {"Iliad", "100% Odyssey"}),
    ({"pages__gte": 400}, {"Emma", "Iliad", "100% Odyssey"}),
    ({"pages__lt": 400}, {"Persuasion"}),
    ({"pages__lte": 400}, {"Emma", "Persuasion"}),
    ({"pages__range": (250, 400)}, {"Emma", "Persuasion"}),
    ({"pages__in": [250, None]}, {"Persuasion"}),
    ({"pages": None}, {"Sanditon", "under_score\\"}),
    ({"pages__isnull": True}, {"Sanditon", "under_score\\"}),
    ({"pages__isnull": False}, ALL - {"Sanditon", "under_score\\"}),
    ({"pages": "400"}, {"Emma"}),
    ({"price": Decimal("0.99")}, {"Sanditon"}),
    ({"price": 10}, {"Iliad", "100% Odyssey"}),
    ({"price__lt": "1.00"}, {"Sanditon", "under_score\\"}),
    ({"price__in": [3, Decimal("0.99")]}, {"Emma", "Sanditon"}),
    ({"price__gt": Decimal("9.999")}, {"Iliad", "100% Odyssey"}),
    ({"published": date(1815, 12, 23)}, {"Emma"}),
    ({"published": "1815-12-23"}, {"Emma"}),
    ({"published__lt": date(1700, 1, 1)}, {"Iliad"}),
    ({"published__year": 1815}, {"Emma", "under_score\\"}),
    ({"published__year__gte": 1815}, {"Emma", "under_score\\"}),
    ({"published__year__in": [1598, 1600]}, {"Iliad"}),
    ({"published__month": 1}, {"Iliad", "under_score\\"}),
    ({"published__day": 23, "published__month": 12}, {"Emma"}),
    ({"author__name": "Homer"}, HOMER),
    ({"author__name__icontains": "AUSTEN"}, JANE),
    ({"author__country__name": "England"}, JANE),
    ({"author__country__isnull": True}, HOMER),
    ({"editor": None}, ALL - {"Persuasion", "100% Odyssey"}),
    ({"editor__isnull": False}, {"Persuasion", "100% Odyssey"}),
    ({"editor__name__startswith": "H"}, {"Persuasion"}),
    ({"editor__country__name": "England"}, {"100% Odyssey"}),
]


@pytest.mark.parametrize(("lookups", "titles"), CASES, ids=lambda value: str(value)[:50])
async def test_lookup(library: Any, lookups: dict[str, Any], titles: set[str]) -> None:
    """A look-up finds its rows, and exclude finds all the others, those with NULL among them."""
    await library.shelf()
    found = await library.Book.objects.filter(**lookups).values_list("title", flat=True)
    others = await library.Book.objects.exclude(**lookups).values_list("title", flat=True)
    assert sorted(found) == sorted(titles)
    assert sorted(others) == sorted(ALL - titles)


async def test_rows_and_keys_compare_alike(library: Any) -> None:
    """A foreign key is compared with a row, with its key, and with several of either."""
    shelf = await library.shelf()
    jane, books = shelf["jane"], library.Book.objects
    queries = [
        books.filter(author=jane),
        books.filter(author=jane.id),
        books.filter(author_id=jane.id),
        books.filter(author__id=jane.id),
        books.filter(author__pk=jane.id),
        books.filter(author__in=[jane]),
        books.filter(author__id__in=[jane.id]),
        books.filter(library.Book.author == jane),
        books.filter(author__in=library.Author.objects.filter(name__startswith="Jane")),
    ]
    for query in queries:
        assert set(await query.values_list("title", flat=True)) == JANE


async def test_no_join_for_the_key_of_a_relation(library: Any) -> None:
    """The related key stands in the table itself: asking for it joins nothing."""
    with library.statements() as noted:
        await library.Book.objects.filter(author__id=1, author__pk__in=[1], editor__isnull=True)
    assert "JOIN" not in noted[0]


async def test_typed_expressions(library: Any) -> None:
    """Columns compare, compute and combine as expressions."""
    await library.shelf()
    book = library.Book

    async def titles(*conditions: Any) -> set[str]:
        return set(await book.objects.filter(*conditions).values_list("title", flat=True))

    assert await titles(book.price > 5) == {"Iliad", "100% Odyssey"}
    assert await titles(book.c.price * 2 == 10) == {"Persuasion"}
    assert await titles(F("pages") - 100 >= F("price") * 40) == {"Emma", "Iliad", "100% Odyssey"}
    assert await titles((book.title == "Emma") | (book.title != "Emma")) == ALL
    assert await titles((book.pages < 300) & ~(book.price < 1)) == {"Persuasion"}
    assert await titles(book.c.title.icontains("IL") | book.c.pages.is_null()) == {
        "Iliad",
        "Sanditon",
        "under_score\\",
    }
    assert await titles(book.c.pages.between(1, 300), book.c.title.in_(["Persuasion"])) == {
        "Persuasion"
    }
    assert await titles(F("author__name") == F("editor__name")) == set()


async def test_q_combines(library: Any) -> None:
    """Q joins by and, or and not, nested as deep as it is written."""
    await library.shelf()
    query = Q(title="Emma") | Q(title="Iliad", price__gt=1) | ~Q(price__lt=100)
    nested = Q(Q(query, author__name="Homer") | Q(pk=-1))
    found = await library.Book.objects.filter(nested).values_list("title", flat=True)
    assert list(found) == ["Iliad"]
    assert await library.Book.objects.filter(Q()).count() == 6
    assert await library.Book.objects.filter(~Q()).count() == 6


async def test_many_alternatives(library: Any) -> None:
    """A hundred alternatives joined by | are one flat condition."""
    await library.shelf()
    query = Q(title="Emma")
    for number in range(100):
        query |= Q(pages=number)
    assert await library.Book.objects.filter(query).count() == 1


async def test_backwards_over_a_relation(library: Any) -> None:
    """A look-up backwards asks for one row that fulfils all of it, and repeats no result."""
    await library.shelf()
    names = library.Author.objects.values_list("name", flat=True).order_by("name")
    assert await names.filter(books__pages__gt=100) == ["Homer", "Jane Austen"]
    assert await names.filter(books__title="Emma", books__price=5) == []
    assert await names.filter(books__title="Emma").filter(books__price=5) == ["Jane Austen"]
    assert await names.exclude(books__title="Emma") == ["Homer"]
    assert await names.filter(books__editor__name="Homer") == ["Jane Austen"]
    assert await names.filter(edited__isnull=True) == []
    countries = library.Country.objects.values_list("name", flat=True)
    assert await countries.filter(authors__books__title__startswith="E") == ["England"]


async def test_moments_are_asked_in_utc(library: Any) -> None:
    """The parts of a moment are those of UTC, whatever zone it was given in."""
    late = datetime.fromisoformat("2024-01-01T00:30:00+02:00")
    await library.Sample.objects.create(moment=late, text="late")
    samples = library.Sample.objects
    assert await samples.filter(moment__year=2023, moment__month=12, moment__day=31).count() == 1
    assert await samples.filter(moment__date=date(2023, 12, 31), moment__hour=22).count() == 1
    assert await samples.filter(moment__minute__lt=30).count() == 0
    assert await samples.filter(moment=datetime(2023, 12, 31, 22, 30, tzinfo=UTC)).exists()
    assert await samples.filter(moment__gt="2023-12-31T22:29:59Z").exists()


HOSTILE: list[dict[str, Any]] = [
    {"whole": 2**70},
    {"whole": -(2**70)},
    {"whole__in": [2**70, 1]},
    {"whole__range": (-(2**80), 2**80)},
    {"text": "nul\0"},
    {"text__icontains": "\ud800"},
    {"text__in": ["\0", "\udfff"]},
    {"text__iregex": "'; DROP TABLE q_sample; --"},
    {"number": Decimal("1e500000")},
    {"number__gt": Decimal("NaN")},
    {"number__lt": Decimal("-Infinity")},
    {"number": "1" * 5000},
    {"real": float("nan")},
    {"real__lt": float("inf")},
    {"real": 10**400},
    {"day": "9999-12-31"},
    {"moment": datetime.max},  # noqa: DTZ901  naive on purpose
    {"moment__gt": datetime.fromisoformat("0001-01-01T00:00:00+14:00")},
    {"moment__year": 10**30},
    {"letter": "z\0"},
    {"grade": 99},
    {"pk": 10**40},
]


@pytest.mark.parametrize("lookups", HOSTILE, ids=repr)
async def test_hostile_values_find_nothing(library: Any, lookups: dict[str, Any]) -> None:
    """Whatever a client sends, a query answers: no value makes the driver fail."""
    await library.Sample.objects.create(text="plain")
    assert await library.Sample.objects.filter(**lookups).count() == 0
    assert await library.Sample.objects.exclude(**lookups).count() == 1


async def test_values_of_another_type_are_refused(library: Any) -> None:
    """A value that cannot be the column's is the developer's error, named with the field."""
    with pytest.raises(QueryError) as caught:
        await library.Book.objects.filter(pages="many")
    assert "QBook.pages cannot be compared with a value of type str" in str(caught.value)
    with pytest.raises(QueryError, match="needs several values, not one of type str"):
        library.Book.objects.filter(title__in="Emma")
    with pytest.raises(QueryError, match="has no key to compare with"):
        library.Book.objects.filter(author=library.Author(name="new"))
    with pytest.raises(QueryError, match="valid regular expression"):
        await library.Book.objects.filter(title__regex="(")
