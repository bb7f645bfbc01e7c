"""``jsonable_encoder``: values as JSON's own types."""

import dataclasses
import datetime
import decimal
from typing import Any

import msgspec
import pydantic
import pytest

from trimaran import jsonable_encoder


class Boat(msgspec.Struct):
    name: str
    built: datetime.date | None = None


class Crew(pydantic.BaseModel):
    size: int = 1
    since: datetime.datetime


@dataclasses.dataclass
class Harbour:
    crew: Crew
    berths: int = 9


class Loose:
    def __init__(self) -> None:
        self.depth = 3
        self._secret = "no"


SINCE = datetime.datetime(2024, 5, 1, 12)  # noqa: DTZ001  naive on purpose
CREW = Crew(since=SINCE)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Boat("Argo", datetime.date(2024, 1, 2)), {"name": "Argo", "built": "2024-01-02"}),
        (Harbour(CREW), {"crew": {"size": 1, "since": "2024-05-01T12:00:00"}, "berths": 9}),
        ({"a": [Boat("Argo")], 1: {2}}, {"a": [{"name": "Argo", "built": None}], "1": [2]}),
        (decimal.Decimal("1.10"), "1.10"),
        (Loose(), {"depth": 3}),
        ((number for number in (1, 2)), [1, 2]),
        (None, None),
    ],
)
def test_values_become_plain(value: Any, plain: Any) -> None:
    """Whatever a handler could return; private attributes stay private."""
    assert jsonable_encoder(value) == plain


def test_parts_are_left_out() -> None:
    """The options are those of a route's ``response_model_...``."""
    assert jsonable_encoder(CREW, exclude={"since"}) == {"size": 1}
    assert jsonable_encoder(CREW, exclude_unset=True) == {"since": "2024-05-01T12:00:00"}
    assert jsonable_encoder([Boat("Argo")], exclude_none=True) == [{"name": "Argo"}]
    assert jsonable_encoder(Boat("Argo"), include=["built"]) == {"built": None}


def test_custom_encoders_come_first() -> None:
    """By class or base class, in lists and dictionaries."""
    encoders = {datetime.date: lambda day: day.year}
    assert jsonable_encoder({"day": [SINCE]}, custom_encoder=encoders) == {"day": [2024]}


def test_a_value_without_json_is_refused() -> None:
    """With its class in the message."""
    with pytest.raises(TypeError, match="object does not encode to JSON"):
        jsonable_encoder(object())
