"""What the shop knows: films, and who made, sells and sorts them."""

from datetime import date
from decimal import Decimal
from enum import Enum

from trimaran import Field, ForeignKey, Model


class Rating(Enum):
    """The age ratings that the films carry."""

    G = "G"
    PG = "PG"
    PG_13 = "PG-13"
    R = "R"
    NC_17 = "NC-17"
    NOT_RATED = "Not Rated"
    OPEN = "Open"


class Director(Model):
    """Who directed films."""

    name: str = Field(max_length=100, unique=True)


class Distributor(Model):
    """Who brings films to the cinemas."""

    name: str = Field(max_length=100, unique=True)


class Genre(Model):
    """One of a dozen genres."""

    name: str = Field(max_length=50, unique=True)


class Film(Model):
    """One film; sums are whole US dollars."""

    title: str = Field(min_length=1, max_length=200, index=True)
    release_date: date = Field(index=True)
    rating: Rating | None = Field(default=None)
    running_time: int | None = Field(default=None, ge=1, le=1000, description="minutes")
    budget: int | None = Field(default=None, ge=0)
    us_gross: int | None = Field(default=None, ge=0)
    worldwide_gross: int | None = Field(default=None, ge=0)
    imdb_rating: Decimal | None = Field(
        default=None, max_digits=3, decimal_places=1, ge=0, le=10, index=True
    )
    imdb_votes: int | None = Field(default=None, ge=0)
    rotten_tomatoes: int | None = Field(default=None, ge=0, le=100, description="per cent")
    director: ForeignKey[Director] | None = Field(
        default=None, on_delete="set_null", related_name="films"
    )
    distributor: ForeignKey[Distributor] | None = Field(
        default=None, on_delete="set_null", related_name="films"
    )
    genre: ForeignKey[Genre] | None = Field(
        default=None, on_delete="restrict", related_name="films"
    )
