"""From a route to its plan: everything its signature and its dependencies say."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Never, NoReturn, Union, get_args, get_origin

from trimaran.di import Resolver, kind_of
from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.handlers.app_scope import apart_from_requests
from trimaran.handlers.form_parameters import FormMarker, is_text
from trimaran.handlers.inputs import REQUEST, SOCKET, InputReader, adapter_of
from trimaran.handlers.plan import Body, BodyField, Parameter, ParameterModel, Plan
from trimaran.handlers.route import UNSET
from trimaran.handlers.signature import Scope, name_of, read_return, scope_of
from trimaran.http import Response
from trimaran.http.form_types import MULTIPART
from trimaran.routing.template import template_params

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.di import Graph
    from trimaran.handlers.plan import StreamForm
    from trimaran.handlers.route import Route

_BODILESS = frozenset({204, 205, 304})


def is_bodiless(status: int) -> bool:
    """Whether an answer of this status has no body (RFC 9110, 6.4.1)."""
    return status in _BODILESS or status < 200


def build_plan(route: Route, overrides: Mapping[Any, Any]) -> Plan:
    """Return the plan of a route.

    overrides: dependency to what is called in its place
    Raises ``ConfigurationErrors`` with every fault of the declaration.
    """
    kinds = template_params(route.path)
    scope = scope_of(route.handler, route.local_names)
    is_socket = route.socket is not None
    reader = InputReader(kinds, lambda: route.where, scope=scope, websocket=is_socket)
    faults: list[ConfigurationError] = []
    graph = None
    resolver = Resolver(
        reader.read,
        overrides=overrides,
        name=name_of,
        where=lambda: route.where,
        apart=apart_from_requests,
    )
    try:
        graph = resolver.resolve(route.handler, route.dependencies)
    except ConfigurationErrors as errors:
        faults += errors.errors
    returns: Any = UNSET
    stream: StreamForm | None = None
    try:
        if kind_of(route.handler) in {"yield", "async_yield"}:
            from trimaran.handlers.streaming import stream_form

            stream = stream_form(route)
        returns = _returns(route, scope, stream=stream)
    except ConfigurationError as error:
        faults.append(error)
    if graph is not None:
        faults += _untaken(route, kinds, reader, graph)
    if faults or graph is None:
        raise ConfigurationErrors(faults)
    return Plan(
        route=route,
        graph=graph,
        parameters=_distinct_parameters(graph),
        body=_body(graph, strict=route.strict_content_type is not False),
        returns=returns,
        stream=stream,
    )


def _untaken(
    route: Route, kinds: Mapping[str, str], reader: InputReader, graph: Graph
) -> list[ConfigurationError]:
    """Return a fault for each path parameter that nobody takes, unless the request is taken."""
    if REQUEST in graph.inputs or SOCKET in graph.inputs:
        return []
    untaken = [name for name in kinds if name not in reader.taken]
    faults = []
    for name in untaken:
        what = f"The path has {{{name}}}, but no parameter takes it."
        mend = f"Add a parameter {name!r} to the signature, or take the request."
        faults.append(ConfigurationError("TRI-ROUTE-003", what, mend, where=route.where))
    return faults


def _distinct_parameters(graph: Graph) -> tuple[Parameter, ...]:
    found: dict[tuple[str, str], Parameter] = {}
    for source in graph.inputs:
        if isinstance(source, Parameter):
            for one in source.members if isinstance(source, ParameterModel) else (source,):
                found.setdefault((one.place, one.alias.lower()), one)
    return tuple(found.values())


def _body(graph: Graph, *, strict: bool) -> Body | None:
    found: dict[str, BodyField] = {}
    for source in graph.inputs:
        if isinstance(source, BodyField):
            found.setdefault(source.alias, source)
    if not found:
        return None
    fields = list(found.values())
    if any(isinstance(field.marker, FormMarker) for field in fields):
        return _form(fields)
    marker = fields[0].marker
    return Body(
        fields=tuple(fields),
        embed=len(fields) > 1 or marker.embed,
        required=any(field.required for field in fields),
        media_type=marker.media_type,
        strict=strict,
    )


def _form(fields: Sequence[BodyField]) -> Body:
    forms = [field for field in fields if isinstance(field.marker, FormMarker)]
    # A part of its own kind, a file or JSON, takes a multipart form.
    apart = next((field for field in forms if field.file is not None), None)
    plain = forms[0].marker.media_type if len(forms) == len(fields) else MULTIPART
    return Body(
        fields=tuple(fields),
        embed=len(fields) > 1 or is_text(fields[0]),
        required=any(field.required for field in fields),
        media_type=plain if apart is None else apart.marker.media_type,
        form=True,
    )


def _returns(route: Route, scope: Scope | None, *, stream: StreamForm | None) -> Any:
    """Return the type of a route's answer, checked. Raises ``ConfigurationError``."""
    if is_bodiless(route.status_code):
        _check_bodiless(route, scope)
        return None
    declared = route.response_model
    if declared is None or stream == "bytes":
        return UNSET
    if declared is UNSET:
        declared = read_return(route.handler, scope)
        if stream is not None:
            from trimaran.handlers.streaming import is_event, item_type

            declared = item_type(declared)
            if is_event(declared):
                return declared
        if _is_response(declared):
            return declared
        declared = _without_responses(declared)
    if declared is UNSET or declared is Any:
        return UNSET
    if declared is None:
        return type(None)
    if stream or route.response_class is None or _renders_json(route.response_class):
        adapter_of(declared, "return value", route.handler)
    return declared


def _check_bodiless(route: Route, scope: Scope | None) -> None:
    """Refuse a type that would never be sent. Raises ``ConfigurationError``."""
    declared = route.response_model
    if declared is UNSET:
        declared = _without_responses(read_return(route.handler, scope))
    silent = declared in (None, type(None), UNSET, Any, Never, NoReturn)
    if silent or _is_response(declared):
        return
    name = getattr(declared, "__name__", None) or str(declared)
    what = f"An answer of status {route.status_code} has no body, but {name} is declared."
    mend = "Return None, or choose another status_code."
    raise ConfigurationError("TRI-ROUTE-014", what, mend, where=route.where)


def _renders_json(response_class: type) -> bool:
    return "json" in (getattr(response_class, "media_type", None) or "")


def _is_response(tp: Any) -> bool:
    return get_origin(tp) is None and isinstance(tp, type) and issubclass(tp, Response)


def _without_responses(tp: Any) -> Any:
    """Return a union without its response classes: ``Film | RedirectResponse`` is a ``Film``."""
    origin = get_origin(tp)
    if origin is Annotated:
        return tp
    if origin is not Union and origin is not types.UnionType:
        return tp
    members: Sequence[Any] = [member for member in get_args(tp) if not _is_response(member)]
    if not members:
        return UNSET
    return Union[tuple(members)]  # noqa: UP007  built at run time
