"""The table: precedence, methods, clashes, names, slashes."""

from collections.abc import Mapping
from typing import Any

import pytest

from trimaran.errors import ConfigurationError
from trimaran.routing import RouteTable


def missing(method: str, path: str, allowed: frozenset[str]) -> str:
    """Return what a request that no route takes would be told."""
    return f"405 {','.join(sorted(allowed))}" if allowed else "404"


def make(*routes: str) -> RouteTable[str]:
    """Return a table of ``GET /path`` lines, each route's value being its line."""
    table: RouteTable[str] = RouteTable(missing)
    for route in routes:
        methods, path = route.split(" ", 1)
        table.add(path, methods.split("|"), route)
    return table


ROUTES = make(
    "GET /",
    "GET /films",
    "POST /films",
    "GET /films/latest",
    "GET /films/{id:int}",
    "GET /films/{slug:slug}",
    "GET|DELETE /films/{id}",
    "GET /films/{id:int}/cast",
    "GET /films/{id}/stills/{n:int}",
    "GET /films/{name}.png",
    "GET /films/{name}.min.png",
    "GET /files/{p:path}",
    "GET /files/{p:path}/raw",
    "GET /files/{p:path}/raw/{n:int}",
    "HEAD /own",
    "GET /own",
)


@pytest.mark.parametrize(
    ("request_line", "route", "params"),
    [
        ("GET /", "GET /", {}),
        ("GET /films", "GET /films", {}),
        ("HEAD /films", "GET /films", {}),
        ("POST /films", "POST /films", {}),
        ("HEAD /own", "HEAD /own", {}),
        ("GET /films/latest", "GET /films/latest", {}),
        ("DELETE /films/latest", "GET|DELETE /films/{id}", {"id": "latest"}),
        ("GET /films/12", "GET /films/{id:int}", {"id": 12}),
        ("DELETE /films/12", "GET|DELETE /films/{id}", {"id": "12"}),
        ("GET /films/the-kid", "GET /films/{slug:slug}", {"slug": "the-kid"}),
        ("GET /films/the kid", "GET|DELETE /films/{id}", {"id": "the kid"}),
        ("GET /films/kid.png", "GET /films/{name}.png", {"name": "kid"}),
        ("GET /films/kid.min.png", "GET /films/{name}.min.png", {"name": "kid"}),
        ("GET /films/.png", "GET|DELETE /films/{id}", {"id": ".png"}),
        ("GET /films/12/cast", "GET /films/{id:int}/cast", {"id": 12}),
        # The typed parameter leads nowhere, so the plain one is tried.
        ("GET /films/12/stills/3", "GET /films/{id}/stills/{n:int}", {"id": "12", "n": 3}),
        ("GET /files/", "GET /files/{p:path}", {"p": ""}),
        ("GET /files/a/b", "GET /files/{p:path}", {"p": "a/b"}),
        ("GET /files/a/b/raw", "GET /files/{p:path}/raw", {"p": "a/b"}),
        ("GET /files/a/raw/7", "GET /files/{p:path}/raw/{n:int}", {"p": "a", "n": 7}),
        ("GET /files/raw/x", "GET /files/{p:path}", {"p": "raw/x"}),
        ("GET /films/latest/", "404", {}),
        ("GET /nothing", "404", {}),
        ("GET *", "404", {}),
        ("GET ", "404", {}),
        ("PUT /films", "405 GET,HEAD,POST", {}),
        ("PUT /films/12", "405 DELETE,GET,HEAD", {}),
        ("FOO /own", "405 GET,HEAD", {}),
    ],
)
def test_best_route_wins(request_line: str, route: str, params: Mapping[str, Any]) -> None:
    """Static, typed, mixed, plain, path: in that order, passing over what lacks the method."""
    method, path = request_line.split(" ", 1)
    assert ROUTES.resolve(method, path) == (route, params)


def test_parameters_of_static_routes_cannot_be_changed() -> None:
    """They are shared by all requests."""
    _, params = ROUTES.resolve("GET", "/films")
    with pytest.raises(TypeError, match="does not support item assignment"):
        params["x"] = 1  # type: ignore[index]  # refused at run time too


def clash(first: str, second: str) -> str:
    """Return the error of a table with both routes."""
    table: RouteTable[str] = RouteTable(missing)
    table.add(first, ["GET"], "1", where="a.py:1 one")
    with pytest.raises(ConfigurationError) as caught:
        table.add(second, ["GET"], "2", where="b.py:2 two")
    return str(caught.value)


def test_same_path_and_method_clash() -> None:
    """Both places are named."""
    assert clash("/f/{id:int}", "/f/{id:int}") == (
        "TRI-PATH-002 b.py:2 two: GET /f/{id:int} is declared twice: a.py:1 one has it already. "
        "Change one path or method."
    )
    assert clash("/f", "/f").startswith("TRI-PATH-002 b.py:2 two: GET /f is declared twice")
    assert clash("/f/{a}", "/f/{a:str}").startswith("TRI-PATH-002")


def test_same_shape_with_other_names_clashes() -> None:
    """Whatever the methods, since the two are one path to a reader and to OpenAPI."""
    assert clash("/f/{id}/x", "/f/{key}/x") == (
        "TRI-PATH-003 b.py:2 two: Path '/f/{key}/x' takes the same paths as '/f/{id}/x' of "
        "a.py:1 one. Give their parameters the same names."
    )


def test_routes_below_may_name_the_parameter_otherwise() -> None:
    """``/f/{id}`` and ``/f/{film}/cast`` are two paths."""
    table = make("GET /f/{id}", "GET /f/{film}/cast")
    assert table.resolve("GET", "/f/1")[1] == {"id": "1"}
    assert table.resolve("GET", "/f/1/cast")[1] == {"film": "1"}


def test_malformed_path_names_its_place() -> None:
    """It is asked for only when something is wrong."""
    table: RouteTable[str] = RouteTable(missing)
    table.add("/fine", ["GET"], "", where=lambda: pytest.fail("nobody needs it"))
    with pytest.raises(
        ConfigurationError, match=r"^TRI-PATH-001 a\.py:1 one: Path 'films' does not"
    ):
        table.add("films", ["GET"], "", where=lambda: "a.py:1 one")


def test_patterns_that_do_not_combine_are_refused() -> None:
    """Python takes global flags at the start of a whole pattern only."""
    with pytest.raises(ConfigurationError, match=r"TRI-PATH-001 The patterns of path .* combine"):
        make("GET /x-{a:re:(?i)abc}")


def test_explicit_head_may_follow_or_precede_get() -> None:
    """GET answers HEAD only where nothing else does."""
    assert make("HEAD /x", "GET /x").resolve("HEAD", "/x")[0] == "HEAD /x"
    assert make("GET /x", "HEAD /x").resolve("HEAD", "/x")[0] == "HEAD /x"
    assert make("GET /{x}", "HEAD /{x}").resolve("HEAD", "/1")[0] == "HEAD /{x}"


def test_reverse_picks_the_route_with_these_parameters() -> None:
    """Several routes may share a name."""
    table: RouteTable[str] = RouteTable(missing)
    table.add("/films", ["GET"], "", name="films")
    table.add("/films/{id:int}", ["GET"], "", name="films")
    assert table.reverse("films") == "/films"
    assert table.reverse("films", id=3) == "/films/3"
    with pytest.raises(ConfigurationError, match=r"takes the parameters \[\] or \['id'\], not"):
        table.reverse("films", key=3)
    with pytest.raises(
        ConfigurationError, match=r"No route is named 'film'\. Did you mean 'films'"
    ):
        table.reverse("film")
    with pytest.raises(ConfigurationError, match="TRI-PATH-005 No route is named 'zzz'"):
        table.reverse("zzz")


@pytest.mark.parametrize(
    ("method", "path", "other"),
    [
        ("GET", "/films/", "/films"),
        ("HEAD", "/films/", "/films"),
        ("PUT", "/films/", None),
        ("GET", "/dir", "/dir/"),
        ("GET", "/f/7/", "/f/7"),
        ("GET", "/", None),
        ("GET", "/nothing", None),
        ("GET", "//films/", None),
        ("OPTIONS", "*", None),
    ],
)
def test_other_slash_offers_an_existing_path(method: str, path: str, other: str | None) -> None:
    """Only where a route takes it with this method, and never a path that names another host."""
    table = make("GET /films", "GET /dir/", "GET /f/{id:int}", "GET /{p:path}/end")
    assert table.other_slash(method, path) == other
