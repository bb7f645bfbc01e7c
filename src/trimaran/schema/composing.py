"""Values that msgspec does not make alone, from parts that it makes.

Unions of classes without a tag, ``Check``, Pydantic's metadata on a field, converters of attrs.
Whatever has none of these in it stays with msgspec, whole.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union

import msgspec
from msgspec import inspect as mi

from trimaran.schema.attrs_classes import init_names
from trimaran.schema.checks import parts_of, value_check
from trimaran.schema.hooks import decode_hook, is_pydantic
from trimaran.schema.inspection import checks_of
from trimaran.schema.leaves import bounds_of, plain_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Convert: TypeAlias = "Callable[[Any], Any]"

_CONTAINERS: dict[type, Any] = {
    mi.ListType: list,
    mi.CollectionType: list,
    mi.SetType: set,
    mi.FrozenSetType: frozenset,
    mi.VarTupleType: tuple,
}
_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")


def is_composed(info: mi.Type) -> bool:
    """Whether msgspec alone would read a type otherwise than declared, or not."""
    return has_own_parts(info) or not _is_accepted(info)


def has_own_parts(info: mi.Type) -> bool:
    """Whether anything in a type is read by this package rather than by msgspec."""
    return _has_own_parts(info, set())


def converter(info: mi.Type) -> Convert:
    """Return what makes a value of JSON's own types, as ``msgspec.convert`` would.

    It raises ``ValueError`` for a value that is not right. Raises ``TypeError`` for a type that
    nobody can read.
    """
    composer = _Composer()
    convert = composer.made(info)
    return _with_memory(convert) if composer.has_unions else convert


def type_of(info: mi.Type) -> Any:
    """Return the type that a description describes, its limits included."""
    if isinstance(info, mi.Metadata):
        return type_of(info.type)
    given = {name: getattr(info, name, None) for name in _LIMITS}
    limits = {name: limit for name, limit in given.items() if limit is not None}
    bare = _bare_type(info)
    return Annotated[bare, msgspec.Meta(**limits)] if limits else bare


def _bare_type(info: Any) -> Any:
    container = _CONTAINERS.get(type(info))
    if container is tuple:
        return tuple[type_of(info.item_type), ...]  # type: ignore[misc]  # made at run time
    if container is not None:
        return container[type_of(info.item_type)]
    if isinstance(info, mi.TupleType):
        return tuple[tuple(map(type_of, info.item_types))]  # type: ignore[misc]  # as above
    if isinstance(info, mi.DictType | mi.FrozenDictType):
        return dict[type_of(info.key_type), type_of(info.value_type)]  # type: ignore[misc]  # too
    if isinstance(info, mi.UnionType):
        return Union[tuple(map(type_of, info.types))]  # noqa: UP007  made at run time
    if isinstance(info, mi.RawType):
        return msgspec.Raw
    return getattr(info, "cls", None) or plain_type(info)


def _is_accepted(info: mi.Type) -> bool:
    try:
        msgspec.json.Decoder(type_of(info), dec_hook=decode_hook)
    except (TypeError, NotImplementedError):
        return False
    return True


def _has_own_parts(info: mi.Type, seen: set[int]) -> bool:
    if id(info) in seen:
        return False
    seen.add(id(info))
    if checks_of(info):
        return True
    bare = bounds_of(info)[0]
    if isinstance(bare, mi.CustomType):
        return not isinstance(bare.cls, type)
    if isinstance(bare, mi.DataclassType) and init_names(bare.cls) is not None:
        return True
    return any(_has_own_parts(part, seen) for part in parts_of(bare))


class _Later:
    """A conversion that a recursive type refers to before it is made."""

    __slots__ = ("convert",)

    def __init__(self) -> None:
        self.convert: Convert = _unmade

    def __call__(self, value: Any) -> Any:
        return self.convert(value)


def _unmade(_: Any) -> Any:
    raise NotImplementedError


class _Composer:
    """Makes conversions, one for each description."""

    def __init__(self) -> None:
        self._made: dict[int, _Later] = {}
        self.has_unions = False

    def made(self, info: mi.Type) -> Convert:
        known = self._made.get(id(info))
        if known is not None:
            return known
        if not is_composed(info):
            return _plain(info)
        later = self._made[id(info)] = _Later()
        later.convert = self._checked(info)
        return later.convert

    def _checked(self, info: mi.Type) -> Convert:
        if not isinstance(info, mi.Metadata):
            return self._made_of_parts(info)
        bare, bounds = bounds_of(info)
        if not is_composed(bare):
            inner = _plain(info)
        else:
            inner = self.made(bare) if bounds is None else _bounded(self.made(bare), bounds)
        checks = checks_of(info)
        before = [check for check in checks if check.before]
        after = [check for check in checks if not check.before]
        if not checks:
            return inner

        def convert(value: Any) -> Any:
            for check in before:
                value = run(check, value)
            value = inner(value)
            for check in after:
                value = run(check, value)
            return value

        return convert

    def _made_of_parts(self, info: Any) -> Convert:
        if isinstance(info, mi.UnionType):
            return self._union(info)
        if isinstance(info, mi.NamedTupleType) or getattr(info, "array_like", False):
            return self._by_place(info)
        if isinstance(info, mi.StructType | mi.DataclassType | mi.TypedDictType):
            return self._object(info)
        if isinstance(info, mi.DictType | mi.FrozenDictType):
            return self._dict(info)
        if isinstance(info, mi.TupleType):
            return _tuple([self.made(item) for item in info.item_types])
        if type(info) in _CONTAINERS:
            return self._array(info)
        if isinstance(info, mi.CustomType) and is_pydantic(info.cls):
            from trimaran.schema.pydantic_adapter import pydantic_adapter

            return pydantic_adapter(info.cls).convert
        msgspec.json.Decoder(type_of(info), dec_hook=decode_hook)  # says what is wrong with it
        return _plain(info)

    def _array(self, info: Any) -> Convert:
        each, container = self.made(info.item_type), _CONTAINERS[type(info)]
        low, high = info.min_length or 0, info.max_length

        def convert(value: Any) -> Any:
            _expect(list, value)
            made = container([each(item) for item in value])
            if len(made) < low or (high is not None and len(made) > high):
                what = "wrong number of items"
                raise ValueError(what)
            return made

        return convert

    def _dict(self, info: Any) -> Convert:
        key_type = type_of(info.key_type)
        keys = dict[key_type, Any]  # type: ignore[valid-type]  # made at run time
        of_key, each = self.made(info.key_type), self.made(info.value_type)
        composed = is_composed(info.key_type)
        low, high = info.min_length or 0, info.max_length

        def convert(value: Any) -> Any:
            _expect(dict, value)
            if composed:
                made = {of_key(key): each(item) for key, item in value.items()}
            else:
                known = msgspec.convert(value, keys, str_keys=True, dec_hook=decode_hook)
                made = {key: each(item) for key, item in known.items()}
            if len(made) < low or (high is not None and len(made) > high):
                what = "wrong number of keys"
                raise ValueError(what)
            return made

        return convert

    def _by_place(self, info: Any) -> Convert:
        if getattr(info, "tag_field", None) is not None:
            what = f"{info.cls.__name__} is array_like with a tag, and has parts that msgspec lacks"
            raise TypeError(what)
        parts = [self.made(field.type) for field in info.fields]
        least = sum(1 for field in info.fields if field.required)

        def convert(value: Any) -> Any:
            _expect(list, value)
            if not least <= len(value) <= len(parts):
                what = "wrong number of items"
                raise ValueError(what)
            return info.cls(*[part(item) for part, item in zip(parts, value, strict=False)])

        return convert

    def _object(self, info: Any) -> Convert:
        fields = [(f.name, f.encode_name, self.made(f.type), f.required) for f in info.fields]
        known = {field.encode_name for field in info.fields}
        tag_field = getattr(info, "tag_field", None)
        forbids = getattr(info, "forbid_unknown_fields", False)
        make = maker(info)

        def convert(value: Any) -> Any:
            _expect(dict, value)
            if tag_field is not None and value.get(tag_field, info.tag) != info.tag:
                what = "another tag"
                raise ValueError(what)
            if forbids and value.keys() - known - {tag_field}:
                what = "unknown fields"
                raise ValueError(what)
            given = {}
            for name, wire, of_field, required in fields:
                if wire in value:
                    given[name] = of_field(value[wire])
                elif required:
                    what = f"{wire} is missing"
                    raise ValueError(what)
            return make(given)

        return convert

    def _union(self, info: mi.UnionType) -> Convert:
        self.has_unions = True
        members = [(_names_of(member), self.made(member)) for member in info.types]
        objects = any(names is not None for names, _ in members)

        def first(value: Any) -> Any:
            trials: Iterable[tuple[set[str] | None, Convert]] = members
            if objects and isinstance(value, dict):
                keys = value.keys()
                trials = sorted(members, key=lambda one: -len((one[0] or set()) & keys))
            for _, of_member in trials:
                try:
                    return of_member(value)
                except (ValueError, TypeError, LookupError, ArithmeticError):
                    continue
            return _REFUSED

        def convert(value: Any) -> Any:
            # A value inside of two members is looked at once, or a chain of unions would take
            # twice the time with each link.
            known = _seen.values
            key = (id(first), id(value))
            if key not in known:
                known[key] = (value, first(value))
            made = known[key][1]
            if made is _REFUSED:
                what = "none of the union's members"
                raise ValueError(what)
            return made

        return convert


_REFUSED: Any = object()


class _Seen(threading.local):
    """What the unions of the conversion that runs have made of values, by identity."""

    def __init__(self) -> None:
        self.values: dict[tuple[int, int], tuple[Any, Any]] = {}
        self.runs = False


_seen = _Seen()


def _with_memory(convert: Convert) -> Convert:
    """Return a conversion that forgets at its end what its unions have seen."""

    def converted(value: Any) -> Any:
        if _seen.runs:
            return convert(value)
        _seen.runs = True
        try:
            return convert(value)
        finally:
            _seen.runs = False
            _seen.values.clear()

    return converted


def run(check: Any, value: Any) -> Any:
    """Return what a check makes of a value. Raises ``ValueError``."""
    try:
        return check(value)
    except AssertionError as error:
        raise ValueError(str(error)) from error


def maker(info: Any) -> Callable[[dict[str, Any]], Any]:
    """Return what makes an object of a class of its fields' values, by their names."""
    if isinstance(info, mi.TypedDictType):
        return dict
    cls: Any = getattr(info.cls, "__origin__", info.cls)
    names = init_names(cls)

    def make(given: dict[str, Any]) -> Any:
        if names is not None:
            given = {names[name]: value for name, value in given.items()}
        try:
            return cls(**given)
        except TypeError as error:  # its own checks': a fault of the value, as in msgspec
            raise ValueError(str(error)) from error

    return make


def _names_of(info: mi.Type) -> set[str] | None:
    """Return the names of a class's fields on the wire, None for what is no class."""
    fields: Iterable[mi.Field] | None = getattr(bounds_of(info)[0], "fields", None)
    return None if fields is None else {field.encode_name for field in fields}


def _plain(info: mi.Type) -> Convert:
    tp, check = type_of(info), value_check(info)
    convert = msgspec.convert
    if check is None:
        return lambda value: convert(value, tp, dec_hook=decode_hook)

    def checked(value: Any) -> Any:
        made = convert(value, tp, dec_hook=decode_hook)
        if check(made):
            return made
        what = "a limit is broken"
        raise ValueError(what)

    return checked


def _bounded(inner: Convert, bounds: Any) -> Convert:
    def convert(value: Any) -> Any:
        made = inner(value)
        if bounds.breach(made) is None:
            return made
        what = "a limit is broken"
        raise ValueError(what)

    return convert


def _tuple(parts: list[Convert]) -> Convert:
    def convert(value: Any) -> Any:
        _expect(list, value)
        if len(value) != len(parts):
            what = "wrong number of items"
            raise ValueError(what)
        return tuple([part(item) for part, item in zip(parts, value, strict=True)])

    return convert


def _expect(kind: type, value: Any) -> None:
    if not isinstance(value, kind):
        what = f"expected {kind.__name__}"
        raise ValueError(what)
