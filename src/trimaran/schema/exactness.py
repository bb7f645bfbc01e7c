"""Whether a returned value is of its declared type, so that it encodes as it is."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from msgspec import inspect as mi

from trimaran.schema.checks import ARRAY_CLASSES, parts_of
from trimaran.schema.leaves import bounds_of, choices, plain_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.schema.checks import Check

_OBJECTS = (mi.StructType, mi.DataclassType, mi.NamedTupleType)
_BY_INSTANCE = (mi.EnumType, mi.CustomType, mi.UUIDType)  # drivers have faster UUIDs of their own


def exact_check(info: mi.Type) -> Check | None:
    """Return a test that a returned value is of the type, so that it encodes as is.

    A subclass, or another class with more fields, is not: it would show what the type hides.
    Objects and containers are looked into, the single fields of an object are trusted. None
    where anything may stand.
    """
    cls = exact_class(info)
    if cls is not None:
        return lambda value: type(value) is cls
    return _Writer().compiled(info)


def exact_class(info: mi.Type) -> type | None:
    """Return the class whose very values pass ``exact_check``, if there is one."""
    classes = _classes(info)
    return classes.pop() if classes is not None and len(classes) == 1 else None


def _classes(info: mi.Type) -> set[type] | None:
    """Return the classes that an exact value has, None where a value's class does not decide."""
    bare, _ = bounds_of(info)
    if isinstance(bare, mi.UnionType):
        every: set[type] = set()
        for member in bare.types:
            classes = _classes(member)
            if classes is None:
                return None
            every |= classes
        return every
    if isinstance(bare, mi.StructType | mi.DataclassType):
        return None if _inner_objects(bare) else {_class_of(bare)}
    if isinstance(bare, _BY_INSTANCE) or parts_of(bare) or hasattr(bare, "fields"):
        return None
    cls = plain_type(bare)
    if cls is float:
        return {float, int}
    return {cls} if isinstance(cls, type) and cls is not Any else None


def _class_of(bare: Any) -> type:
    cls: type = getattr(bare.cls, "__origin__", bare.cls)
    return cls


def _inner_objects(bare: Any) -> list[mi.Field]:
    """Return the fields that hold objects, themselves or in a container."""
    return [field for field in bare.fields if _holds_object(field.type)]


def _holds_object(info: mi.Type) -> bool:
    bare, _ = bounds_of(info)
    if isinstance(bare, (*_OBJECTS, mi.TypedDictType, mi.CustomType)):
        return True
    return any(map(_holds_object, parts_of(bare)))


class _Writer:
    """Writes a test as Python source: an answer is tested on each request.

    Objects and containers get a function each, so that recursive types end. ``first`` is the
    expression of a value where it is used first, ``name`` where it is used again.
    """

    def __init__(self) -> None:
        self._scope: dict[str, Any] = {}
        self._functions: list[str] = []
        self._made: dict[int, str] = {}
        self._parts = 0

    def compiled(self, info: mi.Type) -> Check | None:
        """Return the test of a type, None where anything may stand."""
        test = self._test(info, "value", "value")
        if test is None:
            return None
        function = test.removesuffix("(value)")
        if function not in self._made.values():
            function = "exact"
            self._functions.append(f"def exact(value):\n    return {test}\n")
        source = compile("\n".join(self._functions), "<trimaran exactness>", "exec")
        exec(source, self._scope)  # noqa: S102  our own text
        check: Check = self._scope[function]
        return check

    def _need(self, value: Any) -> str:
        name = f"known_{len(self._scope)}"
        self._scope[name] = value
        return name

    def _test(self, info: mi.Type, first: str, name: str) -> str | None:
        bare, _ = bounds_of(info)
        if isinstance(bare, mi.AnyType | mi.RawType):
            return None
        if isinstance(bare, mi.CustomType) and (
            bare.cls is object or not isinstance(bare.cls, type)
        ):
            return None
        classes = _classes(bare)
        if classes is not None:
            return self._class_test(classes, first)
        if isinstance(bare, mi.UnionType):
            return self._union_test(bare, first, name)
        if type(bare) in ARRAY_CLASSES:
            return self._array_test(bare, first, name)
        if isinstance(bare, _OBJECTS) and not _holds_itself(bare):
            return f"({self._object_test(bare, first, name)})"
        write = self._writer(bare)
        if write is not None:
            return f"{self._function(bare, write)}({first})"
        if isinstance(bare, _BY_INSTANCE):
            return f"isinstance({first}, {self._need(plain_type(bare))})"
        values = choices(bare)
        if values is None:
            return f"type({first}) is {self._need(plain_type(bare))}"
        allowed = self._need({(type(value), value) for value in values})
        plain = f"isinstance({first}, {self._need(str | int | None)})"
        return f"({plain} and (type({name}), {name}) in {allowed})"

    def _class_test(self, classes: set[type], first: str) -> str:
        if len(classes) == 1:
            return f"type({first}) is {self._need(next(iter(classes)))}"
        return f"type({first}) in {self._need(frozenset(classes))}"

    def _union_test(self, bare: mi.UnionType, first: str, name: str) -> str | None:
        tests: list[str] = []
        for member in bare.types:
            test = self._test(member, name if tests else first, name)
            if test is None:
                return None
            tests.append(test)
        return f"({' or '.join(tests)})"

    def _array_test(self, bare: Any, first: str, name: str) -> str:
        kind = self._class_test(set(ARRAY_CLASSES[type(bare)]), first)
        classes = _classes(bare.item_type)
        if classes is not None:
            # One pass in C over the classes, since lists of rows are long.
            return f"({kind} and set(map(type, {name})) <= {self._need(classes)})"
        if self._test(bare.item_type, "item", "item") is None:
            return kind
        return f"({kind} and {self._function(bare, self._write_items)}({name}))"

    # Functions

    def _writer(self, bare: mi.Type) -> Callable[[Any], list[str]] | None:
        if isinstance(bare, _OBJECTS):
            return self._write_object
        if isinstance(bare, mi.TypedDictType):
            return self._write_typed_dict
        if isinstance(bare, mi.DictType | mi.FrozenDictType):
            return self._write_dict
        return self._write_tuple if isinstance(bare, mi.TupleType) else None

    def _function(self, bare: mi.Type, write: Callable[[Any], list[str]]) -> str:
        name = self._made.get(id(bare))
        if name is None:
            name = self._made[id(bare)] = f"check_{len(self._made)}"
            lines = [f"def {name}(value):", *(f"    {line}" for line in write(bare))]
            self._functions.append("\n".join(lines) + "\n")
        return name

    def _write_items(self, bare: Any) -> list[str]:
        test = self._test(bare.item_type, "item", "item")
        return ["for item in value:", f"    if not {test}:", "        return False", "return True"]

    def _write_dict(self, bare: Any) -> list[str]:
        tests = [self._test(bare.key_type, "key", "key"), self._test(bare.value_type, "of", "of")]
        return [
            "if type(value) is not dict:",
            "    return False",
            "for key, of in value.items():",
            f"    if not ({_joined(tests)}):",
            "        return False",
            "return True",
        ]

    def _write_tuple(self, bare: mi.TupleType) -> list[str]:
        size = len(bare.item_types)
        names = [f"item_{index}" for index in range(size)]
        tests = [
            self._test(part, name, name) for part, name in zip(bare.item_types, names, strict=True)
        ]
        lines = [f"if type(value) is not tuple or len(value) != {size}:", "    return False"]
        if names:
            lines.append(f"{', '.join(names)}, = value")
        return [*lines, f"return {_joined(tests)}"]

    def _write_typed_dict(self, bare: mi.TypedDictType) -> list[str]:
        names = frozenset(field.name for field in bare.fields)
        required = frozenset(field.name for field in bare.fields if field.required)
        wrong = f"value.keys() != {self._need(names)}"
        if required != names:
            wrong = f"not {self._need(required)} <= value.keys() <= {self._need(names)}"
        tests = []
        for index, field in enumerate(bare.fields):
            part = f"key_{index}"
            test = self._test(field.type, f"({part} := value[{field.name!r}])", part)
            if test is not None and not field.required:
                test = f"({field.name!r} not in value or {test})"
            tests.append(test)
        first = f"if type(value) is not dict or {wrong}:"
        return [first, "    return False", f"return {_joined(tests)}"]

    def _write_object(self, bare: Any) -> list[str]:
        return [f"return {self._object_test(bare, 'value', 'value')}"]

    def _object_test(self, bare: Any, first: str, name: str) -> str:
        """Return the test of an object and of what it holds, as one expression."""
        tests: list[str | None] = [f"type({first}) is {self._need(_class_of(bare))}"]
        for field in _inner_objects(bare):
            self._parts += 1
            part = f"part_{self._parts}"
            read = _read(bare, name, field.name)
            tests.append(self._test(field.type, f"({part} := {read})", part))
        return _joined(tests)


def _holds_itself(bare: Any) -> bool:
    """Whether a class stands somewhere in its own fields, so that its test calls itself."""
    seen: set[int] = set()
    waiting = [field.type for field in bare.fields]
    while waiting:
        part = bounds_of(waiting.pop())[0]
        if part is bare:
            return True
        if id(part) not in seen:
            seen.add(id(part))
            waiting += parts_of(part)
    return False


def _read(bare: Any, owner: str, name: str) -> str:
    # A dataclass may lack an attribute; msgspec leaves it out then.
    if isinstance(bare, mi.DataclassType) or not name.isidentifier() or iskeyword(name):
        return f"getattr({owner}, {name!r}, None)"
    return f"{owner}.{name}"


def _joined(tests: list[str | None]) -> str:
    return " and ".join(test for test in tests if test is not None) or "True"
