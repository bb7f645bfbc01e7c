"""One model on its way from a class body's fields to table and Struct."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ForwardRef, Optional

import msgspec

from trimaran.db.models import annotations as reading
from trimaran.db.models.columns import constrained_type, make_column, struct_default
from trimaran.db.models.equipment import equip
from trimaran.db.models.fields import FieldInfo
from trimaran.db.models.naming import snake_case
from trimaran.db.models.registry import registry
from trimaran.db.models.through import check_many, declare_many
from trimaran.db.queries.signals import class_prepared, everywhere
from trimaran.db.sql import kinds
from trimaran.db.sql.constraints import CheckConstraint, Index, UniqueConstraint
from trimaran.db.sql.table import MISSING, Column, Relation, Table
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ON_DELETE = ("cascade", "restrict", "set_null", "set_default", "no_action")
_NO_ATTRIBUTE = re.compile(r"__|^_|_$")
_TABLE_NAME = re.compile(r"^[^\0\r\n\"]{1,63}$")
# Methods of a row, which a field of the same name would hide.
_RESERVED = frozenset(
    {"save", "delete", "refresh", "update", "objects", "c", "pk", "Meta", "clean", "full_clean"}
)


_PERMISSIONS = ("add", "change", "delete", "view")


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


class Declared:
    """A field as the class body declares it."""

    __slots__ = ("annotation", "field", "name")

    def __init__(self, name: str, annotation: Any, field: Any) -> None:
        self.name = name
        self.annotation = annotation
        self.field = field


def field_fault(name: str, field: str, what: str, mend: str, where: str) -> ConfigurationError:
    """Return the error of a field that cannot be as it is declared."""
    return ConfigurationError("TRI-MODEL-007", f"{name}.{field} {what}.", mend, where=where)


def strip_annotations(namespace: dict[str, Any]) -> None:
    """Take the annotations out of a class body, in every form that Python has."""
    for name in ("__annotations__", "__annotate__", "__annotate_func__"):
        namespace.pop(name, None)


class Construction:
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
        self.composite: tuple[str, ...] = ()
        self.many: dict[str, tuple[FieldInfo, Any]] = {}
        self.singles: set[str] = set()

    def build(self, declared: Sequence[Declared], meta: Mapping[str, Any]) -> Any:
        """Return the class, made, equipped and registered."""
        for item in declared:
            self._add(item, {other.name for other in declared})
        self._compose(meta.get("primary_key", ()))
        key = self._key()
        # The key stands first in rows and in JSON.
        keys = [column for column in self.columns.values() if column.primary_key]
        ordered = {column.name: column for column in (key, *keys, *self.columns.values())}
        table = self._table(ordered, key, meta)
        cls = self._struct(ordered, table)
        equip(cls, table)
        targets = {name: target for name, (_, _, target) in self.relations.items()}
        registry.add(cls.__module__, table, targets)
        for name, (field, target) in self.many.items():
            declare_many(cls, name, field, target)
        if everywhere:
            class_prepared.send_now(table)
        return cls

    def _add(self, item: Declared, names: set[str]) -> None:
        if _NO_ATTRIBUTE.search(item.name) or item.name in _RESERVED:
            raise field_fault(
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
            if read.relation == "many":
                check_many(field)
                self.many[item.name] = (field, read.target)
                return
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
            raise field_fault(
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
        if field.on_delete == "set_default" and field.db_default is MISSING:
            message = "on_delete='set_default' needs db_default, the key that the database sets"
            raise TypeError(message)
        self.columns.pop(attribute, None)
        column = make_column(attribute, kinds.INT, field, null=read.null)
        column.index = field.index is not False
        if read.relation == "one":
            self.singles.add(name)
            column.unique = True
        self.relations[name] = (column, field, read.target)
        self._keep(column, field, Optional[int] if read.null else int)  # noqa: UP045  one expression for both

    def _compose(self, names: Any) -> None:
        """Make the fields of ``Meta.primary_key`` a composite key."""
        found = []
        for name in _names(names):
            column = self.columns.get(name) or self.columns.get(f"{name}_id")
            if column is None or column.null:
                what = "is no field" if column is None else "may be NULL"
                raise field_fault(
                    self.name,
                    "Meta.primary_key",
                    f"names {name!r}, which {what}",
                    "Name fields that are never NULL.",
                    self.where,
                )
            column.primary_key = True
            found.append(column.name)
        if len(found) == 1:
            return
        self.composite = tuple(found)

    def _key(self) -> Column:
        keys = [column for column in self.columns.values() if column.primary_key]
        if len(keys) > 1 and not self.composite:
            named = ", ".join(column.name for column in keys)
            raise field_fault(
                self.name,
                named,
                "are several primary keys",
                "Choose one, or write class Meta: primary_key = (...) for a composite key.",
                self.where,
            )
        if self.composite:
            return self.columns[self.composite[0]]
        if keys:
            key = keys[0]
            if key.null:
                raise field_fault(
                    self.name, key.name, "is a key that may be NULL", "Drop None.", self.where
                )
            pointing = any(column is key for column, _, _ in self.relations.values())
            key.auto = (
                key.kind.sql == "bigint"
                and key.kind.name == "int"
                and key.required
                and not pointing
            )
            return key
        if "id" in self.columns:
            raise field_fault(
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
            name=meta.get("table") or meta.get("db_table") or snake_case(self.name),
            label=self.name,
            where=self.where,
            columns=columns,
            key=key,
            ordering=tuple(meta.get("ordering", ())),
            indexes=tuple(meta.get("indexes", ())),
            constraints=tuple(meta.get("constraints", ())),
            schema=meta.get("schema") or "",
            managed=meta.get("managed", True),
            comment=meta.get("db_table_comment") or "",
            permissions=tuple(meta.get("permissions", ())),
            default_permissions=tuple(meta.get("default_permissions", _PERMISSIONS)),
            get_latest_by=_names(meta.get("get_latest_by", ())),
            verbose_name=meta.get("verbose_name") or snake_case(self.name).replace("_", " "),
            description=self.namespace.get("__doc__") or "",
        )
        table.verbose_name_plural = meta.get("verbose_name_plural") or f"{table.verbose_name}s"
        if not _TABLE_NAME.match(table.name):
            raise field_fault(
                self.name, "Meta.table", "is no table name", "Use 1 to 63 characters.", self.where
            )
        for name, (column, field, _) in self.relations.items():
            related = field.related_name
            relation = Relation(
                name=name,
                column=column,
                source=table,
                on_delete=field.on_delete or "restrict",
                related_name=self._reverse_name(name, meta) if related is None else related,
                resolve=lambda: table,
                one=name in self.singles,
            )
            column.relation = relation
            table.relations[name] = relation
        self._check_meta(table)
        return table

    def _reverse_name(self, relation: str, meta: Mapping[str, Any]) -> str:
        name = snake_case(self.name)
        if given := meta.get("default_related_name"):
            return str(given).replace("%(class)s", name).replace("%(model_name)s", name)
        return name if relation in self.singles else f"{name}_set"

    def _check_meta(self, table: Table) -> None:
        for index in table.indexes:
            self._check_part(table, index, (Index,))
        for constraint in table.constraints:
            self._check_part(table, constraint, (UniqueConstraint, CheckConstraint))
        for name in (*table.ordering, *table.get_latest_by):
            plain = name.removeprefix("-").partition("__")[0]
            if table.column(plain) is None:
                raise table.unknown(plain, where=self.where)

    def _check_part(self, table: Table, part: Any, kinds_of_part: tuple[Any, ...]) -> None:
        whole = isinstance(part, kinds_of_part)
        if not whole or not (part.fields or isinstance(part, CheckConstraint)):
            wanted = " or ".join(kind.__name__ for kind in kinds_of_part)
            raise field_fault(
                self.name,
                "Meta",
                f"holds {part!r:.60} where a {wanted} belongs",
                f"Write {kinds_of_part[0].__name__}('title', 'price').",
                self.where,
            )
        included = getattr(part, "include", ())
        for name in (*part.fields, *included, *getattr(part, "opclasses", ())):
            if isinstance(name, str) and table.column(name.removeprefix("-")) is None:
                raise table.unknown(name, where=self.where)
        anonymous = any(not isinstance(name, str) for name in part.fields)
        conditional = getattr(part, "condition", None) is not None
        if not part.name and (anonymous or conditional):
            raise field_fault(
                self.name,
                "Meta",
                f"holds {part!r:.60} without a name",
                "Give one of a condition or an expression name='...'; migrations know it by that.",
                self.where,
            )

    def _struct(self, columns: Mapping[str, Column], table: Table) -> Any:
        namespace = self.namespace
        for name in (*self.relations, *self.many, *columns):
            namespace.pop(name, None)
        strip_annotations(namespace)
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
