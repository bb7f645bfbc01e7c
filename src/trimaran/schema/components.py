"""Types as JSON Schema 2020-12, for OpenAPI 3.1."""

from __future__ import annotations

import re
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union

from trimaran.schema.adapter import adapter_for
from trimaran.schema.constraints import EXTRA_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import inspect as mi

    from trimaran.schema.pydantic_adapter import PydanticAdapter

Mode: TypeAlias = Literal["input", "output"]
Schema: TypeAlias = "dict[str, Any]"


def components(
    types: Sequence[Any], *, mode: Mode, ref_template: str = "#/components/schemas/{name}"
) -> tuple[list[Schema], dict[str, Schema]]:
    """Return a schema for each type, and the definitions that they refer to, by name.

    A class is named as it is; where two have one name, each is named with its module.
    """
    writer = _Writer(mode, ref_template)
    adapters = [adapter_for(tp) for tp in types]
    infos = [_info_of(adapter) for adapter in adapters]
    for adapter, info in zip(adapters, infos, strict=True):
        if info is not None:
            writer.collect(info)
        else:
            writer.note_foreign(adapter)
    writer.name_classes()
    writer.describe_foreign()
    schemas = [
        writer.foreign(adapter) if info is None else writer.schema(info)
        for adapter, info in zip(adapters, infos, strict=True)
    ]
    writer.define()
    return schemas, dict(sorted(writer.definitions.items()))


def _info_of(adapter: Any) -> mi.Type | None:
    return getattr(adapter, "info", None)


def _class_name(cls: Any) -> str:
    """Return ``Page_Film`` for ``Page[Film]``, ``Page_list_Film`` for ``Page[list[Film]]``."""
    if getattr(cls, "__metadata__", None) is not None:  # Annotated
        return _class_name(cls.__origin__)
    if cls is type(None):
        return "None"
    args = getattr(cls, "__args__", ())
    origin = getattr(cls, "__origin__", None)
    if isinstance(cls, UnionType) or origin is Union:
        return "_or_".join(map(_class_name, args))
    if origin is None:
        return str(getattr(cls, "__name__", cls))
    return "_".join([_class_name(origin), *map(_class_name, args)])


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)


_NUMBER_LIMITS = (
    ("ge", "minimum"),
    ("gt", "exclusiveMinimum"),
    ("le", "maximum"),
    ("lt", "exclusiveMaximum"),
    ("multiple_of", "multipleOf"),
)


def _named(**limits: Any) -> Schema:
    return {name: value for name, value in limits.items() if value is not None}


class _Writer:
    """Writes schemas; knows which classes have a definition and how it is named."""

    def __init__(self, mode: Mode, ref_template: str) -> None:
        from msgspec import inspect as mi

        self.mi = mi
        self.mode = mode
        self.ref_template = ref_template
        self.definitions: dict[str, Schema] = {}
        self.classes: dict[Any, Any] = {}
        self.names: dict[Any, str] = {}
        self.foreigners: dict[int, Any] = {}
        self.foreign_schemas: dict[int, Schema] = {}
        self.writers: dict[type, Any] = {
            mi.NoneType: lambda _: {"type": "null"},
            mi.BoolType: lambda _: {"type": "boolean"},
            mi.IntType: lambda info: self._number("integer", info),
            mi.FloatType: lambda info: self._number("number", info),
            mi.StrType: self._text,
            mi.BytesType: self._bytes,
            mi.DateTimeType: lambda _: {"type": "string", "format": "date-time"},
            mi.DateType: lambda _: {"type": "string", "format": "date"},
            mi.TimeType: lambda _: {"type": "string", "format": "time"},
            mi.TimeDeltaType: lambda _: {"type": "string", "format": "duration"},
            mi.UUIDType: lambda _: {"type": "string", "format": "uuid"},
            mi.DecimalType: lambda _: self._decimal(None),
            mi.TupleType: self._tuple,
            mi.DictType: self._dict,
            mi.FrozenDictType: self._dict,
            mi.UnionType: self._union,
            mi.LiteralType: self._literal,
            mi.EnumType: self._enum,
            mi.CustomType: self._custom,
            mi.StructType: self._object,
            mi.DataclassType: self._object,
            mi.TypedDictType: self._object,
            mi.NamedTupleType: self._named_tuple,
        }
        for kind in (mi.ListType, mi.CollectionType, mi.VarTupleType):
            self.writers[kind] = self._array
        for kind in (mi.SetType, mi.FrozenSetType):
            self.writers[kind] = self._set

    # Names

    def collect(self, info: Any) -> None:
        """Note every class that gets a definition of its own."""
        mi = self.mi
        named = (mi.StructType, mi.DataclassType, mi.TypedDictType, mi.NamedTupleType, mi.EnumType)
        if isinstance(info, named):
            if info.cls in self.classes:
                return
            self.classes[info.cls] = info
        if isinstance(info, mi.CustomType):
            self._note_custom(info)
        for name in ("type", "item_type", "key_type", "value_type"):
            part = getattr(info, name, None)
            if isinstance(part, mi.Type):
                self.collect(part)
        for part in (*getattr(info, "item_types", ()), *getattr(info, "types", ())):
            self.collect(part)
        for field in getattr(info, "fields", ()):
            self.collect(field.type)

    def name_classes(self) -> None:
        """Give every class its name, with its module where the short one is taken twice."""
        short: dict[str, list[Any]] = {}
        for cls in self.classes:
            short.setdefault(_safe(_class_name(cls)), []).append(cls)
        taken: set[str] = set()
        for name, classes in short.items():
            for cls in classes:
                origin = getattr(cls, "__origin__", cls)
                rest = name.removeprefix(_safe(origin.__name__))
                wanted = _safe(f"{origin.__module__}.{origin.__qualname__}") + rest
                full, number = name if len(classes) == 1 else wanted, 1
                while full in taken:
                    number += 1
                    full = f"{wanted}_{number}"
                taken.add(full)
                self.names[cls] = full

    def define(self) -> None:
        """Write the definitions of the classes that were collected."""
        for cls, info in self.classes.items():
            self.definitions[self.names[cls]] = self.writers[type(info)](info)

    # Schemas

    def schema(self, info: Any) -> Schema:
        """Return the schema of a type: a reference where it has a definition."""
        extra: Schema = {}
        bounds = None
        while isinstance(info, self.mi.Metadata):
            extra = {**(info.extra_json_schema or {}), **extra}
            bounds = (info.extra or {}).get(EXTRA_KEY, bounds)
            info = info.type
        if isinstance(info, self.mi.DecimalType):
            return {**self._decimal(bounds), **extra}
        name = self.names.get(getattr(info, "cls", None))
        if name is not None:
            return {"$ref": self.ref_template.format(name=name), **extra}
        writer = self.writers.get(type(info))
        return {**(writer(info) if writer is not None else {}), **extra}

    def _decimal(self, bounds: Any) -> Schema:
        from trimaran.schema.decimals import decimal_schema

        return decimal_schema(bounds, taken=self.mode == "input")

    def _number(self, kind: str, info: Any) -> Schema:
        limits = {key: getattr(info, name) for name, key in _NUMBER_LIMITS}
        return {"type": kind, **_named(**limits)}

    def _text(self, info: Any) -> Schema:
        limits = _named(minLength=info.min_length, maxLength=info.max_length, pattern=info.pattern)
        return {"type": "string", **limits}

    def _bytes(self, info: Any) -> Schema:
        schema: Schema = {"type": "string", "contentEncoding": "base64"}
        if info.max_length is not None:
            schema["maxLength"] = 4 * ((info.max_length + 2) // 3)
        if info.min_length is not None:
            schema["minLength"] = 4 * ((info.min_length + 2) // 3)
        return schema

    def _array(self, info: Any) -> Schema:
        limits = _named(minItems=info.min_length, maxItems=info.max_length)
        return {"type": "array", "items": self.schema(info.item_type), **limits}

    def _set(self, info: Any) -> Schema:
        return {**self._array(info), "uniqueItems": True}

    def _tuple(self, info: Any) -> Schema:
        size = len(info.item_types)
        schema: Schema = {"type": "array", "minItems": size, "maxItems": size}
        if size:
            schema["prefixItems"] = [self.schema(item) for item in info.item_types]
        return schema

    def _dict(self, info: Any) -> Schema:
        schema: Schema = {"type": "object"}
        keys = self.schema(info.key_type)
        if keys.get("type") == "string" and len(keys) > 1:
            schema["propertyNames"] = {k: v for k, v in keys.items() if k != "type"}
        values = self.schema(info.value_type)
        if values:
            schema["additionalProperties"] = values
        return schema | _named(minProperties=info.min_length, maxProperties=info.max_length)

    def _union(self, info: Any) -> Schema:
        mi = self.mi
        schema: Schema = {"anyOf": [self.schema(member) for member in info.types]}
        tagged = [m for m in info.types if isinstance(m, mi.StructType) and m.tag_field]
        if len(tagged) > 1 and len(tagged) == len(info.types):
            mapping = {
                str(member.tag): self.ref_template.format(name=self.names[member.cls])
                for member in tagged
            }
            tag_field = tagged[0].tag_field
            schema["discriminator"] = {"propertyName": tag_field, "mapping": mapping}
        return schema

    def _literal(self, info: Any) -> Schema:
        values = list(info.values)
        schema: Schema = {"const": values[0]} if len(values) == 1 else {"enum": values}
        kinds = {type(value) for value in values}
        if len(kinds) == 1:
            kind = {str: "string", int: "integer", type(None): "null"}.get(kinds.pop())
            return {"type": kind, **schema} if kind else schema
        return schema

    def _enum(self, info: Any) -> Schema:
        values = [member.value for member in info.cls]
        kind = "string" if all(isinstance(value, str) for value in values) else "integer"
        schema = {"title": info.cls.__name__, "type": kind, "enum": values}
        return schema | _described(info.cls, "An enumeration.")

    def _object(self, info: Any) -> Schema:
        if getattr(info, "array_like", False):
            return self._named_tuple(info)
        properties: Schema = {}
        required: list[str] = []
        tag_field = getattr(info, "tag_field", None)
        if tag_field is not None:
            properties[tag_field] = {"const": info.tag}
            required.append(tag_field)
        # A key of a TypedDict that is not required may be missing in an answer too.
        fills = self.mode == "output" and not isinstance(info, self.mi.TypedDictType)
        for field in info.fields:
            properties[field.encode_name] = self._field(field)
            if field.required or (fills and self._is_placeholder(field)):
                required.append(field.encode_name)
        schema: Schema = {"title": _class_name(info.cls), "type": "object"}
        schema |= _described(info.cls)
        schema["properties"] = properties
        if required:
            schema["required"] = required
        if getattr(info, "forbid_unknown_fields", False):
            schema["additionalProperties"] = False
        return schema

    def _field(self, field: mi.Field) -> Schema:
        import msgspec

        schema = self.schema(field.type)
        if self._is_placeholder(field):
            return schema
        if field.default is not msgspec.NODEFAULT and field.default is not msgspec.UNSET:
            schema = {**schema, "default": _json_value(field.default)}
        elif field.default_factory in (list, dict, set):
            schema = {**schema, "default": {} if field.default_factory is dict else []}
        return schema

    def _is_placeholder(self, field: mi.Field) -> bool:
        """Whether a field's default only lets it be filled later, as a model's key is.

        There is none to show, or it is None where the type does not admit None.
        """
        import msgspec

        if field.required or field.default_factory is not msgspec.NODEFAULT:
            return False
        if field.default is msgspec.NODEFAULT:
            return True
        return field.default is None and not self._admits_none(field.type)

    def _admits_none(self, info: Any) -> bool:
        mi = self.mi
        if isinstance(info, mi.Metadata):
            return self._admits_none(info.type)
        if isinstance(info, mi.UnionType):
            return bool(info.includes_none)
        if isinstance(info, mi.LiteralType):
            return None in info.values
        return isinstance(info, (mi.NoneType, mi.AnyType, mi.RawType, mi.CustomType))

    def _named_tuple(self, info: Any) -> Schema:
        items = [self.schema(field.type) for field in info.fields]
        least = sum(1 for field in info.fields if field.required)
        schema: Schema = {"title": _class_name(info.cls), "type": "array", "prefixItems": items}
        return schema | {"minItems": least, "maxItems": len(items)} | _described(info.cls)

    # Types that are not msgspec's

    def _custom(self, info: Any) -> Schema:
        from trimaran.schema.hooks import hooks_of, is_pydantic
        from trimaran.schema.pydantic_adapter import pydantic_adapter

        if is_pydantic(info.cls):
            return self.foreign(pydantic_adapter(info.cls))
        if info.cls is object:
            return {}
        hooks = hooks_of(info.cls)
        if hooks is not None:
            return dict(hooks.schema)
        formats = {"IPv4Address": "ipv4", "IPv6Address": "ipv6"}
        name = info.cls.__name__
        return {"type": "string", "format": formats.get(name, name.lower())}

    def _note_custom(self, info: Any) -> None:
        from trimaran.schema.hooks import is_pydantic
        from trimaran.schema.pydantic_adapter import pydantic_adapter

        if is_pydantic(info.cls):
            self.note_foreign(pydantic_adapter(info.cls))

    def note_foreign(self, adapter: PydanticAdapter | Any) -> None:
        """Note a type that Pydantic describes."""
        self.foreigners[id(adapter)] = adapter

    def describe_foreign(self) -> None:
        """Let Pydantic describe its types: all at once, so that it tells their names apart."""
        if not self.foreigners:
            return
        from trimaran.schema.pydantic_adapter import describe

        mode: Any = "validation" if self.mode == "input" else "serialization"
        inputs = [(key, mode, adapter.types) for key, adapter in self.foreigners.items()]
        schemas, rest = describe(inputs, self.ref_template.replace("{name}", "{model}"))
        taken = set(self.names.values())
        found: dict[str, Schema] = rest.get("$defs", {})
        names = {name: f"pydantic.{name}" for name in found if name in taken}
        definitions: Any = {names.get(name, name): one for name, one in found.items()}
        if names:
            refer = self.ref_template.replace
            moved = {refer("{name}", old): refer("{name}", new) for old, new in names.items()}
            schemas, definitions = _moved(schemas, moved), _moved(definitions, moved)
        self.foreign_schemas = {key: dict(schemas[key, mode]) for key in self.foreigners}
        self.definitions.update(definitions)

    def foreign(self, adapter: PydanticAdapter | Any) -> Schema:
        """Return the schema that Pydantic wrote; its definitions stand beside the others."""
        return self.foreign_schemas[id(adapter)]


def _moved(schema: Any, references: dict[str, str]) -> Any:
    """Return a schema whose references lead to the new places."""
    if isinstance(schema, dict):
        return {key: _moved(value, references) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_moved(value, references) for value in schema]
    return references.get(schema, schema) if isinstance(schema, str) else schema


def _described(cls: Any, generated: str = "") -> Schema:
    from inspect import cleandoc

    origin = getattr(cls, "__origin__", cls)
    text = origin.__dict__.get("__doc__") or ""
    # What dataclasses and named tuples write for themselves describes nothing.
    if not text or text == generated or text.startswith(f"{origin.__name__}("):
        return {}
    return {"description": cleandoc(text)}


def _json_value(value: Any) -> Any:
    import msgspec

    from trimaran.schema.hooks import encode_hook

    return msgspec.to_builtins(value, enc_hook=encode_hook)
