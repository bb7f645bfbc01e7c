"""Parameter models: several values of a query, a head or cookies as one object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.handlers.parameters import ParameterMarker
from trimaran.handlers.plan import Parameter, ParameterModel
from trimaran.handlers.route import UNSET
from trimaran.handlers.sources import INVALID, Sources, absent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trimaran.handlers.plan import BodyField
    from trimaran.http import Request
    from trimaran.schema import Fault
    from trimaran.schema.text_objects import TextField


def parameter_model(name: str, tp: Any, default: Any, marker: ParameterMarker) -> ParameterModel:
    """Return the input that a class with fields is.

    Raises ``TypeError`` for a type that is none, and for a field that text does not stand for.
    """
    from trimaran.schema.text_objects import text_object, without_none

    tp = without_none(tp)
    reader = text_object(tp)
    optional = default is not UNSET or marker.default_factory is not None
    return ParameterModel(
        name=name,
        alias=name,
        place=marker.place,
        type=tp,
        required=not optional,
        default=default,
        marker=marker,
        members=tuple(_member(field, marker) for field in reader.fields.values()),
    )


def _member(field: TextField, marker: ParameterMarker) -> Parameter:
    default = UNSET if field.default is msgspec.NODEFAULT else field.default
    return Parameter(
        name=field.name,
        alias=_alias(field, marker),
        place=marker.place,
        type=field.type,
        required=field.required,
        default=default,
        marker=ParameterMarker(
            place=marker.place,
            deprecated=marker.deprecated,
            include_in_schema=marker.include_in_schema,
        ),
    )


def _alias(field: TextField, marker: ParameterMarker) -> str:
    """Return a field's name in its place: one without an alias has hyphens in a header."""
    hyphens = marker.underscores and field.wire == field.name
    return field.wire.replace("_", "-") if hyphens else field.wire


def model_takers(inputs: Sequence[Parameter | BodyField]) -> dict[int, ModelTaker]:
    """Return a taker for each parameter model among a route's inputs, by identity."""
    models = [source for source in inputs if isinstance(source, ParameterModel)]
    return {id(model): ModelTaker(model, _others(model, inputs)) for model in models}


def _others(model: ParameterModel, inputs: Iterable[Parameter | BodyField]) -> set[str]:
    """Return the names that others take from a model's place, and so are not extra."""
    names: set[str] = set()
    for source in inputs:
        if isinstance(source, Parameter) and source.place == model.place and source is not model:
            members = source.members if isinstance(source, ParameterModel) else (source,)
            names |= {member.alias for member in members}
    return names


class ModelTaker:
    """Takes one parameter model.

    others: names in its place that are not its own, and not extra either
    keeps_others: whether it needs every value of a query's other names
    """

    def __init__(self, model: ParameterModel, others: set[str]) -> None:
        from trimaran.schema.text_objects import text_object

        self._model = model
        self._reader = text_object(model.type)
        self._fields = [
            (member.alias, field.wire, field.many)
            for member, field in zip(model.members, self._reader.fields.values(), strict=True)
        ]
        self._sent: dict[str | int, str] = {
            wire: alias for alias, wire, _ in self._fields if alias != wire
        }
        self.keeps_others = model.place == "query" and self._reader.heeds_others
        lower = model.place == "header"
        self._known = {name.lower() if lower else name for name in others}
        self._known |= {member.alias.lower() if lower else member.alias for member in model.members}

    def from_request(self, request: Request) -> Any:
        """Return the object, or the default where nothing of it was sent.

        Raises some ``Exception`` where anything is wrong.
        """
        return self._made(self._given(Sources(request)))

    def from_query(self, query: Mapping[str, Any]) -> Any:
        """Return the same of a query's values by name, or of the lists of them."""
        given: dict[str, Any] = {}
        for alias, wire, many in self._fields:
            value = query.get(alias)
            if value is not None:
                given[wire] = value if many or isinstance(value, str) else value[-1]
        if self._reader.heeds_others:
            given |= {
                name: value[0] if isinstance(value, list) and len(value) == 1 else value
                for name, value in query.items()
                if name not in self._known
            }
        return self._made(given)

    def _made(self, given: dict[str, Any]) -> Any:
        if not given and not self._model.required:
            return absent(self._model, (), [])
        return self._reader.make(given)

    def take(self, sources: Sources, faults: list[Fault]) -> Any:
        """Return the object, or ``INVALID`` and add its faults to the list."""
        model = self._model
        given = self._given(sources)
        if not given and not model.required:
            return absent(model, (), [])
        value, found = self._reader.read(given, (model.place,))
        if not found:
            return value
        faults += map(self._located, found)
        return INVALID

    def _located(self, fault: Fault) -> Fault:
        """Return a fault at the name that a client sends: ``x-tag``, not ``x_tag``."""
        loc = fault["loc"]
        sent = self._sent.get(loc[1]) if len(loc) > 1 else None
        return fault if sent is None else {**fault, "loc": [loc[0], sent, *loc[2:]]}

    def _given(self, sources: Sources) -> dict[str, str | list[str]]:
        place = self._model.place
        given: dict[str, str | list[str]] = {}
        for alias, wire, many in self._fields:
            texts = sources.get(place, alias)
            if texts:
                given[wire] = texts if many else sources.single(place, texts)
        if self._reader.heeds_others:
            for name in sources.names(place):
                if name not in self._known:
                    texts = sources.get(place, name)
                    given[name] = texts[0] if len(texts) == 1 else texts
        return given


def take_line(need: Callable[[str, Any], str], name: str, taker: ModelTaker, place: str) -> str:
    """Return the source that takes a model; ``need`` puts a name into its scope."""
    if place == "query":
        return f"{need(f'take_{name}', taker.from_query)}(query)"
    return f"{need(f'take_{name}', taker.from_request)}(request)"
