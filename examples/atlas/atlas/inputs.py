"""Values from everywhere: query, headers, cookies, forms, files, of every type."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from atlas.types import Continent, Signup, Trip, Zoom
from trimaran import (
    Body,
    Cookie,
    File,
    Form,
    Header,
    HTTPException,
    Path,
    Query,
    Response,
    Router,
    UploadFile,
)

router = Router(tags=["inputs"])


class Filters(msgspec.Struct, forbid_unknown_fields=True):
    """Several values of the query, declared together."""

    page: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    words: list[str] = []


@router.get("/search/numbers")
async def numbers(
    whole: Annotated[int, Query(ge=-1000, le=1000, multiple_of=5)] = 0,
    real: Annotated[float, Query(gt=-1, lt=1)] = 0.5,
    price: Annotated[Decimal, Query(ge=0, le=100)] = Decimal("9.99"),
    flag: bool = False,
) -> dict[str, str]:
    """Take numbers from the query."""
    return {"whole": str(whole), "real": str(real), "price": str(price), "flag": str(flag)}


@router.get("/search/texts")
async def texts(
    words: Annotated[str, Query(min_length=1, max_length=20, examples=["fjord"])],
    exact: Annotated[str | None, Query(pattern="^[a-z]{1,9}$", deprecated=True)] = None,
    sort: Literal["name", "size"] = "name",
    hidden: Annotated[str, Query(include_in_schema=False)] = "",
) -> list[str]:
    """Take texts from the query; one is on its way out, one is not told."""
    return [words, exact or "", sort]


@router.get("/search/dates")
async def dates(
    day: date | None = None, at: datetime | None = None, clock: time | None = None
) -> list[str]:
    """Take dates from the query."""
    return [str(one) for one in (day, at, clock)]


@router.get("/search/lists")
async def lists(
    ids: Annotated[list[int], Query(min_length=1, max_length=5)],
    continents: Annotated[set[Continent], Query()],
) -> dict[str, list[str]]:
    """Take repeated names from the query."""
    return {"ids": list(map(str, ids)), "continents": sorted(one.value for one in continents)}


@router.get("/search/kinds")
async def kinds(key: UUID, zoom: Zoom = Zoom.COUNTRY, either: int | bool = 0) -> dict[str, str]:
    """Take an identifier, an enumeration and a union from the query."""
    return {"key": str(key), "zoom": zoom.name, "either": str(either)}


@router.get("/search/filters")
async def filtered(filters: Annotated[Filters, Query()]) -> Filters:
    """Take several values as one, and no others."""
    return filters


@router.get("/headers")
async def headers(
    user_agent: Annotated[str | None, Header()] = None,
    x_count: Annotated[int, Header(ge=0, le=9)] = 0,
    x_tag: Annotated[list[str] | None, Header()] = None,
) -> dict[str, str]:
    """Take headers."""
    return {"agent": user_agent or "", "count": str(x_count), "tags": ",".join(x_tag or ())}


@router.get("/cookies")
async def cookies(
    response: Response, theme: Annotated[Literal["light", "dark"], Cookie()] = "light"
) -> str:
    """Take a cookie and set it again."""
    response.set_cookie("theme", theme, httponly=True)
    return theme


@router.get("/paths/{year:int}/{ratio:float}/{key:uuid}/{day:date}")
async def converted(year: int, ratio: float, key: UUID, day: date) -> list[str]:
    """Take values that the path converts itself."""
    return [str(year), str(ratio), str(key), str(day)]


@router.get("/paths/files/{name:path}")
async def path_of(name: Annotated[str, Path(max_length=200)]) -> str:
    """Take the rest of the path."""
    return name


@router.post("/forms/login")
async def login(
    user: Annotated[str, Form(min_length=2, max_length=40)],
    password: Annotated[
        str, Form(min_length=8, max_length=64, json_schema_extra={"format": "password"})
    ],
    stay: Annotated[bool, Form(description="on this device")] = False,
) -> dict[str, bool]:
    """Take the fields of a form."""
    return {"stay": stay}


@router.post("/forms/signup", status_code=201)
async def signup(form: Annotated[Signup, Form()]) -> Signup:
    """Take a form as one value."""
    return form


@router.post("/files/one")
async def one_file(file: UploadFile) -> dict[str, int]:
    """Take a file."""
    return {"size": len(await file.read())}


@router.post("/files/many")
async def many_files(files: list[UploadFile]) -> list[int]:
    """Take several files."""
    return [len(await file.read()) for file in files]


@router.post("/files/described")
async def described_file(
    picture: Annotated[bytes, File(description="small")],
    caption: Annotated[str, Form(max_length=100)] = "",
) -> dict[str, str]:
    """Take a file, whole, with its caption."""
    return {"size": str(len(picture)), "caption": caption}


@router.post("/bodies/text")
async def text_body(text: Annotated[str, Body(media_type="text/plain", max_length=1000)]) -> int:
    """Take a text as it is."""
    return len(text)


@router.post("/bodies/bytes")
async def bytes_body(data: Annotated[bytes, Body(media_type="application/octet-stream")]) -> int:
    """Take bytes as they are."""
    return len(data)


@router.post("/bodies/embedded")
async def embedded(zoom: Annotated[Zoom, Body(embed=True)]) -> Zoom:
    """Take one value by its name."""
    return zoom


@router.post("/bodies/optional")
async def optional_body(note: Annotated[str | None, Body(max_length=50)] = None) -> str | None:
    """Take a body, or none."""
    return note


@router.post("/bodies/map")
async def map_body(counts: dict[str, Annotated[int, msgspec.Meta(ge=0, le=99)]]) -> int:
    """Take an object of any keys."""
    return sum(counts.values())


@router.post("/bodies/times")
async def times(wait: timedelta, day: Annotated[date, Body()]) -> str:
    """Take a duration from the query and a date from the body."""
    return f"{day} {wait.total_seconds():.0f}"


@router.post("/trips", status_code=201, tags=["trips"])
async def add_trip(trip: Trip) -> Trip:
    """Add a trip, declared with Pydantic."""
    return trip


@router.post("/trips/of/longest", tags=["trips"], response_model_exclude={"legs"})
async def longest(trips: Annotated[list[Trip], Body(min_length=1, max_length=5)]) -> Trip:
    """Find the longest of several trips; its legs are left out."""
    return max(trips, key=lambda trip: trip.total)


@router.get("/trips/{trip_id}", tags=["trips"], responses={404: {"description": "No such trip"}})
async def read_trip(trip_id: int) -> Trip:
    """Read a trip; there is none yet."""
    raise HTTPException(404, f"There is no trip {trip_id}")
