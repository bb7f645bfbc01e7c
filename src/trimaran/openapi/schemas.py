"""The schemas of a document: asked for one by one, made all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from trimaran.openapi.faults import AS_PROBLEMS, NEEDS, PLAIN, PROBLEM, SCHEMAS
from trimaran.openapi.shaped import shaped
from trimaran.schema import components

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.handlers.shape import Shape

Mode: TypeAlias = Literal["input", "output"]

_REF = "#/components/schemas/"

JSON: TypeAlias = dict[str, Any]


class Schemas:
    """Hands out empty schemas, and fills them when all types are known.

    All at once, since the name of a class in ``components`` depends on the others: two classes of
    one name are told apart by their modules.

    separate: a class that differs between requests and answers has a schema for each
    """

    def __init__(self, *, separate: bool = True) -> None:
        self._separate = separate
        self._slots: dict[Mode, list[tuple[Any, JSON, JSON]]] = {"input": [], "output": []}
        self._faults: list[tuple[str, JSON]] = []
        self._own: dict[str, JSON] = {}
        self._shaped: list[tuple[JSON, Shape, Any]] = []

    def of(self, type_: Any, mode: Mode, extra: Mapping[str, Any] | None = None) -> JSON:
        """Return the schema of a type, with more keywords beside it; empty until ``fill``."""
        slot: JSON = {}
        slots = self._slots[mode if self._separate else "input"]
        slots.append((type_, slot, dict(extra or {})))
        return slot

    def shape(self, slot: JSON, shape: Shape, type_: Any) -> None:
        """Let a schema show what ``response_model_exclude`` and its like leave of it."""
        self._shaped.append((slot, shape, type_))

    def named(self, name: str, schema: JSON) -> JSON:
        """Put a schema of one's own among the components and return a reference to it."""
        self._own[name] = schema
        return {"$ref": _REF + name}

    def fault(self, name: str, *, problems: bool = False) -> JSON:
        """Return the content of an answer for a fault.

        name:     ``HTTPError``, ``HTTPValidationError``
        problems: in RFC 9457's form
        """
        slot: JSON = {}
        self._faults.append((AS_PROBLEMS[name] if problems else name, slot))
        return {PROBLEM if problems else PLAIN: {"schema": slot}}

    def fill(self) -> JSON:
        """Fill every schema that was handed out; return the components, sorted by name."""
        inputs, outputs = self._make("input"), self._make("output")
        differing = _differing(inputs, outputs)
        if differing:
            inputs = self._rename("input", inputs, dict.fromkeys(differing, "-Input"))
            outputs = self._rename("output", outputs, dict.fromkeys(differing, "-Output"))
        for slots in self._slots.values():
            for _, slot, extra in slots:
                slot.update(extra)
        definitions = {**self._own, **inputs, **outputs}
        for slot, shape, type_ in self._shaped:
            slot.update(shaped(slot, shape, type_, definitions))
            if "properties" in slot:
                slot.pop("$ref", None)
        self._define_faults(definitions)
        return dict(sorted(definitions.items()))

    def _make(self, mode: Mode) -> dict[str, JSON]:
        slots = self._slots[mode]
        types = [type_ for type_, _, _ in slots]
        schemas, definitions = components(types, mode=mode, ref_template=_REF + "{name}")
        for (_, slot, _), schema in zip(slots, schemas, strict=True):
            slot.update(schema)
        return dict(definitions)

    def _rename(
        self, mode: Mode, definitions: dict[str, JSON], suffixes: Mapping[str, str]
    ) -> dict[str, JSON]:
        new = {_REF + name: _REF + name + suffix for name, suffix in suffixes.items()}
        for _, slot, _ in self._slots[mode]:
            changed = _rewrite(slot, new)
            slot.clear()
            slot.update(changed)
        return {
            name + suffixes.get(name, ""): _rewrite(schema, new)
            for name, schema in definitions.items()
        }

    def _define_faults(self, definitions: dict[str, JSON]) -> None:
        used = dict.fromkeys(name for name, _ in self._faults)
        for name in list(used):
            used |= dict.fromkeys(NEEDS.get(name, ()))
        # A class of the application's own may bear one of the names.
        prefix = "Trimaran" if used.keys() & definitions.keys() else ""
        references = {name: f"{_REF}{prefix}{name}" for name in used}
        for name in used:
            definitions[prefix + name] = _referring(SCHEMAS[name], references)
        for name, slot in self._faults:
            slot["$ref"] = references[name]


def _referring(schema: Any, references: Mapping[str, str]) -> Any:
    """Return a schema whose bare references lead to the components."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return {"$ref": references[schema["$ref"]]}
        return {key: _referring(value, references) for key, value in schema.items()}
    return [_referring(one, references) for one in schema] if isinstance(schema, list) else schema


def _differing(inputs: Mapping[str, JSON], outputs: Mapping[str, JSON]) -> set[str]:
    """Return the names that mean one thing in requests and another in answers.

    What refers to such a name differs too.
    """
    shared = inputs.keys() & outputs.keys()
    differing = {name for name in shared if inputs[name] != outputs[name]}
    while True:
        more = {
            name
            for name in shared - differing
            if any(_refers(inputs[name], _REF + other) for other in differing)
        }
        if not more:
            return differing
        differing |= more


def _refers(schema: Any, reference: str) -> bool:
    if isinstance(schema, dict):
        return any(_refers(value, reference) for value in schema.values())
    if isinstance(schema, list):
        return any(_refers(value, reference) for value in schema)
    return bool(schema == reference)


def _rewrite(schema: Any, new: Mapping[str, str]) -> Any:
    if isinstance(schema, dict):
        return {key: _rewrite(value, new) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_rewrite(value, new) for value in schema]
    return new.get(schema, schema) if isinstance(schema, str) else schema
