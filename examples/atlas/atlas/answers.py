"""Answers of every kind: streams, files, pages, and who may have them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from atlas.types import Conflict, Country, Fare, Measured, Review
from trimaran import (
    Depends,
    EventSourceResponse,
    FileResponse,
    HTMLResponse,
    HTTPException,
    PlainTextResponse,
    RedirectResponse,
    Response,
    Router,
    Security,
    SecurityScopes,
    StreamingResponse,
)
from trimaran.middleware import RateLimitMiddleware
from trimaran.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    OpenIdConnect,
)

router = Router()
kinds = Router(prefix="/answers", tags=["answers"])
secure = Router(prefix="/secure", tags=["secure"])
problems = Router(prefix="/problems", tags=["problems"], problem_details=True)


# Kinds of answers


@kinds.get("/text", response_class=PlainTextResponse)
async def text() -> str:
    """Answer with text."""
    return "Here be dragons."


@kinds.get("/page")
async def page() -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse("<!doctype html><title>Atlas</title><p>Here be dragons.")


@kinds.get("/redirect")
async def redirect() -> RedirectResponse:
    """Answer with another place."""
    return RedirectResponse("/answers/text")


@kinds.get("/lines")
async def lines() -> AsyncIterator[Review]:
    """Stream values, one JSON a line."""
    for stars in (1, 3, 5):
        yield Review(stars)


@kinds.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterator[Review]:
    """Stream server-sent events."""
    yield Review(5, "Beautiful")


@kinds.get("/bytes", response_class=StreamingResponse)
async def stream() -> AsyncIterator[bytes]:
    """Stream bytes."""
    yield b"dragons"


@kinds.get("/file", responses={206: {"description": "A part of it"}, 416: {"description": "None"}})
async def file() -> FileResponse:
    """Answer with a file, or with the part of it that is asked for."""
    return FileResponse(Path(__file__).parent / "map.svg", media_type="image/svg+xml")


@kinds.get("/fare")
async def fare() -> Fare:
    """Answer with a price, a duration, a time and an identifier."""
    return Fare(Decimal("49.90"), timedelta(hours=2), time(8, 15, tzinfo=UTC), UUID(int=7))


@kinds.get("/generic")
async def generic() -> Measured[list[int]]:
    """Answer with a generic class."""
    return Measured([1, 2], "km")


@kinds.get("/either")
async def either(number: bool = False) -> int | str | None:
    """Answer with a union."""
    return 1 if number else "one"


@kinds.get("/several", response_model=Country, responses={200: {"content": {"image/svg+xml": {}}}})
async def several(picture: bool = False) -> Any:
    """Answer with JSON or with a picture."""
    if picture:
        return Response("<svg xmlns='http://www.w3.org/2000/svg'/>", media_type="image/svg+xml")
    return {"code": "NO", "name": "Norway", "continent": "europe"}


@kinds.delete("/nothing", status_code=204)
async def nothing() -> None:
    """Answer with nothing."""


@kinds.api_route("/both", methods=["GET", "PUT"])
async def both() -> datetime:
    """Answer to two methods."""
    return datetime.now(UTC)


@kinds.get("/old", deprecated=True, openapi_extra={"x-sunset": "2027-01-01"})
async def old() -> dict[str, int]:
    """Answer as before, for a while."""
    return {}


limited = RateLimitMiddleware(5, per=3600)


@kinds.get("/limited", middleware=[limited])
async def often() -> str:
    """Answer a few times an hour."""
    return "once more"


@kinds.get("/timed", timeout=5)
async def timed() -> str:
    """Answer in time."""
    return "in time"


# Who may have them

SECRET = "atlas"  # noqa: S105  an example
"""Shown by every way of logging in: this is an example."""

basic = HTTPBasic(realm="atlas")
bearer = HTTPBearer(bearerFormat="JWT", description="The token is `atlas`.")
digest = HTTPDigest()
header_key = APIKeyHeader(name="X-Atlas-Key")
query_key = APIKeyQuery(name="key")
cookie_key = APIKeyCookie(name="atlas_key", auto_error=False)
password = OAuth2PasswordBearer("secure/token", scopes={"maps": "Read maps", "draw": "Draw maps"})
code = OAuth2AuthorizationCodeBearer(
    "https://login.example/authorize", "https://login.example/token", scopes={"maps": "Read maps"}
)
openid = OpenIdConnect(openIdConnectUrl="https://login.example/.well-known/openid-configuration")

FORBIDDEN: dict[int | str, Any] = {403: {"description": "The token lacks a scope"}}


def check(shown: str, challenge: str = "Bearer") -> None:
    """Raise 401 unless the secret was shown."""
    if not compare_digest(shown.encode(), SECRET.encode()):
        raise HTTPException(401, "That is not it", {"WWW-Authenticate": challenge})


async def reader(needed: SecurityScopes, token: Annotated[str, Depends(password)]) -> str:
    """Return the token's owner; it names its scopes: ``atlas.maps.draw``."""
    secret, *scopes = token.split(".")
    check(secret)
    if not set(needed.scopes) <= set(scopes):
        raise HTTPException(403, "The token lacks a scope")
    return "reader"


@secure.post("/token", responses={401: {"description": "Wrong name or password"}})
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    """Give a token for a name and a password."""
    check(form.password)
    return {"access_token": ".".join([SECRET, *form.scopes]), "token_type": "bearer"}


@secure.get("/basic")
async def with_basic(user: Annotated[HTTPBasicCredentials, Depends(basic)]) -> str:
    """Answer to a name and a password."""
    check(user.password, 'Basic realm="atlas"')
    return user.username


@secure.get("/bearer")
async def with_bearer(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    """Answer to a token."""
    check(given.credentials)
    return given.scheme


@secure.get("/digest")
async def with_digest(given: Annotated[HTTPAuthorizationCredentials, Depends(digest)]) -> str:
    """Answer to a digest; this one knows nobody."""
    raise HTTPException(401, "Unknown", {"WWW-Authenticate": "Digest"})


@secure.get("/header")
async def with_header(key: Annotated[str, Depends(header_key)]) -> str:
    """Answer to a key in a header."""
    check(key, "APIKey")
    return "header"


@secure.get("/query")
async def with_query(key: Annotated[str, Depends(query_key)]) -> str:
    """Answer to a key in the query."""
    check(key, "APIKey")
    return "query"


@secure.get("/cookie", openapi_extra={"security": [{}]})
async def with_cookie(key: Annotated[str | None, Depends(cookie_key)]) -> bool:
    """Tell whether a key came in a cookie: none is needed."""
    return key is not None


@secure.get("/maps", responses=FORBIDDEN)
async def maps(user: Annotated[str, Security(reader, scopes=["maps"])]) -> str:
    """Answer to a token that may read."""
    return user


@secure.post("/maps", responses=FORBIDDEN)
async def draw(user: Annotated[str, Security(reader, scopes=["maps", "draw"])]) -> str:
    """Answer to a token that may draw."""
    return user


@secure.get("/code")
async def with_code(token: Annotated[str, Depends(code)]) -> str:
    """Answer to a token of a log-in elsewhere."""
    check(token)
    return "code"


@secure.get("/openid")
async def with_openid(shown: Annotated[str, Depends(openid)]) -> str:
    """Answer to a token of an identity provider."""
    check(shown.removeprefix("Bearer "))
    return "openid"


# Faults, as problem details


@problems.get("/missing/{number}", responses={404: {"description": "There is none"}})
async def missing(number: int) -> int:
    """Miss what is asked for."""
    raise HTTPException(404, f"There is no number {number}")


@problems.post("/invalid")
async def invalid(country: Country) -> str:
    """Take a country, or list its faults."""
    return country.name


@problems.get("/teapot", responses={418: {"model": Conflict}}, status_code=200)
async def teapot(short: bool = False) -> Conflict:
    """Answer with a value in place of a problem."""
    return Conflict("stout", 1)


router.include_router(kinds)
router.include_router(secure)
router.include_router(problems)
