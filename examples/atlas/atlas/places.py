"""Countries, cities, regions and shapes: bodies of every kind, pages, conflicts."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any

from atlas.store import Store
from atlas.types import (
    Box,
    Circle,
    City,
    CityPatch,
    Conflict,
    Continent,
    Country,
    Measured,
    NewCity,
    Point,
    Region,
    Review,
    Shape,
)
from trimaran import (
    Body,
    Depends,
    HTTPException,
    JSONResponse,
    Path,
    Query,
    Response,
    Router,
)
from trimaran.pagination import OffsetPage, OffsetParams, Page, PageParams

MISSING: dict[int | str, Any] = {404: {"description": "There is no such place"}}
CONFLICT: dict[int | str, Any] = {409: {"model": Conflict, "description": "It is there already"}}

countries: Store[str, Country] = Store()
cities: Store[int, City] = Store()
regions: Store[str, Region] = Store()
reviews: Store[int, list[Review]] = Store()

router = Router()
country_routes = Router(prefix="/countries", tags=["countries"])
city_routes = Router(prefix="/cities", tags=["cities"])
shape_routes = Router(prefix="/shapes", tags=["shapes"])

Code = Annotated[str, Path(pattern="^[A-Z]{2}$", description="two letters", examples=["NO"])]
CityId = Annotated[int, Path(ge=1, description="the city's number")]


def page_of(items: list[Any], params: PageParams) -> Page[Any]:
    """Return one page of a list."""
    start = (params.page - 1) * params.size
    return Page(
        items=items[start : start + params.size],
        page=params.page,
        size=params.size,
        pages=-(-len(items) // params.size),
        total=len(items),
    )


# Countries


@country_routes.get("")
async def list_countries(
    params: Annotated[PageParams, Depends()],
    continent: Continent | None = None,
    languages: Annotated[list[str], Query(max_length=5)] = [],  # noqa: B006  never changed
) -> Page[Country]:
    """List countries by pages, of one continent or with one of some languages."""
    found = [
        country
        for country in countries.all()
        if (continent is None or country.continent is continent)
        and (not languages or set(languages) & set(country.languages))
    ]
    return page_of(found, params)


@country_routes.post("", status_code=201, responses=CONFLICT)
async def add_country(country: Country, response: Response) -> Country | JSONResponse:
    """Add a country; its address comes back in a header."""
    if countries.get(country.code) is not None:
        conflict = {"reason": "The code is taken.", "existing": country.code}
        return JSONResponse(conflict, status_code=409)
    countries.put(country.code, country)
    response.headers["location"] = f"/countries/{country.code}"
    return country


@country_routes.get("/{code}", responses=MISSING)
async def read_country(code: Code) -> Country:
    """Read one country."""
    country = countries.get(code)
    if country is None:
        raise HTTPException(404, "There is no such country")
    return country


@country_routes.put("/{code}")
async def put_country(code: Code, country: Country) -> Country:
    """Put a country in its place, new or not."""
    country.code = code
    countries.put(code, country)
    return country


@country_routes.delete("/{code}", status_code=204, responses=MISSING)
async def remove_country(code: Code) -> None:
    """Remove a country."""
    if countries.pop(code) is None:
        raise HTTPException(404, "There is no such country")


@country_routes.head("/{code}/flag")
async def flag(code: Code) -> None:
    """Tell whether there would be a flag."""


# Cities


@city_routes.get("")
async def list_cities(
    params: Annotated[OffsetParams, Depends()],
    q: Annotated[str, Query(max_length=80)] = "",
    order: Annotated[str, Query(pattern="^-?(name|id)$")] = "id",
) -> OffsetPage[City]:
    """List cities by offset, searched and ordered."""
    field = order.removeprefix("-")
    found = [city for city in cities.all() if q.lower() in city.name.lower()]
    found.sort(key=lambda city: getattr(city, field), reverse=order.startswith("-"))
    items = found[params.offset : params.offset + params.limit]
    return OffsetPage(items=items, limit=params.limit, offset=params.offset, total=len(found))


def made(new: NewCity) -> City:
    """Return a city with a number, kept."""
    city = City(
        id=cities.number(),
        added=datetime.now(UTC),
        name=new.name,
        country=new.country,
        place=new.place,
        tags=new.tags,
        notes=new.notes,
    )
    cities.put(city.id, city)
    return city


@city_routes.post("", status_code=201)
async def add_city(city: NewCity) -> City:
    """Add a city."""
    return made(city)


@city_routes.post("/bulk", status_code=201)
async def add_cities(new: Annotated[list[NewCity], Body(max_length=20)]) -> list[int]:
    """Add several cities at once; their numbers come back."""
    return [made(city).id for city in new]


@city_routes.get("/nearest")
async def nearest_city(
    latitude: Annotated[float, Query(ge=-90, le=90)],
    longitude: Annotated[float, Query(ge=-180, le=180)],
) -> City | None:
    """Find the city next to a place; null where there is none at all."""
    here = Point(latitude, longitude)
    return min(cities.all(), key=lambda city: math.dist(city.place, here), default=None)


@city_routes.get("/{city_id:int}", responses=MISSING, operation_id="readCity")
async def read_city(city_id: CityId) -> City:
    """Read one city."""
    return found_city(city_id)


def found_city(city_id: int) -> City:
    """Return a city, or raise 404."""
    city = cities.get(city_id)
    if city is None:
        raise HTTPException(404, "There is no such city")
    return city


@city_routes.patch("/{city_id:int}", responses=MISSING)
async def change_city(city_id: CityId, patch: CityPatch) -> City:
    """Change what is given of a city."""
    city = found_city(city_id)
    city.name = patch.get("name", city.name)
    city.tags = set(patch.get("tags", city.tags))
    return city


@city_routes.delete("/{city_id:int}", status_code=204, responses=MISSING)
async def remove_city(city_id: CityId) -> None:
    """Remove a city."""
    found_city(city_id)
    cities.pop(city_id)


@city_routes.post("/{city_id:int}/reviews", status_code=201, responses=MISSING)
async def review_city(
    city_id: CityId,
    review: Review,
    anonymous: Annotated[bool, Body(description="Leave the name out")] = False,
) -> Review:
    """Say what it is like; two values in one body."""
    found_city(city_id)
    reviews.put(city_id, [*(reviews.get(city_id) or ()), review][-100:])
    return review


@city_routes.get("/{city_id:int}/reviews", responses=MISSING)
async def list_reviews(city_id: CityId) -> list[Review]:
    """Read what was said of a city."""
    found_city(city_id)
    return reviews.get(city_id) or []


@router.get("/airports/{code:re:[A-Z]{3}}", tags=["cities"])
async def city_by_code(code: str) -> dict[str, str]:
    """Read an airport's code, which the path's pattern allows."""
    return {"code": code}


# Regions and shapes


@router.put("/regions/{name}", tags=["regions"])
async def put_region(name: Annotated[str, Path(max_length=80)], region: Region) -> Region:
    """Put a tree of regions in its place."""
    regions.put(name, region)
    return region


@router.get("/regions/{name}", tags=["regions"], responses=MISSING)
async def read_region(name: Annotated[str, Path(max_length=80)]) -> Region:
    """Read a tree of regions."""
    region = regions.get(name)
    if region is None:
        raise HTTPException(404, "There is no such region")
    return region


@shape_routes.post("/area")
async def area(shape: Shape) -> Measured[float]:
    """Measure one of several shapes, told apart by ``kind``."""
    if isinstance(shape, Circle):
        return Measured(math.pi * shape.radius**2, "km")
    if isinstance(shape, Box):
        return Measured(abs(shape.north_east[0] - shape.south_west[0]), "km")
    return Measured(0.0, "km")


@shape_routes.post("/bounds")
async def bounds(shapes: Annotated[list[Shape], Body(min_length=1, max_length=10)]) -> Box:
    """Find the box around shapes."""
    return Box(Point(-90, -180), Point(90, 180))


@shape_routes.get("/samples/{kind}")
async def sample_shape(kind: Annotated[str, Path(pattern="^(circle|box)$")]) -> Shape:
    """Return a shape of a kind."""
    if kind == "circle":
        return Circle(Point(0, 0), 1)
    return Box(Point(0, 0), Point(1, 1))


router.include_router(country_routes)
router.include_router(city_routes)
router.include_router(shape_routes)
