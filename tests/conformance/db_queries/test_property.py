"""Random conditions, compared with what plain Python says of the same rows."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimaran.db import (
    Abs,
    Case,
    Coalesce,
    Concat,
    Count,
    F,
    Greatest,
    Least,
    Length,
    OuterRef,
    Q,
    Substr,
    Trim,
    Value,
    When,
)

Test = Callable[[Any], bool]
Pair = tuple[Q, Test]

TEXTS = ["", "a", "A", "ab", "b%", "_", "%", "\\", "a\\%", "'", '"', "aab"]
NUMBERS = [None, -1, 0, 1, 2, 3]
PRICES = [Decimal(0), Decimal("0.10"), Decimal("1.05"), Decimal(2)]

_ORDER = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "exact": operator.eq,
    "iexact": lambda value, part: value.lower() == part.lower(),
    "contains": operator.contains,
    "icontains": lambda value, part: part.lower() in value.lower(),
    "startswith": str.startswith,
    "istartswith": lambda value, part: value.lower().startswith(part.lower()),
    "endswith": str.endswith,
    "iendswith": lambda value, part: value.lower().endswith(part.lower()),
}


def _text(op: str, part: str) -> Pair:
    return Q(**{f"text__{op}": part}), lambda row: _TEXT[op](row.text, part)


def _number(op: str, value: int) -> Pair:
    holds = _ORDER[op]
    return (
        Q(**{f"whole__{op}": value}),
        lambda row: row.whole is not None and holds(row.whole, value),
    )


def _in(values: list[int | None]) -> Pair:
    wanted = {value for value in values if value is not None}
    return Q(whole__in=values), lambda row: row.whole in wanted


def _null(null: bool) -> Pair:
    return Q(whole__isnull=null), lambda row: (row.whole is None) == null


def _price(op: str, value: Decimal) -> Pair:
    holds = _ORDER[op]
    return Q(**{f"number__{op}": value}), lambda row: holds(row.number, value)


leaves = st.one_of(
    st.builds(_text, st.sampled_from(sorted(_TEXT)), st.sampled_from(TEXTS)),
    st.builds(_number, st.sampled_from(sorted(_ORDER)), st.sampled_from(NUMBERS[1:])),
    st.builds(_price, st.sampled_from(sorted(_ORDER)), st.sampled_from(PRICES)),
    st.builds(_in, st.lists(st.sampled_from(NUMBERS), max_size=3)),
    st.builds(_null, st.booleans()),
)


def _grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.one_of(
        st.builds(lambda a, b: (a[0] & b[0], lambda row: a[1](row) and b[1](row)), inner, inner),
        st.builds(lambda a, b: (a[0] | b[0], lambda row: a[1](row) or b[1](row)), inner, inner),
        st.builds(lambda a: (~a[0], lambda row: not a[1](row)), inner),
    )


conditions = st.recursive(leaves, _grown, max_leaves=8)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pair=conditions)
def test_random_conditions(library: Any, pair: Pair) -> None:
    """A query returns exactly the rows of which Python says that the condition holds."""
    query, holds = pair
    samples = library.Sample

    async def scenario() -> None:
        if not await samples.objects.exists():
            await samples.objects.bulk_create(
                [
                    samples(text=text, whole=NUMBERS[n % 6], number=PRICES[n % 4])
                    for n, text in enumerate(TEXTS * 3)
                ]
            )
        rows = await samples.objects.all()
        found = await samples.objects.filter(query).values_list("id", flat=True)
        others = await samples.objects.exclude(query).values_list("id", flat=True)
        expected = {row.id for row in rows if holds(row)}
        assert set(found) == expected
        assert set(others) == {row.id for row in rows} - expected

    library.runner.run(scenario())


def _least(rows: list[Any]) -> Any:
    given = [value for value in rows if value is not None]
    return min(given, default=None)


whole = st.recursive(
    st.one_of(
        st.just((F("whole"), lambda row: row.whole)),
        st.integers(-5, 5).map(lambda n: (Value(n), lambda row: n)),
        st.just((Length("text"), lambda row: len(row.text))),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda a, b: (
                Coalesce(a[0], b[0]),
                lambda row: b[1](row) if a[1](row) is None else a[1](row),
            ),
            inner,
            inner,
        ),
        st.builds(
            lambda a, b: (
                a[0] + b[0],
                lambda row: None if None in (a[1](row), b[1](row)) else a[1](row) + b[1](row),
            ),
            inner,
            inner,
        ),
        st.builds(
            lambda a, b: (Least(a[0], b[0]), lambda row: _least([a[1](row), b[1](row)])),
            inner,
            inner,
        ),
        st.builds(
            lambda a, b, c: (
                Case(When(c[0], then=a[0]), default=b[0]),
                lambda row: a[1](row) if c[1](row) else b[1](row),
            ),
            inner,
            inner,
            leaves,
        ),
        inner.map(lambda a: (Abs(a[0]), lambda row: None if a[1](row) is None else abs(a[1](row)))),
        inner.map(
            lambda a: (
                Greatest(a[0], Value(0)),
                lambda row: max(0, 0 if a[1](row) is None else a[1](row)),
            )
        ),
        inner.map(
            lambda a: (
                Length(Concat(Substr(Trim("text"), 1, 2), Value("é"))),
                lambda row: len(row.text.strip(" ")[:2]) + 1,
            )
        ),
    ),
    max_leaves=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pair=whole, bound=st.integers(-3, 6))
def test_random_expressions(library: Any, pair: tuple[Any, Test], bound: int) -> None:
    """An annotation has the value that Python computes, in rows, conditions and groups."""
    expression, value_of = pair
    samples = library.Sample

    async def scenario() -> None:
        if not await samples.objects.exists():
            await samples.objects.bulk_create(
                [
                    samples(text=text, whole=NUMBERS[n % 6], number=PRICES[n % 4])
                    for n, text in enumerate(TEXTS * 2)
                ]
            )
        made = samples.objects.annotate(made=expression)
        rows = await made.all()
        expected = {row.id: value_of(row) for row in rows}
        assert {row.id: row.made for row in rows} == expected
        above = await made.filter(made__gt=bound).values_list("id", flat=True)
        assert set(above) == {
            key for key, value in expected.items() if value is not None and value > bound
        }
        groups = await made.values("made").annotate(n=Count()).values_list("made", "n")
        assert dict(groups) == Counter(expected.values())

    library.runner.run(scenario())


names = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["title", "author", "books", "id", "pk", "price"]).flatmap(
        lambda name: st.text(max_size=20).map(lambda rest: f"{name}__{rest}")
    ),
    st.sampled_from(["title; DROP TABLE", "title' OR '1'='1", 'title" --', "title)--", "-title"]),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=names)
def test_no_name_reaches_the_sql(library: Any, name: str) -> None:
    """Whatever stands where a name belongs, it is a field of the model or it is refused."""
    from trimaran.errors import QueryError

    book = library.Book.objects
    attempts: list[Callable[[], Any]] = [
        lambda: book.filter(**{name: 1}),
        lambda: book.order_by(name),
        lambda: book.values(name),
        lambda: book.select_related(name),
        lambda: book.prefetch_related(name),
        lambda: book.annotate(**{name: Length("title")}).order_by(name),
        lambda: book.annotate(size=Length(name)),
        lambda: book.values(name).annotate(n=Count(name)),
        lambda: book.annotate(size=Length("title")).filter(**{f"size__{name}": 1}),
        lambda: book.filter(pk=OuterRef(name)),
    ]
    for attempt in attempts:
        try:
            query = attempt()
        except QueryError:
            continue
        try:
            sql = _sql(library, query)
        except QueryError:
            continue  # a name that exists, with a value of another type
        assert "DROP" not in sql
        assert "--" not in sql


def _sql(library: Any, query: Any) -> str:
    async def run() -> str:
        with library.statements() as noted:
            await query
        return " ".join(noted)

    sql: str = library.runner.run(run())
    return sql
