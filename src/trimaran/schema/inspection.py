"""What a type is made of: msgspec's inspection, and what it leaves out."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import inspect as mi

from trimaran.schema.attrs_classes import attrs_fields
from trimaran.schema.check import Check
from trimaran.schema.constraints import EXTRA_KEY, Bounds
from trimaran.schema.hooks import is_pydantic_metadata

# Not public: the public functions refuse what msgspec's decoders refuse, unions of classes above
# all, and drop all metadata but their own. tests/unit/schema/test_checks.py guards its use.
_Translator: Any = getattr(mi, "_Translator")  # noqa: B009  or type checkers would read it

CHECKS_KEY = "trimaran.checks"
"""Where ``Metadata.extra`` holds the ``Check`` objects of a type, in their order."""

_KINDS = {
    "Gt": "gt",
    "Ge": "ge",
    "Lt": "lt",
    "Le": "le",
    "MultipleOf": "multiple_of",
    "MinLen": "min_length",
    "MaxLen": "max_length",
}
_KEYWORDS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
}


def type_info(tp: Any) -> mi.Type:
    """Return the description of a type, whether msgspec's decoders take it or not.

    Beside what msgspec tells it has each ``Check``, the limits of ``annotated_types``, and a
    ``CustomType`` where Pydantic's metadata say how a value is read.
    """
    return _TypeReader((tp,)).translate(tp)


def checks_of(info: mi.Type) -> tuple[Check, ...]:
    """Return the checks that stand at a type itself."""
    if isinstance(info, mi.Metadata):
        found: tuple[Check, ...] = (info.extra or {}).get(CHECKS_KEY, ())
        return found
    return ()


class _TypeReader(_Translator):  # type: ignore[misc]  # its base is Any
    def translate(self, typ: Any) -> mi.Type:
        own = _own_metadata(typ)
        if any(map(is_pydantic_metadata, own)):
            return mi.CustomType(_stripped(typ))
        info: mi.Type = super().translate(typ)
        checks = tuple(item for item in own if isinstance(item, Check))
        limits = _limits(own)
        if not checks and not limits:
            return info
        bare, extra, shown = info, {}, {}
        if isinstance(info, mi.Metadata):
            bare, extra = info.type, dict(info.extra or {})
            shown = dict(info.extra_json_schema or {})
        if checks:
            extra[CHECKS_KEY] = checks
        if limits:
            before = extra.get(EXTRA_KEY)
            known = {} if before is None else msgspec.structs.asdict(before)
            extra[EXTRA_KEY] = Bounds(**(known | limits))
            shown |= _shown(bare, limits)
        return mi.Metadata(bare, extra_json_schema=shown or None, extra=extra)

    def _translate_inner(self, t: Any, args: Any, **limits: Any) -> mi.Type:
        if not hasattr(t, "__attrs_attrs__") or hasattr(t, "__struct_config__"):
            info: mi.Type = super()._translate_inner(t, args, **limits)
            return info
        cls = t[args] if args else t
        if cls not in self.cache:
            described = self.cache[cls] = mi.DataclassType(cls, ())
            hints = self._get_class_annotations(cls)
            described.fields = tuple(
                mi.Field(type=self.translate(tp), **known) for tp, known in attrs_fields(t, hints)
            )
        found: mi.Type = self.cache[cls]
        return found


def _own_metadata(typ: Any) -> list[Any]:
    """Return the metadata of a type, but for msgspec's, through aliases and new types."""
    found: list[Any] = []
    while True:
        if get_origin(typ) is Annotated:
            found = [*_flat(typ.__metadata__), *found]
            inner = typ.__origin__
        else:
            inner = _renamed(typ)
        if inner is None:
            return found
        typ = inner


def _renamed(typ: Any) -> Any:
    """Return what a ``NewType`` or a ``type`` statement names, None for anything else."""
    supertype = getattr(typ, "__supertype__", None)
    if supertype is not None:
        return supertype
    origin = get_origin(typ)
    if type(origin).__name__ == "TypeAliasType":
        return origin.__value__[get_args(typ)]
    return typ.__value__ if type(typ).__name__ == "TypeAliasType" else None


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for item in metadata:
        if type(item).__module__ != "annotated_types":
            if not isinstance(item, msgspec.Meta):
                found.append(item)
        elif hasattr(item, "__iter__"):
            found += item  # Interval, Len: several in one
        elif type(item).__name__ == "Predicate":
            found.append(Check(_predicate(item.func)))
        else:
            found.append(item)
    return found


def _predicate(test: Any) -> Any:
    def check(value: Any) -> None:
        if not test(value):
            what = f"{getattr(test, '__name__', 'the predicate')} does not hold"
            raise ValueError(what)

    return check


def _stripped(typ: Any) -> Any:
    """Return a type without the names it was given, its metadata at hand."""
    while (inner := _renamed(typ)) is not None:
        typ = inner
    return typ


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        if type(item).__module__ == "annotated_types":
            name = _KINDS.get(type(item).__name__)
            if name is not None and getattr(item, name) is not None:
                found[name] = getattr(item, name)
    return found


def _shown(info: mi.Type, limits: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords of limits for a JSON Schema."""
    if isinstance(info, mi.IntType | mi.FloatType | mi.DecimalType):
        numbers = {_KEYWORDS[name]: limit for name, limit in limits.items() if name in _KEYWORDS}
        return {key: limit for key, limit in numbers.items() if isinstance(limit, int | float)}
    unit = "Length" if isinstance(info, mi.StrType) else "Items"
    if isinstance(info, mi.DictType):
        unit = "Properties"
    found = {"min" + unit: limits.get("min_length"), "max" + unit: limits.get("max_length")}
    return {key: limit for key, limit in found.items() if limit}


def class_hints(cls: Any) -> dict[str, Any]:
    """Return the annotations of a class's fields, evaluated, type variables filled in."""
    found: dict[str, Any] = _TypeReader((cls,))._get_class_annotations(cls)
    return {name: _unqualified(hint) for name, hint in found.items()}


def _unqualified(hint: Any) -> Any:
    """Return ``NotRequired[int]`` as ``int``."""
    name = getattr(get_origin(hint), "_name", "")
    return get_args(hint)[0] if name in {"Required", "NotRequired", "ReadOnly"} else hint
