"""The table of routes: add, resolve, reverse."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from trimaran.errors import ConfigurationError
from trimaran.routing.converters import BUILT_IN, MISFIT, Converter
from trimaran.routing.template import Param, Template, parse_template
from trimaran.routing.tree import Leaf, Node, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

_NO_PARAMS: Mapping[str, Any] = MappingProxyType({})


class RouteTable(Generic[T]):
    """Values by method and path.

    Of several routes that take a path, static text wins over a typed parameter, that over a plain
    one, that over ``{...:path}``, segment by segment from the left; a route without the method is
    passed over.

    missing: makes the value for a request that no route takes, of its method, its path and the
             methods that the path does take; these are empty where no route has the path
    """

    def __init__(self, missing: Callable[[str, str, frozenset[str]], T]) -> None:
        self._missing = missing
        self._converters = dict(BUILT_IN)
        self._root: Node[T] = Node()
        self._static: dict[str, dict[str, tuple[T, Mapping[str, Any]]]] = {}
        self._last: dict[str, Node[T]] = {}
        self._shapes: dict[str, Leaf[T]] = {}
        self._names: dict[str, list[Template]] = {}

    def register(self, name: str, converter: Converter) -> None:
        """Make ``{param:name}`` known to the routes that are added from now on."""
        if name in self._converters:
            what = f"There is a path converter {name!r} already."
            raise ConfigurationError("TRI-PATH-004", what, "Choose another name.")
        self._converters[name] = converter

    def add(
        self, path: str, methods: Iterable[str], value: T, *, name: str = "", where: Where = ""
    ) -> None:
        """Add a value for a path and its methods. GET answers HEAD too.

        path:  ``/films/{id:int}``; beside ``int`` there are ``float``, ``str``, ``path``, ``uuid``,
               ``slug``, ``date`` and ``re:PATTERN``
        name:  for ``reverse``
        where: ``shop/views.py:41 show``, for messages, or what returns it when one is needed

        Raises ``ConfigurationError`` for a malformed path, and for one that clashes.
        """
        try:
            template = parse_template(path, self._converters)
            leaf = self._leaf(template)
            for method in methods:
                if method in leaf.methods:
                    raise _clash(method, path, leaf.places[method])
                leaf.set(method, value, where)
        except ConfigurationError as fault:
            place = _place(where)
            raise ConfigurationError(fault.id, fault.what, fault.mend, where=place) from None
        if not template.params:
            self._static[path] = {method: (one, _NO_PARAMS) for method, one in leaf.answers.items()}
        elif (node := self._root.below(template.segments[:-1])) is not None:
            self._last[path[: path.index("{")].rpartition("/")[0] + "/"] = node
        if name:
            self._names.setdefault(name, []).append(template)

    def _leaf(self, template: Template) -> Leaf[T]:
        shape = template.shape
        leaf = self._shapes.get(shape)
        if leaf is None:
            try:
                leaf = self._shapes[shape] = self._root.plant(template)
            except re.error as error:
                what = f"The patterns of path {template.path!r} do not combine ({error})."
                mend = "Give each parameter a segment of its own."
                raise ConfigurationError("TRI-PATH-001", what, mend) from None
        elif leaf.names != tuple(param.name for param in template.params):
            other = next(iter(leaf.places.values()), "")
            what = (
                f"Path {template.path!r} takes the same paths as {leaf.path!r} of "
                f"{_place(other) or 'another route'}."
            )
            raise ConfigurationError("TRI-PATH-003", what, "Give their parameters the same names.")
        return leaf

    def resolve(self, method: str, path: str) -> tuple[T, Mapping[str, Any]]:
        """Return the value for a request and its path parameters, converted.

        path: percent-decoded. There is always a value: ``missing`` makes it where no route does.
        """
        static = self._static.get(path)
        if static is not None:
            answer = static.get(method)
            if answer is not None:
                return answer
        # Most paths that are not static end in their only parameter: these are not split.
        start = path.rfind("/") + 1
        node = self._last.get(path[:start])
        if node is not None:
            found = node.last(method, path[start:])
            if found is not None:
                return found
        allowed: set[str] = set()
        found = self._find(method, path, allowed)
        if found is None:
            return self._missing(method, path, frozenset(allowed)), _NO_PARAMS
        return found

    def _find(
        self, method: str, path: str, allowed: set[str]
    ) -> tuple[T, Mapping[str, Any]] | None:
        segments = path.split("/")
        if segments[0]:
            return None
        walked = self._root.walk(method, segments)
        if walked is not None:
            return walked
        found = self._root.find(method, segments, 1, [], allowed)
        return None if found is None else (found[0], dict(zip(found[1], found[2], strict=True)))

    def other_slash(self, method: str, path: str) -> str | None:
        """Return the path with a slash more or less at its end, if a route takes it."""
        if path == "/" or not path.startswith("/") or path.startswith("//"):
            return None
        other = path[:-1] if path.endswith("/") else path + "/"
        return other if self._find(method, other, set()) is not None else None

    def reverse(self, name: str, /, **params: Any) -> str:
        """Return the path of the route of this name, percent-encoded.

        Of several routes of one name, the first that takes these parameters. Raises
        ``ConfigurationError`` where there is none, or where a value does not fit its converter.
        """
        templates = self._names.get(name)
        if not templates:
            from difflib import get_close_matches

            near = get_close_matches(name, self._names, n=1)
            mend = f"Did you mean {near[0]!r}?" if near else "Name one of the routes so."
            raise ConfigurationError("TRI-PATH-005", f"No route is named {name!r}.", mend)
        for template in templates:
            if {param.name for param in template.params} == set(params):
                return _fill(template, params)
        wanted = " or ".join(str([param.name for param in one.params]) for one in templates)
        what = f"Route {name!r} takes the parameters {wanted}, not {sorted(params)}."
        raise ConfigurationError("TRI-PATH-005", what, "Pass exactly those.")


def _place(where: Where) -> str:
    return where if isinstance(where, str) else where()


def _clash(method: str, path: str, other: Where) -> ConfigurationError:
    what = f"{method} {path} is declared twice: {_place(other) or 'another route'} has it already."
    return ConfigurationError("TRI-PATH-002", what, "Change one path or method.")


def _fill(template: Template, params: Mapping[str, Any]) -> str:
    segments = (
        "".join(
            quote(part, safe=_SAFE) if isinstance(part, str) else _text(part, params[part.name])
            for part in parts
        )
        for parts in template.segments
    )
    return "/" + "/".join(segments)


def _text(param: Param, value: Any) -> str:
    try:
        text = param.converter.format(value)
    except (*MISFIT, AttributeError):
        text = None
    fits = text is not None and re.fullmatch(param.converter.pattern, text, re.DOTALL)
    # A client would resolve "." and ".." away, and end up at another path.
    if text is None or not fits or not {".", ".."}.isdisjoint(text.split("/")):
        what = f"{value!r} does not fit the path parameter {{{param.name}:{param.kind}}}."
        raise ConfigurationError("TRI-PATH-006", what, "Pass a value that its converter takes.")
    return quote(text, safe=_SAFE + "/" if param.kind == "path" else _SAFE)


_SAFE = ":@!$&'()*+,;=~"
