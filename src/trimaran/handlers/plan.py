"""A route understood: what its signature asks for and answers with.

The compiler turns a plan into a coroutine, ``trimaran.openapi`` turns it into a description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from trimaran.di import Graph
    from trimaran.handlers.parameters import BodyMarker, ParameterMarker
    from trimaran.handlers.route import Route

StreamForm: TypeAlias = Literal["lines", "events", "bytes"]
"""JSON Lines, server-sent events, or bytes and text as they are."""

Place: TypeAlias = Literal["path", "query", "header", "cookie"]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One value taken from the path, the query, a header or a cookie.

    name:  of the Python parameter
    alias: on the wire; ``user_agent`` becomes ``user-agent`` in a header
    type:  the annotation with its constraints (``msgspec.Meta``), without our own markers
    default: ``UNSET`` where the parameter is required or has a factory
    """

    name: str
    alias: str
    place: Place
    type: Any
    required: bool
    default: Any
    marker: ParameterMarker


class ParameterModel(Parameter, frozen=True, kw_only=True):
    """Several values of one place, taken together as an object.

    type:    the class
    members: its fields, each as a parameter of its own; what the documentation lists
    """

    members: tuple[Parameter, ...]


class FileKind(msgspec.Struct, frozen=True):
    """What a parameter takes of the files of its name.

    many:     all of them
    content:  ``bytes`` in place of ``UploadFile``
    optional: its type admits None
    """

    many: bool = False
    content: bool = False
    optional: bool = False


class BodyField(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter that the body fills: the whole of it, or one of several keys.

    file: what it takes of a form's files; None where it takes none
    """

    name: str
    alias: str
    type: Any
    required: bool
    default: Any
    marker: BodyMarker
    file: FileKind | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a route reads from the request's body.

    embed: the body is an object with one key a field; otherwise ``fields[0]`` is all of it
    form:  the body is a form
    strict: one that does not say what it is, is not JSON
    """

    fields: tuple[BodyField, ...]
    embed: bool
    required: bool
    media_type: str
    form: bool = False
    strict: bool = True


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of a route once its signature and dependencies are read.

    parameters: of the handler and of all its dependencies, each wire name once
    returns:    the type of the answer, ``UNSET`` where none is declared, ``None`` for no body;
                of each item where the handler yields them
    stream:     how what the handler yields is sent; None where it does not yield
    """

    route: Route
    graph: Graph
    parameters: tuple[Parameter, ...]
    body: Body | None
    returns: Any
    stream: StreamForm | None = None
