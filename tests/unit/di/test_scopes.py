"""OAuth2 scopes along a chain, guards, and how long values live."""

from __future__ import annotations

from typing import Any

import pytest

from trimaran.di import (
    Argument,
    Constant,
    Depends,
    Graph,
    Node,
    Resolver,
    Security,
    SecurityScopes,
)
from trimaran.errors import ConfigurationErrors


class Scheme:
    """Found by its description."""

    scheme_name = "Key"

    def __call__(self) -> None: ...

    def openapi_scheme(self) -> dict[str, Any]:
        """Return what is asked of a scheme."""
        return {}


def handler() -> None: ...
def one() -> None: ...
def two() -> None: ...
def free() -> None: ...
def scoped() -> None: ...
def yields() -> Any:
    yield


def resolver(needs: dict[Any, list[Any]]) -> Resolver:
    """Return a resolver for callables whose arguments stand in a table."""

    def read(call: Any) -> list[Argument]:
        sources = needs.get(call, [])
        return [Argument(f"a{index}", source) for index, source in enumerate(sources)]

    return Resolver(
        read,
        overrides={},
        name=lambda call: call.__name__,
        where=lambda: "here",
        apart=lambda source: Constant(0) if source == "optional" else None,
    )


def told(graph: Graph) -> list[tuple[str, ...]]:
    """Return the scopes that each call of ``scoped`` is told."""
    constants = [node.arguments[0].source for node in graph.nodes if node.call is scoped]
    return [tuple(constant.value.scopes) for constant in constants]


def test_scopes_reach_those_who_ask_through_those_who_do_not() -> None:
    """Each route to a dependency has its own; equal ones share a call."""
    needs: dict[Any, list[Any]] = {
        handler: [Security(one, scopes=["a"]), Security(two, scopes=["b"]), Depends(one)],
        one: [Depends(scoped), Depends(free)],
        two: [Depends(one)],
        scoped: [SecurityScopes],
    }
    graph = resolver(needs).resolve(handler)
    assert told(graph) == [("a",), ("b",), ()]
    assert [node.call for node in graph.nodes].count(free) == 1


def test_the_order_of_scopes_does_not_matter() -> None:
    """The same set is the same call."""
    needs: dict[Any, list[Any]] = {
        handler: [Security(scoped, scopes=["a", "b"]), Security(scoped, scopes=["b", "a", "b"])],
        scoped: [SecurityScopes],
    }
    assert told(resolver(needs).resolve(handler)) == [("a", "b")]


def test_guards_gather_scopes_wherever_the_scheme_is_needed() -> None:
    """Each scheme once."""
    scheme = Scheme()
    needs: dict[Any, list[Any]] = {
        handler: [Security(one, scopes=["a"]), Security(two, scopes=["b"])],
        one: [Depends(two)],
        two: [Security(scheme, scopes=["c"])],
    }
    [guard] = resolver(needs).resolve(handler).guards
    assert (guard.scheme, guard.scopes) == (scheme, ("a", "c", "b"))


def test_a_circle_below_scopes_ends() -> None:
    """It is told, not followed for ever."""
    needs: dict[Any, list[Any]] = {
        handler: [Security(one, scopes=["a"])],
        one: [Depends(two)],
        two: [Depends(one)],
    }
    with pytest.raises(ConfigurationErrors, match="handler -> one -> two -> one"):
        resolver(needs).resolve(handler)


def test_what_the_application_keeps_stands_apart() -> None:
    """With the plain functions that it needs; its inputs have defaults."""
    needs: dict[Any, list[Any]] = {
        handler: [Depends(yields, scope="app"), Depends(one)],
        yields: [Depends(one), "optional"],
    }
    graph = resolver(needs).resolve(handler)
    assert [node.call for node in graph.lasting] == [one, yields]
    assert [(node.call, node.scope) for node in graph.nodes] == [(one, None)]
    source = graph.lasting[1].arguments[1].source
    assert isinstance(source, Constant)
    assert graph.inputs == []


def test_scopes_are_told_through_plain_functions() -> None:
    """The nearest one that lives for a known time counts."""
    needs: dict[Any, list[Any]] = {
        handler: [Depends(one)],
        one: [Depends(yields)],
        yields: [Depends(two)],
        two: [Depends(scoped, scope="function")],
    }
    expected = r"TRI-DI-003 .* yields \(request\) -> two -> scoped \(function\)\. Give the last"
    with pytest.raises(ConfigurationErrors, match=expected):
        resolver(needs).resolve(handler)


def test_alone_a_dependency_is_the_one_argument() -> None:
    """Of the graph; with security scopes that are empty."""
    graph = resolver({scoped: [SecurityScopes, "optional"]}).resolve_alone(Depends(scoped))
    [argument] = graph.arguments
    assert isinstance(argument.source, Node)
    assert told(graph) == [()]
    with pytest.raises(ConfigurationErrors, match=r"TRI-DI-004 here: Parameter 'a0' .*: one\."):
        resolver({one: ["required"]}).resolve_alone(Depends(one))


def test_security_scopes_show_what_they_hold() -> None:
    """A list of the reader's own, and the text of OAuth2."""
    scopes = SecurityScopes(["a", "b"])
    scopes.scopes.append("c")
    assert (scopes.scopes, scopes.scope_str) == (["a", "b"], "a b")
    assert repr(scopes) == "SecurityScopes(['a', 'b'])"
