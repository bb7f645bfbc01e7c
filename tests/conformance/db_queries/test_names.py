"""Names are not SQL: whatever stands where a name belongs, nothing but the query happens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from trimaran.db import F, JSONObject, Length, Prefetch, Q, StringAgg, With
from trimaran.errors import TrimaranError

HOSTILE = [
    "title; DROP TABLE q_book",
    'title" --',
    "title' OR '1'='1",
    "title`; DELETE FROM q_book; --",
    "title) UNION SELECT 1",
    "title\\",
    "$1",
    "?",
    ":value_0",
    "%s",
    "title__exact) OR (1=1",
    "a.b",
    'q"k',
    "\x00",
    "é\u2028",
]
names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))

USES = [
    lambda books, name: books.filter(**{name: 1}),
    lambda books, name: books.filter(**{f"title__{name}": "x"}),
    lambda books, name: books.exclude(Q(**{f"author__{name}": 1})),
    lambda books, name: books.order_by(name),
    lambda books, name: books.order_by(F(name).desc()),
    lambda books, name: books.values(name),
    lambda books, name: books.values_list("title", name),
    lambda books, name: books.only(name),
    lambda books, name: books.defer(name),
    lambda books, name: books.annotate(**{name: Length("title")}),
    lambda books, name: books.annotate(n=Length(name)),
    lambda books, name: books.alias(**{name: Length("title")}).order_by(name),
    lambda books, name: books.select_related(name),
    lambda books, name: books.prefetch_related(name),
    lambda books, name: books.prefetch_related(Prefetch("author", to_attr=name)),
    lambda books, name: books.values("author").annotate(n=StringAgg("title", name)),
    lambda books, name: books.values(made=JSONObject(**{name: "title"})),
    lambda books, name: With(books.values("title"), name=name).queryset(),
    lambda books, name: books.distinct(name),
    lambda books, name: books.dates("published", name),
]


@pytest.mark.parametrize("place", range(len(USES)))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=names)
@example(name='title" --')
@example(name="x' || (SELECT 1) || '")
def test_names(library: Any, place: int, name: str) -> None:
    """A name is one of the model's, or refused: the database is never asked to parse it."""

    async def ask() -> None:
        books = library.Book.objects
        if not await books.exists():
            await library.shelf()
        try:
            await USES[place](books, name)
        except TrimaranError as error:
            assert error.id.startswith(("TRI-QUERY", "TRI-MODEL")), error
        assert await books.count() == 6

    library.runner.run(ask())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(key=names.filter(lambda key: "__" not in key and not key.endswith("_") and key))
def test_keys_of_documents(library: Any, key: str) -> None:
    """A key of a document is a parameter: it finds what is there and nothing else."""
    if not key.isprintable() or key.isdecimal() or key[0] == "_" or key == "other":
        return

    async def ask() -> None:
        rows = library.Sample.objects
        await rows.all().delete()
        await rows.create(whole=1, data={key: "x"})
        await rows.create(whole=2, data={"other": {key: 3}})
        try:
            held = rows.filter(data__has_key=key).values_list("whole", flat=True)
            assert await held == [1], key
            found = rows.filter(**{f"data__{key}__isnull": False})
            assert await found.values_list("whole", flat=True) == [1]
            inner = rows.filter(**{f"data__other__{key}__gte": 3})
            assert await inner.values_list("whole", flat=True) == [2]
        except TrimaranError as error:
            assert error.id.startswith("TRI-QUERY"), error

    library.runner.run(ask())


async def test_races(library: Any) -> None:
    """Of fifty tasks that want the same row one creates it."""
    authors = library.Author.objects
    made = await asyncio.gather(*[authors.get_or_create(name="Sappho") for _ in range(50)])
    assert sum(created for _, created in made) == 1
    assert len({row.pk for row, _ in made}) == 1
    country = await library.Country.objects.create(name="Lesbos")
    await asyncio.gather(
        *[authors.update_or_create({"country": country}, name="Alcaeus") for _ in range(50)]
    )
    assert await authors.filter(name="Alcaeus").count() == 1


async def test_returning(library: Any) -> None:
    """Rows that were written come back as they are, those deleted as they were."""
    await library.shelf()
    dear = library.Book.objects.filter(price=10)
    rows = await dear.update_returning(price=F("price") + 1, pages=1)
    assert sorted((row.title, row.price, row.pages) for row in rows) == [
        ("100% Odyssey", 11, 1), ("Iliad", 11, 1),
    ]  # fmt: skip
    gone = await library.Book.objects.filter(author__name="Homer").delete_returning()
    assert sorted(row.title for row in gone) == ["100% Odyssey", "Iliad", "under_score\\"]
    assert await library.Book.objects.count() == 3


async def test_explain(library: Any) -> None:
    """The plan comes as text or as JSON, with times where they were asked for."""
    query = library.Book.objects.filter(title="x")
    assert "q_book" in await query.explain()
    if library.vendor == "sqlite":
        return
    assert (await query.explain(format="json"))[0] in "[{"
    assert "q_book" in await query.explain(analyze=True)
