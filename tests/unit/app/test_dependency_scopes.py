"""Dependencies of the application's life, and those that are asked for without a request."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, HTTPException, Query, Request, SecurityScopes
from trimaran.errors import ConfigurationErrors
from trimaran.testing import AsyncClient, TestClient

log: list[str] = []


@pytest.fixture(autouse=True)
def empty_log() -> None:
    """What happened, in order."""
    log.clear()


def config() -> str:
    log.append("config")
    return "url"


async def engine(config: Annotated[str, Depends(config)]) -> AsyncIterator[str]:
    log.append("engine in")
    yield f"engine({config})"
    log.append("engine out")


def pool(engine: Annotated[str, Depends(engine, scope="app")], size: int = 3) -> Iterator[str]:
    log.append("pool in")
    yield f"pool({engine}, {size})"
    log.append("pool out")


Pool = Annotated[str, Depends(pool, scope="app")]


def application() -> App:
    app = App()

    @app.get("/")
    async def show(pool: Pool, n: int = 0) -> str:
        return pool

    @app.get("/other")
    def other(pool: Pool, config: Annotated[str, Depends(config)]) -> str:
        return pool + config

    return app


MADE = ["config", "engine in", "pool in"]


def test_the_application_makes_its_dependencies_once() -> None:
    """At start-up, each after what it needs; cleaned up in reverse at shutdown."""
    with TestClient(application()) as client:
        assert log == MADE
        assert client.get("/?n=1").json() == "pool(engine(url), 3)"
        assert client.get("/").json() == "pool(engine(url), 3)"
        assert client.get("/other").json() == "pool(engine(url), 3)url"
        assert log == [*MADE, "config"]
    assert log == [*MADE, "config", "pool out", "engine out"]


def test_a_restarted_application_makes_them_anew() -> None:
    """Nothing of the first life is left in compiled routes."""
    app = application()
    lives = iter(["first", "second"])

    def counted() -> str:
        return next(lives)

    app.dependency_overrides[config] = counted
    for life in ("first", "second"):
        with TestClient(app) as client:
            assert client.get("/").json() == f"pool(engine({life}), 3)"


def test_what_cannot_be_made_stops_the_start() -> None:
    """What was made before it is cleaned up."""
    app = application()

    def broken(engine: Annotated[str, Depends(engine, scope="app")]) -> None:
        raise OSError("no such host")

    app.dependency_overrides[pool] = broken
    with pytest.raises(OSError, match="no such host"), TestClient(app):
        pass
    assert log == ["config", "engine in", "engine out"]


def test_they_outlive_the_lifespan_that_took_them() -> None:
    """What it asked for is there until it has ended; the rest is gone before."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
        async with app.resolve_dependency(Depends(engine, scope="app")) as value:
            yield {"engine": value}
        log.append("lifespan out")

    app = App(lifespan=lifespan)

    @app.get("/")
    async def show(pool: Pool) -> bool:
        return app.state.engine in pool

    with TestClient(app) as client:
        assert client.get("/").json() is True
    assert log == [*MADE, "pool out", "lifespan out", "engine out"]


def test_without_a_start_the_first_request_makes_them() -> None:
    """Requests that come meanwhile wait for it."""
    app = App()

    async def slow() -> AsyncIterator[int]:
        log.append("in")
        await asyncio.sleep(0.01)
        yield len(log)
        log.append("out")

    @app.get("/")
    async def show(value: Annotated[int, Depends(slow, scope="app")]) -> int:
        return value

    async def main() -> list[int]:
        client = AsyncClient(app)
        answers = await asyncio.gather(*(client.get("/") for _ in range(5)))
        await app.shutdown()
        return [answer.json() for answer in answers]

    assert asyncio.run(main()) == [1] * 5
    assert log == ["in", "out"]


def test_one_that_failed_is_tried_again() -> None:
    """The request that asked for it is answered as for any other exception."""
    app = App()

    def flaky() -> str:
        log.append("try")
        if len(log) == 1:
            raise HTTPException(503, "not yet")
        return "there"

    @app.get("/")
    async def show(value: Annotated[str, Depends(flaky, scope="app")]) -> str:
        return value

    client = TestClient(app)
    assert (client.get("/").status_code, client.get("/").json()) == (503, "there")
    assert client.get("/").json() == "there"
    assert log == ["try", "try"]


def test_they_serve_where_a_request_is_refused() -> None:
    """A dependency that needs one is called although another parameter is wrong."""
    app = App()

    def check(pool: Pool) -> None:
        raise HTTPException(401, pool)

    @app.get("/", dependencies=[Depends(check)])
    async def show(n: int) -> int:
        return n

    with TestClient(app) as client:
        assert client.get("/?n=x").json() == {"detail": "pool(engine(url), 3)"}


# Faults of the declaration


def faults(dependency: Any) -> str:
    app = App()

    @app.get("/")
    async def show(_: Annotated[Any, dependency]) -> None: ...

    with pytest.raises(ConfigurationErrors) as caught:
        app.build()
    return str(caught.value)


def needs_request(request: Request) -> None: ...
def needs_query(*, q: str) -> None: ...
def needs_scopes(scopes: SecurityScopes) -> None: ...
def indirectly(_: Annotated[None, Depends(needs_request)]) -> None: ...


@pytest.mark.parametrize(
    ("dependency", "parameter", "chain"),
    [
        (needs_request, "request", "show -> needs_request."),
        (needs_query, "q", "show -> needs_query."),
        (needs_scopes, "scopes", "show -> needs_scopes."),
        (indirectly, "request", "show -> indirectly -> needs_request."),
    ],
)
def test_the_application_has_no_request(dependency: Any, parameter: str, chain: str) -> None:
    """Told at start-up, with the chain."""
    told = faults(Depends(dependency, scope="app"))
    assert "TRI-DI-004 tests/unit/app/test_dependency_scopes.py" in told
    assert f"Parameter {parameter!r} comes from a request" in told
    assert chain in told.replace("faults.<locals>.", "")


def test_the_application_outlives_what_a_request_needs() -> None:
    """One that yields lives as long as the request, unless it says more."""

    def outer(_: Annotated[str, Depends(engine)]) -> None: ...

    told = faults(Depends(outer, scope="app"))
    assert "TRI-DI-003" in told
    assert "outer (app) -> engine (request). Give the last one scope='app'" in told


def test_scopes_are_known_words() -> None:
    """A misspelt one is told where it stands."""
    with pytest.raises(ValueError, match="scope is 'session'; it is 'function', 'request' or"):
        Depends(pool, scope="session")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ValueError, match="is made once: use_cache=False has no place"):
        Depends(pool, scope="app", use_cache=False)


# Without a request


async def session(
    pool: Pool,
    mode: Annotated[str, Query()] = "read",
    tags: list[str] = Query(default_factory=list),
) -> AsyncIterator[str]:
    log.append("session in")
    try:
        yield f"session({pool}, {mode}, {tags})"
    except KeyError:
        log.append("session sees KeyError")
        raise
    finally:
        log.append("session out")


SESSION = "session(pool(engine(url), 3), read, [])"


def test_a_dependency_is_resolved_without_a_request() -> None:
    """Defaults stand for what would come from one; all is cleaned up after the block."""
    app = application()

    async def main() -> None:
        async with app.resolve_dependency(session) as value:
            assert value == SESSION
            assert log == [*MADE, "session in"]

    asyncio.run(main())
    assert log[4:] == ["session out", "pool out", "engine out"]


def test_a_running_application_shares_its_own() -> None:
    """The pool of the routes, which lives on; asked for by itself too."""
    app = application()

    async def main() -> None:
        await app.startup()
        async with app.resolve_dependency(session) as value, app.resolve_dependency(pool) as same:
            assert value == SESSION
            assert same in value
        assert log == [*MADE, "session in", "session out"]
        await app.shutdown()

    asyncio.run(main())
    assert log[-2:] == ["pool out", "engine out"]


def test_an_exception_in_the_block_arrives_at_the_yield() -> None:
    """As that of a handler does."""

    async def main() -> None:
        async with application().resolve_dependency(session):
            raise KeyError

    with pytest.raises(KeyError):
        asyncio.run(main())
    assert log[4:6] == ["session sees KeyError", "session out"]


def test_overrides_apply_without_a_request() -> None:
    """A test's fake pool is everybody's."""
    app = application()
    app.dependency_overrides[pool] = lambda: "fake"

    async def main() -> str:
        async with app.resolve_dependency(session) as value:
            return str(value)

    assert asyncio.run(main()) == "session(fake, read, [])"


@pytest.mark.parametrize(
    ("dependency", "told"),
    [
        (indirectly, "TRI-DI-004 .*'request' comes from .*: indirectly -> needs_request."),
        (needs_query, "TRI-DI-004 .*'q' comes from a request, .*: needs_query."),
        (None, r"TRI-DI-002 .*Depends\(None\) has nothing to call\. Give Depends\(\)"),
    ],
)
def test_what_needs_a_request_is_refused_without_one(dependency: Any, told: str) -> None:
    """Before anything is called."""

    async def main() -> None:
        async with App().resolve_dependency(dependency):
            raise AssertionError("it was resolved")

    with pytest.raises(ConfigurationErrors, match=told):
        asyncio.run(main())
