"""The dependency graph: order, sharing, overrides, circles."""

from __future__ import annotations

from typing import Any

import pytest

from trimaran.di import Argument, Dependency, Depends, Graph, Node, Resolver
from trimaran.errors import ConfigurationError, ConfigurationErrors


def resolver(needs: dict[Any, list[Any]], overrides: dict[Any, Any] | None = None) -> Resolver:
    """Return a resolver for callables whose arguments stand in a table."""

    def read(call: Any) -> list[Argument]:
        sources = needs.get(call, [])
        if isinstance(sources, Exception):
            raise sources
        return [Argument(f"a{index}", source) for index, source in enumerate(sources)]

    return Resolver(
        read, overrides=overrides or {}, name=lambda call: call.__name__, where=lambda: "here"
    )


def handler() -> None: ...
def one() -> None: ...
def two() -> None: ...
def three() -> None: ...


def order(graph: Graph) -> list[str]:
    """Return the names of the calls in order."""
    return [node.call.__name__ for node in graph.nodes]


def test_what_is_needed_comes_first() -> None:
    """A dependency is called after those that it needs, each once."""
    needs = {handler: [Depends(one), Depends(two)], one: [Depends(three)], two: [Depends(three)]}
    graph = resolver(needs).resolve(handler)
    assert order(graph) == ["three", "one", "two"]
    first, second = (argument.source for argument in graph.arguments)
    assert first.arguments[0].source is second.arguments[0].source


def test_without_cache_a_dependency_is_a_call_of_its_own() -> None:
    """``use_cache=False`` makes a new node each time; a cached one shares the first."""
    uncached = Depends(one, use_cache=False)
    graph = resolver({handler: [uncached, uncached, Depends(one), Depends(one)]}).resolve(handler)
    assert order(graph) == ["one", "one"]
    first, second, third, fourth = (argument.source for argument in graph.arguments)
    assert first is third is fourth
    assert second is not first


def test_extra_dependencies_are_called_before_all_others() -> None:
    """What a router or route asks for runs first, in its order."""
    graph = resolver({handler: [Depends(one)]}).resolve(handler, [Depends(three), Depends(two)])
    assert order(graph) == ["three", "two", "one"]
    assert len(graph.arguments) == 1


def test_inputs_are_every_other_source_once() -> None:
    """Sources that are no dependency are the graph's inputs, in the order of the calls."""
    graph = resolver({handler: ["b", Depends(one)], one: ["a", "b"]}).resolve(handler)
    assert graph.inputs == ["a", "b"]


def test_overrides_replace_the_call_and_its_needs() -> None:
    """An override brings its own dependencies."""
    needs = {handler: [Depends(one)], one: [Depends(two)], three: []}
    graph = resolver(needs, {one: three}).resolve(handler)
    assert order(graph) == ["three"]


def test_an_override_may_need_what_it_replaces_elsewhere() -> None:
    """An override is looked up once: it may be the key of another one."""
    graph = resolver({handler: [Depends(one)]}, {one: two, two: three}).resolve(handler)
    assert order(graph) == ["two"]


def test_a_circle_is_listed() -> None:
    """A circle is told with every link."""
    needs = {handler: [Depends(one)], one: [Depends(two)], two: [Depends(one)]}
    with pytest.raises(ConfigurationErrors) as caught:
        resolver(needs).resolve(handler)
    [fault] = caught.value.errors
    assert (fault.id, fault.where) == ("TRI-DI-001", "here")
    assert "circle: handler -> one -> two -> one." in str(fault)


def test_every_fault_is_gathered() -> None:
    """A fault in one dependency does not hide that of another."""
    needs: dict[Any, Any] = {
        handler: [Depends(one), Depends(two), Dependency("x")],  # type: ignore[arg-type]
        one: ConfigurationError("TRI-X-001", "one is wrong"),
        two: ConfigurationErrors([ConfigurationError("TRI-X-002", "two is wrong")]),
    }
    with pytest.raises(ConfigurationErrors) as caught:
        resolver(needs).resolve(handler)
    assert [fault.id for fault in caught.value.errors] == ["TRI-X-001", "TRI-X-002", "TRI-DI-002"]


def test_an_unhashable_callable_is_a_dependency() -> None:
    """A callable object that compares by value needs no hash."""

    class Check:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return self is other

        def __call__(self) -> None: ...

    check = Check()
    graph = Resolver(
        lambda call: (
            [Argument("a", Depends(check)), Argument("b", Depends(check))]
            if call is handler
            else []
        ),
        overrides={one: two},
        name=str,
        where=str,
    ).resolve(handler)
    assert [type(node) for node in graph.nodes] == [Node]
