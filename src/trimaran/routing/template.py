"""A route's path, taken apart: ``/films/{id:int}/stills/{name}.png``."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.errors import ConfigurationError
from trimaran.routing.converters import Converter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_SEGMENTS = 64


class Param:
    """``{name:kind}``; ``kind`` is ``re:[A-Z]{3}`` for a regular expression."""

    __slots__ = ("converter", "kind", "name")

    def __init__(self, name: str, kind: str, converter: Converter) -> None:
        self.name = name
        self.kind = kind
        self.converter = converter


Part: TypeAlias = "str | Param"


class Template:
    """A path as written, and its segments: each of literal texts and parameters."""

    __slots__ = ("path", "segments")

    def __init__(self, path: str, segments: tuple[tuple[Part, ...], ...]) -> None:
        self.path = path
        self.segments = segments

    @property
    def params(self) -> list[Param]:
        """The parameters, from left to right."""
        return [part for parts in self.segments for part in parts if isinstance(part, Param)]

    @property
    def shape(self) -> str:
        """The path without its parameters' names: routes of one shape take the same."""
        return "/" + "/".join(
            "".join(part if isinstance(part, str) else f"{{:{part.kind}}}" for part in parts)
            for parts in self.segments
        )


def parse_template(path: str, converters: Mapping[str, Converter]) -> Template:
    """Take a route's path apart. Raises ``ConfigurationError`` where it is malformed."""
    if not path.startswith("/"):
        what = f"Path {path!r} does not begin with '/'"
        raise _fault(what, "Put a '/' in front.")
    segments = tuple(tuple(_parts(path, segment, converters)) for segment in _split(path))
    template = Template(path, segments)
    _check(template)
    return template


def openapi_path(path: str) -> str:
    """Return a path as OpenAPI writes it: ``/films/{id}``, without converters."""
    return "".join(f"{{{name}}}" if name else text for text, name, _ in _scan(path))


def template_params(path: str) -> dict[str, str]:
    """Return the parameters of a path and their kinds: ``{"id": "int"}``."""
    return {name: kind for _, name, kind in _scan(path) if name} if "{" in path else {}


def _scan(path: str) -> Iterator[tuple[str, str, str]]:
    """Yield ``(text, "", "")`` and ``("", name, kind)`` in turn."""
    rest = path
    while rest:
        text, brace, rest = rest.partition("{")
        yield text, "", ""
        if brace:
            end = _closing(rest)
            name, _, kind = rest[:end].partition(":")
            yield "", name, kind or "str"
            rest = rest[end + 1 :]


def _split(path: str) -> list[str]:
    """Return the segments, a ``/`` inside braces not being a separator."""
    if "{" not in path and "}" not in path:
        return path[1:].split("/")
    segments, start, depth, escaped = [], 1, 0, False
    for at, char in enumerate(path):
        if escaped:
            escaped = False
        elif char == "\\" and depth:
            escaped = True
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth < 0:
                break
        elif char == "/" and depth == 0 and at:
            segments.append(path[start:at])
            start = at + 1
    if depth:
        mend = "Close every '{', and escape a lone brace in a pattern with a backslash."
        what = f"The braces of path {path!r} do not pair"
        raise _fault(what, mend)
    segments.append(path[start:])
    return segments


def _parts(path: str, segment: str, converters: Mapping[str, Converter]) -> list[Part]:
    parts: list[Part] = []
    while segment:
        literal, brace, rest = segment.partition("{")
        if literal:
            parts.append(literal)
        if not brace:
            break
        end = _closing(rest)
        parts.append(_param(path, rest[:end], converters))
        segment = rest[end + 1 :]
    return parts


def _closing(text: str) -> int:
    depth, escaped = 1, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if not depth:
                return at
    return len(text)


def _param(path: str, text: str, converters: Mapping[str, Converter]) -> Param:
    name, colon, kind = text.partition(":")
    if not name.isidentifier():
        what = f"Parameter name {name!r} in path {path!r} is not an identifier"
        raise _fault(what, "Write {name} or {name:int}.")
    if not colon:
        return Param(name, "str", converters["str"])
    if kind.startswith("re:"):
        return Param(name, kind, _pattern(path, name, kind[3:]))
    if kind not in converters:
        what = f"Path {path!r} names converter {kind!r}, which does not exist"
        mend = f"Use one of {', '.join(sorted(converters))}, or {{{name}:re:PATTERN}}."
        raise _fault(what, mend)
    return Param(name, kind, converters[kind])


def _pattern(path: str, name: str, pattern: str) -> Converter:
    from trimaran.routing.patterns import may_explode

    try:
        compiled = re.compile(pattern)
    except re.error as error:
        what = f"The pattern of {name!r} in path {path!r} is no regular expression ({error})"
        raise _fault(what, "Mend the pattern.") from None
    if "/" in pattern:
        what = f"The pattern of {name!r} in path {path!r} holds a '/', which no segment has"
        raise _fault(what, "Write one parameter a segment, or {name:path}.")
    if compiled.fullmatch(""):
        what = f"The pattern of {name!r} in path {path!r} matches nothing at all"
        raise _fault(what, "Ask for one character at least, with '+' for '*'.")
    if may_explode(pattern):
        what = (
            f"The pattern of {name!r} in path {path!r} repeats a repeat, which hostile paths abuse"
        )
        mend = "Put a delimiter between the rounds, or make the inner repeat possessive: '++'."
        raise _fault(what, mend)
    return Converter(pattern=pattern)


def _check(template: Template) -> None:
    path = template.path
    if len(template.segments) > MAX_SEGMENTS:
        what = f"Path {path!r} has more than {MAX_SEGMENTS} segments"
        raise _fault(what, "Shorten it.")
    names = [param.name for param in template.params]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        what = f"Path {path!r} names parameter {min(twice)!r} twice"
        raise _fault(what, "Give each its own name.")
    for parts in template.segments:
        if len(parts) > 1 and any(is_path(part) for part in parts):
            what = f"Path {path!r} mixes {{...:path}} with text in one segment"
            raise _fault(what, "Let it fill its segment.")
        kinds = [isinstance(part, str) for part in parts]
        if any(not one and not two for one, two in pairwise(kinds)):
            what = f"Path {path!r} has two parameters side by side"
            raise _fault(what, "Put text between them, such as '-'.")
    if sum(param.kind == "path" for param in template.params) > 1:
        what = f"Path {path!r} has more than one {{...:path}}"
        raise _fault(what, "Use one, and plain parameters for the rest.")


def is_path(part: Any) -> bool:
    """Whether a part of a segment is a ``{...:path}``, which takes several segments."""
    return isinstance(part, Param) and part.kind == "path"


def _fault(what: str, mend: str) -> ConfigurationError:
    return ConfigurationError("TRI-PATH-001", f"{what}.", mend)
