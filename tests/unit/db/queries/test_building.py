"""Building queries: lazy, immutable, and clear about what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trimaran.db import F, Field, ForeignKey, Model, Q
from trimaran.errors import ConfigurationError, QueryError


class BuildAuthor(Model):
    name: str = Field(max_length=50)
    friend: ForeignKey["BuildAuthor"] | None = Field(related_name="friends")  # noqa: UP037


class BuildBook(Model):
    title: str = Field(max_length=50)
    pages: int | None
    data: dict[str, Any] = Field(default_factory=dict)
    author: ForeignKey[BuildAuthor] = Field(related_name="books")


BOOKS = BuildBook.objects


def test_queries_are_immutable() -> None:
    """Each method returns a new query and leaves the old one as it was."""
    before = BOOKS.filter(title="a")
    for made in (
        before.filter(pages=1),
        before.exclude(pages=1),
        before.order_by("id"),
        before.limit(1),
        before.offset(1),
        before[1:2],
        before.distinct(),
        before.none(),
        before.using("x"),
        before.reverse(),
        before.select_related("author"),
        before.prefetch_related("author"),
        before.values("id"),
    ):
        assert made is not before
    assert len(before._where) == 1
    assert (before._limit, before._offset, before._order, before._alias) == (
        None,
        0,
        None,
        "default",
    )
    assert before._projection is None


CASES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: BOOKS.filter(titel="x"),
        r"BuildBook has no field 'titel'\. Did you mean 'title'\? It",
    ),
    (
        lambda: BOOKS.filter(author__nme="x"),
        r"BuildAuthor has no field 'nme'\. Did you mean 'name'",
    ),
    (lambda: BOOKS.filter(title__contain="x"), r"no look-up 'contain'\. Did you mean 'contains'"),
    (lambda: BOOKS.filter(pages__icontains=1), r"a field of type int has no look-up 'icontains'"),
    (lambda: BOOKS.filter(data__a__gt=[1]), r"cannot be compared with a value of type list"),
    (lambda: BOOKS.filter(title__gt=None), r"cannot be compared with such a value\. NULL is asked"),
    (lambda: BOOKS.filter(title__x__y="x"), r"has no look-up 'x__y'"),
    (lambda: BOOKS.filter(5 > 3), r"True is not a condition\. Give keywords"),
    (lambda: BOOKS.filter(BuildAuthor.name == "x"), r"BuildAuthor\.name is not a column of BuildB"),
    (lambda: BOOKS.filter(F("pages") * 2 > object()), r"such a value cannot stand"),
    (lambda: BOOKS.order_by("titel"), r"BuildBook has no field 'titel'"),
    (lambda: BOOKS.order_by("author__books"), r"author__books is not a column"),
    (lambda: BOOKS.order_by(5), r"cannot be ordered by 5"),
    (lambda: BOOKS.values("author__nme"), r"BuildAuthor has no field 'nme'"),
    (lambda: BOOKS.limit(-1), r"limit must be a whole number that is not negative, not -1"),
    (lambda: BOOKS.limit("5"), r"limit must be a whole number that is not negative, not '5'"),
    (lambda: BOOKS[-1:], r"offset must be a whole number that is not negative, not -1"),
    (lambda: BOOKS[::2], r"A query has no step"),
    (lambda: BOOKS[:3].filter(title="x"), r"cannot be filtered once it has been sliced"),
    (lambda: BOOKS.filter(id__in=range(200_000)), r"was given 200000 values; 100000 is the most"),
    (lambda: BOOKS.select_related("books"), r"BuildBook has no relation 'books'\. It has: author"),
    (
        lambda: BuildAuthor.objects.filter(**{"friend__" * 9 + "name": "x"}),
        r"follows more than 8 relations",
    ),
    (
        lambda: BuildAuthor.objects.select_related("__".join(["friend"] * 9)),
        r"more than 8 relations",
    ),
    (lambda: Q(connector="xor"), r"Q has no connector 'xor'"),
    (lambda: list(BOOKS), r"A query was iterated without being awaited\. Write `async for`"),
    (lambda: len(BOOKS.all()), r"A query was counted without being awaited"),
    (lambda: bool(BOOKS.all()), r"A query was tested without being awaited"),
    (lambda: 3 in BOOKS.all(), r"A query was searched without being awaited"),
    (lambda: BuildBook.pages > 3 and BuildBook.pages < 5, r"no truth value in Python\. Combine"),
    (lambda: BuildBook.c.nothing, r"BuildBook has no field 'nothing'"),
]


@pytest.mark.parametrize(("build", "message"), CASES)
def test_misuse(build: Callable[[], Any], message: str) -> None:
    """A query that cannot be is refused when it is built, with what exists and the mend."""
    with pytest.raises(QueryError, match=message):
        build()


def test_a_misuse_names_its_line() -> None:
    """The message leads to the developer's own line."""
    with pytest.raises(QueryError) as caught:
        BOOKS[:3].filter(title="x")
    assert caught.value.where.startswith(f"{Path(__file__).relative_to(Path.cwd())}:")


def test_conditions_may_not_nest_without_end() -> None:
    """A condition nested very deep is refused instead of exhausting the stack."""
    query = Q(title="x")
    for _ in range(200):
        query = ~(query & Q(pages=1))
    with pytest.raises(QueryError, match="nested more than 64 deep"):
        BOOKS.filter(query)


def test_expressions_are_no_sequences() -> None:
    """A column is not iterated by mistake."""
    with pytest.raises(TypeError, match="an expression of a query, not a sequence"):
        list(BuildBook.c.title)


def test_no_database_is_told() -> None:
    """A query without a database says how to install one."""
    with pytest.raises(ConfigurationError, match="No database 'elsewhere' is installed"):
        BOOKS.using("elsewhere").get(id=1).send(None)


def test_representations() -> None:
    """What a developer prints is readable."""
    assert repr(BOOKS.all()) == "<Manager of BuildBook>"
    assert repr(Q(title="x") | ~Q(pages=1)) == "Q(Q(title='x') or ~Q(Q(pages=1)))"
    assert repr(F("a") + 1 > 3) == "((F('a') + 1) gt 3)"
