"""The typed API: list, search, filter, page, read, add and change films."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct

from matinee.models import Director, Distributor, Film, Genre, Rating
from trimaran import (
    Create,
    Depends,
    HTTPException,
    Patch,
    Path,
    Q,
    Query,
    QuerySet,
    Router,
    get_object_or_404,
    transaction,
)

router = Router(tags=["films"])

Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=100_000)]
Order = Literal["title", "-title", "release_date", "-release_date", "imdb_rating", "-imdb_rating"]


class Named(Struct):
    """A director, distributor or genre, as the API shows it."""

    id: int
    name: str


class FilmDetails(Struct):
    """A film with its director, distributor and genre."""

    id: int
    title: str
    release_date: date
    rating: Rating | None
    running_time: int | None
    budget: int | None
    us_gross: int | None
    worldwide_gross: int | None
    imdb_rating: Decimal | None
    imdb_votes: int | None
    rotten_tomatoes: int | None
    director: Named | None
    distributor: Named | None
    genre: Named | None


class FilmPage(Struct):
    """One page of films, and how many there are."""

    items: list[FilmDetails]
    total: int
    limit: int
    offset: int


class FilmFilters(Struct):
    """What a search asks for; shared by the API and the page."""

    q: str
    genre: str | None
    year: int | None
    min_rating: Decimal | None

    def apply(self) -> QuerySet[Film]:
        """Return the films that match."""
        films = Film.objects.all()
        if self.q:
            films = films.filter(Q(title__icontains=self.q) | Q(director__name__icontains=self.q))
        if self.genre:
            films = films.filter(genre__name__iexact=self.genre)
        if self.year:
            films = films.filter(release_date__year=self.year)
        if self.min_rating is not None:
            films = films.filter(imdb_rating__gte=self.min_rating)
        return films


async def film_filters(
    q: Annotated[str, Query(max_length=100, description="in the title or director's name")] = "",
    genre: Annotated[str | None, Query(max_length=50)] = None,
    year: Annotated[int | None, Query(ge=1888, le=2100)] = None,
    min_rating: Annotated[Decimal | None, Query(ge=0, le=10)] = None,
) -> FilmFilters:
    """Take the filters from the query."""
    return FilmFilters(q=q.strip(), genre=genre, year=year, min_rating=min_rating)


async def with_relations(film: Film) -> FilmDetails:
    """Return the film as the API shows it; relations of films fetched together load together."""
    director = film.director and await film.director
    distributor = film.distributor and await film.distributor
    genre = film.genre and await film.genre
    return FilmDetails(
        id=film.id,
        title=film.title,
        release_date=film.release_date,
        rating=film.rating,
        running_time=film.running_time,
        budget=film.budget,
        us_gross=film.us_gross,
        worldwide_gross=film.worldwide_gross,
        imdb_rating=film.imdb_rating,
        imdb_votes=film.imdb_votes,
        rotten_tomatoes=film.rotten_tomatoes,
        director=director and Named(director.id, director.name),
        distributor=distributor and Named(distributor.id, distributor.name),
        genre=genre and Named(genre.id, genre.name),
    )


@router.get("/films")
async def list_films(
    filters: Annotated[FilmFilters, Depends(film_filters)],
    order: Order = "-release_date",
    limit: Limit = 20,
    offset: Offset = 0,
) -> FilmPage:
    """List films: searched, filtered, ordered, one page at a time."""
    matching = filters.apply()
    related = matching.select_related("director", "distributor", "genre")
    films = await related.order_by(order, "id").offset(offset).limit(limit)
    items = [await with_relations(film) for film in films]
    return FilmPage(items=items, total=await matching.count(), limit=limit, offset=offset)


@router.get("/directors", tags=["people"])
async def list_directors(
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> list[Director]:
    """List directors by name."""
    directors = Director.objects.filter(name__icontains=q).order_by("name")
    return await directors.offset(offset).limit(limit)


@router.get("/distributors", tags=["people"])
async def list_distributors() -> list[Distributor]:
    """List every distributor by name."""
    return await Distributor.objects.order_by("name")


@router.get("/genres", tags=["people"])
async def list_genres() -> list[Genre]:
    """List every genre by name."""
    return await Genre.objects.order_by("name")


FilmId = Annotated[int, Path(ge=1, description="the film's number")]


@router.get("/films/{film_id}", responses={404: {"description": "No such film"}})
async def read_film(film_id: FilmId) -> FilmDetails:
    """Read one film with its director, distributor and genre."""
    return await with_relations(await get_object_or_404(Film, id=film_id))


@router.post("/films", status_code=201, responses={409: {"description": "No such director"}})
async def add_film(data: Create[Film]) -> FilmDetails:
    """Add a film; its director, distributor and genre are named by their ids."""
    return await with_relations(await Film.objects.create(data))


@router.patch(
    "/films/{film_id}",
    responses={404: {"description": "No such film"}, 409: {"description": "No such director"}},
)
async def change_film(film_id: FilmId, data: Patch[Film]) -> FilmDetails:
    """Change what is given of a film, leave the rest."""
    async with transaction.atomic():
        film = await get_object_or_404(Film, id=film_id)
        await film.update(data)
    return await with_relations(film)


@router.delete(
    "/films/{film_id}", status_code=204, responses={404: {"description": "No such film"}}
)
async def remove_film(film_id: FilmId) -> None:
    """Remove a film."""
    if not await Film.objects.filter(id=film_id).delete():
        raise HTTPException(404, "No such film")
