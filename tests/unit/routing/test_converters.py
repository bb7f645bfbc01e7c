"""What parameters take, and how they are written back."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from trimaran.errors import ConfigurationError
from trimaran.routing import Converter, RouteTable

KEY = "a3bb189e-8bf9-3888-9912-ace4e6543002"


def table(path: str) -> RouteTable[str]:
    """Return a table of one route."""
    routes: RouteTable[str] = RouteTable(lambda method, path, allowed: "missing")
    routes.add(path, ["GET"], "found", name="it")
    return routes


@pytest.mark.parametrize(
    ("path", "request_path", "value"),
    [
        ("/{x}", "/a b", "a b"),
        ("/{x:int}", "/007", 7),
        ("/{x:int}", "/9223372036854775807", 2**63 - 1),
        ("/{x:float}", "/1.5", 1.5),
        ("/{x:float}", "/2", 2.0),
        ("/{x:uuid}", f"/{KEY}", UUID(KEY)),
        ("/{x:slug}", "/the-film_2", "the-film_2"),
        ("/{x:date}", "/2026-02-28", date(2026, 2, 28)),
        ("/{x:path}", "/a//b/", "a//b/"),
        ("/{x:path}", "/", ""),
        ("/{x:re:[A-Z]{3}}", "/USD", "USD"),
        ("/v{x:int}", "/v3", 3),
    ],
)
def test_values_arrive_converted(path: str, request_path: str, value: Any) -> None:
    """And of the converter's type."""
    found, params = table(path).resolve("GET", request_path)
    assert found == "found"
    assert params == {"x": value}
    assert type(params["x"]) is type(value)


@pytest.mark.parametrize(
    ("path", "request_path"),
    [
        ("/{x}", "/"),
        ("/{x}", "/a/b"),
        ("/{x:int}", "/-1"),
        ("/{x:int}", "/9223372036854775808"),
        ("/{x:int}", "/" + "9" * 5000),
        ("/{x:int}", "/\u0663"),
        ("/{x:float}", "/1e5"),
        ("/{x:float}", "/nan"),
        ("/{x:uuid}", "/" + KEY.replace("-", "")),
        ("/{x:slug}", "/a.b"),
        ("/{x:slug}", "/" + "a" * 257),
        ("/{x:date}", "/2026-02-30"),
        ("/{x:date}", "/20260228"),
        ("/{x:re:[A-Z]{3}}", "/USDX"),
        ("/{x:re:[A-Z]{3}}", "/usd"),
        ("/v{x:int}", "/v"),
        ("/v{x:date}", "/v2026-13-01"),
    ],
)
def test_misfits_take_another_route(path: str, request_path: str) -> None:
    """A value that its converter refuses is a path that does not match: 404, not an error."""
    assert table(path).resolve("GET", request_path) == ("missing", {})


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("/{x}", "a b?", "/a%20b%3F"),
        ("/{x}", 5, "/5"),
        ("/{x:int}", "12", "/12"),
        ("/{x:float}", 1.5, "/1.5"),
        ("/{x:uuid}", UUID(KEY), f"/{KEY}"),
        ("/{x:date}", date(2026, 1, 2), "/2026-01-02"),
        ("/{x:path}", "a b/c", "/a%20b/c"),
        ("/caf\u00e9-{x}", "1", "/caf%C3%A9-1"),
    ],
)
def test_reverse_writes_and_quotes(path: str, value: Any, text: str) -> None:
    """The path of a name is ready for a link."""
    assert table(path).reverse("it", x=value) == text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/{x:int}", "abc"),
        ("/{x:int}", -1),
        ("/{x:date}", 3),
        ("/{x}", ""),
        ("/{x}", ".."),
        ("/{x}", "a/b"),
        ("/{x:path}", "a/../b"),
        ("/{x:re:[A-Z]{3}}", "usd"),
    ],
)
def test_reverse_refuses_what_would_not_come_back(path: str, value: Any) -> None:
    """A link that leads elsewhere, or nowhere, is the developer's to hear of."""
    with pytest.raises(
        ConfigurationError, match=r"TRI-PATH-006 .* does not fit the path parameter"
    ):
        table(path).reverse("it", x=value)


def test_own_converters_belong_to_their_table() -> None:
    """No other table knows them; any misfit of theirs is a 404."""
    routes = RouteTable[str](lambda method, path, allowed: "missing")
    sizes = {"small": 1, "large": 2}
    names = {size: name for name, size in sizes.items()}
    routes.register(
        "size", Converter(pattern="[a-z]+", parse=sizes.__getitem__, format=names.__getitem__)
    )
    routes.add("/{s:size}", ["GET"], "size", name="it")
    assert routes.resolve("GET", "/large") == ("size", {"s": 2})
    assert routes.resolve("GET", "/huge") == ("missing", {})
    assert routes.reverse("it", s=1) == "/small"
    with pytest.raises(ConfigurationError, match="names converter 'size', which does not exist"):
        table("/{s:size}")
    with pytest.raises(ConfigurationError, match="TRI-PATH-004 There is a path converter 'size'"):
        routes.register("size", Converter(pattern="x"))
