"""The careful way to take a route's inputs, to find every fault at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.errors import HTTPException, RequestValidationError
from trimaran.handlers.inputs import converted_type
from trimaran.handlers.parameter_models import model_takers
from trimaran.handlers.plan import BodyField, Parameter, ParameterModel
from trimaran.handlers.reading import content_type, is_json
from trimaran.handlers.sources import INVALID, Sources, absent, attempted
from trimaran.http.body_limits import DEFAULT_MAX_BODY
from trimaran.schema import adapter_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimaran.handlers.plan import Body
    from trimaran.http import Request
    from trimaran.schema import Fault

MAX_FAULTS = 100
_PLACES = ("path", "query", "header", "cookie", "body")
_ABSENT: Any = object()


class CarefulTaker:
    """Takes every input of a route, and tells all that is wrong with them.

    inputs: parameters and body fields, in the order of their values in the result
    kinds:  the path's parameters and their converters
    max_body: bytes of a body when it is inflated
    """

    def __init__(
        self,
        inputs: Sequence[Parameter | BodyField],
        body: Body | None,
        kinds: Mapping[str, str],
        max_body: int = DEFAULT_MAX_BODY,
    ) -> None:
        self._inputs = inputs
        self._max_body = max_body
        self._fields = [source for source in inputs if isinstance(source, BodyField)]
        self._body = body
        self._kinds = kinds
        self._models = model_takers(inputs)

    def __call__(self, request: Request) -> tuple[tuple[Any, ...], HTTPException | None]:
        """Return the values, ``INVALID`` for each wrong one, and what to answer if any is."""
        return self.taken(request, lambda faults: self._take_body(request, faults))

    def taken(
        self, request: Request, take_body: Callable[[list[Fault]], Mapping[int, Any]]
    ) -> tuple[tuple[Any, ...], HTTPException | None]:
        """Return the same, the body's fields taken by a function of one's own."""
        faults: list[Fault] = []
        try:
            fields = take_body(faults)
            sources = Sources(request)
            values = [
                fields[id(source)]
                if isinstance(source, BodyField)
                else self._take(source, sources, faults)
                for source in self._inputs
            ]
        except HTTPException as refusal:
            return (INVALID,) * len(self._inputs), refusal
        except RecursionError:
            return (INVALID,) * len(self._inputs), _too_deep()
        if not faults:
            return tuple(values), None
        return tuple(values), RequestValidationError(_ordered(faults), body=_read_body(request))

    def _take(self, parameter: Parameter, sources: Sources, faults: list[Fault]) -> Any:
        if isinstance(parameter, ParameterModel):
            return self._models[id(parameter)].take(sources, faults)
        adapter = adapter_for(parameter.type)
        loc = (parameter.place, parameter.alias)
        if parameter.place == "path":
            given = sources.request.path_params[parameter.alias]
            kind = converted_type(self._kinds.get(parameter.alias, "str"))
            if kind is None:
                return given
            if kind is not str:
                return attempted(adapter.convert, given, lambda: adapter.errors(given, loc), faults)
        else:
            texts = sources.get(parameter.place, parameter.alias)
            if not texts:
                return absent(parameter, loc, faults)
            given = texts if adapter.many else sources.single(parameter.place, texts)
        convert = adapter.convert_str
        assert convert is not None  # noqa: S101  the plan refuses other types
        return attempted(convert, given, lambda: adapter.errors_str(given, loc), faults)

    def _take_body(self, request: Request, faults: list[Fault]) -> Mapping[int, Any]:
        body = self._body
        if body is None:
            return {}
        data = request.inflated(self._max_body)
        if not is_json(body.media_type.encode()):
            return self._take_text(data, faults)
        if not data:
            return {
                id(field): absent(field, self._loc(body, field), faults) for field in self._fields
            }
        kind = content_type(request.raw_headers)
        if not is_json(kind) and (kind or body.strict):
            return self._refuse_media_type(data, body, faults)
        decoded = _integral(_decode(data))
        if not body.embed:
            return {
                id(field): self._decoded(field, ("body",), decoded, faults)
                for field in self._fields
            }
        found = decoded if isinstance(decoded, dict) else {}
        return {
            id(field): self._decoded(
                field, ("body", field.alias), found.get(field.alias, _ABSENT), faults
            )
            for field in self._fields
        }

    def _loc(self, body: Body, field: BodyField) -> tuple[str, ...]:
        return ("body", field.alias) if body.embed else ("body",)

    def _decoded(
        self, field: BodyField, loc: tuple[str, ...], decoded: Any, faults: list[Fault]
    ) -> Any:
        if decoded is _ABSENT:
            return absent(field, loc, faults)
        adapter = adapter_for(field.type)
        try:
            # Decoded anew with its type, since JSON's own types lose a Decimal's digits.
            return adapter.decode_json(msgspec.json.encode(decoded))
        except (ValueError, TypeError, LookupError, ArithmeticError):
            return attempted(adapter.convert, decoded, lambda: adapter.errors(decoded, loc), faults)

    def _take_text(self, data: bytes, faults: list[Fault]) -> Mapping[int, Any]:
        if not data:
            return {id(field): absent(field, ("body",), faults) for field in self._fields}
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            if any(field.type is not bytes for field in self._fields):
                what = f"The body is not valid UTF-8 at byte {error.start}."
                raise HTTPException(400, what) from None
            text = ""
        return {
            id(field): data if field.type is bytes else self._converted(field, text, faults)
            for field in self._fields
        }

    def _converted(self, field: BodyField, text: str, faults: list[Fault]) -> Any:
        adapter = adapter_for(field.type)
        return attempted(adapter.convert, text, lambda: adapter.errors(text, ("body",)), faults)

    def _refuse_media_type(self, data: bytes, body: Body, faults: list[Fault]) -> Mapping[int, Any]:
        """As FastAPI: the body is looked at as the text it is, which no JSON type accepts."""
        text = data[:1000].decode("utf-8", "replace")
        field = body.fields[0]
        found = [] if body.embed else adapter_for(field.type).errors(text, ("body",))[:1]
        if not found:
            found = [{"type": "json_type", "loc": ["body"], "msg": "Input should be JSON"}]
        first = {**found[0], "input": text[:200]}
        first["msg"] += ", sent with Content-Type: application/json"
        faults.append(first)
        return dict.fromkeys(map(id, self._fields), INVALID)


def _read_body(request: Request) -> Any:
    """Return what was sent, for exception handlers: decoded JSON, or a form; else None."""
    form = getattr(request, "kept_form", None)
    if form is not None or not is_json(content_type(request.raw_headers)):
        return form
    try:
        return msgspec.json.decode(request.inflated())
    except (ValueError, RecursionError):
        return None


_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


_MAX_EXACT = 2.0**53


def _integral(value: Any) -> Any:
    """Return a decoded value whose ``3.0`` are ``3``: JSON Schema calls both integers.

    A type that asks for floats takes integers as well.
    """
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _MAX_EXACT else value
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    return [_integral(item) for item in value] if isinstance(value, list) else value


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError:
        raise HTTPException(400, "The body is not valid JSON: a text in it is not UTF-8.") from None
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        if "truncated" in reason:
            reason = f"it ends too early (byte {len(body)})"
            if _SURROGATE.search(body):  # one without its other half is told in the same words
                reason += ", or a text in it holds half of a surrogate pair"
        raise HTTPException(400, f"The body is not valid JSON: {reason}.") from None


def _too_deep() -> HTTPException:
    return HTTPException(400, "The body is nested too deeply.")


def _ordered(faults: list[Fault]) -> list[Fault]:
    """Return the faults by place, each said once, no more than a client can read."""
    seen: set[str] = set()
    distinct = []
    for fault in sorted(faults, key=lambda fault: _PLACES.index(fault["loc"][0])):
        key = f"{fault['type']}{fault['loc']}"
        if key not in seen:
            seen.add(key)
            distinct.append(fault)
    return distinct[:MAX_FAULTS]
