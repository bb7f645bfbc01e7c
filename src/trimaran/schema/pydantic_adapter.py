"""The adapter of Pydantic's types; Pydantic is imported when the first one is met."""

from __future__ import annotations

from functools import lru_cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from trimaran.schema.constraints import EXTRA_KEY
from trimaran.schema.faults import MAX_FAULTS, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.schema.faults import Fault, Loc

_COLLECTIONS = (list, set, frozenset, tuple)


class PydanticAdapter:
    """Reads, checks and writes a type as Pydantic defines it."""

    def __init__(self, tp: Any) -> None:
        from pydantic import TypeAdapter

        self.type = tp
        self.types: Any = TypeAdapter(_in_pydantics_words(tp))
        self._read_json: Callable[[bytes], Any] = self.types.validate_json
        self.many = _collects(tp)
        self.convert_str: Callable[[Any], Any] | None = (
            None if _is_object(tp) else self.types.validate_python
        )

    def __repr__(self) -> str:
        return f"PydanticAdapter({self.type!r})"

    def decode_json(self, data: bytes) -> Any:
        """Return the value of a JSON text.

        Pydantic's own reader is the quicker. What it refuses, and what JSON does not know but it
        does (NaN), msgspec reads, so that every type refuses the same texts.
        """
        if not _may_have_nan(data):
            try:
                return self._read_json(data)
            except ValueError:
                pass
        return self.convert(msgspec.json.decode(data))

    def convert(self, value: Any) -> Any:
        """Return a value made of JSON's types as one of this type, as lax as it is."""
        return self.types.validate_python(value, from_attributes=True)

    def errors(self, value: Any, loc: Loc = ()) -> list[Fault]:
        """Return every fault of a decoded JSON value; bounded."""
        from pydantic import ValidationError

        try:
            self.convert(value)
        except ValidationError as error:
            found = error.errors(include_url=False)[:MAX_FAULTS]
            return [_bounded(fault, loc) for fault in found]
        return []

    errors_str = errors

    def encode(self, value: Any) -> bytes:
        """Return the JSON of a value, by alias, only what the type declares of it.

        Raises ``ValueError`` for a value that is not of the type.
        """
        checked = self.types.validate_python(value, from_attributes=True)
        return self.dump(checked)

    def dump(self, value: Any) -> bytes:
        """Return the JSON of a value that is known to be of the type."""
        text: bytes = self.types.dump_json(value, by_alias=True, warnings="error")
        return text


def _may_have_nan(data: bytes) -> bool:
    # A search for one byte is ten times quicker than for more, and it mostly ends the matter.
    return (b"N" in data and b"NaN" in data) or (b"I" in data and b"Infinity" in data)


def describe(inputs: Any, ref_template: str) -> tuple[Any, Any]:
    """Return the JSON Schemas of Pydantic's adapters, and their definitions."""
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        """Says of bytes how they are encoded, as JSON Schema 2020-12 has it."""

        def bytes_schema(self, schema: Any) -> dict[str, Any]:
            inward = self.mode == "validation"
            coding = self._config.val_json_bytes if inward else self._config.ser_json_bytes
            described = super().bytes_schema(schema)
            described.pop("format", None)
            if coding == "base64":
                described["contentEncoding"] = "base64"
            return {**described, "contentMediaType": "application/octet-stream"}

    return TypeAdapter.json_schemas(inputs, ref_template=ref_template, schema_generator=Generator)


def _in_pydantics_words(tp: Any) -> Any:
    """Return a type whose limits are ``pydantic.Field``: it passes over ``msgspec.Meta``."""
    origin, args = get_origin(tp), get_args(tp)
    if origin is None or origin is Literal or not args:
        return tp
    if origin is not Annotated:
        inner = tuple(map(_in_pydantics_words, args))
        if inner == args:
            return tp
        if origin not in (Union, UnionType):
            return origin[inner]
        return Union[inner]  # noqa: UP007  made at run time
    metadata = [_field_of(item) if isinstance(item, msgspec.Meta) else item for item in args[1:]]
    return Annotated[(_in_pydantics_words(args[0]), *metadata)]


def _field_of(meta: msgspec.Meta) -> Any:
    from pydantic import Field

    given = {name: getattr(meta, name) for name in _FIELD_NAMES}
    bounds = (meta.extra or {}).get(EXTRA_KEY)
    if bounds is not None:
        given |= msgspec.structs.asdict(bounds)
    return Field(**{name: value for name, value in given.items() if value is not None})


_FIELD_NAMES = (
    "gt",
    "ge",
    "lt",
    "le",
    "multiple_of",
    "min_length",
    "max_length",
    "pattern",
    "title",
    "description",
    "examples",
)


def _bounded(fault: Any, loc: Loc) -> Fault:
    bounded: Fault = {
        "type": fault["type"],
        "loc": [*loc, *fault["loc"]],
        "msg": fault["msg"],
        "input": shown(fault["input"]),
    }
    if "ctx" in fault:
        bounded["ctx"] = shown(fault["ctx"])
    return bounded


def _is_json_text(tp: Any) -> bool:
    """Whether a type is ``Json[...]``: one text, whatever it holds."""
    import pydantic

    json: Any = pydantic.Json  # type checkers take it for the type within
    return any(isinstance(item, json) for item in getattr(tp, "__metadata__", ()))


def _collects(tp: Any) -> bool:
    if _is_json_text(tp):
        return False
    origin = get_origin(tp)
    if origin in _COLLECTIONS or tp in _COLLECTIONS:
        return True
    return origin is not None and any(map(_collects, get_args(tp)))


def _is_object(tp: Any) -> bool:
    if _is_json_text(tp):
        return False
    if hasattr(tp, "__pydantic_validator__"):
        return not hasattr(tp, "__pydantic_root_model__") or not tp.__pydantic_root_model__
    return get_origin(tp) is not None and any(map(_is_object, get_args(tp)))


@lru_cache(maxsize=4096)
def pydantic_adapter(tp: Any) -> PydanticAdapter:
    """Return the adapter of a type that Pydantic defines, one for each type."""
    try:
        return PydanticAdapter(tp)
    except Exception as error:
        from pydantic.errors import PydanticUserError

        if isinstance(error, PydanticUserError):
            raise TypeError(str(error).split("\n", 1)[0]) from error
        raise
