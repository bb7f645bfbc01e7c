"""Tables as the models declare them: columns, relations, how rows are built."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import UNSET

from trimaran.errors import QueryError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping, Sequence

    from trimaran.db.sql.kinds import Kind

OnDelete: TypeAlias = Literal["cascade", "restrict", "set_null", "set_default", "no_action"]


class _Missing:
    """The type of ``MISSING``: no value was given, where None would be one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Any = _Missing()


@dataclass(slots=True, eq=False)
class Column:
    """One column of a model's table.

    name:    the attribute on the model, ``author_id``
    db_name: the column in the database; the same as a rule
    kind:    what it holds; a foreign key's is that of the key it points to, once that is known
    auto:    the database gives the value: an integer key
    db_default: what the database itself puts where no value is given: a value or an expression
    computed:   SQL text or an expression: the database makes the value of other columns
    stored:     whether a computed value is kept with the row
    """

    name: str
    db_name: str
    kind: Kind
    null: bool = False
    primary_key: bool = False
    auto: bool = False
    unique: bool = False
    index: bool = False
    default: Any = MISSING
    default_factory: Callable[[], Any] | None = None
    auto_now: bool = False
    auto_now_add: bool = False
    max_length: int | None = None
    min_length: int | None = None
    pattern: re.Pattern[str] | None = None
    bounds: Mapping[str, Any] = field(default_factory=dict)
    max_digits: int | None = None
    decimal_places: int | None = None
    description: str = ""
    relation: Relation | None = None
    db_default: Any = MISSING
    computed: Any = None
    stored: bool = True
    comment: str = ""

    @property
    def returned(self) -> bool:
        """Whether an INSERT that leaves it out must ask what the database made."""
        return self.computed is not None or self.db_default is not MISSING

    @property
    def required(self) -> bool:
        """Whether a new row must be given a value."""
        return not (
            self.null
            or self.auto
            or self.auto_now
            or self.auto_now_add
            or self.returned
            or self.default is not MISSING
            or self.default_factory is not None
        )


@dataclass(slots=True, eq=False)
class Relation:
    """A foreign key, seen from the model that declares it.

    name:         the attribute, ``author``; its column is ``author_id``
    related_name: the attribute on the target, ``books``; empty where there is none
    resolve:      returns the target's table; raises ``ConfigurationError`` while it does not exist
    one:          whether at most one row points to each of the target's
    """

    name: str
    column: Column
    source: Table
    on_delete: OnDelete
    related_name: str
    resolve: Callable[[], Table]
    one: bool = False

    @property
    def target(self) -> Table:
        """The table pointed to."""
        return self.resolve()

    @property
    def near(self) -> Column:
        """The column to join on, on this side."""
        return self.column

    @property
    def far(self) -> Column:
        """The column to join on, on the other side."""
        return self.target.key

    @property
    def outer(self) -> bool:
        """Whether there may be no row on the other side."""
        return self.column.null


@dataclass(slots=True, frozen=True)
class Back:
    """A foreign key followed backwards by a join: one row becomes several, or none."""

    relation: Relation

    @property
    def name(self) -> str:
        """The attribute on the target, ``books``."""
        return self.relation.related_name

    @property
    def target(self) -> Table:
        """The table that holds the foreign key."""
        return self.relation.source

    @property
    def near(self) -> Column:
        """The column to join on, on this side."""
        return self.relation.target.key

    @property
    def far(self) -> Column:
        """The column to join on, on the other side."""
        return self.relation.column

    @property
    def outer(self) -> bool:
        """Whether there may be no row on the other side."""
        return True


@dataclass(slots=True, eq=False)
class Many:
    """A many-to-many relation, seen from one of its ends.

    name:         the attribute at this end, ``tags``
    related_name: the attribute at the other end, ``books``; empty where there is none
    symmetrical:  whether each row that is added has this one added too
    resolve:      returns the two foreign keys of the table between, that to this end first; raises
                  ``ConfigurationError`` while it or the other end does not exist
    turned:       at the other end, the relation as it was declared
    """

    name: str
    source: Table
    related_name: str
    symmetrical: bool
    resolve: Callable[[], tuple[Relation, Relation]]
    turned: Many | None = None

    @property
    def near(self) -> Relation:
        """The foreign key from the table between to this end."""
        return self.resolve()[0]

    @property
    def far(self) -> Relation:
        """The foreign key from the table between to the other end."""
        return self.resolve()[1]

    @property
    def target(self) -> Table:
        """The table at the other end."""
        return self.far.target

    @property
    def through(self) -> Table:
        """The table between."""
        return self.near.source


@dataclass(slots=True, frozen=True, eq=False)
class Joined:
    """Another query's rows, joined under a name of their own: a ``With``.

    pairs: columns that are equal: one here, one there
    """

    target: Table
    pairs: tuple[tuple[Column, Column], ...]
    outer: bool

    @property
    def near(self) -> Column:
        """The column to join on, on this side."""
        return self.pairs[0][0]

    @property
    def far(self) -> Column:
        """The column to join on, on the other side."""
        return self.pairs[0][1]


@dataclass(slots=True, eq=False)
class Table:
    """A model's table.

    label:    the model's name, for messages
    where:    ``file:line`` of the model
    many:     many-to-many relations by their name at this end
    hidden:   whether it was made for a many-to-many relation, rather than declared
    reverse:  relations of other models that point here, by their ``related_name``
    build:    makes a row of the values of all columns, in order
    build_variant: returns what builds rows that can be annotated, or lack some columns
    model:    the class of the rows
    keys:     the columns of the primary key, several of a composite one; ``key`` is the first
    returns:  columns that an INSERT must ask for, where it does not give them
    receivers: functions that signals call, by signal
    cleans:   whether the model has a ``clean()`` of its own
    lookups, projections, by_key: caches of the rooms above
    """

    name: str
    label: str
    where: str
    columns: dict[str, Column]
    key: Column
    relations: dict[str, Relation] = field(default_factory=dict)
    many: dict[str, Many] = field(default_factory=dict)
    hidden: bool = False
    ordering: Sequence[str] = ()
    # ``Index``, ``UniqueConstraint``, ``CheckConstraint``: their conditions know this module.
    indexes: Sequence[Any] = ()
    constraints: Sequence[Any] = ()
    schema: str = ""
    managed: bool = True
    comment: str = ""
    permissions: Sequence[tuple[str, str]] = ()
    default_permissions: Sequence[str] = ("add", "change", "delete", "view")
    get_latest_by: Sequence[str] = ()
    verbose_name: str = ""
    verbose_name_plural: str = ""
    description: str = ""
    model: Any = None
    build: Callable[..., Any] = lambda *values: values
    build_variant: Callable[[bool, tuple[str, ...]], Callable[..., Any]] = (
        lambda annotated, unread: lambda *values: values
    )
    reverse_of: Callable[[], Mapping[str, Relation]] = dict
    lookups: dict[Any, Any] = field(default_factory=dict)
    projections: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    by_key: dict[str, Any] = field(default_factory=dict)
    receivers: dict[Any, Any] = field(default_factory=dict)
    cleans: bool = False
    scope: Scope = field(init=False, repr=False)
    returns: tuple[Column, ...] = field(init=False, repr=False)
    keys: tuple[Column, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.scope = Scope(self)
        self.keys = tuple([c for c in self.columns.values() if c.primary_key]) or (self.key,)
        self.returns = tuple([column for column in self.columns.values() if column.returned])

    @property
    def full_name(self) -> str:
        """The table's name with its schema, if it has one: ``audit.entry``."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def reverse(self) -> Mapping[str, Relation]:
        """Relations that point here, by ``related_name``."""
        return self.reverse_of()

    def names(self) -> list[str]:
        """Return every name that a look-up may begin with."""
        keys = ("pk",) if len(self.keys) == 1 else ()
        return [*self.columns, *self.relations, *self.many, *self.reverse, *keys]

    def column(self, name: str) -> Column | None:
        """Return the column of that name; the key for ``pk``, a relation's own column."""
        if name == "pk":
            return self.key if len(self.keys) == 1 else None
        found = self.columns.get(name)
        if found is None and name in self.relations:
            return self.relations[name].column
        return found

    @property
    def key_names(self) -> tuple[str, ...]:
        """What to order by for a total order: ``pk``, or the fields of a composite key."""
        return ("pk",) if len(self.keys) == 1 else tuple([column.name for column in self.keys])

    def key_of(self, row: Any) -> Any:
        """Return a row's key, a tuple where it is composite; None while it has none."""
        if len(self.keys) == 1:
            return getattr(row, self.key.name)
        found = tuple([getattr(row, column.name) for column in self.keys])
        return None if any(value is None or value is UNSET for value in found) else found

    def refuse_composite(self, done: str) -> None:
        """Raise ``QueryError`` where something needs a key of one column."""
        if len(self.keys) > 1:
            raise QueryError(
                "TRI-QUERY-049",
                f"{done} needs a key of one column, and {self.label} has "
                f"{', '.join(self.key_names)}.",
                "Name the fields of the key themselves: filter(tenant=3, number=7).",
                where=self.where,
            )

    def unknown(self, name: str, *, where: str = "") -> QueryError:
        """Return the error that says which names exist instead of this one."""
        names = self.names()
        close = get_close_matches(name, names, n=1)
        mend = f"Did you mean {close[0]!r}? " if close else ""
        return QueryError(
            "TRI-QUERY-001",
            f"{self.label} has no field {name!r}.",
            f"{mend}It has: {', '.join(sorted(names))}.",
            where=where,
        )


@dataclass(slots=True, frozen=True, eq=False)
class Scope:
    """The names that a condition or expression may use.

    annotations: expressions of the query by alias, resolved
    joins:       the joins of ``With``, by what they join
    joined:      whether ways backwards are joined (inside an aggregate) or asked by EXISTS
    """

    table: Table
    annotations: Mapping[str, Any] = field(default_factory=dict)
    joined: bool = False
    joins: Mapping[Any, Any] = field(default_factory=dict)
