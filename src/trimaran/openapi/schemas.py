"""The schemas of a document: asked for one by one, made all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from trimaran.schema import components

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON: TypeAlias = dict[str, Any]
Mode: TypeAlias = Literal["input", "output"]

_REF = "#/components/schemas/"

_VALIDATION_ERROR: JSON = {
    "title": "ValidationError",
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {
        "loc": {
            "title": "Location",
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "msg": {"title": "Message", "type": "string"},
        "type": {"title": "Error Type", "type": "string"},
        "input": {"title": "Input"},
        "ctx": {"title": "Context", "type": "object"},
    },
}


class Schemas:
    """Hands out empty schemas, and fills them when all types are known.

    All at once, since the name of a class in ``components`` depends on the others: two classes of
    one name are told apart by their modules.

    problem_details: faults are answered in RFC 9457's form
    """

    def __init__(self, *, problem_details: bool = False) -> None:
        self._problem_details = problem_details
        self._slots: dict[Mode, list[tuple[Any, JSON, JSON]]] = {"input": [], "output": []}
        self._faults: list[JSON] = []
        self._own: dict[str, JSON] = {}

    def of(self, type_: Any, mode: Mode, extra: Mapping[str, Any] | None = None) -> JSON:
        """Return the schema of a type, with more keywords beside it; empty until ``fill``."""
        slot: JSON = {}
        self._slots[mode].append((type_, slot, dict(extra or {})))
        return slot

    def named(self, name: str, schema: JSON) -> JSON:
        """Put a schema of one's own among the components and return a reference to it."""
        self._own[name] = schema
        return {"$ref": _REF + name}

    @property
    def fault_media_type(self) -> str:
        """The media type of answers for faults."""
        return "application/problem+json" if self._problem_details else "application/json"

    def validation_error(self) -> JSON:
        """Return the schema of a 422 answer, as FastAPI describes it."""
        slot: JSON = {}
        self._faults.append(slot)
        return slot

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
        if not self._faults:
            return
        # A class of the application's own may bear either name.
        prefix = "Trimaran" if {"ValidationError", "HTTPValidationError"} & set(definitions) else ""
        one, every = f"{prefix}ValidationError", f"{prefix}HTTPValidationError"
        definitions[one] = _VALIDATION_ERROR
        if self._problem_details:
            definitions[every] = _problem({"$ref": _REF + one})
            for slot in self._faults:
                slot["$ref"] = _REF + every
            return
        detail = {"title": "Detail", "type": "array", "items": {"$ref": _REF + one}}
        definitions[every] = {
            "title": "HTTPValidationError",
            "type": "object",
            "properties": {"detail": detail},
        }
        for slot in self._faults:
            slot["$ref"] = _REF + every


def _problem(fault: JSON) -> JSON:
    """Return the schema of the problem details of a request that is not valid."""
    return {
        "title": "HTTPValidationError",
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"title": "Type", "type": "string", "format": "uri-reference"},
            "title": {"title": "Title", "type": "string"},
            "status": {"title": "Status", "type": "integer"},
            "detail": {"title": "Detail", "type": "string"},
            "errors": {"title": "Errors", "type": "array", "items": fault},
        },
    }


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
