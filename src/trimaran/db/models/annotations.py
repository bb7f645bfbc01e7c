"""Annotations of a model read: from ``str | None`` to a column."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    ForwardRef,
    Literal,
    Union,
    get_args,
    get_origin,
)
from uuid import UUID

from trimaran.db.models.fields import FieldInfo, ForeignKey, ManyToMany, OneToOne
from trimaran.db.sql import formats, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN: dict[type, kinds.Kind] = {
    float: kinds.FLOAT,
    bool: kinds.BOOL,
    date: kinds.DATE,
    time: kinds.TIME,
    timedelta: kinds.TIMEDELTA,
    UUID: kinds.UUID_KIND,
    bytes: kinds.BYTES,
}
_DIGITS, _PLACES = 20, 6
_RELATIONS: dict[Any, str] = {ForeignKey: "", OneToOne: "one", ManyToMany: "many"}


@dataclass(frozen=True, slots=True)
class Pending:
    """A name that means nothing yet; it may be a model that is declared further down."""

    name: str

    def __or__(self, other: Any) -> Any:
        return Union[ForwardRef(self.name), other]  # noqa: UP007  a name has no |

    __ror__ = __or__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Let ``typing`` take this for a type."""
        raise TypeError(self.name)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an annotation says.

    target: of a foreign key: a model, or its name; None for other fields
    python: the type without ``None``
    relation: ``one`` for a OneToOne, ``many`` for a ManyToMany, else empty
    """

    python: Any
    null: bool
    target: Any = None
    field: FieldInfo | None = None
    relation: str = ""


class _Names(dict[str, Any]):
    """The names that an annotation may use; an unknown one is ``Pending``."""

    def __init__(self, *scopes: Mapping[str, Any]) -> None:
        super().__init__()
        for scope in scopes:
            self.update(scope)

    def __missing__(self, name: str) -> Any:
        import builtins

        return getattr(builtins, name, None) or Pending(name)


def annotations_of(namespace: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """Return the annotations of a class body, those written as text evaluated.

    depth: how many frames up the class statement stands
    """
    raw = namespace.get("__annotations__")
    if raw is None and sys.version_info >= (3, 14):  # pragma: no cover  another interpreter
        import annotationlib

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is None:
            return {}
        raw = annotationlib.call_annotate_function(annotate, annotationlib.Format.FORWARDREF)
    if not raw:
        return {}
    if not any(isinstance(value, (str, ForwardRef)) for value in raw.values()):
        return dict(raw)
    frame = sys._getframe(depth)
    module = sys.modules.get(namespace.get("__module__", ""))
    scope = _Names(vars(module) if module else {}, frame.f_globals, frame.f_locals)
    return {name: _evaluated(value, scope) for name, value in raw.items()}


def _evaluated(value: Any, scope: _Names) -> Any:
    text = value.__forward_arg__ if isinstance(value, ForwardRef) else value
    if not isinstance(text, str):
        return value
    try:
        return eval(text, {}, scope)  # noqa: S307  the text of the developer's own annotation
    except Exception:  # noqa: BLE001  whatever it is, the annotation cannot be read
        return Pending(text)


def is_class_variable(annotation: Any) -> bool:
    """Tell whether an annotation declares no field."""
    return annotation is ClassVar or get_origin(annotation) is ClassVar


def read(annotation: Any) -> Reading:
    """Return what a field's annotation says; raises ``TypeError`` where it is none."""
    field = None
    annotation, field = _unwrapped(annotation, field)
    bare, null = _without_none(annotation)
    bare, field = _unwrapped(bare, field)
    relation = get_origin(bare) or bare
    if relation in _RELATIONS:
        arguments = get_args(bare)
        if not arguments:
            name = relation.__name__
            message = f"a {name} needs the model it points to: {name}[Author]"
            raise TypeError(message)
        target, inner_null = _without_none(arguments[0])
        if isinstance(target, (Pending, ForwardRef, str)):
            target = _name_of(target)
            if target.endswith("| None"):
                target, inner_null = target.removesuffix("| None").strip(), True
        null = null or inner_null
        if null and relation is ManyToMany:
            message = "a many-to-many relation has no rows rather than None"
            raise TypeError(message)
        return Reading(int, null, target, field, _RELATIONS[relation])
    return Reading(bare, null, None, field)


def _unwrapped(annotation: Any, field: FieldInfo | None) -> tuple[Any, FieldInfo | None]:
    """Return what ``Annotated`` wraps, and the options that it adds to the outer ones."""
    if get_origin(annotation) is not Annotated:
        return annotation, field
    bare, *extras = get_args(annotation)
    inner: FieldInfo | None = None
    for extra in extras:
        if isinstance(extra, FieldInfo):
            inner = overridden(inner, extra)
    return bare, inner if field is None else overridden(inner, field)


def overridden(inner: FieldInfo | None, outer: FieldInfo) -> FieldInfo:
    """Return the inner options with those that the outer one gives in their place."""
    if inner is None:
        return outer
    given = {
        item.name: getattr(outer, item.name)
        for item in fields(FieldInfo)
        if getattr(outer, item.name) is not item.default
        and getattr(outer, item.name) != getattr(FieldInfo(), item.name)
    }
    if "default" in given or "db_default" in given:
        given.setdefault("default_factory", None)
    return replace(inner, **given)


def _name_of(target: Any) -> str:
    if isinstance(target, Pending):
        return target.name
    return target.__forward_arg__ if isinstance(target, ForwardRef) else str(target)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    origin = get_origin(annotation)
    if origin is not Union and origin is not types.UnionType:
        return annotation, False
    members = [member for member in get_args(annotation) if member is not type(None)]
    if len(members) == len(get_args(annotation)):
        return annotation, False
    if len(members) == 1:
        return members[0], True
    return Union[tuple(members)], True  # noqa: UP007  built of a tuple


def kind_of(python: Any, field: FieldInfo) -> kinds.Kind | None:
    """Return the kind of column for a type; None where no column can hold it."""
    if field.type is not None:
        return formats.custom(field.type, python, field.max_length)
    if field.array:
        return _array(python, field)
    if python is str:
        if field.format is not None:
            return formats.formatted(field.format, field.max_length)
        return kinds.text(field.max_length)
    if python is int:
        return formats.integer(field.bits or 64)
    if python is Decimal:
        digits, places = digits_of(field)
        return kinds.decimal(digits, places)
    if python is datetime:
        return kinds.DATETIME if field.timezone else kinds.NAIVE_DATETIME
    plain = _PLAIN.get(python) if isinstance(python, type) else None
    if plain is not None:
        return plain
    if isinstance(python, type) and issubclass(python, Enum):
        return _choice(python, {member.value: member for member in python}, field)
    origin = get_origin(python)
    if origin is Literal:
        return _choice(python, {value: value for value in get_args(python)}, field)
    if python in (dict, list, Any) or origin in (dict, list):
        return kinds.json(python)
    return None


def _array(python: Any, field: FieldInfo) -> kinds.Kind:
    inside = get_args(python)
    if get_origin(python) is not list or len(inside) != 1:
        message = "array=True needs the annotation list[...] of one type"
        raise TypeError(message)
    item, null = _without_none(inside[0])
    kind = None if null else kind_of(item, replace(field, array=False))
    if kind is None or kind.sql in ("json", "bytes"):
        message = f"an array cannot hold {inside[0]}"
        raise TypeError(message)
    return formats.array(kind, python)


def digits_of(field: FieldInfo) -> tuple[int, int]:
    """Return the digits of a Decimal, in all and after the point."""
    places = _PLACES if field.decimal_places is None else field.decimal_places
    return field.max_digits or max(_DIGITS, places), places


def _choice(python: Any, members: dict[Any, Any], field: FieldInfo) -> kinds.Kind | None:
    if all(isinstance(value, str) for value in members):
        longest = max((len(value) for value in members), default=1)
        kind = kinds.choice(python, members, length=field.max_length or max(longest, 20))
        return kind if not field.db_enum else replace(kind, db_enum=field.db_enum)
    if all(isinstance(value, int) and not isinstance(value, bool) for value in members):
        return kinds.choice(python, members, length=0)
    return None


def merged(given: FieldInfo | None, annotated: FieldInfo | None, default: Any) -> FieldInfo:
    """Return one field's options of what stands after ``=`` and inside ``Annotated``."""
    field = overridden(annotated, given) if given is not None else annotated or FieldInfo()
    return field if default is None else replace(field, default=default.value)


@dataclass(frozen=True, slots=True)
class Plain:
    """A default that stands bare after ``=``."""

    value: Any
