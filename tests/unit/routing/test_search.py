"""The tree against a naive matcher, and what a look-up costs."""

import re
import sys
import time
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import ConfigurationError
from trimaran.routing import RouteTable
from trimaran.routing.tree import Node

PATTERNS = {"{a:int}": "[0-9]+", "{b:slug}": "[-a-z0-9_]+", "{c}": "[^/]+", "{d:path}": ".*"}
SEGMENTS = ["x", "7", "", "x-{a:int}", *PATTERNS]
ORDER = {"{a:int}": 1, "x-{a:int}": 2, "{b:slug}": 3, "{c}": 4, "{d:path}": 5}


def naive(paths: list[str], path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the best of the routes that match and its parameters, by trying all of them."""

    def pattern(route: str) -> str:
        return "".join(
            f"(?P<{part[1]}>{PATTERNS[part]})" if part in PATTERNS else re.escape(part)
            for part in re.split(r"(\{[^}]*\})", route)
        )

    matching = [route for route in paths if re.fullmatch(pattern(route), path)]

    def rank(route: str) -> list[tuple[int, int]]:
        segments = route.split("/")[1:]
        return [
            (ORDER.get(segment, 0), at - len(segments) if "path" in segment else 0)
            for at, segment in enumerate(segments)
        ]

    if not matching:
        return None
    best = min(matching, key=rank)
    found = re.fullmatch(pattern(best), path)
    assert found is not None
    return best, {
        name: int(text) if name == "a" else text for name, text in found.groupdict().items()
    }


routes = st.lists(
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4).map(
        lambda parts: "/" + "/".join(parts)
    ),
    unique=True,
    max_size=12,
)
requests = st.lists(
    st.sampled_from(["x", "7", "", "x-7", "y", "Y Z", "x-y"]), min_size=1, max_size=5
).map(lambda parts: "/" + "/".join(parts))


@given(routes, st.lists(requests, min_size=1, max_size=6))
def test_agrees_with_a_naive_matcher(paths: list[str], wanted: list[str]) -> None:
    """For any routes and any path, the table finds what trying all of them finds."""
    table: RouteTable[str | None] = RouteTable(lambda method, path, allowed: None)
    added = []
    for path in paths:
        try:
            table.add(path, ["GET"], path)
        except ConfigurationError:
            continue  # a parameter twice in one path
        added.append(path)
    for path in wanted:
        found, params = table.resolve("GET", path)
        assert (None if found is None else (found, params)) == naive(added, path)


def resource_table(count: int) -> RouteTable[int]:
    """Return a table of as many routes, as a large application has them."""
    table: RouteTable[int] = RouteTable(lambda method, path, allowed: -1)
    for number in range(count // 4):
        base = f"/area{number % 50}/thing{number}"
        table.add(base, ["GET", "POST"], number, name=f"list{number}")
        table.add(base + "/{id:int}", ["GET"], number)
        table.add(base + "/{id:int}/parts/{part}", ["GET"], number)
        table.add(base + "/files/{path:path}", ["GET"], number)
    return table


def test_ten_thousand_routes_are_added_in_seconds() -> None:
    """CPU time, since the machine is shared; a tracer gets ten times as long."""
    started = time.process_time()
    table = resource_table(10_000)
    assert time.process_time() - started < (3.0 if sys.gettrace() is None else 30.0)
    assert table.resolve("GET", "/area7/thing57/12/parts/x") == (57, {"id": 12, "part": "x"})


def visits(table: RouteTable[Any], path: str, monkeypatch: Any) -> int:
    """Return how many nodes of the tree a look-up enters where it may turn back."""
    seen = 0
    find = Node.find

    def counting(self: Node[Any], *args: Any) -> Any:
        nonlocal seen
        seen += 1
        return find(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Node, "find", counting)
        table.resolve("GET", path)
    return seen


def test_a_look_up_does_not_grow_with_the_routes(monkeypatch: Any) -> None:
    """It enters as many nodes among 10,000 routes as among 100."""
    small, large = resource_table(100), resource_table(10_000)
    for path in (
        "/area7/thing7/5",
        "/area7/thing7/5/parts/x",
        "/area7/nothing",
        "/area7/thing7/z/z",
    ):
        assert visits(small, path, monkeypatch) == visits(large, path, monkeypatch) <= 6


def test_a_path_that_fits_at_first_sight_is_not_searched(monkeypatch: Any) -> None:
    """One that leads nowhere, or to another method only, is searched in full."""
    table = resource_table(100)
    table.add("/area7/{any}", ["DELETE"], 7)
    for path in ("/area7/thing7/5", "/area7/thing7/5/parts/x", "/area7/thing7/files/a/b"):
        assert table.resolve("GET", path)[0] == 7
        assert visits(table, path, monkeypatch) == 0
    assert visits(table, "/area7/thing7/z", monkeypatch) > 0
    assert table.resolve("DELETE", "/area7/thing7") == (7, {"any": "thing7"})


def test_no_path_makes_the_tree_backtrack_for_long(monkeypatch: Any) -> None:
    """Alternatives at every level and a path that fails at the end: each node is entered once."""
    table: RouteTable[str] = RouteTable(lambda method, path, allowed: "missing")
    for parts in product(("a", "{x%d:slug}", "{x%d}"), repeat=5):
        path = "/" + "/".join(part % at if "%" in part else part for at, part in enumerate(parts))
        table.add(path + "/end", ["GET"], path)
    table.add("/{p:path}/end/x", ["GET"], "tail")
    nodes = 2 + sum(3**depth for depth in range(1, 6)) + 3**5
    assert visits(table, "/a/a/a/a/a/wrong", monkeypatch) <= nodes
    assert visits(table, "/" + "a/" * 4000, monkeypatch) <= nodes


EVERY_KIND: RouteTable[str] = RouteTable(lambda method, path, allowed: "missing")
for kind in ("{x}", "{x:int}", "{x:float}", "{x:uuid}", "{x:date}", "{x:slug}", "{x:re:[a-c]+}"):
    EVERY_KIND.add(f"/{kind}/one", ["GET"], kind)
    EVERY_KIND.add(f"/a-{kind}.b", ["GET"], kind)
EVERY_KIND.add("/deep/{x:path}/end", ["GET"], "path")


@given(st.text(), st.text(st.sampled_from("/0123456789abc-_.%\0é٣Z{}"), max_size=60))
def test_any_request_is_answered(method: str, path: str) -> None:
    """No method and no path makes a look-up fail, whatever their characters."""
    for verb, wanted in ((method, path), ("GET", "/" + path), ("GET", f"/{path}/one")):
        value, params = EVERY_KIND.resolve(verb, wanted)
        assert isinstance(value, str)
        assert len(params) <= 1
        EVERY_KIND.other_slash(verb, wanted)
