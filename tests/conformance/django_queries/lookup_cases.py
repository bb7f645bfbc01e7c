"""Look-ups of Django's reference."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from tests.conformance.django_queries.table import Case, samples, titles

FIELD = "field look-ups"
JSON = "JSON look-ups"


def case(name, answer, only=("sqlite", "postgresql", "mariadb"), **lookups):
    return Case(FIELD, name, samples(**lookups), answer, only)


def inside(name, answer, **lookups):
    return Case(JSON, name, samples(**lookups), answer)


FIELDS = [
    case("exact", [12], text="plain"),
    case("exact None", [None], text__exact=None),
    case("iexact", [12], text__iexact="PLAIN"),
    case("contains", [-7], text__contains="llo"),
    case("icontains", [-7], text__icontains="LLO"),
    case("in", [-7, 12], whole__in=[12, -7, 99]),
    case("in empty", [], whole__in=[]),
    case("gt", [12], whole__gt=0),
    case("gte", [12], whole__gte=12),
    case("lt", [-7], whole__lt=0),
    case("lte", [-7], whole__lte=-7),
    case("startswith", [12], text__startswith="pl"),
    case("istartswith", [12], text__istartswith="PL"),
    case("endswith", [12], text__endswith="in"),
    case("iendswith", [12], text__iendswith="IN"),
    case("range", [12], number__range=(Decimal(-2), Decimal(0))),
    case("isnull", [None], text__isnull=True),
    case("regex", [12], text__regex=r"^p.*n$"),
    case("iregex", [12], text__iregex=r"^P.*N$"),
    case("date", [-7], moment__date=date(2024, 2, 29)),
    case("date gt", [-7], moment__date__gt=date(2021, 1, 3)),
    case("year", [-7], day__year=2024),
    case("year gte", [-7, 12], day__year__gte=2021),
    case("iso_year", [12], day__iso_year=2020),
    case("month", [-7], day__month=2),
    case("day", [-7], moment__day=29),
    case("week", [12], day__week=53),
    case("week_day", [12], day__week_day=1),
    case("iso_week_day", [12], day__iso_week_day=7),
    case("quarter", [-7, 12], day__quarter=1),
    case("time", [-7], moment__time=time(13, 45, 10, 123456)),
    case("hour", [12], moment__hour__gt=20),
    case("minute", [-7], clock__minute=45),
    case("second", [-7], moment__second__range=(9, 11)),
    case("date of a wall time", [-7], wall__date=date(2024, 2, 29)),
    case("transforms chained", [-7], moment__date__month__in=[2, 3]),
    case("length", [12], text__length=5),
    case("lower", [12], text__lower="plain"),
    case("unaccent", None, ("postgresql-unaccent",), text__unaccent="Hello world"),
    Case(
        FIELD,
        "in a query",
        titles(
            lambda books: books.filter(
                author__in=books.filter(price__gte=10).values("author")
            ).filter(pages__gt=600)
        ),
        ["Iliad"],
    ),
    Case(FIELD, "pk", titles(lambda books: books.filter(pk__gt=0, title="Emma")), ["Emma"]),
    Case(
        FIELD,
        "over relations",
        titles(lambda books: books.filter(author__country__name="England", price__lt=1)),
        ["Sanditon"],
    ),
]
SEARCH = [
    Case(FIELD, "search", samples(text__search="world plain"), [], ("postgresql",)),
    Case(FIELD, "search found", samples(text__search="plain"), [12], ("postgresql",)),
]
DOCUMENTS = [
    inside("key", [-7], data__name="Ada"),
    inside("number", [-7], data__age=36),
    inside("number as another type", [12], data__age=40.5),
    inside("text is no number", [], data__name=36),
    inside("true", [-7], data__ok=True),
    inside("false is not 0", [], data__ok=0),
    inside("null", [-7], data__none=None),
    inside("isnull", [12, None], data__home__isnull=True),
    inside("isnull false", [-7], data__none__isnull=False),
    inside("nested", [-7], data__home__city="London"),
    inside("index", [-7], data__tags__1="y"),
    inside("index within", [-7], data__home__no__2=3),
    inside("list", [-7], data__tags=["x", "y"]),
    inside("object", [-7], data__home={"no": [1, 2, 3], "city": "London"}),
    inside("gt", [12], data__age__gt=36),
    inside("lte", [-7], data__age__lte=36),
    inside("gt of texts", [12], data__name__gt="Ada"),
    inside("in", [-7, 12], data__name__in=["Ada", "Bob", "Eve"]),
    inside("iexact", [-7], data__name__iexact="ADA"),
    inside("icontains", [12], data__name__icontains="O"),
    inside("startswith", [-7], data__home__city__startswith="Lon"),
    inside("iendswith", [12], data__name__iendswith="OB"),
    inside("regex", [-7], data__name__regex="^A"),
    inside("contains", [-7], data__contains={"home": {"city": "London"}}),
    inside("contains in a part", [-7], data__tags__contains=["y"]),
    inside(
        "contained_by", [-7], data__home__contained_by={"city": "London", "no": [1, 2, 3], "x": 1}
    ),
    inside("has_key", [-7], data__has_key="home"),
    inside("has_key within", [-7], data__home__has_key="city"),
    inside("has_keys", [-7, 12], data__has_keys=["name", "tags"]),
    inside("has_any_keys", [-7, 12], data__has_any_keys=["home", "a.b"]),
    inside("key with a dot", [12], **{"data__a.b": 1}),
    inside("key with a quote", [12], **{'data__q"k__d\\e': 5}),
]
MOMENTS = [
    Case(FIELD, "moment gt", samples(moment__gt=datetime(2023, 1, 1, tzinfo=UTC)), [-7]),
]
CASES = [
    *[item for item in FIELDS if item.only != ("postgresql-unaccent",)],
    *SEARCH,
    *DOCUMENTS,
    *MOMENTS,
]
