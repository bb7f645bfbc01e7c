"""Python source that takes a route's inputs from the request."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from trimaran.handlers.inputs import BACKGROUND, CONNECTION, REQUEST, RESPONSE, converted_type
from trimaran.handlers.parameter_models import model_takers, take_line
from trimaran.handlers.plan import BodyField, Parameter, ParameterModel
from trimaran.handlers.reading import (
    is_json,
    json_body,
    json_fields,
    pick_headers,
    query_lists,
    query_values,
    raw_body,
    text_body,
)
from trimaran.handlers.route import UNSET
from trimaran.routing.template import template_params
from trimaran.schema import adapter_for

if TYPE_CHECKING:
    from trimaran.handlers.plan import Plan

_INLINE_CONSTANTS = (type(None), bool, int, str)
_MAX_INLINE_TEXT = 60


class InputWriter:
    """Writes one line for each input; the scope holds what the lines name."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._kinds = template_params(plan.route.path)
        self._inputs: list[Parameter | BodyField] = [
            source for source in plan.graph.inputs if isinstance(source, Parameter | BodyField)
        ]
        self._models = model_takers(self._inputs)
        self._names: dict[int, str] = {
            id(REQUEST): "request",
            id(CONNECTION): "request",
            id(RESPONSE): "response",
            id(BACKGROUND): "background",
        }
        self._scope: dict[str, Any] = {}

    def _need(self, name: str, value: Any) -> str:
        self._scope[name] = value
        return name

    def _constant(self, value: Any, name: str) -> str:
        if type(value) in _INLINE_CONSTANTS:
            text = repr(value)
            if len(text) <= _MAX_INLINE_TEXT:
                return text
        constant = self._need(f"default_{name}", value)
        if isinstance(value, list | dict | set):
            self._need("copy", copy)
            return f"copy({constant})"
        return constant

    def _open_places(self) -> list[str]:
        places = {
            source.place
            for source in self._inputs
            if isinstance(source, Parameter)
            and (source.place == "query" or not isinstance(source, ParameterModel))
        }
        lines = []
        if "path" in places:
            lines.append("path = request.path_params")
        if "query" in places:
            if self._collects("query"):
                self._need("query_lists", query_lists)
                lines.append("query = query_lists(request.query_string)")
            else:
                self._need("query_values", query_values)
                lines.append("query = query_values(request.query_string)")
        if "header" in places:
            wanted = frozenset(
                source.alias.lower().encode("latin-1")
                for source in self._inputs
                if isinstance(source, Parameter)
                and source.place == "header"
                and not isinstance(source, ParameterModel)
            )
            self._need("pick_headers", pick_headers)
            self._need("wanted_headers", wanted)
            self._need("header_lengths", frozenset(map(len, wanted)))
            lines.append(
                "headers = pick_headers(request.raw_headers, wanted_headers, header_lengths)"
            )
        if "cookie" in places:
            from trimaran.http.cookies import read_cookies

            self._need("read_cookies", read_cookies)
            lines.append("cookies = read_cookies(request.raw_headers)")
        body = self._plan.body
        if body is not None and body.embed:
            self._need("json_fields", json_fields)
            optional = "" if body.required else " if request.body_bytes else {}"
            lines.append(f"fields = json_fields(request){optional}")
        return lines

    def _collects(self, place: str) -> bool:
        if place == "query" and any(taker.keeps_others for taker in self._models.values()):
            return True
        return any(
            adapter_for(one.type).many
            for source in self._inputs
            if isinstance(source, Parameter) and source.place == place
            for one in (source.members if isinstance(source, ParameterModel) else (source,))
        )

    def _input_line(self, source: Parameter | BodyField) -> str:
        name = self._new_name(source)
        if isinstance(source, BodyField):
            return f"{name} = {self._body_value(source, name)}"
        if isinstance(source, ParameterModel):
            taker = self._models[id(source)]
            return f"{name} = {take_line(self._need, name, taker, source.place)}"
        if source.place == "path":
            return f"{name} = {self._path_value(source, name)}"
        return f"{name} = {self._text_value(source, name)}"

    def _new_name(self, source: Parameter | BodyField) -> str:
        taken = set(self._names.values())
        name = f"in_{source.name}"
        while name in taken:
            name += "_"
        self._names[id(source)] = name
        return name

    def _default(self, source: Parameter | BodyField, name: str) -> str:
        factory = source.marker.default_factory
        if source.default is UNSET and factory is not None:
            return f"{self._need(f'make_{name}', factory)}()"
        return self._constant(source.default, name)

    def _converted(self, convert: Any, name: str, expression: str) -> str:
        if convert is None or convert is str:
            return expression
        return f"{self._need(f'convert_{name}', convert)}({expression})"

    def _path_value(self, source: Parameter, name: str) -> str:
        given = f"path[{source.alias!r}]"
        kind = converted_type(self._kinds[source.alias])
        adapter = adapter_for(source.type)
        if kind is None or source.type is kind or source.type is Any:
            return given
        return self._converted(adapter.convert_str if kind is str else adapter.convert, name, given)

    def _text_value(self, source: Parameter, name: str) -> str:
        adapter = adapter_for(source.type)
        place, key, last = self._place_of(source)
        plain = adapter.convert_str is str and not last
        if plain and not source.required:
            default = self._default(source, name)
            if "(" not in default:
                return f"{place}.get({key}, {default})"
        if adapter.many and source.place == "header":
            given = f"request.headers.getlist({source.alias!r})"
        elif adapter.many and source.place == "cookie":
            given = f"[{place}[{key}]]"
        else:
            given = f"{place}[{key}]{'' if adapter.many else last}"
        value = self._converted(adapter.convert_str, name, given)
        if source.required and not (adapter.many and source.place == "header"):
            return value
        absent = self._default(source, name) if not source.required else f"{place}[{key}]"
        return f"{value} if {key} in {place} else {absent}"

    def _place_of(self, source: Parameter) -> tuple[str, str, str]:
        """Return the variable of a place, the key in it, and what picks the text that counts."""
        if source.place == "header":
            return "headers", repr(source.alias.lower().encode("latin-1")), ""
        if source.place == "cookie":
            return "cookies", repr(source.alias), ""
        return "query", repr(source.alias), "[-1]" if self._collects("query") else ""

    def _body_value(self, source: BodyField, name: str) -> str:
        body = self._plan.body
        assert body is not None  # noqa: S101  a body field belongs to one
        adapter = adapter_for(source.type)
        decode = self._need(f"decode_{name}", adapter.decode_json)
        if body.embed:
            value = f"{decode}(fields[{source.alias!r}])"
            test = f"{source.alias!r} in fields"
        elif is_json(body.media_type.encode()):
            value = f"{decode}({self._need('json_body', json_body)}(request))"
            test = "request.body_bytes"
        else:
            read = raw_body if source.type is bytes else text_body
            value = f"{self._need('read_body', read)}(request)"
            if source.type is not bytes:
                value = self._converted(adapter.convert, name, value)
            return f"{value} if request.body_bytes else {self._absent_body(source, name)}"
        if source.required:
            return value
        return f"{value} if {test} else {self._default(source, name)}"

    def _absent_body(self, source: BodyField, name: str) -> str:
        # Not there, but required: the careful way finds that out and tells it.
        return self._default(source, name) if not source.required else "request.path_params['']"
