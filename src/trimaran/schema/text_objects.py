"""Objects from texts by name: a form's fields as a Struct, a dataclass or a model."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec

from trimaran.schema.adapter import adapter_for, needs_pydantic
from trimaran.schema.faults import FaultList
from trimaran.schema.inspection import type_info
from trimaran.schema.leaves import bounds_of
from trimaran.schema.strings import takes_many, text_faults, text_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimaran.schema.faults import Fault, Loc

Texts: TypeAlias = "Mapping[str, str | list[str]]"
"""What was given by name: every value of a repeated one where the field collects them."""


class TextObject(Protocol):
    """Reads objects of one class from texts.

    fields:  names on the wire, and whether a field takes every value of a repeated name
    forbids: whether other names are refused
    """

    @property
    def fields(self) -> Mapping[str, bool]:
        """Names on the wire, and whether each collects every value of a repeated one."""
        ...

    @property
    def forbids(self) -> bool:
        """Whether other names are refused."""
        ...

    def read(self, given: Texts, loc: Loc) -> tuple[Any, list[Fault]]:
        """Return the object and no faults, or anything and every fault."""
        ...


@lru_cache(maxsize=1024)
def text_object(tp: Any) -> TextObject:
    """Return what reads a class from texts.

    Raises ``TypeError`` for a type that is no class with fields, and for one with a field that no
    text stands for.
    """
    return _PydanticObject(tp) if needs_pydantic(tp) else _MsgspecObject(tp)


class _MsgspecObject:
    def __init__(self, tp: Any) -> None:
        self._adapter = adapter_for(tp)
        info = bounds_of(type_info(tp))[0]
        found = getattr(info, "fields", None)
        if not isinstance(found, tuple):
            what = f"{tp} is no class with fields"
            raise TypeError(what)
        self._infos = {field.encode_name: field.type for field in found}
        self._readers: dict[str, Callable[[Any], Any]] = {
            name: text_reader(info) for name, info in self._infos.items()
        }
        self.fields = {name: takes_many(info) for name, info in self._infos.items()}
        self.forbids = bool(getattr(info, "forbid_unknown_fields", False))

    def read(self, given: Texts, loc: Loc) -> tuple[Any, list[Fault]]:
        faults = FaultList()
        values: dict[str, Any] = {}
        for name, text in given.items():
            reader = self._readers.get(name)
            if reader is None:
                values[name] = text
                continue
            try:
                values[name] = reader(text)
            except (ValueError, TypeError, LookupError, ArithmeticError):
                text_faults(self._infos[name], text, (*loc, name), faults)
        if not faults.faults:
            try:
                return self._adapter.convert(values), []
            except (ValueError, TypeError, LookupError, ArithmeticError):
                plain = msgspec.to_builtins(values)
                return None, self._adapter.errors(plain, loc)
        missing = [
            fault
            for fault in self._adapter.errors(msgspec.to_builtins(values), loc)
            if fault["type"] == "missing" and fault["loc"][-1] not in given
        ]
        return None, [*faults.faults, *missing]


class _PydanticObject:
    def __init__(self, tp: Any) -> None:
        self._adapter = adapter_for(tp)
        found = getattr(tp, "model_fields", None)
        if found is None:
            found = getattr(tp, "__pydantic_fields__", None)
        if not isinstance(found, dict):
            what = f"{tp} is no class with fields"
            raise TypeError(what)
        self.fields = {
            _wire_name(name, field): adapter_for(field.annotation).many
            for name, field in found.items()
        }
        config = getattr(tp, "model_config", None) or {}
        self.forbids = config.get("extra") == "forbid"

    def read(self, given: Texts, loc: Loc) -> tuple[Any, list[Fault]]:
        try:
            return self._adapter.convert(dict(given)), []
        except ValueError:
            return None, self._adapter.errors(dict(given), loc)


def _wire_name(name: str, field: Any) -> str:
    alias = field.validation_alias or field.alias
    return alias if isinstance(alias, str) else name
