"""Every type of column comes back as it was stored, on every backend."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimaran.errors import ModelValidationError

NAIVE = datetime(2024, 1, 1)  # noqa: DTZ001
FULL: dict[str, Any] = {
    "whole": -(2**63),
    "real": 0.1,
    "flag": True,
    "text": "Ünï\ncode “quoted”",
    "number": Decimal("-123456789.125"),
    "day": date(1, 1, 1),
    "clock": time(23, 59, 59, 999999),
    "moment": datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
    "wall": datetime(2024, 2, 29, 12, 0),  # noqa: DTZ001
    "span": timedelta(days=-3, microseconds=7),
    "token": uuid.UUID(int=5),
    "blob": b"\0\xff",
    "data": {"a": [1, None, {"b": "é"}]},
    "letter": "b",
}


async def test_round_trip(library: Any) -> None:
    """Each value is read back equal and of its own type."""
    given_ = {**FULL, "mood": library.Mood.WILD, "grade": library.Grade.HIGH}
    made = await library.Sample.objects.create(**given_)
    read = await library.Sample.objects.get(id=made.id)
    for name, value in given_.items():
        assert getattr(read, name) == value, name
        assert isinstance(getattr(read, name), type(value)), name
        assert getattr(made, name) == value, name
    assert msgspec.json.encode(read) == msgspec.json.encode(made)


async def test_nothing_is_null(library: Any) -> None:
    """A column that may be NULL is None where nothing was given, in a row and in values."""
    made = await library.Sample.objects.create()
    read = await library.Sample.objects.get(id=made.id)
    names = [name for name in read.__struct_fields__ if name != "id"]
    assert all(getattr(read, name) is None for name in names)
    (values,) = await library.Sample.objects.values()
    assert values == {"id": made.id} | dict.fromkeys(names)


async def test_every_type_can_be_looked_up(library: Any) -> None:
    """A row is found by each of its values, alone and in a list."""
    given_ = {**FULL, "mood": library.Mood.WILD, "grade": library.Grade.HIGH}
    made = await library.Sample.objects.create(**given_)
    for name, value in given_.items():
        if name == "data":
            continue
        assert await library.Sample.objects.get(**{name: value}) == made, name
        assert await library.Sample.objects.get(**{f"{name}__in": [value]}) == made, name
        assert not await library.Sample.objects.exclude(**{name: value}).exists(), name


async def test_text_and_builtins_become_the_type(library: Any) -> None:
    """What comes as JSON text becomes the column's type at the gate."""
    row = await library.Sample.objects.create(
        whole="7",
        real=2,
        number="1.5",
        day="2024-01-31",
        clock="08:30:00",
        moment="2024-01-31T08:30:00+01:00",
        token="00000000-0000-0000-0000-000000000005",
        mood="calm",
        grade=1,
    )
    assert (row.whole, row.real, row.number) == (7, 2.0, Decimal("1.5"))
    assert (row.day, row.clock) == (date(2024, 1, 31), time(8, 30))
    assert row.moment.astimezone(UTC).hour == 7
    assert (row.token, row.mood, row.grade) == (uuid.UUID(int=5), library.Mood.CALM, 1)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"whole": 2**63}, "int_parsing_size", "Input should fit in 64 bits"),
    ({"whole": "x"}, "int_parsing", "Input should be a valid integer"),
    ({"whole": 1.5}, "int_from_float", "Input should be a valid integer without a fraction"),
    ({"whole": True}, "int_type", "Input should be a valid integer"),
    ({"real": float("nan")}, "finite_number", "Input should be a finite number"),
    ({"flag": "maybe"}, "bool_parsing", "Input should be a valid boolean"),
    ({"text": 5}, "string_type", "Input should be a valid string"),
    ({"text": "a\0b"}, "string_unicode", "Input should hold neither NUL nor lone surrogates"),
    ({"text": "\ud800"}, "string_unicode", "Input should hold neither NUL nor lone surrogates"),
    ({"number": Decimal("Infinity")}, "finite_number", "Input should be a finite number"),
    ({"number": "0.0001"}, "decimal_max_places", "no more than 3 decimal places"),
    ({"number": 10**9}, "decimal_whole_digits", "no more than 9 digits before the decimal point"),
    ({"number": "9" * 5000}, "finite_number", "Input should be a finite number"),
    ({"day": "2024-02-30"}, "date_parsing", "Input should be a valid date"),
    ({"day": NAIVE}, "date_type", "Input should be a valid date, without a time"),
    ({"moment": NAIVE}, "timezone_aware", "Input should have timezone info"),
    (
        {"wall": datetime(2024, 1, 1, tzinfo=UTC)},
        "timezone_naive",
        "Input should not have timezone info",
    ),
    ({"span": 5}, "time_delta_type", "Input should be a valid timedelta"),
    ({"token": "x"}, "uuid_parsing", "Input should be a valid UUID"),
    ({"blob": "text"}, "bytes_type", "Input should be bytes"),
    ({"data": {"f": object()}}, "json_type", "Input should be made of JSON's own types"),
    ({"mood": "sad"}, "enum", "Input should be 'calm', 'wild'"),
    ({"letter": "c"}, "literal_error", "Input should be 'a', 'b'"),
]


@pytest.mark.parametrize(("fields", "kind", "text"), BAD, ids=lambda value: str(value)[:40])
async def test_the_gate_refuses(library: Any, fields: dict[str, Any], kind: str, text: str) -> None:
    """A value that breaks its field's rules never reaches the database."""
    with library.statements() as noted, pytest.raises(ModelValidationError) as caught:
        await library.Sample.objects.create(**fields)
    (fault,) = caught.value.errors
    assert (fault["type"], fault["loc"]) == (kind, list(fields))
    assert text in fault["msg"]
    assert noted == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


rows = st.fixed_dictionaries(
    {
        "whole": st.integers(-(2**63), 2**63 - 1),
        "real": st.floats(allow_nan=False, allow_infinity=False),
        "text": st.text(),
        "number": st.decimals(min_value=-999_999_999, max_value=999_999_999, places=3),
        "day": st.dates(),
        "clock": st.times(),
        # In UTC: Python holds an ambiguous local time for equal to no other zone's.
        "moment": st.datetimes(timezones=st.timezones()).map(_in_utc),
        "wall": st.datetimes(),
        "span": st.timedeltas(min_value=timedelta(days=-99999), max_value=timedelta(days=99999)),
        "token": st.uuids(),
        "blob": st.binary(),
        "data": st.dictionaries(st.text(max_size=4), json_values, max_size=3),
    }
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(fields=rows)
def test_any_value_that_passes_the_gate_comes_back(library: Any, fields: dict[str, Any]) -> None:
    """Whatever passes the gate is stored and read back equal; the rest is refused clearly."""

    async def scenario() -> None:
        try:
            made = await library.Sample.objects.create(**fields)
        except ModelValidationError as refused:
            assert {fault["type"] for fault in refused.errors} <= {"string_unicode"}
            return
        read = await library.Sample.objects.get(id=made.id)
        assert {name: getattr(read, name) for name in fields} == fields

    library.runner.run(scenario())
