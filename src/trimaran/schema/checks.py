"""What msgspec leaves to do on decoded values: limits, a dataclass' defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import inspect as mi

from trimaran.schema.leaves import bounds_of, plain_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trimaran.schema.constraints import Bounds

Check: TypeAlias = "Callable[[Any], bool]"

_ARRAYS = (mi.ListType, mi.CollectionType, mi.SetType, mi.FrozenSetType, mi.VarTupleType)
ARRAY_CLASSES: dict[type, tuple[type, ...]] = {
    mi.ListType: (list,),
    mi.CollectionType: (list, tuple),
    mi.SetType: (set,),
    mi.FrozenSetType: (frozenset,),
    mi.VarTupleType: (tuple,),
}


class _Later:
    """A check that a recursive type refers to before it is made."""

    __slots__ = ("check",)

    def __init__(self) -> None:
        self.check: Check | None = None

    def __call__(self, value: Any) -> bool:
        return self.check is None or self.check(value)


def value_check(info: mi.Type) -> Check | None:
    """Return a test of the limits that msgspec did not check itself, or None.

    These are a ``Bounds`` anywhere in the type, and that every Decimal is finite. The test also
    gives dataclasses the defaults that msgspec leaves to their class.
    """
    if not _needs_check(info, set()):
        return None
    return _value_check(info, {})


def parts_of(info: mi.Type) -> list[mi.Type]:
    """Return the types of which a type is made."""
    if isinstance(info, mi.Metadata):
        return [info.type]
    if isinstance(info, _ARRAYS):
        return [info.item_type]
    if isinstance(info, mi.TupleType):
        return list(info.item_types)
    if isinstance(info, mi.DictType | mi.FrozenDictType):
        return [info.key_type, info.value_type]
    if isinstance(info, mi.UnionType):
        return list(info.types)
    return [field.type for field in getattr(info, "fields", ())]


def _needs_check(info: mi.Type, seen: set[int]) -> bool:
    if id(info) in seen:
        return False
    seen.add(id(info))
    bare, bounds = bounds_of(info)
    if bounds is not None or isinstance(bare, mi.DecimalType) or _class_defaults(bare):
        return True
    return any(_needs_check(part, seen) for part in parts_of(bare))


def _value_check(info: mi.Type, made: dict[int, _Later]) -> Check | None:
    bare, bounds = bounds_of(info)
    if not _needs_check(info, set()):
        return None
    if id(bare) in made:
        return made[id(bare)]
    later = made[id(bare)] = _Later()
    later.check = _make_value_check(bare, bounds, made)
    return later.check


def _make_value_check(
    bare: mi.Type, bounds: Bounds | None, made: dict[int, _Later]
) -> Check | None:
    if isinstance(bare, mi.UnionType):
        return _union_value_check(bare, bounds, made)
    inner = _part_value_check(bare, made) if parts_of(bare) else None
    if inner is None or bounds is None:
        return inner or _leaf_value_check(bare, bounds)
    return lambda value: bounds.breach(value) is None and inner(value)


def _part_value_check(bare: Any, made: dict[int, _Later]) -> Check | None:
    if isinstance(bare, _ARRAYS):
        each = _value_check(bare.item_type, made)
        return None if each is None else (lambda items: all(map(each, items)))
    if isinstance(bare, mi.TupleType):
        checks = [_value_check(part, made) for part in bare.item_types]
        return lambda items: all(
            check is None or check(item) for check, item in zip(checks, items, strict=False)
        )
    if isinstance(bare, mi.DictType | mi.FrozenDictType):
        of_keys, of_values = _value_check(bare.key_type, made), _value_check(bare.value_type, made)
        return lambda items: (
            (of_keys is None or all(map(of_keys, items)))
            and (of_values is None or all(map(of_values, items.values())))
        )
    return _fields_value_check(bare, bare.fields, made)


def _leaf_value_check(bare: mi.Type, bounds: Bounds | None) -> Check | None:
    if isinstance(bare, mi.DecimalType):
        return lambda value: value.is_finite() and (bounds is None or bounds.breach(value) is None)
    return None if bounds is None else (lambda value: bounds.breach(value) is None)


def _fields_value_check(
    bare: mi.Type, fields: Iterable[mi.Field], made: dict[int, _Later]
) -> Check:
    checked = [
        (field.name, check)
        for field in fields
        if (check := _value_check(field.type, made)) is not None
    ]
    complete = _completion(bare)
    if complete is not None:
        return lambda value: (
            complete(value) and all(check(getattr(value, name)) for name, check in checked)
        )
    if isinstance(bare, mi.TypedDictType):
        return lambda value: all(name not in value or check(value[name]) for name, check in checked)
    return lambda value: all(check(getattr(value, name)) for name, check in checked)


def _class_defaults(bare: mi.Type) -> Mapping[str, Any]:
    """Return what a dataclass' instances find in their class where msgspec has made them.

    Its encoder writes what an instance has itself, so a default would be missing from an answer.
    """
    cls: Any = getattr(bare, "cls", None)
    cls = getattr(cls, "__origin__", cls)
    if not isinstance(bare, mi.DataclassType) or not hasattr(cls, "__dataclass_fields__"):
        return {}
    fields = cls.__dataclass_fields__
    return {
        name: field.default
        for name, field in fields.items()
        if getattr(cls, name, fields) is field.default
    }


def _completion(bare: mi.Type) -> Check | None:
    """Return what gives an instance its class' defaults, in the fields' order, and is true."""
    defaults = _class_defaults(bare)
    if not defaults:
        return None
    names = [field.name for field in getattr(bare, "fields", ())]

    def complete(value: Any) -> bool:
        own = value.__dict__
        if not defaults.keys() <= own.keys():
            every = {**defaults, **own}
            own.clear()
            own.update((name, every.pop(name)) for name in names if name in every)
            own.update(every)
        return True

    return complete


def _union_value_check(bare: mi.UnionType, bounds: Bounds | None, made: dict[int, _Later]) -> Check:
    checked: list[tuple[type | tuple[type, ...], Check]] = []
    for member in bare.types:
        inner, own = bounds_of(member)
        check = (
            _leaf_value_check(inner, own or bounds)
            if not parts_of(inner)
            else _value_check(member, made)
        )
        if check is not None and not isinstance(inner, mi.NoneType | mi.AnyType):
            checked.append((_classes(inner), check))
    return lambda value: all(
        check(value) for classes, check in checked if isinstance(value, classes)
    )


def _classes(bare: mi.Type) -> tuple[type, ...]:
    """Return the classes that a decoded value of a type has."""
    if type(bare) in ARRAY_CLASSES:
        return ARRAY_CLASSES[type(bare)]
    if isinstance(bare, mi.DictType | mi.TypedDictType):
        return (dict,)
    if isinstance(bare, mi.TupleType):
        return (tuple,)
    cls = getattr(bare, "cls", None) or plain_type(bare)
    return (cls,) if isinstance(cls, type) else (object,)
