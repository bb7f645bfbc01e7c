"""``Create[Model]`` and ``Patch[Model]``: what a client may send of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.models.columns import struct_default
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from trimaran.db.sql.table import Column, Table

M = TypeVar("M")

if TYPE_CHECKING:

    class Create(msgspec.Struct, Generic[M]):
        """The fields of a new row: as required as the model's, with the same rules.

        ``async def add_book(data: Create[Book]) -> Book``. The automatic key and fields that are
        set by themselves are left out.
        """

        def __init__(self, **fields: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...

    class Patch(msgspec.Struct, Generic[M]):
        """Some fields of a row: none is required, and one that is not sent stays as it is."""

        def __init__(self, **fields: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...

else:

    class Create:
        """The fields of a new row: as required as the model's, with the same rules.

        ``async def add_book(data: Create[Book]) -> Book``. The automatic key and fields that are
        set by themselves are left out.
        """

        def __class_getitem__(cls, model: Any) -> Any:
            return derived(model, "Create")

    class Patch:
        """Some fields of a row: none is required, and one that is not sent stays as it is."""

        def __class_getitem__(cls, model: Any) -> Any:
            return derived(model, "Patch")


def derived(model: Any, form: str) -> Any:
    """Return the Struct of a form of a model; there is one for each."""
    table: Table | None = getattr(model, "__table_info__", None)
    if table is None:
        raise ConfigurationError(
            "TRI-MODEL-009",
            f"{form}[...] needs a model, not {getattr(model, '__name__', model)!r}.",
            f"Write {form}[Book] with a class that derives from Model.",
            where=callsite(),
        )
    made = model.__derived__
    if form not in made:
        made[form] = _derive(model, table, form)
    return made[form]


def written(column: Column) -> bool:
    """Tell whether a client may write a column."""
    generated = column.computed is not None
    return not (column.auto or column.auto_now or column.auto_now_add or generated)


def _derive(model: Any, table: Table, form: str) -> Any:
    fields: list[Any] = []
    annotations = vars(model)["__annotations__"]
    for column in table.columns.values():
        if not written(column) or (form == "Patch" and column.primary_key):
            continue
        tp = annotations[column.name]
        if form == "Patch":
            optional: Any = Union[(tp, msgspec.UnsetType)]  # noqa: UP007  made of values
            fields.append((column.name, optional, msgspec.UNSET))
        elif column.required:
            fields.append((column.name, tp))
        else:
            default = struct_default(column)
            if default is msgspec.UNSET:  # the database gives it
                tp = Union[(tp, msgspec.UnsetType)]  # noqa: UP007  made of values
            fields.append((column.name, tp, default))
    return msgspec.defstruct(
        f"{table.label}{form}",
        fields,
        kw_only=True,
        module=model.__module__,
        namespace={"__doc__": f"{_TEXT[form]} {table.verbose_name}."},
    )


_TEXT = {"Create": "The fields of a new", "Patch": "The fields to change of a"}
