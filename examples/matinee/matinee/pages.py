"""The page that people see: films, searched and listed, without a line of JavaScript."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader

from matinee.api import FilmFilters, with_relations
from matinee.models import Genre
from trimaran import Depends, HTMLResponse, Query, Request, Response, Router

HERE = Path(__file__).parent
PAGE_SIZE = 24
STYLE = (HERE / "static" / "style.css").read_text(encoding="utf-8")
ICON = (HERE / "static" / "icon.svg").read_text(encoding="utf-8")
KEPT = {"cache-control": "max-age=3600"}

templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
router = Router(include_in_schema=False)


def money(amount: int | None) -> str:
    """Return ``$1.2B``, ``$34M``, ``$560,000``, or a dash where it is unknown."""
    if amount is None:
        return "\N{EN DASH}"
    for size, sign in ((1_000_000_000, "B"), (1_000_000, "M")):
        if amount >= size:
            return f"${amount / size:.1f}".removesuffix(".0") + sign
    return f"${amount:,}"


templates.filters["money"] = money


async def page_filters(
    q: str = "", genre: str = "", year: str = "", min_rating: str = ""
) -> FilmFilters:
    """Take the filters from the form: a person is not sent away for an empty or odd field."""
    return FilmFilters(
        q=q.strip()[:100],
        genre=genre[:50] or None,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        min_rating=read_rating(min_rating),
    )


def read_rating(text: str) -> Decimal | None:
    """Return a rating from 0 to 10, or None."""
    try:
        rating = Decimal(text)
    except InvalidOperation:
        return None
    return rating if rating.is_finite() and 0 <= rating <= 10 else None


@router.get("/")
async def films_page(
    request: Request,
    filters: Annotated[FilmFilters, Depends(page_filters)],
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """Show one page of films, the best known first."""
    matching = filters.apply()
    total = await matching.count()
    chosen = matching.select_related("director", "distributor", "genre")
    films = (
        await chosen.order_by("-imdb_votes", "id").offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    )
    asked = {
        name: value for name, value in request.query_params.items() if name != "page" and value
    }
    html = templates.get_template("films.html").render(
        films=[await with_relations(film) for film in films],
        genres=await Genre.objects.order_by("name"),
        filters=filters,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        link=lambda number: "/?" + urlencode({**asked, "page": number}),
    )
    return HTMLResponse(html, headers={"content-security-policy": "default-src 'self'"})


@router.get("/style.css")
async def style() -> Response:
    """Serve the page's style sheet."""
    return Response(STYLE, media_type="text/css", headers=KEPT)


@router.get("/icon.svg")
async def icon() -> Response:
    """Serve the page's icon."""
    return Response(ICON, media_type="image/svg+xml", headers=KEPT)
