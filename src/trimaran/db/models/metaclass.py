"""How a class body becomes a table and a Struct at once.

The class is a ``msgspec.Struct`` whose fields are the columns, the key first. Its metaclass is one
of its own, which holds an expression for each column: ``Book.price`` builds SQL, while
``book.price`` stays the Struct's native slot. Rows are built by ``StructMeta``'s own call, in C.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Optional,
    TypeVar,
    Union,
    dataclass_transform,
    overload,
)

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.models import annotations as reading
from trimaran.db.models.construction import (
    Construction,
    Declared,
    field_fault,
    strip_annotations,
)
from trimaran.db.models.fields import Field, FieldInfo, ManyToManyField
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from trimaran.db.queries.queryset import Manager
    from trimaran.db.sql.table import Column

_M = TypeVar("_M")

_META_NAMES = (
    "abstract",
    "constraints",
    "db_table",
    "db_table_comment",
    "default_permissions",
    "default_related_name",
    "get_latest_by",
    "indexes",
    "managed",
    "ordering",
    "permissions",
    "primary_key",
    "schema",
    "table",
    "verbose_name",
    "verbose_name_plural",
)


if TYPE_CHECKING:

    class _Objects:
        """``Book.objects`` is a ``Manager[Book]``.

        It stands on the metaclass, so that a model may declare a manager of another class. mypy
        asks as if it stood on the class, others as the language does.
        """

        @overload
        def __get__(self, model: None, owner: type[_M]) -> Manager[_M]: ...

        @overload
        def __get__(self, model: type[_M], owner: Any) -> Manager[_M]: ...

        def __get__(self, model: Any, owner: Any) -> Any: ...


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(Field, ManyToManyField)
)
class ModelMeta(msgspec.StructMeta):
    """The metaclass of models."""

    if TYPE_CHECKING:
        objects: ClassVar[_Objects]

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
        return Construction(mcs, name, bases, namespace, where).build(declared, meta)


def _abstract(
    mcs: Any, name: str, bases: Any, namespace: dict[str, Any], declared: list[Declared]
) -> Any:
    for item in declared:
        namespace.pop(item.name, None)
    strip_annotations(namespace)
    namespace["__declared__"] = declared
    return msgspec.StructMeta.__new__(mcs, name, bases, namespace)


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
            raise field_fault(name, attribute, "has no annotation", "Write its type.", where)
    return list(found.values())


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
