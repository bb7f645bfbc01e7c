"""Objects from texts by name: a form's, a query's or a head's fields as a class."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias, get_args, get_origin

import msgspec

from trimaran.schema.adapter import adapter_for, needs_pydantic
from trimaran.schema.attrs_classes import attrs_faults, is_attrs
from trimaran.schema.composing import maker
from trimaran.schema.faults import FaultList
from trimaran.schema.inspection import class_hints, type_info
from trimaran.schema.leaves import bounds_of
from trimaran.schema.second_pass import first_fault, report_error
from trimaran.schema.strings import takes_many, text_faults, text_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msgspec import inspect as mi

    from trimaran.schema.faults import Fault, Loc

Texts: TypeAlias = "Mapping[str, str | list[str]]"
"""What was given by name: every value of a repeated one where the field collects them."""


class TextField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a class that is read from texts.

    name:    in Python
    wire:    as it is sent: the alias, or what ``rename`` makes of it
    type:    with its limits and its description
    default: ``msgspec.NODEFAULT`` where it is required or its factory is the class's own
    many:    whether it takes every value of a repeated name
    """

    name: str
    wire: str
    type: Any
    required: bool
    default: Any = msgspec.NODEFAULT
    many: bool = False


class TextObject(Protocol):
    """Reads objects of one class from texts."""

    @property
    def fields(self) -> Mapping[str, TextField]:
        """The fields by their names on the wire."""
        ...

    @property
    def heeds_others(self) -> bool:
        """Whether names that are no fields' matter: they are refused, or kept."""
        ...

    def make(self, given: Texts) -> Any:
        """Return the object. Raises some ``Exception`` where anything is wrong."""
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
        info = self._info = bounds_of(type_info(tp))[0]
        found = getattr(info, "fields", None)
        if not isinstance(found, tuple):
            what = "it is no class with fields"
            raise TypeError(what)
        self._make = maker(info)
        self._infos: dict[str, mi.Field] = {field.encode_name: field for field in found}
        self._readers = {name: _field_reader(field) for name, field in self._infos.items()}
        hints = class_hints(info.cls)  # type: ignore[attr-defined]  # all with fields have one
        self.fields = {
            wire: TextField(
                name=field.name,
                wire=wire,
                type=hints.get(field.name, Any),
                required=field.required,
                default=_default(field),
                many=takes_many(field.type),
            )
            for wire, field in self._infos.items()
        }
        self.heeds_others = bool(getattr(info, "forbid_unknown_fields", False)) or bool(
            getattr(tp, "__closed__", False)
        )

    def make(self, given: Texts) -> Any:
        values: dict[str, Any] = {}
        for wire, text in given.items():
            values[self._infos[wire].name] = self._readers[wire](text)
        for field in self.fields.values():
            if field.required and field.name not in values:
                raise KeyError(field.wire)
        return self._make(values)

    def read(self, given: Texts, loc: Loc) -> tuple[Any, list[Fault]]:
        faults = FaultList()
        values: dict[str, Any] = {}
        for wire, field in self._infos.items():
            text = given.get(wire)
            if text is None:
                if field.required:
                    msg = "Field required"
                    faults.add("missing", (*loc, wire), msg=msg, input=dict(given))
                continue
            known = len(faults.faults)
            text_faults(field.type, text, (*loc, wire), faults)
            if len(faults.faults) == known:
                values[field.name] = self._readers[wire](text)
        for wire, text in given.items():
            if wire not in self._infos:
                msg = "Extra inputs are not permitted"
                faults.add("extra_forbidden", (*loc, wire), msg=msg, input=text)
        if is_attrs(self._info.cls):  # type: ignore[attr-defined]  # as above
            self._attrs_faults(values, given, loc, faults)
        if faults.faults:
            return None, faults.faults
        try:
            return self._make(values), []
        except (ValueError, AssertionError) as error:
            first_fault(error, loc, dict(given), faults)
            return None, faults.faults

    def _attrs_faults(
        self, values: dict[str, Any], given: Texts, loc: Loc, faults: FaultList
    ) -> None:
        wires = {field.name: wire for wire, field in self._infos.items()}
        for name, error in attrs_faults(self._info.cls, values):  # type: ignore[attr-defined]  # as above
            report_error(error, (*loc, wires[name]), given[wires[name]], faults)


def _field_reader(field: mi.Field) -> Callable[[Any], Any]:
    try:
        return text_reader(field.type)
    except TypeError as error:
        what = f"its field {field.name!r} is not made of text"
        raise TypeError(what) from error


def _default(field: mi.Field) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    factory: Any = field.default_factory
    return factory() if factory in (list, set, dict) else msgspec.NODEFAULT


class _PydanticObject:
    def __init__(self, tp: Any) -> None:
        self._adapter = adapter_for(tp)
        found = getattr(tp, "model_fields", None)
        if found is None:
            found = getattr(tp, "__pydantic_fields__", None)
        if not isinstance(found, dict):
            what = "it is no class with fields"
            raise TypeError(what)
        self.fields = {field.wire: field for field in _pydantic_fields(tp, found)}
        config = getattr(tp, "model_config", None) or {}
        self.heeds_others = config.get("extra") in ("forbid", "allow")

    def make(self, given: Texts) -> Any:
        return self._adapter.convert(dict(given))

    def read(self, given: Texts, loc: Loc) -> tuple[Any, list[Fault]]:
        try:
            return self._adapter.convert(dict(given)), []
        except ValueError:
            return None, self._adapter.errors(dict(given), loc)


def _pydantic_fields(tp: Any, found: dict[str, Any]) -> list[TextField]:
    fields = []
    for name, field in found.items():
        described: Any = Annotated[(field.annotation, field)]
        read = field.annotation
        if field.metadata:
            read = Annotated[(read, *field.metadata)]
        adapter = adapter_for(read)
        if adapter.convert_str is None:
            what = f"its field {name!r} is not made of text"
            raise TypeError(what)
        default = field.get_default(call_default_factory=False)
        if field.default_factory in (list, set, dict):
            default = field.default_factory()
        fields.append(
            TextField(
                name=name,
                wire=_wire_name(name, field),
                type=described,
                required=field.is_required(),
                default=msgspec.NODEFAULT if field.is_required() else default,
                many=adapter.many,
            )
        )
    return fields


def _wire_name(name: str, field: Any) -> str:
    alias = field.validation_alias or field.alias
    if alias is not None and not isinstance(alias, str):
        alias = next((one for one in getattr(alias, "choices", ()) if isinstance(one, str)), None)
    return alias or name


def without_none(tp: Any) -> Any:
    """Return the one member of a union with None, any other type as it is."""
    members = [member for member in get_args(tp) if member is not type(None)]
    if get_origin(tp) is Annotated or len(members) != 1 or len(get_args(tp)) != 2:
        return tp
    return members[0]
