"""What the atlas knows, in each of the ways in which a type can be declared."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Generic, Literal, NamedTuple, TypedDict, TypeVar
from uuid import UUID

import msgspec
import pydantic

T = TypeVar("T")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000)]


class Continent(Enum):
    """Where a country lies."""

    AFRICA = "africa"
    AMERICA = "america"
    ASIA = "asia"
    EUROPE = "europe"
    OCEANIA = "oceania"


class Zoom(IntEnum):
    """How close a map shows its place."""

    WORLD = 1
    COUNTRY = 5
    STREET = 12


class Country(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A country, by its two letters."""

    code: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", examples=["NO"])]
    name: Name
    continent: Continent
    population: Count = 0
    languages: list[Annotated[str, msgspec.Meta(min_length=2, max_length=8)]] = []
    founded: date | None = None


class Point(NamedTuple):
    """A place: latitude and longitude."""

    latitude: Latitude
    longitude: Longitude


class NewCity(msgspec.Struct, kw_only=True):
    """A city as it is added."""

    name: Name
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    place: Point
    tags: Annotated[set[str], msgspec.Meta(max_length=10)] = msgspec.field(default_factory=set)
    notes: dict[str, str] = {}


class City(NewCity, kw_only=True):
    """A city, with the number that it was given."""

    id: int
    added: datetime


class CityPatch(TypedDict, total=False):
    """What may be changed of a city."""

    name: Name
    tags: list[str]


class Region(msgspec.Struct):
    """A region, and those within it."""

    name: Name
    parts: list["Region"] = []


class Circle(msgspec.Struct, tag="circle", tag_field="kind"):
    """Everything within a radius."""

    center: Point
    radius: Annotated[float, msgspec.Meta(gt=0, le=20_000)]


class Box(msgspec.Struct, tag="box", tag_field="kind"):
    """Everything between two corners."""

    south_west: Point
    north_east: Point


class Track(msgspec.Struct, tag="track", tag_field="kind"):
    """A line along points."""

    points: Annotated[list[Point], msgspec.Meta(min_length=2, max_length=100)]


Shape = Circle | Box | Track


class Measured(msgspec.Struct, Generic[T]):
    """A value and its unit."""

    value: T
    unit: Literal["m", "km", "h"]


@dataclass
class Review:
    """What a traveller says."""

    stars: Annotated[int, msgspec.Meta(ge=1, le=5)]
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""
    visited: list[date] = field(default_factory=list)


class Leg(pydantic.BaseModel):
    """One part of a trip."""

    model_config = pydantic.ConfigDict(extra="forbid")

    start: str = pydantic.Field(min_length=1, max_length=80)
    end: str = pydantic.Field(min_length=1, max_length=80)
    kilometres: int = pydantic.Field(ge=1, le=40_000)


class Trip(pydantic.BaseModel):
    """A trip; the total is counted for the answer."""

    title: str = pydantic.Field(min_length=1, max_length=80, examples=["Round the fjords"])
    legs: list[Leg] = pydantic.Field(min_length=1, max_length=20)
    by: Literal["train", "ship", "foot"] = "train"

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> int:
        """Kilometres of all legs."""
        return sum(leg.kilometres for leg in self.legs)


class Fare(msgspec.Struct):
    """What a ticket costs."""

    price: Annotated[Decimal, msgspec.Meta(description="in euros")]
    valid: timedelta
    leaves: time
    order: UUID


class Conflict(msgspec.Struct):
    """What stands in the way."""

    reason: str
    existing: int | str


class Signup(msgspec.Struct):
    """The form of a new reader."""

    name: Annotated[str, msgspec.Meta(min_length=2, max_length=40)]
    newsletter: bool = False
