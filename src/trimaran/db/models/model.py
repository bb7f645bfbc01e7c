"""``Model``: a row that is also a ``msgspec.Struct``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.models.fields import Field, ManyToManyField
from trimaran.db.models.metaclass import ModelMeta, retype
from trimaran.db.models.registry import registry
from trimaran.db.queries import saving, validation
from trimaran.db.queries.peers import RowState
from trimaran.db.queries.queryset import values_of
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    import sqlalchemy as sa

    from trimaran.db.models.equipment import ColumnNamespace
    from trimaran.db.sql.table import Column, Table
    from trimaran.errors import MultipleObjectsError, ObjectDoesNotExistError


class _TableAccess:
    """``Book.__table__``: the SQLAlchemy table, built when it is first asked for."""

    def __get__(self, row: Any, model: Any) -> sa.Table:
        table = getattr(model, "__table_info__", None)
        if table is None:
            raise ConfigurationError(
                "TRI-MODEL-008",
                f"{model.__name__} is abstract and has no table.",
                "Ask a model that derives from it.",
                where=callsite(),
            )
        return registry.metadata().tables[table.full_name]


# msgspec's own transform, which type checkers would else follow, knows neither keywords nor Field.
@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(Field, ManyToManyField)
)
class Model(RowState, msgspec.Struct, metaclass=ModelMeta, eq=False, weakref=True):
    """A row of a table; deriving from it declares the table.

    ::

        class Book(Model):
            title: str = Field(max_length=200, index=True)
            author: ForeignKey[Author] = Field(on_delete="cascade", related_name="books")

    A row encodes to JSON as its columns, in the order of their declaration, the key first. Values
    are checked when they are written, not when the row is made.
    """

    __trimaran_root__ = True
    __table__ = _TableAccess()

    if TYPE_CHECKING:
        c: ClassVar[ColumnNamespace]
        __table_info__: ClassVar[Table]
        DoesNotExist: ClassVar[type[ObjectDoesNotExistError]]
        MultipleObjectsReturned: ClassVar[type[MultipleObjectsError]]
        id: int = Field(default=0)

    @property
    def pk(self) -> Any:
        """The key, whatever it is called."""
        return self.__table_info__.key_of(self)

    async def save(
        self, *, update_fields: Iterable[str] | None = None, using: str | None = None
    ) -> Self:
        """Write the row: inserted where it is new, updated elsewhere; return it.

        update_fields: write these alone
        Raises ``ModelValidationError`` with every fault, ``IntegrityError``.
        """
        await saving.save(self, update_fields, using)
        return self

    async def update(self, data: Any = None, /, **fields: Any) -> Self:
        """Set some fields and write them, and nothing else; return the row.

        data: a ``Patch[Model]``, another Struct or a mapping; ``fields`` go before it
        Where a value is refused the row stays as it was.
        """
        await saving.change(self, {**values_of(data), **fields})
        return self

    async def full_clean(
        self, exclude: Collection[str] = (), *, validate_unique: bool = True
    ) -> None:
        """Check everything that can be known before writing; ``save`` does so too.

        exclude: fields to pass over
        validate_unique: also ask the database for rows with the same unique values
        Raises ``ModelValidationError`` with every fault at once. The values become those that
        would be stored.
        """
        await validation.full_clean(self, exclude, unique=validate_unique)

    async def delete(self) -> bool:
        """Delete the row; return whether it was still there."""
        return await saving.remove(self)

    async def refresh(self) -> Self:
        """Read the columns again and forget loaded relations."""
        await saving.refresh(self)
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        """Return the row itself: ``await book.author`` is right whether it is loaded or not."""
        yield from ()
        return self

    def __eq__(self, other: object) -> bool:
        """Equal rows have the same model and key, whatever their values."""
        if self is other:
            return True
        key = self.pk
        table = self.__table_info__
        if getattr(type(other), "__table_info__", None) is not table or key is None:
            return False
        return bool(key == table.key_of(other))

    def __hash__(self) -> int:
        key = self.pk
        return object.__hash__(self) if key is None else hash((self.__table_info__.name, key))

    @classmethod
    def __retype__(cls, column: Column) -> None:
        retype(cls, column)
