"""The tree of segments: finds what the table's dictionary does not hold.

A look-up visits a node twice at most: once on the way that fits at first sight, once where that
was a dead end and all ways are tried. A node stands at a fixed place of the path (a ``{...:path}``
is told how many segments follow it), so no path can make a look-up backtrack for long.
"""

from __future__ import annotations

import re
from bisect import insort
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from trimaran.routing.converters import MAX_TEXT, MISFIT
from trimaran.routing.template import Param, is_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trimaran.routing.template import Part, Template

T = TypeVar("T")
Where: TypeAlias = "str | Callable[[], str]"
Found: TypeAlias = "tuple[T, tuple[str, ...], list[Any]]"


class Leaf(Generic[T]):
    """What stands at one shape of path: a value for each method.

    methods: as declared. answers: with HEAD, where GET answers it.
    """

    __slots__ = ("answers", "methods", "names", "path", "places")

    def __init__(self, path: str, names: tuple[str, ...]) -> None:
        self.path = path
        self.names = names
        self.methods: dict[str, T] = {}
        self.answers: dict[str, T] = {}
        self.places: dict[str, Where] = {}

    def set(self, method: str, value: T, where: Where) -> None:
        """Put a value there."""
        self.methods[method] = self.answers[method] = value
        self.places[method] = where
        if method == "GET" and "HEAD" not in self.methods:
            self.answers["HEAD"] = value


class _Edge(Generic[T]):
    """A way that ``take`` opens: a typed parameter, or text mixed with some."""

    __slots__ = ("many", "node", "order", "take")

    def __init__(self, order: tuple[Any, ...], take: Callable[[str], Any], *, many: bool) -> None:
        self.order = order
        self.take = take
        self.many = many
        self.node: Node[T] = Node()


class Node(Generic[T]):
    """A place in the tree, after so many segments.

    Its ways in the order in which they are tried: static, edges, plain, tails.
    """

    __slots__ = ("edges", "keys", "leaf", "plain", "static", "tails")

    def __init__(self) -> None:
        self.static: dict[str, Node[T]] = {}
        self.edges: list[_Edge[T]] = []
        self.keys: dict[str, _Edge[T]] = {}
        self.plain: Node[T] | None = None
        self.tails: dict[int, Node[T]] = {}
        self.leaf: Leaf[T] | None = None

    def plant(self, template: Template) -> Leaf[T]:
        """Return the leaf of this shape of path, growing the tree where it ends too early."""
        node = self
        for at, parts in enumerate(template.segments):
            node = node._grow(parts, len(template.segments) - at - 1)
        if node.leaf is None:
            node.leaf = Leaf(template.path, tuple(param.name for param in template.params))
        return node.leaf

    def _grow(self, parts: tuple[Part, ...], following: int) -> Node[T]:
        if not parts or (len(parts) == 1 and isinstance(parts[0], str)):
            return self.static.setdefault(str(parts[0]) if parts else "", Node())
        if is_path(parts[0]):
            if following not in self.tails:
                self.tails[following] = Node()
                self.tails = dict(sorted(self.tails.items(), reverse=True))
            return self.tails[following]
        first = parts[0]
        if isinstance(first, Param) and len(parts) == 1 and first.kind == "str":
            if self.plain is None:
                self.plain = Node()
            return self.plain
        return self._edge(parts).node

    def _edge(self, parts: tuple[Part, ...]) -> _Edge[T]:
        key = "".join(part if isinstance(part, str) else f"{{:{part.kind}}}" for part in parts)
        edge = self.keys.get(key)
        if edge is None:
            edge = self.keys[key] = _make_edge(parts, len(self.edges))
            insort(self.edges, edge, key=lambda one: one.order)
        return edge

    def below(self, segments: Iterable[tuple[Part, ...]]) -> Node[T] | None:
        """Return the place after planted segments; None where one has a parameter."""
        node = self
        for parts in segments:
            if any(isinstance(part, Param) for part in parts):
                return None
            node = node.static[str(parts[0]) if parts else ""]
        return node

    def last(self, method: str, segment: str) -> tuple[T, Mapping[str, Any]] | None:
        """Do as ``walk`` with a path's last segment, where all before it is static text."""
        if segment in self.static:
            return None
        for edge in self.edges:
            if edge.many:
                return None
            try:
                value = edge.take(segment)
            except MISFIT:
                continue
            leaf = edge.node.leaf
            break
        else:
            if self.plain is None or not segment:
                return None
            value = segment
            leaf = self.plain.leaf
        if leaf is None or method not in leaf.answers:
            return None
        return leaf.answers[method], {leaf.names[0]: value}

    def walk(self, method: str, segments: list[str]) -> tuple[T, Mapping[str, Any]] | None:
        """Return what ``find`` does, if it is found without ever turning back.

        Each node is left by the first way that fits, so an answer at the end is the best one.
        None says nothing: ``find`` has to look.
        """
        node = self
        values: list[Any] = []
        for at in range(1, len(segments)):
            segment = segments[at]
            child = node.static.get(segment)
            if child is None:
                for edge in node.edges:
                    try:
                        taken = edge.take(segment)
                    except MISFIT:
                        continue
                    if edge.many:
                        values += taken
                    else:
                        values.append(taken)
                    child = edge.node
                    break
                else:
                    if node.plain is not None and segment:
                        values.append(segment)
                        child = node.plain
                    elif len(node.tails) == 1 and 0 in node.tails:
                        values.append("/".join(segments[at:]))
                        node = node.tails[0]
                        break
                    else:
                        return None
            node = child
        leaf = node.leaf
        if leaf is None or method not in leaf.answers:
            return None
        return leaf.answers[method], dict(zip(leaf.names, values, strict=True))

    def find(
        self, method: str, segments: list[str], at: int, values: list[Any], allowed: set[str]
    ) -> Found[T] | None:
        """Return value, names and parameters of the best match; note others' methods."""
        if at == len(segments):
            return self._answer(method, values, allowed)
        segment = segments[at]
        child = self.static.get(segment)
        if child is not None:
            found = child.find(method, segments, at + 1, values, allowed)
            if found is not None:
                return found
        for edge in self.edges:
            try:
                taken = edge.take(segment)
            except MISFIT:
                continue
            longer = [*values, *taken] if edge.many else [*values, taken]
            found = edge.node.find(method, segments, at + 1, longer, allowed)
            if found is not None:
                return found
        if self.plain is not None and segment:
            found = self.plain.find(method, segments, at + 1, [*values, segment], allowed)
            if found is not None:
                return found
        return self._find_in_tails(method, segments, at, values, allowed)

    def _find_in_tails(
        self, method: str, segments: list[str], at: int, values: list[Any], allowed: set[str]
    ) -> Found[T] | None:
        for following, child in self.tails.items():
            end = len(segments) - following
            if end > at:
                longer = [*values, "/".join(segments[at:end])]
                found = child.find(method, segments, end, longer, allowed)
                if found is not None:
                    return found
        return None

    def _answer(self, method: str, values: list[Any], allowed: set[str]) -> Found[T] | None:
        leaf = self.leaf
        if leaf is None:
            return None
        try:
            return leaf.answers[method], leaf.names, values
        except KeyError:
            allowed.update(leaf.answers)
            return None


def _make_edge(parts: tuple[Part, ...], count: int) -> _Edge[Any]:
    if len(parts) == 1 and isinstance(parts[0], Param):
        converter = parts[0].converter
        return _Edge((converter.rank, 0, count), converter.taker(), many=False)
    literal = sum(len(part) for part in parts if isinstance(part, str))
    return _Edge((_MIXED_RANK, -literal, count), _mixed_taker(parts), many=True)


_MIXED_RANK = 60


def _mixed_taker(parts: tuple[Part, ...]) -> Callable[[str], list[Any]]:
    """Return a function from a segment such as ``poster-3.png`` to its values."""
    params = [part for part in parts if isinstance(part, Param)]
    groups = iter(range(len(params)))
    pattern = "".join(
        re.escape(part)
        if isinstance(part, str)
        else f"(?P<trimaran_{next(groups)}>{part.converter.pattern})"
        for part in parts
    )
    match = re.compile(pattern).fullmatch
    parsers = [(f"trimaran_{number}", param.converter.parse) for number, param in enumerate(params)]

    def take(text: str) -> list[Any]:
        found = match(text) if len(text) <= MAX_TEXT else None
        if found is None:
            raise ValueError(text)
        return [parse(found[group]) for group, parse in parsers]

    return take
