"""Many-to-many relations declared: the table between the two models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ForwardRef

from trimaran.db.models.fields import Field, ForeignKey, ManyToMany
from trimaran.db.models.naming import fitting, snake_case
from trimaran.db.models.registry import registry
from trimaran.db.sql.constraints import UniqueConstraint
from trimaran.db.sql.table import Many
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from trimaran.db.models.fields import FieldInfo
    from trimaran.db.sql.table import Relation, Table

_TAKEN = frozenset({"save", "delete", "refresh", "update", "objects", "c", "pk", "id"})


def check_many(field: FieldInfo) -> None:
    """Raise ``TypeError`` where an option does not fit a many-to-many relation."""
    for option in ("on_delete", "max_length", "pattern"):
        if getattr(field, option) is not None:
            message = f"{option} does not fit a many-to-many relation"
            raise TypeError(message)
    for option in ("primary_key", "unique", "index", "auto_now", "auto_now_add"):
        if getattr(field, option):
            message = f"{option} does not fit a many-to-many relation"
            raise TypeError(message)
    if field.through is None and field.through_fields:
        message = "through_fields needs through, the model that has these fields"
        raise TypeError(message)


def declare_many(model: Any, name: str, field: FieldInfo, target: Any) -> None:
    """Tie a many-to-many relation to its model; make the table between if need be."""
    table: Table = model.__table_info__
    through = field.through
    near = far = ""
    if through is None:
        through, near, far = _between(model, name, field, target)
    elif field.through_fields:
        near, far = field.through_fields
    to_itself = _is_self(target, table)
    many = Many(
        name=name,
        source=table,
        related_name="" if to_itself and field.symmetrical is not False else _reverse(field, table),
        symmetrical=to_itself and field.symmetrical is not False,
        resolve=_unresolved,
    )
    many.resolve = _resolver(many, through, (near, far), model.__module__, target)
    table.many[name] = many
    setattr(model, name, ManyToMany[Any](many))
    registry.add_many(many, target)


def _reverse(field: FieldInfo, table: Table) -> str:
    if field.related_name is None:
        return f"{snake_case(table.label)}_set"
    return field.related_name.removesuffix("+")


def _is_self(target: Any, table: Table) -> bool:
    name = target if isinstance(target, str) else getattr(target, "__name__", "")
    return target is table.model or name in ("self", table.label)


def _between(model: Any, name: str, field: FieldInfo, target: Any) -> tuple[Any, str, str]:
    """Declare the model of the table between, ``Book_tags`` with ``book`` and ``tag``."""
    table: Table = model.__table_info__
    if _is_self(target, table):
        pointed: Any = model
        label = table.label
    else:
        pointed = target if isinstance(target, type) else ForwardRef(str(target))
        label = target.__name__ if isinstance(target, type) else str(target).rpartition(".")[2]
    near, far = snake_case(table.label), snake_case(label)
    if near == far or near in _TAKEN or far in _TAKEN:
        near, far = f"from_{near}", f"to_{far}"
    namespace = {
        "__module__": model.__module__,
        "__qualname__": f"{model.__qualname__}_{name}",
        "__doc__": f"Which {label} rows belong to which {table.label} rows.",
        "__annotations__": {near: ForeignKey[model], far: ForeignKey[pointed]},
        near: Field(on_delete="cascade", related_name=""),
        far: Field(on_delete="cascade", related_name=""),
        "Meta": type(
            "Meta",
            (),
            {
                "table": field.db_table or fitting(f"{table.name}_{name}"),
                "constraints": (UniqueConstraint(near, far),),
            },
        ),
    }
    bases = (model.__mro__[-_depth(model)],)
    made: Any = type(model).__mro__[1](f"{table.label}_{name}", bases, namespace)
    made.__table_info__.hidden = True
    return made, near, far


def _depth(model: Any) -> int:
    """Return where ``Model`` itself stands in the order of bases, from the end."""
    for place, base in enumerate(reversed(model.__mro__), 1):
        if "__trimaran_root__" in vars(base):
            return place
    raise TypeError(model)


def _unresolved() -> tuple[Relation, Relation]:
    raise AssertionError


def _resolver(many: Many, through: Any, names: tuple[str, str], module: str, target: Any) -> Any:
    known: list[tuple[Relation, Relation]] = []

    def resolve() -> tuple[Relation, Relation]:
        if not known:
            table = registry.find(through, many.source, module)
            if table is None:
                raise _fault(many, f"goes through {through!r}, and there is no such model")
            known.append(_ends(many, table, names, registry.find(target, many.source, module)))
        return known[0]

    return resolve


def _ends(
    many: Many, through: Table, names: tuple[str, str], target: Table | None
) -> tuple[Relation, Relation]:
    relations = through.relations
    if names[0]:
        for name in names:
            if name not in relations:
                raise _fault(many, f"names {name!r}, which is no ForeignKey of {through.label}")
        return relations[names[0]], relations[names[1]]
    near = [relation for relation in relations.values() if relation.target is many.source]
    far = [relation for relation in relations.values() if relation.target is target]
    if target is many.source and len(near) == 2:
        return near[0], near[1]
    if len(near) != 1 or len(far) != 1 or near[0] is far[0]:
        what = f"goes through {through.label}, which must point once to each of both models"
        raise _fault(many, what)
    return near[0], far[0]


def _fault(many: Many, what: str) -> ConfigurationError:
    return ConfigurationError(
        "TRI-MODEL-014",
        f"{many.source.label}.{many.name} {what}.",
        "Name the model (through='Membership'), import its module, and say "
        "through_fields=('group', 'person') where it has several keys to one model.",
        where=many.source.where,
    )
