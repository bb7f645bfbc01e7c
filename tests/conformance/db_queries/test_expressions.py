"""Annotations: functions, choices, arithmetic, and what they may be used for."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import (
    Abs,
    Case,
    Cast,
    Ceil,
    Coalesce,
    Concat,
    Extract,
    F,
    Floor,
    Greatest,
    Least,
    Length,
    Lower,
    LTrim,
    Mod,
    Now,
    NullIf,
    Q,
    Replace,
    Round,
    RTrim,
    Substr,
    Trim,
    TruncDay,
    TruncMonth,
    TruncYear,
    Upper,
    Value,
    When,
)
from trimaran.errors import QueryError

MOMENT = datetime(2024, 5, 17, 13, 45, 59, 120_000, tzinfo=UTC)

FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "lower": (Lower("text"), " abc "),
    "upper": (Upper("text"), " ABC "),
    "length": (Length("text"), 5),
    "trim": (Trim("text"), "aBc"),
    "ltrim": (LTrim("text"), "aBc "),
    "rtrim": (RTrim("text"), " aBc"),
    "nested": (Upper(Trim("text")), "ABC"),
    "concat": (Concat(Trim("text"), Value("-"), "whole", "token"), "aBc--7"),
    "substr": (Substr("text", 2, 2), "aB"),
    "rest": (Substr("text", 3), "Bc "),
    "replace": (Replace("text", "B", "xx"), " axxc "),
    "coalesce": (Coalesce("letter", Value("z")), "z"),
    "coalesce of numbers": (Coalesce("grade", "whole", 3), -7),
    "null": (NullIf("whole", -7), None),
    "not null": (NullIf("whole", 3), -7),
    "greatest": (Greatest("whole", "real", 2), 2.5),
    "greatest of null": (Greatest("whole", "grade"), -7),
    "least": (Least("whole", 2), -7),
    "abs": (Abs("whole"), 7),
    "round": (Round("number", 1), Decimal("2.4")),
    "round a float": (Round("real"), 3.0),
    "ceil": (Ceil("number"), 3),
    "floor": (Floor("number"), 2),
    "floor below zero": (Floor(F("real") * -1), -3),
    "ceil below zero": (Ceil(F("real") * -1), -2),
    "mod": (Mod(Abs("whole"), 4), 3),
    "year": (Extract("moment", "year"), 2024),
    "second": (Extract("moment", "second"), 59),
    "month of a date": (Extract("day", "month"), 2),
    "day of a moment": (TruncDay("moment"), datetime(2024, 5, 17, tzinfo=UTC)),
    "month of a moment": (TruncMonth("moment"), datetime(2024, 5, 1, tzinfo=UTC)),
    "beginning of a year": (TruncYear("day"), date(2023, 1, 1)),
    "beginning of a month": (TruncMonth("day"), date(2023, 2, 1)),
    "naive": (TruncDay("wall"), datetime(2024, 5, 17)),  # noqa: DTZ001  the column has no zone
    "as text": (Cast("whole", str), "-7"),
    "as a number": (Cast(Value("12"), int), 12),
    "as a float": (Cast("whole", float), -7.0),
    "product": (F("whole") * 2 + 1, -13),
    "quotient": (F("whole") / 2, -3.5),
    "decimals": (F("number") * F("number"), Decimal("5.522500")),
    "value": (Value("x"), "x"),
    "choice": (Case(When(whole__gt=0, then=Value("up")), default=Value("down")), "down"),
    "second choice": (Case(When(real=1, then=1), When(Q(flag=True), then="whole")), -7),
    "no choice": (Case(When(real=1, then=1)), None),
    "truth": (Q(whole__lt=0), True),
    "comparison": (F("whole") > 0, False),
}


@pytest.mark.parametrize("name", FUNCTIONS)
async def test_function(library: Any, name: str) -> None:
    """Each function returns the same on every database, of the same type."""
    expression, expected = FUNCTIONS[name]
    sample = library.Sample
    await sample.objects.create(
        whole=-7,
        real=2.5,
        flag=True,
        text=" aBc ",
        number="2.350",
        day=date(2023, 2, 3),
        moment=MOMENT,
        wall=MOMENT.replace(tzinfo=None),
    )
    (row,) = await sample.objects.annotate(made=expression)
    assert row.made == expected
    assert type(row.made) is type(expected)
    assert await sample.objects.annotate(made=expression).values_list("made", flat=True) == [
        expected
    ]


async def test_now(library: Any) -> None:
    """Now() is the database's time, and moments compare with it."""
    await library.Sample.objects.create(moment=MOMENT)
    samples = library.Sample.objects.annotate(now=Now())
    assert abs((datetime.now(UTC) - (await samples.get()).now).total_seconds()) < 60
    assert await samples.filter(moment__lt=F("now")).count() == 1
    assert await samples.filter(moment__gt=Now()).count() == 0


async def test_annotations_filter_and_order(library: Any) -> None:
    """An annotation stands wherever a field may stand."""
    await library.shelf()
    books = library.Book.objects.annotate(size=Length("title"), cost=F("price") * 2)
    assert [row.title for row in await books.filter(size__lte=5).order_by("-size", "title")] == [
        "Emma",
        "Iliad",
    ][::-1]
    assert await books.filter(size__in=[4, 8], cost__range=(6, 9)).count() == 1
    assert await books.exclude(size__gt=4).values_list("title", "cost") == [
        ("Emma", Decimal("6.00"))
    ]
    assert await books.filter(F("cost") > F("size")).exists() is True
    named = books.annotate(shout=Upper("author__name"), twice=F("size") + F("size"))
    row = await named.filter(shout__startswith="JANE", twice=8).get()
    assert (row.title, row.shout, row.twice) == ("Emma", "JANE AUSTEN", 8)
    assert await named.filter(shout__icontains="%").first() is None


async def test_expressions_without_a_name(library: Any) -> None:
    """Functions also stand in filter, order_by and update."""
    await library.shelf()
    books = library.Book.objects
    assert await books.filter(Lower("title") == "emma").count() == 1
    assert (await books.order_by(Length("title").desc(), "id").first()).title == "100% Odyssey"
    assert await books.filter(title="Emma").update(title=Upper("title"), pages=F("pages") + 1) == 1
    assert (await books.get(title="EMMA")).pages == 401
    size = Case(When(pages__gte=500, then=Value("long")), default=Value("short"))
    assert await books.annotate(size=size).filter(size="long").count() == 2
    assert await books.annotate(size=size).filter(size="long").update(pages=1) == 2
    assert await books.annotate(size=size).filter(size="short").delete() == 6


async def test_rows_stay_rows(library: Any) -> None:
    """What is annotated is read from the row and stays out of its JSON and its table."""
    import msgspec

    await library.shelf()
    row = await library.Book.objects.annotate(size=Length("title")).get(title="Emma")
    assert row.size == 4
    assert b"size" not in msgspec.json.encode(row)
    assert (await row.author).name == "Jane Austen"
    await row.update(pages=3)
    plain = await library.Book.objects.get(title="Emma")
    assert row == plain
    assert len({row, plain}) == 1
    assert type(pickle.loads(pickle.dumps(row))) is library.Book  # noqa: S301  made here
    assert isinstance(row, library.Book)
    with pytest.raises(AttributeError, match="'QBook' object has no attribute 'cost'"):
        row.cost  # noqa: B018


@pytest.mark.parametrize(
    ("alias", "said"),
    [
        ("title", "has something called 'title' already"),
        ("author", "already"),
        ("save", "already"),
        ("pk", "already"),
        ('x"; DROP TABLE q_book; --', "An annotation cannot be called"),
        ("a__b", "An annotation cannot be called"),
        ("_hidden", "An annotation cannot be called"),
        ("x" * 64, "An annotation cannot be called"),
        ("é", "An annotation cannot be called"),
    ],
)
async def test_aliases(library: Any, alias: str, said: str) -> None:
    """An annotation has a plain name that nothing else has."""
    with pytest.raises(QueryError, match=said):
        library.Book.objects.annotate(**{alias: Length("title")})


async def test_misuse(library: Any) -> None:
    """Wrong arguments are refused when the query is built, with the mend."""
    books = library.Book.objects
    with pytest.raises(QueryError, match=r"QBook has no field 'titel'\. Did you mean 'title'"):
        books.annotate(x=Lower("titel"))
    with pytest.raises(QueryError, match="takes the hour of a value of type date"):
        books.annotate(x=Extract("published", "hour"))
    with pytest.raises(QueryError, match="A date has no part 'era'"):
        Extract("published", "era")
    with pytest.raises(QueryError, match="is no expression but a int"):
        books.annotate(x=3)
    with pytest.raises(QueryError, match="type int has no look-up 'contains'"):
        books.annotate(x=Length("title")).filter(x__contains="a")
    with pytest.raises(QueryError, match="Cast makes no"):
        Cast("title", list)
