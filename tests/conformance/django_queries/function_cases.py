"""Database functions, expressions, aggregates and windows of Django's reference."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.conformance.django_queries.table import DOCUMENT, Case, near, of_first

from trimaran.db import Case as If
from trimaran.db import F, Q, When
from trimaran.db import functions as db
from trimaran.db.sql.functions import aggregates

TEXT, MATH, DATES = "text functions", "math functions", "date functions"
COMPARE, EXPRESSIONS = "comparison functions", "expressions"
AGGREGATES, WINDOWS = "aggregates", "window functions"


def text(name, expression, answer, only=("sqlite", "postgresql", "mariadb")):
    return Case(TEXT, name, of_first(expression), answer, only)


def math_case(name, expression, answer):
    return Case(MATH, name, of_first(expression), answer)


def dates(name, expression, answer, only=("sqlite", "postgresql", "mariadb")):
    return Case(DATES, name, of_first(expression), answer, only)


def compare(name, expression, answer):
    return Case(COMPARE, name, of_first(expression), answer)


def plain(name, expression, answer):
    return Case(EXPRESSIONS, name, of_first(expression), answer)


V = db.Value
TEXTS = [
    text("Chr", db.Chr(V(233)), "é"),
    text("Concat", db.Concat(V("a"), V("-"), V("b")), "a-b"),
    text("Left", db.Left("text", 4), "Héll"),
    text("Length", db.Length("text"), 11),
    text("Lower", db.Lower(V("ABC")), "abc"),
    text("LPad", db.LPad(V("7"), 3, "0"), "007"),
    text("LTrim", db.LTrim(V("  x ")), "x "),
    text("MD5", db.MD5(V("abc")), "900150983cd24fb0d6963f7d28e17f72"),
    text("Ord", db.Ord(V("é")), 233),
    text("Repeat", db.Repeat(V("ab"), 3), "ababab"),
    text("Replace", db.Replace("text", "llo", "y"), "Héy wörld"),
    text("Reverse", db.Reverse("text"), "dlröw olléH"),
    text("Right", db.Right("text", 3), "rld"),
    text("Right 0", db.Right("text", 0), ""),
    text("RPad", db.RPad(V("7"), 3, "0"), "700"),
    text("RTrim", db.RTrim(V(" x  ")), " x"),
    text(
        "SHA1", db.SHA1(V("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d", ("sqlite", "mariadb")
    ),
    text("SHA224", db.SHA224(V("abc")), lambda found: found.startswith("23097d22")),
    text("SHA256", db.SHA256(V("abc")), lambda found: found.startswith("ba7816bf")),
    text("SHA384", db.SHA384(V("abc")), lambda found: found.startswith("cb00753f")),
    text("SHA512", db.SHA512(V("abc")), lambda found: found.startswith("ddaf35a1")),
    text("StrIndex", db.StrIndex("text", V("wör")), 7),
    text("Substr", db.Substr("text", 7, 3), "wör"),
    text("Trim", db.Trim(V("  x  ")), "x"),
    text("Upper", db.Upper(V("abc")), "ABC"),
]
NUMBERS = [
    math_case("Abs", db.Abs("whole"), 7),
    math_case("ACos", db.ACos("real"), near(math.acos(0.5))),
    math_case("ASin", db.ASin("real"), near(math.asin(0.5))),
    math_case("ATan", db.ATan("real"), near(math.atan(0.5))),
    math_case("ATan2", db.ATan2("real", "whole"), near(math.atan2(0.5, -7))),
    math_case("Ceil", db.Ceil("number"), 3),
    math_case("Cos", db.Cos("real"), near(math.cos(0.5))),
    math_case("Cot", db.Cot("real"), near(1 / math.tan(0.5))),
    math_case("Degrees", db.Degrees("real"), near(math.degrees(0.5))),
    math_case("Exp", db.Exp("real"), near(math.exp(0.5))),
    math_case("Floor", db.Floor("number"), 2),
    math_case("Ln", db.Ln("real"), near(math.log(0.5))),
    math_case("Log", db.Log(V(2.0), "real"), near(-1.0)),
    math_case("Mod", db.Mod(V(7), V(3)), 1),
    math_case("Pi", db.Pi(), near(math.pi)),
    math_case("Power", db.Power("whole", V(2)), near(49.0)),
    math_case("Radians", db.Radians(V(180.0)), near(math.pi)),
    math_case("Random", db.Random(), lambda found: 0 <= found < 1),
    math_case("Round", db.Round("number", 1), Decimal("2.5")),
    math_case("Sign", db.Sign("whole"), -1),
    math_case("Sin", db.Sin("real"), near(math.sin(0.5))),
    math_case("Sqrt", db.Sqrt(V(2.25)), near(1.5)),
    math_case("Tan", db.Tan("real"), near(math.tan(0.5))),
]
TOKYO = ZoneInfo("Asia/Tokyo")
ZONED = ("sqlite", "postgresql")  # MariaDB answers NULL until its zone tables are loaded
_DAY = date(2024, 2, 29)
_AT = datetime(2024, 2, 29, 13, 45, 10, tzinfo=UTC)
MOMENTS = [
    dates("Extract", db.Extract("moment", "month"), 2),
    dates("ExtractYear", db.ExtractYear("day"), 2024),
    dates("ExtractIsoYear", db.ExtractIsoYear("day"), 2024),
    dates("ExtractQuarter", db.ExtractQuarter("moment"), 1),
    dates("ExtractMonth", db.ExtractMonth("wall"), 2),
    dates("ExtractWeek", db.ExtractWeek("day"), 9),
    dates("ExtractWeekDay", db.ExtractWeekDay("day"), 5),
    dates("ExtractIsoWeekDay", db.ExtractIsoWeekDay("moment"), 4),
    dates("ExtractDay", db.ExtractDay("moment"), 29),
    dates("ExtractHour", db.ExtractHour("clock"), 13),
    dates("ExtractMinute", db.ExtractMinute("moment"), 45),
    dates("ExtractSecond", db.ExtractSecond("moment"), 10),
    dates("Now", db.Now(), lambda found: abs(found - datetime.now(UTC)) < timedelta(minutes=5)),
    dates("Trunc", db.Trunc("moment", "hour"), _AT.replace(minute=0, second=0)),
    dates("TruncYear", db.TruncYear("day"), date(2024, 1, 1)),
    dates("TruncQuarter", db.TruncQuarter("moment"), datetime(2024, 1, 1, tzinfo=UTC)),
    dates("TruncQuarter of a date", db.TruncQuarter("day"), date(2024, 1, 1)),
    dates("TruncMonth", db.TruncMonth("moment"), datetime(2024, 2, 1, tzinfo=UTC)),
    dates("TruncWeek", db.TruncWeek("day"), date(2024, 2, 26)),
    dates("TruncWeek of a moment", db.TruncWeek("moment"), datetime(2024, 2, 26, tzinfo=UTC)),
    dates("TruncDay", db.TruncDay("moment"), datetime(2024, 2, 29, tzinfo=UTC)),
    dates("TruncHour", db.TruncHour("clock"), time(13)),
    dates("TruncMinute", db.TruncMinute("moment"), _AT.replace(second=0)),
    dates("TruncSecond", db.TruncSecond("moment"), _AT),
    dates("TruncDate", db.TruncDate("moment"), _DAY),
    dates("TruncTime", db.TruncTime("moment"), time(13, 45, 10, 123456)),
    dates("tzinfo of Extract", db.ExtractHour("moment", tzinfo=TOKYO), 22, ZONED),
    dates("tzinfo of TruncDate", db.TruncDate("moment", tzinfo=TOKYO), _DAY, ZONED),
    dates(
        "shift of a moment",
        F("moment") + timedelta(days=1, microseconds=1),
        datetime(2024, 3, 1, 13, 45, 10, 123457, tzinfo=UTC),
    ),
    dates("shift of a date", F("day") - timedelta(days=1), date(2024, 2, 28)),
    dates(
        "difference of moments",
        F("moment") - V(datetime(2024, 2, 28, 13, 45, tzinfo=UTC)),
        timedelta(days=1, seconds=10, microseconds=123456),
    ),
    dates(
        "shift by a column", F("wall") + F("span"), datetime.fromisoformat("2024-03-02T13:45:11")
    ),
]
COMPARISONS = [
    compare("Cast to int", db.Cast(V("12"), int), 12),
    compare("Cast to float", db.Cast("number", float), 2.5),
    compare("Cast to str", db.Cast("whole", str), "-7"),
    compare("Cast to date", db.Cast("wall", date), _DAY),
    compare("Cast to Decimal", db.Cast(V(1.25), Decimal), Decimal("1.25")),
    compare("Coalesce", db.Coalesce("letter", V("z")), "z"),
    compare("Greatest", db.Greatest("whole", V(3)), 3),
    compare("Least", db.Least("whole", V(3)), -7),
    compare("NullIf", db.NullIf("whole", V(-7)), None),
    compare(
        "JSONObject",
        db.JSONObject(n="whole", ok="flag", t="text", d="data"),
        {"n": -7, "ok": True, "t": "Héllo wörld", "d": DOCUMENT},
    ),
    compare("JSONArray", db.JSONArray("whole", V("x")), [-7, "x"]),
]
PLAIN = [
    plain("F", F("whole"), -7),
    plain("arithmetic", F("whole") * 2 + 1, -13),
    plain("power", F("whole") ** 2, near(49.0)),
    plain("negation", -F("whole"), 7),
    plain("bitand", F("whole").bitand(12), -7 & 12),
    plain("bitor", V(5).bitor(2), 7),
    plain("bitxor", V(5).bitxor(4), 1),
    plain("bitleftshift", V(5).bitleftshift(2), 20),
    plain("bitrightshift", V(20).bitrightshift(2), 5),
    plain("Case, When", If(When(whole__lt=0, then=V("minus")), default=V("plus")), "minus"),
    plain("condition as a value", Q(whole__lt=0), True),
    plain("F of a transform", F("moment__year"), 2024),
    plain("F of a part", F("data__home__no"), [1, 2, 3]),
    plain("F of a truth in a document", F("data__ok"), True),
    plain("KT", db.KT("data__home__city"), "London"),
]


def total(expression, **filters):
    async def ask(library):
        rows = library.Book.objects.filter(**filters)
        return (await rows.aggregate(made=expression))["made"]

    return ask


def aggregate(name, expression, answer, only=("sqlite", "postgresql", "mariadb"), **filters):
    return Case(AGGREGATES, name, total(expression, **filters), answer, only)


A = aggregates
SUMS = [
    aggregate("Count", A.Count("pages"), 4),
    aggregate("Count distinct", A.Count("price", distinct=True), 5),
    aggregate("Sum", A.Sum("pages"), 1850),
    aggregate("Sum filter", A.Sum("pages", filter=Q(price=10)), 1200),
    aggregate("Avg", A.Avg("pages"), near(462.5)),
    aggregate("Min", A.Min("price"), Decimal("0.00")),
    aggregate("Max", A.Max("published"), date(1815, 12, 23)),
    aggregate("default", A.Sum("pages", default=0), 0, title="nobody wrote it"),
    aggregate("AnyValue", A.AnyValue("pages"), 250),
    aggregate("StdDev", A.StdDev("pages"), near(math.sqrt(26718.75))),
    aggregate("StdDev sample", A.StdDev("pages", sample=True), near(math.sqrt(35625))),
    aggregate("Variance", A.Variance("pages"), near(26718.75)),
    aggregate("BoolAnd", A.BoolAnd(Q(price__gte=0)), True),
    aggregate("BoolOr", A.BoolOr(Q(price__gt=100)), False),
    aggregate("BitAnd", A.BitAnd("pages"), 400 & 250 & 700 & 500),
    aggregate("BitOr", A.BitOr("pages"), 400 | 250 | 700 | 500),
    aggregate("BitXor", A.BitXor("pages"), 400 ^ 250 ^ 700 ^ 500),
    aggregate(
        "StringAgg",
        A.StringAgg("title", "; ", order_by="-pages"),
        "Iliad; 100% Odyssey; Emma; Persuasion",
        pages__gt=0,
    ),
    aggregate(
        "StringAgg distinct", A.StringAgg("author__name", "|", distinct=True), "Homer|Jane Austen"
    ),
    aggregate("StringAgg filter", A.StringAgg("title", filter=Q(pages=400)), "Emma"),
    aggregate(
        "ArrayAgg",
        A.ArrayAgg("price", order_by="price"),
        [Decimal(x) for x in ("0.00", "0.99", "3.00", "5.00", "10.00", "10.00")],
    ),
    aggregate(
        "ArrayAgg of dates",
        A.ArrayAgg("published", order_by="published"),
        [date(1598, 1, 1), date(1815, 1, 2), date(1815, 12, 23)],
        published__isnull=False,
    ),
    aggregate(
        "JSONBAgg",
        A.JSONArrayAgg(db.JSONObject(t="title"), order_by="-pages"),
        [{"t": "Iliad"}, {"t": "100% Odyssey"}],
        pages__gte=500,
    ),
    aggregate("Corr", A.Corr("pages", "pages"), near(1.0), ("postgresql",)),
    aggregate("RegrSlope", A.RegrSlope("pages", "pages"), near(1.0), ("postgresql",)),
]


def over(window):
    async def ask(library):
        rows = library.Book.objects.filter(pages__gt=0).annotate(made=window)
        return await rows.order_by("pages").values_list("made", flat=True)

    return ask


def window(name, expression, answer, **options):
    made = db.Window(expression, **(options or {"order_by": "pages"}))
    return Case(WINDOWS, name, over(made), answer)


_BY = {"partition_by": "author", "order_by": F("pages").desc()}
WINDOW_CASES = [
    window("RowNumber", db.RowNumber(), [1, 2, 3, 4]),
    window("Rank", db.Rank(), [2, 1, 2, 1], **_BY),
    window("DenseRank", db.DenseRank(), [1, 2, 3, 4]),
    window(
        "PercentRank",
        db.PercentRank(),
        lambda found: [round(n, 6) for n in found] == [0.0, 0.333333, 0.666667, 1.0],
    ),
    window("CumeDist", db.CumeDist(), [0.25, 0.5, 0.75, 1.0]),
    window("Ntile", db.Ntile(2), [1, 1, 2, 2]),
    window("Lag", db.Lag("pages"), [None, 250, 400, 500]),
    window("Lag with a default", db.Lag("pages", 2, default=0), [0, 0, 250, 400]),
    window("Lead", db.Lead("pages", default=-1), [400, 500, 700, -1]),
    window("FirstValue", db.FirstValue("title"), ["Persuasion"] * 4),
    window("LastValue", db.LastValue("pages"), [250, 400, 500, 700]),
    window("NthValue", db.NthValue("pages", 2), [None, 400, 400, 400]),
    window("running sum", A.Sum("pages"), [250, 650, 1150, 1850]),
    window(
        "frame of rows",
        A.Sum("pages"),
        [250, 650, 900, 1200],
        order_by="pages",
        frame=db.RowRange(start=-1, end=0),
    ),
    window(
        "frame ahead",
        A.Max("pages"),
        [400, 500, 700, 700],
        order_by="pages",
        frame=db.RowRange(start=0, end=1),
    ),
    window(
        "frame of values",
        A.Count("pages"),
        [1, 2, 3, 4],
        order_by="pages",
        frame=db.ValueRange(end=0),
    ),
    window(
        "Avg over a partition", A.Avg("pages"), [325.0, 325.0, 600.0, 600.0], partition_by="author"
    ),
]
CASES = [*TEXTS, *NUMBERS, *MOMENTS, *COMPARISONS, *PLAIN, *SUMS, *WINDOW_CASES]
