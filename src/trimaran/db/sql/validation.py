"""What ``clean()`` raises, and the database's checks, as faults of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trimaran.db.sql.conditions import resolve
from trimaran.db.sql.constraints import CheckConstraint
from trimaran.db.sql.terms import walk
from trimaran.errors import IntegrityError, ModelValidationError

if TYPE_CHECKING:
    from trimaran.db.sql.table import Table


class ValidationError(ValueError):
    """Raised by a model's ``clean()``: a text, or texts by field.

    ::

        raise ValidationError({"ends": "A course ends after it begins"})
    """

    def __init__(self, message: str | Mapping[str, str | list[str]]) -> None:
        super().__init__(message)
        self.message_dict: dict[str, list[str]] = {}
        given: Mapping[str, Any] = message if isinstance(message, Mapping) else {"": message}
        for name, texts in given.items():
            self.message_dict[name] = [texts] if isinstance(texts, str) else list(texts)


def refused(table: Table, error: ValueError) -> ModelValidationError:
    """Return what ``clean()`` raised in the form of every other fault."""
    by_field = getattr(error, "message_dict", {"": [str(error)]})
    faults = [
        {"type": "value_error", "loc": [name] if name else [], "msg": text}
        for name, texts in by_field.items()
        for text in texts
    ]
    return ModelValidationError(faults, model=table.label)


def violation(table: Table, error: IntegrityError) -> IntegrityError | ModelValidationError:
    """Return a check constraint that broke as a fault of its fields; others as is."""
    if error.kind != "check":
        return error
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.name == error.constraint:
            names = _names(table, constraint)
            text = constraint.violation_error_message or f"Constraint {constraint.name} is violated"
            fault = {
                "type": "constraint",
                "loc": names if len(names) == 1 else [],
                "msg": text,
                "ctx": {"constraint": constraint.name, "fields": names},
            }
            return ModelValidationError([fault], model=table.label)
    return error


def _names(table: Table, constraint: CheckConstraint) -> list[str]:
    if isinstance(constraint.condition, str):
        return []
    node = resolve(table.scope, constraint.condition)
    lookups = [getattr(part, "lookup", None) for part in walk(node)]
    return sorted({lookup.column.name for lookup in lookups if lookup is not None})
