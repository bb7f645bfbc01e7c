"""What fills each parameter of a handler or dependency: FastAPI's rules."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import msgspec

from trimaran.di import Argument, Dependency, SecurityScopes
from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.handlers.background import BackgroundTasks
from trimaran.handlers.defaults import typed_default
from trimaran.handlers.form_parameters import FormMarker, file_kind
from trimaran.handlers.parameter_models import parameter_model
from trimaran.handlers.parameters import BodyMarker, ParameterMarker
from trimaran.handlers.plan import BodyField, Parameter
from trimaran.handlers.route import UNSET
from trimaran.handlers.signature import Scope, Slot, read_slots, where_of
from trimaran.http import HTTPConnection, Request, Response
from trimaran.http.form_types import MULTIPART
from trimaran.schema import adapter_for, constrained

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_JSON_ONLY = (dict, list, set, frozenset, tuple)
_COLLECTIONS = (list, set, frozenset, tuple)


class Injected(msgspec.Struct, frozen=True):
    """A parameter that is given something of the request itself."""

    what: Literal["request", "connection", "response", "websocket", "background"]


REQUEST = Injected("request")
CONNECTION = Injected("connection")
"""A request or a WebSocket, seen as ``HTTPConnection``."""
RESPONSE = Injected("response")
SOCKET = Injected("websocket")
BACKGROUND = Injected("background")

_MARKERS = (ParameterMarker, BodyMarker, Dependency)

Marker: TypeAlias = "ParameterMarker | BodyMarker | Dependency"


class InputReader:
    """Reads the signatures of a route's handler and dependencies.

    kinds: the path's parameters and their converters, ``{"id": "int"}``
    where: describes the route, for messages
    scope: the function that the handler is local to, if any
    websocket: whether it is a WebSocket's route
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        where: Callable[[], str],
        *,
        scope: Scope | None = None,
        websocket: bool = False,
    ) -> None:
        self._scope = scope
        self._websocket = websocket
        self._kinds = kinds
        self._where = where
        self._inputs: dict[Any, Any] = {}
        self.taken: set[str] = set()

    def read(self, call: Callable[..., Any]) -> list[Argument]:
        """Return the arguments of a callable. Raises ``ConfigurationErrors``."""
        arguments: list[Argument] = []
        faults: list[ConfigurationError] = []
        for slot in read_slots(call, self._scope):
            try:
                source = self._source(slot, call)
            except ConfigurationError as error:
                faults.append(error)
            else:
                arguments.append(Argument(slot.name, self._once(source), slot.keyword))
        if faults:
            raise ConfigurationErrors(faults)
        return arguments

    def _once(self, source: Any) -> Any:
        """Return an equal input that was read before, so that it is taken once a request."""
        if not isinstance(source, Parameter | BodyField):
            return source
        place = source.place if isinstance(source, Parameter) else "body"
        key = (place, source.alias, repr(source.type), source.required, repr(source.default))
        factory = source.marker.default_factory
        return self._inputs.setdefault((*key, factory), source)

    def _source(self, slot: Slot, call: Any) -> Any:
        tp, marker = self._marker(slot, call)
        default = slot.default
        if isinstance(marker, Dependency):
            return _completed(marker, tp, slot, call)
        injected = _injected(tp)
        if injected is not None:
            self._check_injected(injected, slot.name, call)
            return injected
        if isinstance(default, ParameterMarker | BodyMarker):
            default = default.default
        elif marker is not None and default is UNSET and marker.default is not UNSET:
            default = marker.default
        if slot.name in self._kinds and marker is None:
            # A default is for another route of the same handler, whose path does not have it.
            marker, default = ParameterMarker(place="path"), UNSET
        if marker is None:
            marker = self._guess(tp, slot, call)
        if isinstance(marker, BodyMarker):
            if self._websocket:
                raise _no_websocket(slot.name, "comes from a body", call)
            return self._body_field(slot, tp, default, marker=marker, call=call)
        return self._parameter(slot, tp, default, marker=marker, call=call)

    def _check_injected(self, injected: Any, name: str, call: Any) -> None:
        if self._websocket and injected in (REQUEST, RESPONSE, BACKGROUND):
            raise _no_websocket(name, f"is a {injected.what}", call)
        if injected is SOCKET and not self._websocket:
            what = f"Parameter {name!r} is a WebSocket, which an HTTP route does not have."
            mend = "Take the Request, or an HTTPConnection, which serves both."
            raise _fault("TRI-WS-008", what, mend, call=call)

    def _marker(self, slot: Slot, call: Any) -> tuple[Any, Marker | None]:
        """Return the annotation without markers of this package, and the marker that counts."""
        tp: Any = Any if slot.annotation is UNSET else slot.annotation
        found: list[Marker] = []
        if get_origin(tp) is Annotated:
            base, *metadata = get_args(tp)
            found = [item for item in metadata if isinstance(item, _MARKERS)]
            rest = [item for item in metadata if not isinstance(item, _MARKERS)]
            tp = Annotated[(base, *rest)] if rest else base
        if any(getattr(marker, "default", UNSET) is not UNSET for marker in found):
            what = f"Parameter {slot.name!r} has a default inside Annotated."
            mend = "Write the default after '=', as for any parameter."
            raise _fault("TRI-ROUTE-005", what, mend, call=call)
        if isinstance(slot.default, _MARKERS):
            found.append(slot.default)
        if len(found) > 1:
            what = f"Parameter {slot.name!r} says {len(found)} times where it comes from."
            mend = "Keep one of Depends, Query, Path, Header, Cookie, Body, Form, File."
            raise _fault("TRI-ROUTE-005", what, mend, call=call)
        return tp, (found[0] if found else None)

    def _guess(self, tp: Any, slot: Slot, call: Any) -> ParameterMarker | BodyMarker:
        if file_kind(tp, contents=False) is not None:
            return FormMarker(is_file=True, media_type=MULTIPART)
        if is_scalar(tp, slot.name, call):
            return ParameterMarker(place="query")
        return BodyMarker()

    def _parameter(
        self, slot: Slot, tp: Any, default: Any, *, marker: ParameterMarker, call: Any
    ) -> Parameter:
        alias = marker.alias or slot.name
        if marker.underscores and marker.alias is None:
            alias = alias.replace("_", "-")
        tp = _limited(tp, marker, slot.name, call)
        has_default = default is not UNSET or marker.default_factory is not None
        if marker.place == "path":
            self._check_path(slot.name, alias, tp, has_default=has_default, call=call)
        elif adapter_of(tp, slot.name, call).convert_str is None:
            try:
                return parameter_model(slot.name, tp, default, marker)
            except TypeError as error:
                name, reason = _name(tp), error
            what = (
                f"Parameter {slot.name!r} cannot come from the {marker.place} as {name}: {reason}."
            )
            mend = (
                "Text stands for single values, lists of them and classes with such fields; "
                "take another object with Body()."
            )
            raise _fault("TRI-ROUTE-006", what, mend, call=call)
        default = typed_default(slot.name, tp, default, call)
        return Parameter(
            name=slot.name,
            alias=alias,
            place=marker.place,
            type=tp,
            required=not has_default,
            default=default,
            marker=marker,
        )

    def _check_path(self, name: str, alias: str, tp: Any, *, has_default: bool, call: Any) -> None:
        self.taken.add(alias)
        kind = self._kinds.get(alias)
        if kind is None:
            what = f"Path parameter {alias!r} does not stand in the path."
            mend = f"Write {{{alias}}} in the path, or take it from the query."
            raise _fault("TRI-ROUTE-003", what, mend, call=call, route=self._where())
        if has_default:
            what = f"Path parameter {name!r} has a default, but the path always has a value."
            raise _fault("TRI-ROUTE-005", what, "Remove the default.", call=call)
        expected = converted_type(kind)
        if expected is None:
            return
        adapter = adapter_of(tp, name, call)
        if expected is str and (adapter.convert_str is None or adapter.many):
            what = f"Path parameter {name!r} cannot be {_name(tp)}."
            raise _fault("TRI-ROUTE-006", what, "Annotate a single value.", call=call)
        if expected is not str and not _admits(tp, expected):
            what = f"The path has {{{alias}:{kind}}}, but parameter {name!r} is {_name(tp)}."
            mend = f"Annotate {expected.__name__}, or write {{{alias}}}."
            raise _fault("TRI-ROUTE-004", what, mend, call=call, route=self._where())

    def _body_field(
        self, slot: Slot, tp: Any, default: Any, *, marker: BodyMarker, call: Any
    ) -> BodyField:
        form = isinstance(marker, FormMarker)
        file = file_kind(tp, contents=marker.is_file) if isinstance(marker, FormMarker) else None
        if file is None:
            tp = _limited(tp, marker, slot.name, call)
            adapter = adapter_of(tp, slot.name, call)
            if form and adapter.convert_str is None:
                _check_form_object(tp, slot.name, call)
            default = typed_default(slot.name, tp, default, call)
        return BodyField(
            name=slot.name,
            alias=marker.alias or slot.name,
            type=tp,
            required=default is UNSET and marker.default_factory is None,
            default=default,
            marker=marker,
            file=file,
        )


def _check_form_object(tp: Any, name: str, call: Any) -> None:
    from trimaran.schema.text_objects import text_object

    try:
        text_object(tp)
    except TypeError as error:
        what = f"Parameter {name!r} cannot come from a form as {_name(tp)}: {error}."
        mend = "Take values, lists of them, or a class whose fields are those; or JSON by Body()."
        raise _fault("TRI-ROUTE-006", what, mend, call=call) from error


def _no_websocket(name: str, fault: str, call: Any) -> ConfigurationError:
    what = f"Parameter {name!r} {fault}, which a WebSocket route does not have."
    mend = "Take the WebSocket, or an HTTPConnection, which serves both."
    return _fault("TRI-WS-008", what, mend, call=call)


def _completed(marker: Dependency, tp: Any, slot: Slot, call: Any) -> Dependency:
    if slot.default is not UNSET and not isinstance(slot.default, Dependency):
        what = f"Parameter {slot.name!r} has a default beside Depends."
        raise _fault("TRI-ROUTE-005", what, "Remove the default.", call=call)
    if marker.dependency is not None:
        return marker
    if not callable(tp) or tp is Any:
        what = f"Parameter {slot.name!r} has Depends() without anything to call."
        mend = "Give Depends() a function, or annotate the class to be made."
        raise ConfigurationError("TRI-DI-002", what, mend, where=where_of(call))
    return msgspec.structs.replace(marker, dependency=tp)


def _injected(tp: Any) -> Injected | type[SecurityScopes] | None:
    if get_origin(tp) is not None or not isinstance(tp, type):
        return None
    if tp is HTTPConnection:
        return CONNECTION
    if issubclass(tp, SecurityScopes):
        return SecurityScopes
    if issubclass(tp, HTTPConnection):
        return REQUEST if issubclass(tp, Request) else SOCKET
    if issubclass(tp, BackgroundTasks):
        return BACKGROUND
    return RESPONSE if issubclass(tp, Response) else None


def _limited(tp: Any, marker: ParameterMarker | BodyMarker, name: str, call: Any) -> Any:
    if not marker.limits:
        return tp
    adapter_of(tp, name, call)
    try:
        limited = constrained(tp, marker.limits)
        adapter_for(limited)
    except TypeError as error:
        reason = str(error).partition(" - type ")[0]
        what = f"Parameter {name!r} of type {_name(tp)} cannot be limited so: {reason}."
        raise _fault("TRI-SCHEMA-002", what, "Remove the limit.", call=call) from error
    return limited


def adapter_of(tp: Any, name: str, call: Any) -> Any:
    """Return the adapter of a parameter's type. Raises ``ConfigurationError``."""
    try:
        return adapter_for(tp)
    except TypeError as error:
        what = f"The type of {name!r}, {_name(tp)}, cannot be used: {error}."
        mend = "Use builtins, Structs, dataclasses, TypedDicts or Pydantic models."
        raise ConfigurationError("TRI-SCHEMA-001", what, mend, where=where_of(call)) from error


def is_scalar(tp: Any, name: str, call: Any) -> bool:
    """Whether an unmarked parameter of this type comes from the query, as in FastAPI."""
    if tp is Any:
        return True
    origin = get_origin(tp)
    if origin is Annotated:
        return is_scalar(get_args(tp)[0], name, call)
    if origin is Union or origin is types.UnionType:
        return all(is_scalar(m, name, call) for m in get_args(tp) if m is not type(None))
    if origin in _JSON_ONLY or tp in _JSON_ONLY:
        return False
    adapter = adapter_of(tp, name, call)
    return adapter.convert_str is not None and not adapter.many


def converted_type(kind: str) -> type | None:
    """Return what a path converter gives: a type; None where it is unknown."""
    if kind.startswith("re:") or kind in {"str", "slug", "path"}:
        return str
    if kind == "int":
        return int
    if kind == "float":
        return float
    if kind == "uuid":
        from uuid import UUID

        return UUID
    if kind == "date":
        from datetime import date

        return date
    return None


def _admits(tp: Any, expected: type) -> bool:
    """Whether an annotation takes a value of the type that a converter gives."""
    import enum

    origin = get_origin(tp)
    if origin is Annotated:
        return _admits(get_args(tp)[0], expected)
    if origin is Union or origin is types.UnionType:
        return any(_admits(member, expected) for member in get_args(tp))
    if origin is Literal:
        return any(isinstance(value, expected) for value in get_args(tp))
    if tp is Any or tp is object or tp is expected:
        return True
    if not isinstance(tp, type):
        return False
    if issubclass(tp, enum.Enum):
        return any(isinstance(member.value, expected) for member in tp)
    return tp is float and expected is int


def _name(tp: Any) -> str:
    if get_origin(tp) is Annotated:
        return _name(get_args(tp)[0])
    return tp.__name__ if isinstance(tp, type) and get_origin(tp) is None else str(tp)


def _fault(id: str, what: str, mend: str, *, call: Any, route: str = "") -> ConfigurationError:
    where = where_of(call)
    if route:
        where = route if route.startswith(where) else f"{where}, {route}"
    return ConfigurationError(id, what, mend, where=where)
