"""How a class body becomes a table and a Struct at once.

The class is a ``msgspec.Struct`` whose fields are the columns, the key first. Its metaclass is one
of its own, which holds an expression for each column: ``Book.price`` builds SQL, while
``book.price`` stays the Struct's native slot. Rows are built by ``StructMeta``'s own call, in C.
"""

from __future__ import annotations

import re
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, ForwardRef, Optional, Union, dataclass_transform

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.models import annotations as reading
from trimaran.db.models.columns import constrained_type, make_column, struct_default
from trimaran.db.models.fields import Field, FieldInfo, ForeignKey
from trimaran.db.models.registry import registry
from trimaran.db.queries.queryset import Manager
from trimaran.db.sql import kinds
from trimaran.db.sql.expressions import Col
from trimaran.db.sql.table import Column, Index, Relation, Table, UniqueConstraint
from trimaran.errors import ConfigurationError, MultipleObjectsError, ObjectDoesNotExistError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_META_NAMES = (
    "abstract",
    "constraints",
    "indexes",
    "ordering",
    "table",
    "verbose_name",
    "verbose_name_plural",
)
_ON_DELETE = ("cascade", "restrict", "set_null", "no_action")
_NO_ATTRIBUTE = re.compile(r"__|^_|_$")
_TABLE_NAME = re.compile(r"^[^\0\r\n\"]{1,63}$")
# Methods of a row, which a field of the same name would hide.
_RESERVED = frozenset({"save", "delete", "refresh", "update", "objects", "c", "pk", "Meta"})


class Declared:
    """A field as the class body declares it."""

    __slots__ = ("annotation", "field", "name")

    def __init__(self, name: str, annotation: Any, field: Any) -> None:
        self.name = name
        self.annotation = annotation
        self.field = field


class ColumnAccess:
    """``Book.price`` on the class: the column as an expression, not on instances."""

    __slots__ = ("column",)

    def __init__(self, column: Col[Any]) -> None:
        self.column = column

    def __get__(self, cls: Any, metaclass: Any) -> Col[Any]:
        return self.column

    def __set__(self, cls: Any, value: Any) -> None:
        message = f"{self.column!r} is a column and cannot be assigned on the class"
        raise AttributeError(message)


class ColumnNamespace:
    """``Book.c``: every column as an expression, typed as one."""

    __slots__ = ("_table",)

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Col[Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._table.column(name) is None:
            raise self._table.unknown(name, where=callsite())
        return Col(self._table, name)

    def __dir__(self) -> list[str]:
        return self._table.names()


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(Field,))
class ModelMeta(msgspec.StructMeta):
    """The metaclass of models."""

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        **options: Any,
    ) -> Any:
        """Make a model, or an abstract one, of a class body."""
        if "__trimaran_root__" in namespace:
            return super().__new__(mcs, name, bases, namespace, **options)
        where = callsite()
        meta = _meta_of(name, namespace.pop("Meta", None), where)
        declared = _declared(name, bases, namespace, where)
        if meta.get("abstract"):
            return _abstract(mcs, name, bases, namespace, declared)
        return _Construction(mcs, name, bases, namespace, where).build(declared, meta)


def _abstract(
    mcs: Any, name: str, bases: Any, namespace: dict[str, Any], declared: list[Declared]
) -> Any:
    for item in declared:
        namespace.pop(item.name, None)
    _strip_annotations(namespace)
    namespace["__declared__"] = declared
    return msgspec.StructMeta.__new__(mcs, name, bases, namespace)


def _strip_annotations(namespace: dict[str, Any]) -> None:
    for name in ("__annotations__", "__annotate__", "__annotate_func__"):
        namespace.pop(name, None)


def _meta_of(name: str, meta: Any, where: str) -> dict[str, Any]:
    """Return the options of ``class Meta``; a name that means nothing is an error."""
    found = {key: value for key, value in vars(meta or object).items() if not key.startswith("_")}
    if meta is None:
        return {}
    for key in found:
        if key not in _META_NAMES:
            close = get_close_matches(key, _META_NAMES, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            raise ConfigurationError(
                "TRI-MODEL-005",
                f"{name}.Meta has no option {key!r}.",
                f"{hint}There are: {', '.join(_META_NAMES)}.",
                where=where,
            )
    return found


def _declared(
    name: str, bases: tuple[type, ...], namespace: dict[str, Any], where: str
) -> list[Declared]:
    """Return the fields of the class body, after those of its abstract bases."""
    found: dict[str, Declared] = {}
    for base in bases:
        if "__table_info__" in vars(base):
            raise ConfigurationError(
                "TRI-MODEL-006",
                f"{name} derives from {base.__name__}, which has a table of its own.",
                f"Give {base.__name__} a class Meta with abstract = True, or point to it with a "
                "ForeignKey.",
                where=where,
            )
        for item in getattr(base, "__declared__", ()):
            found[item.name] = item
    own = reading.annotations_of(namespace, depth=3)
    for attribute, annotation in own.items():
        if not reading.is_class_variable(annotation):
            found.pop(attribute, None)
            found[attribute] = Declared(attribute, annotation, namespace.get(attribute, ...))
    for attribute, value in namespace.items():
        if isinstance(value, FieldInfo) and attribute not in own:
            raise _fault(name, attribute, "has no annotation", "Write its type.", where)
    return list(found.values())


def _fault(name: str, field: str, what: str, mend: str, where: str) -> ConfigurationError:
    return ConfigurationError("TRI-MODEL-007", f"{name}.{field} {what}.", mend, where=where)


class _Construction:
    """One model on its way from fields to class."""

    def __init__(
        self, mcs: Any, name: str, bases: tuple[type, ...], namespace: dict[str, Any], where: str
    ) -> None:
        self.mcs = mcs
        self.name = name
        self.bases = bases
        self.namespace = namespace
        self.where = f"{where} {name}"
        self.columns: dict[str, Column] = {}
        self.types: dict[str, Any] = {}
        self.fields: dict[str, FieldInfo] = {}
        self.relations: dict[str, tuple[Column, FieldInfo, Any]] = {}

    def build(self, declared: Sequence[Declared], meta: Mapping[str, Any]) -> Any:
        for item in declared:
            self._add(item, {other.name for other in declared})
        key = self._key()
        # The key stands first in rows and in JSON.
        ordered = {key.name: key, **self.columns}
        table = self._table(ordered, key, meta)
        cls = self._struct(ordered, table)
        _equip(cls, table)
        targets = {name: target for name, (_, _, target) in self.relations.items()}
        registry.add(cls.__module__, table, targets)
        return cls

    def _add(self, item: Declared, names: set[str]) -> None:
        if _NO_ATTRIBUTE.search(item.name) or item.name in _RESERVED:
            raise _fault(
                self.name,
                item.name,
                "is not a name for a field",
                "Look-ups use '__', and rows have methods of their own: choose another name.",
                self.where,
            )
        given = item.field
        default = None if given is ... or isinstance(given, FieldInfo) else reading.Plain(given)
        try:
            read = reading.read(item.annotation)
            info = given if isinstance(given, FieldInfo) else None
            field = reading.merged(info, read.field, default)
            if read.target is not None:
                self._add_relation(item.name, read, field)
                return
            kind = reading.kind_of(read.python, field)
            if kind is None:
                raise _NoColumnError(_cannot_hold(read.python))
            if (
                f"{item.name.removesuffix('_id')}" in names - {item.name}
                and item.name in self.columns
            ):
                return  # `author_id: int` beside `author`, written down for type checkers
            column = make_column(item.name, kind, field, null=read.null)
            self._keep(column, field, constrained_type(read.python, field, column))
        except TypeError as error:
            mend = _TYPES if isinstance(error, _NoColumnError) else _OPTIONS
            raise _fault(
                self.name, item.name, f"cannot be a column: {error}", mend, self.where
            ) from None

    def _keep(self, column: Column, field: FieldInfo, python: Any) -> None:
        self.columns[column.name] = column
        self.fields[column.name] = field
        self.types[column.name] = python

    def _add_relation(self, name: str, read: reading.Reading, field: FieldInfo) -> None:
        attribute = f"{name}_id"
        if field.on_delete is not None and field.on_delete not in _ON_DELETE:
            listed = ", ".join(_ON_DELETE)
            message = f"on_delete={field.on_delete!r} is none of {listed}"
            raise TypeError(message)
        if field.on_delete == "set_null" and not read.null:
            message = "on_delete='set_null' needs a relation that may be NULL"
            raise TypeError(message)
        self.columns.pop(attribute, None)
        column = make_column(attribute, kinds.INT, field, null=read.null)
        column.index = field.index is not False
        self.relations[name] = (column, field, read.target)
        self._keep(column, field, Optional[int] if read.null else int)  # noqa: UP045  one expression for both

    def _key(self) -> Column:
        keys = [column for column in self.columns.values() if column.primary_key]
        if len(keys) > 1:
            named = ", ".join(column.name for column in keys)
            raise _fault(
                self.name,
                named,
                "are several primary keys",
                "Choose one, and give the others to a UniqueConstraint in class Meta.",
                self.where,
            )
        if keys:
            key = keys[0]
            if key.null:
                raise _fault(
                    self.name, key.name, "is a key that may be NULL", "Drop None.", self.where
                )
            key.auto = key.kind is kinds.INT and key.required and key.relation is None
            return key
        if "id" in self.columns:
            raise _fault(
                self.name,
                "id",
                "stands where the automatic key would",
                "Write Field(primary_key=True) to make it the key.",
                self.where,
            )
        key = Column("id", "id", kinds.INT, primary_key=True, auto=True)
        self.columns = {"id": key, **self.columns}
        self.fields["id"] = FieldInfo(primary_key=True)
        self.types["id"] = int
        return key

    def _table(self, columns: dict[str, Column], key: Column, meta: Mapping[str, Any]) -> Table:
        table = Table(
            name=meta.get("table") or snake_case(self.name),
            label=self.name,
            where=self.where,
            columns=columns,
            key=key,
            ordering=tuple(meta.get("ordering", ())),
            indexes=tuple(meta.get("indexes", ())),
            constraints=tuple(meta.get("constraints", ())),
            verbose_name=meta.get("verbose_name") or snake_case(self.name).replace("_", " "),
            description=self.namespace.get("__doc__") or "",
        )
        table.verbose_name_plural = meta.get("verbose_name_plural") or f"{table.verbose_name}s"
        if not _TABLE_NAME.match(table.name):
            raise _fault(
                self.name, "Meta.table", "is no table name", "Use 1 to 63 characters.", self.where
            )
        for name, (column, field, _) in self.relations.items():
            related = field.related_name
            relation = Relation(
                name=name,
                column=column,
                source=table,
                on_delete=field.on_delete or "restrict",
                related_name=f"{snake_case(self.name)}_set" if related is None else related,
                resolve=lambda: table,
            )
            column.relation = relation
            table.relations[name] = relation
        self._check_meta(table)
        return table

    def _check_meta(self, table: Table) -> None:
        for parts, kind in ((table.indexes, Index), (table.constraints, UniqueConstraint)):
            for part in parts:
                if not isinstance(part, kind) or not part.fields:
                    raise _fault(
                        self.name,
                        "Meta",
                        f"holds {part!r:.60} where a {kind.__name__} belongs",
                        f"Write {kind.__name__}('title', 'price').",
                        self.where,
                    )
                for name in part.fields:
                    if table.column(name.removeprefix("-")) is None:
                        raise table.unknown(name, where=self.where)
        for name in table.ordering:
            plain = name.removeprefix("-").partition("__")[0]
            if table.column(plain) is None:
                raise table.unknown(plain, where=self.where)

    def _struct(self, columns: Mapping[str, Column], table: Table) -> Any:
        namespace = self.namespace
        for name in (*self.relations, *columns):
            namespace.pop(name, None)
        _strip_annotations(namespace)
        annotations: dict[str, Any] = {}
        for name, column in columns.items():
            annotations[name] = self.types[name]
            namespace[name] = struct_default(column)
        namespace["__annotations__"] = annotations
        namespace.setdefault("__doc__", None)
        return msgspec.StructMeta.__new__(
            self.mcs, self.name, self.bases, namespace, eq=False, weakref=True, kw_only=False
        )


_TYPES = (
    "Columns hold int, float, bool, str, Decimal, date, time, datetime, timedelta, UUID, bytes, an "
    "Enum, a Literal, dict or list (JSON), and ForeignKey[Model]."
)
_OPTIONS = "Mend the option, or the annotation that it belongs to."


class _NoColumnError(TypeError):
    """An annotation that no column holds."""


def _cannot_hold(python: Any) -> str:
    if isinstance(python, (reading.Pending, ForwardRef)):
        name = python.name if isinstance(python, reading.Pending) else python.__forward_arg__
        return f"the name {name!r} is not defined here; import it outside TYPE_CHECKING"
    return f"no column holds {getattr(python, '__name__', python)}"


def _equip(cls: Any, table: Table) -> None:
    """Give the class what it needs beside its fields, and a metaclass that knows its columns."""
    table.model = cls
    table.build = msgspec.StructMeta.__call__.__get__(cls)
    cls.__table_info__ = table
    cls.__derived__ = {}
    cls.objects = Manager(table)
    cls.c = ColumnNamespace(table)
    cls.DoesNotExist = type(
        "DoesNotExist",
        (ObjectDoesNotExistError,),
        {
            "__module__": cls.__module__,
            "__qualname__": f"{cls.__qualname__}.DoesNotExist",
            "__doc__": f"No such {table.label}.",
        },
    )
    cls.MultipleObjectsReturned = type(
        "MultipleObjectsReturned",
        (MultipleObjectsError,),
        {
            "__module__": cls.__module__,
            "__qualname__": f"{cls.__qualname__}.MultipleObjectsReturned",
            "__doc__": f"Several {table.label} rows where one was asked for.",
        },
    )
    for name, relation in table.relations.items():
        setattr(cls, name, ForeignKey[Any](relation))
    members: dict[str, Any] = {name: ColumnAccess(Col(table, name)) for name in table.columns}
    members["__call__"] = _construct
    members["__doc__"] = f"The metaclass of {table.label}, which holds its columns."
    cls.__class__ = type(f"{table.label}Meta", (type(cls),), members)
    table.build_annotated = cache(lambda: _annotated_rows(table))


def _annotated_rows(table: Table) -> Any:
    """Return what builds annotated rows, whose class is made when the first one is read.

    It is one of its own because a class with ``__getattr__`` reads every attribute more slowly.
    """
    model = table.model
    namespace = {
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
        "__doc__": model.__doc__,
        "__annotations__": {},
        "__getattr__": _read_annotation,
        "__reduce__": _reduce_annotated,
    }
    made: Any = msgspec.StructMeta.__new__(
        type(model), model.__name__, (model,), namespace, eq=False, weakref=True
    )
    return msgspec.StructMeta.__call__.__get__(made)


def _read_annotation(row: Any, name: str) -> Any:
    if not name.startswith("_"):
        with suppress(AttributeError, KeyError):
            return row._extra[name]
    message = f"{type(row).__name__!r} object has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=row)


def _reduce_annotated(row: Any) -> tuple[Any, ...]:
    """Let a copy be a plain row: what a query annotated stays behind, as relations do."""
    table: Table = row.__table_info__
    return table.model, tuple([getattr(row, name) for name in table.columns])


def _construct(cls: Any, *args: Any, **values: Any) -> Any:
    """Make a row of keywords: columns, or rows for relations."""
    table: Table = cls.__table_info__
    related = {name: values.pop(name) for name in table.relations if name in values}
    try:
        row = table.build(*args, **values)
    except TypeError:
        for name in values:
            if name not in table.columns:
                raise table.unknown(name, where=callsite()) from None
        raise
    for name, value in related.items():
        setattr(row, name, value)
    return row


def snake_case(name: str) -> str:
    """Return ``BookReview`` as ``book_review``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return parted.lower()


def retype(cls: Any, column: Column) -> None:
    """Give a foreign key's field the type of the key that it turned out to point to."""
    target = column.relation.target.key if column.relation is not None else column
    python = target.kind.python
    made = Optional[python] if column.null else python  # noqa: UP045  one expression for both
    cls.__annotations__[column.name] = made
    for form, derived in cls.__derived__.items():
        derived.__annotations__[column.name] = (
            Union[made, msgspec.UnsetType] if form == "Patch" else made  # noqa: UP007  likewise
        )
