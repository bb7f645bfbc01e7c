"""The slow second pass: every fault of a JSON value, where msgspec tells one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as mi

from trimaran.schema.attrs_classes import attrs_faults, is_attrs
from trimaran.schema.composing import converter
from trimaran.schema.constraints import length_breach
from trimaran.schema.faults import FaultList, Loc
from trimaran.schema.hooks import decode_hook, hooks_of, is_pydantic
from trimaran.schema.inspection import checks_of
from trimaran.schema.leaves import (
    bounds_of,
    convert_leaf,
    expected,
    limit_breach,
    mismatch,
    plain_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trimaran.schema.check import Check
    from trimaran.schema.constraints import Bounds, Breach

_ARRAYS: dict[type, tuple[str, str]] = {
    mi.ListType: ("list", "List"),
    mi.CollectionType: ("list", "List"),
    mi.SetType: ("set", "Set"),
    mi.FrozenSetType: ("frozen_set", "Frozenset"),
    mi.VarTupleType: ("tuple", "Tuple"),
}
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")


def find_faults(info: mi.Type, value: Any, loc: Loc, faults: FaultList) -> None:
    """Add every fault of a decoded JSON value to the list, within its limits."""
    faults.visits -= 1
    if faults.full:
        return
    checks = checks_of(info)
    if checks:
        _visit_checked(info, checks, value, loc=loc, faults=faults)
    else:
        _visit_unchecked(info, value, loc, faults)


def _visit_unchecked(info: mi.Type, value: Any, loc: Loc, faults: FaultList) -> None:
    bare, bounds = bounds_of(info)
    visit = _VISITS.get(type(bare))
    if visit is None:
        _visit_leaf(bare, bounds, value, loc=loc, faults=faults)
        return
    known = len(faults.faults)
    visit(bare, value, loc, faults)
    if bounds is not None and len(faults.faults) == known:
        broken = bounds.breach(value)
        if broken is not None:
            _report(broken, loc, value, faults)


def _visit_checked(
    info: mi.Type, checks: Sequence[Check], value: Any, *, loc: Loc, faults: FaultList
) -> None:
    """Let a type's own checks speak: before all else, and once the rest is right."""
    given = value
    for check in checks:
        if check.before:
            passed, value = judged(check, value, given, loc=loc, faults=faults)
            if not passed:
                return
    known = len(faults.faults)
    _visit_unchecked(info, value, loc, faults)
    if len(faults.faults) > known or all(check.before for check in checks):
        return
    if not _affords(value, faults):
        return
    made = _converter(faults, bounds_of(info)[0])(value)
    for check in checks:
        if not check.before:
            passed, made = judged(check, made, given, loc=loc, faults=faults)
            if not passed:
                return


def _converter(faults: FaultList, info: mi.Type) -> Callable[[Any], Any]:
    """Return what makes values of a type, made once for all items of a list."""
    made: Callable[[Any], Any] | None = faults.made.get(id(info))
    if made is None:
        made = faults.made[id(info)] = converter(info)
    return made


def _affords(value: Any, faults: FaultList) -> bool:
    """Count what converting a value looks at; whether that is within what may be."""
    waiting = [value]
    while waiting and faults.visits > 0:
        part = waiting.pop()
        faults.visits -= 1
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return not faults.full


def judged(
    check: Check, value: Any, given: Any, *, loc: Loc, faults: FaultList
) -> tuple[bool, Any]:
    """Return whether a check lets a value pass, and its value; note why not."""
    try:
        return True, check(value)
    except AssertionError as error:
        report_error(error, loc, given, faults)
    except ValueError as error:
        report_error(error, loc, given, faults)
    return False, None


def report_error(error: Exception, loc: Loc, given: Any, faults: FaultList) -> None:
    """Add the fault that an exception of the application's own code tells of."""
    text = str(error)
    if isinstance(error, AssertionError):
        msg = f"Assertion failed, {text}"
        faults.add("assertion_error", loc, msg=msg, input=given, ctx={"error": text})
    else:
        msg = f"Value error, {text}"
        faults.add("value_error", loc, msg=msg, input=given, ctx={"error": text})


def first_fault(error: Exception, loc: Loc, value: Any, faults: FaultList) -> None:
    """Add the one fault that an exception tells of, at the place that msgspec names."""
    text, _, path = str(error).partition(" - at `$")
    steps: list[str | int] = []
    for step in _STEP.finditer(path):
        if step["index"] is not None:
            steps.append(int(step["index"]))
        elif step["key"] is not None:
            steps.append(step["key"].rstrip("`"))
    found: Any = value
    for part in steps:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            found = None
    ctx = {"error": text}
    faults.add("value_error", (*loc, *steps), msg=f"Value error, {text}", input=found, ctx=ctx)


def _report(broken: Breach, loc: Loc, value: Any, faults: FaultList) -> None:
    kind, msg, ctx = broken
    faults.add(kind, loc, msg=msg, input=value, ctx=ctx)


def _visit_leaf(
    info: mi.Type, bounds: Bounds | None, value: Any, *, loc: Loc, faults: FaultList
) -> None:
    if isinstance(info, mi.AnyType | mi.RawType):
        return
    if isinstance(info, mi.CustomType) and is_pydantic(info.cls):
        from trimaran.schema.pydantic_adapter import pydantic_adapter

        faults.faults += pydantic_adapter(info.cls).errors(value, loc)
        return
    try:
        converted = convert_leaf(info, value)
    except (ValueError, TypeError, ArithmeticError) as error:
        if isinstance(info, mi.CustomType) and hooks_of(info.cls) is not None:
            first_fault(error, loc, value, faults)
        else:
            _report(mismatch(info, value), loc, value, faults)
        return
    broken = limit_breach(info, bounds, converted)
    if broken is not None:
        _report(broken, loc, value, faults)


def _visit_array(info: Any, value: Any, loc: Loc, faults: FaultList) -> None:
    name, noun = _ARRAYS[type(info)]
    if not isinstance(value, list):
        msg = f"Input should be a valid {name.replace('_', '')}"
        faults.add(f"{name}_type", loc, msg=msg, input=value)
        return
    broken = length_breach(info, value, noun)
    if broken is not None:
        _report(broken, loc, value, faults)
    if isinstance(info.item_type, mi.AnyType):
        return
    for index, item in enumerate(value):
        if faults.full:
            return
        find_faults(info.item_type, item, (*loc, index), faults)


def _visit_tuple(info: mi.TupleType, value: Any, loc: Loc, faults: FaultList) -> None:
    if not isinstance(value, list):
        faults.add("tuple_type", loc, msg="Input should be a valid tuple", input=value)
        return
    size = len(info.item_types)
    for index, item_type in enumerate(info.item_types):
        if index < len(value):
            find_faults(item_type, value[index], (*loc, index), faults)
        else:
            faults.add("missing", (*loc, index), msg="Field required", input=value)
    if len(value) > size:
        text = f"Tuple should have at most {size} items after validation, not {len(value)}"
        ctx = {"field_type": "Tuple", "max_length": size, "actual_length": len(value)}
        faults.add("too_long", loc, msg=text, input=value, ctx=ctx)


def _visit_dict(info: Any, value: Any, loc: Loc, faults: FaultList) -> None:
    if not isinstance(value, dict):
        faults.add("dict_type", loc, msg="Input should be a valid dictionary", input=value)
        return
    broken = length_breach(info, value, "Dictionary")
    if broken is not None:
        _report(broken, loc, value, faults)
    for key, item in value.items():
        if faults.full:
            return
        _visit_key(info.key_type, key, loc, faults)
        find_faults(info.value_type, item, (*loc, key), faults)


def _visit_key(info: mi.Type, key: str, loc: Loc, faults: FaultList) -> None:
    bare, bounds = bounds_of(info)
    if isinstance(bare, mi.AnyType):
        return
    keyed: Any = dict[plain_type(bare), None]  # type: ignore[misc]  # a type made at run time
    try:
        pairs = msgspec.convert({key: None}, keyed, str_keys=True, dec_hook=decode_hook)
    except (ValueError, TypeError):
        _report(mismatch(bare, key), (*loc, key, "[key]"), key, faults)
        return
    broken = limit_breach(bare, bounds, next(iter(pairs)))
    if broken is not None:
        _report(broken, (*loc, key, "[key]"), key, faults)


def _visit_struct(info: mi.StructType, value: Any, loc: Loc, faults: FaultList) -> None:
    if info.array_like:
        _visit_array_like(info, value, loc, faults)
        return
    if not isinstance(value, dict):
        msg = "Input should be a valid dictionary or object to extract fields from"
        faults.add("model_attributes_type", loc, msg=msg, input=value)
        return
    known = len(faults.faults)
    _visit_fields(info.fields, value, loc, faults)
    tag_field = info.tag_field
    if tag_field is not None and value.get(tag_field, info.tag) != info.tag:
        text = repr(info.tag)
        ctx = {"expected": text}
        place = (*loc, tag_field)
        msg = f"Input should be {text}"
        faults.add("literal_error", place, msg=msg, input=value[tag_field], ctx=ctx)
    if info.forbid_unknown_fields:
        names = {field.encode_name for field in info.fields} | {tag_field}
        _visit_unknown(names, value, loc, faults)
    if len(faults.faults) == known:
        _visit_whole(info, value, loc, faults)


def _visit_array_like(info: mi.StructType, value: Any, loc: Loc, faults: FaultList) -> None:
    if not isinstance(value, list):
        faults.add("list_type", loc, msg="Input should be a valid list", input=value)
        return
    known = len(faults.faults)
    start = 0 if info.tag_field is None else 1
    for index, field in enumerate(info.fields, start):
        if index < len(value):
            find_faults(field.type, value[index], (*loc, index), faults)
        elif field.required:
            faults.add("missing", (*loc, index), msg="Field required", input=value)
    if len(faults.faults) == known:
        _visit_whole(info, value, loc, faults)


def _visit_fields(
    fields: Sequence[mi.Field], value: dict[str, Any], loc: Loc, faults: FaultList
) -> None:
    for field in fields:
        name = field.encode_name
        if name in value:
            find_faults(field.type, value[name], (*loc, name), faults)
        elif field.required:
            faults.add("missing", (*loc, name), msg="Field required", input=value)


def _visit_unknown(
    names: set[str | None], value: dict[str, Any], loc: Loc, faults: FaultList
) -> None:
    for name, item in value.items():
        if name not in names:
            msg = "Extra inputs are not permitted"
            faults.add("extra_forbidden", (*loc, name), msg=msg, input=item)


def _visit_whole(info: Any, value: Any, loc: Loc, faults: FaultList) -> None:
    """Let a class's own code speak, once every field is right."""
    attrs = is_attrs(info.cls)
    if not (attrs or hasattr(info.cls, "__post_init__")) or not _affords(value, faults):
        return
    if attrs:
        _visit_attributes(info, value, loc, faults)
        return
    try:
        _converter(faults, info)(value)
    except ValueError as error:
        first_fault(error, loc, value, faults)


def _visit_attributes(info: Any, value: Any, loc: Loc, faults: FaultList) -> None:
    """Let the converters and validators of an attrs class speak, each at its field."""
    values = {
        field.name: _converter(faults, field.type)(value[field.encode_name])
        for field in info.fields
        if field.encode_name in value
    }
    known = len(faults.faults)
    wire = {field.name: field.encode_name for field in info.fields}
    for name, error in attrs_faults(info.cls, values):
        text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
        report_error(ValueError(text), (*loc, wire[name]), value[wire[name]], faults)
    if len(faults.faults) > known:
        return
    try:
        _converter(faults, info)(value)
    except ValueError as error:
        first_fault(error, loc, value, faults)


def _visit_dataclass(info: mi.DataclassType, value: Any, loc: Loc, faults: FaultList) -> None:
    if not isinstance(value, dict):
        name = info.cls.__name__
        msg = f"Input should be a dictionary or an instance of {name}"
        ctx = {"class_name": name}
        faults.add("dataclass_type", loc, msg=msg, input=value, ctx=ctx)
        return
    known = len(faults.faults)
    _visit_fields(info.fields, value, loc, faults)
    if len(faults.faults) == known:
        _visit_whole(info, value, loc, faults)


def _visit_typed_dict(info: mi.TypedDictType, value: Any, loc: Loc, faults: FaultList) -> None:
    if not isinstance(value, dict):
        faults.add("dict_type", loc, msg="Input should be a valid dictionary", input=value)
        return
    _visit_fields(info.fields, value, loc, faults)


def _visit_named_tuple(info: mi.NamedTupleType, value: Any, loc: Loc, faults: FaultList) -> None:
    if not isinstance(value, list):
        faults.add("tuple_type", loc, msg="Input should be a valid tuple", input=value)
        return
    for index, field in enumerate(info.fields):
        if index < len(value):
            find_faults(field.type, value[index], (*loc, index), faults)
        elif field.required:
            faults.add("missing", (*loc, index), msg="Field required", input=value)


def _visit_union(info: mi.UnionType, value: Any, loc: Loc, faults: FaultList) -> None:
    if value is None and any(isinstance(member, mi.NoneType) for member in info.types):
        return
    members = [member for member in info.types if not isinstance(member, mi.NoneType)]
    if len(members) == 1:
        find_faults(members[0], value, loc, faults)
        return
    tagged = _tagged_members(members)
    if isinstance(value, dict) and tagged:
        _visit_tagged(tagged, value, loc, faults)
        return
    refusals: list[FaultList] = []
    for member in members:
        attempt = FaultList()
        attempt.visits = faults.visits
        find_faults(member, value, (*loc, member_name(member)), attempt)
        faults.visits = min(faults.visits, attempt.visits)
        if not attempt.faults:
            return
        refusals.append(attempt)
    for attempt in refusals:
        faults.faults += attempt.faults


def _tagged_members(members: Iterable[mi.Type]) -> list[mi.StructType]:
    bare = [bounds_of(member)[0] for member in members]
    return [m for m in bare if isinstance(m, mi.StructType) and m.tag_field is not None]


def _visit_tagged(
    members: list[mi.StructType], value: dict[str, Any], loc: Loc, faults: FaultList
) -> None:
    name = members[0].tag_field or "type"
    if name not in value:
        msg = f"Unable to extract tag using discriminator '{name}'"
        ctx = {"discriminator": f"'{name}'"}
        faults.add("union_tag_not_found", loc, msg=msg, input=value, ctx=ctx)
        return
    tag = value[name]
    for member in members:
        if member.tag == tag:
            _visit_struct(member, value, loc, faults)
            return
    tags = expected(member.tag for member in members)
    msg = (
        f"Input tag {tag!r:.80} found using '{name}' does not match "
        f"any of the expected tags: {tags}"
    )
    ctx = {"discriminator": f"'{name}'", "tag": f"{tag!s:.80}", "expected_tags": tags}
    faults.add("union_tag_invalid", loc, msg=msg, input=value, ctx=ctx)


def member_name(info: mi.Type) -> str:
    """Return how a union's member is called in a place: ``int``, ``str``, ``Film``."""
    bare = bounds_of(info)[0]
    cls = getattr(bare, "cls", None)
    if cls is not None:
        return str(cls.__name__)
    plain = plain_type(bare)
    if isinstance(plain, type):
        return plain.__name__
    return type(bare).__name__.removesuffix("Type").lower()


_VISITS: dict[type, Callable[[Any, Any, Loc, FaultList], None]] = {
    mi.StructType: _visit_struct,
    mi.DataclassType: _visit_dataclass,
    mi.TypedDictType: _visit_typed_dict,
    mi.NamedTupleType: _visit_named_tuple,
    mi.TupleType: _visit_tuple,
    mi.DictType: _visit_dict,
    mi.FrozenDictType: _visit_dict,
    mi.UnionType: _visit_union,
    **dict.fromkeys(_ARRAYS, _visit_array),
}
