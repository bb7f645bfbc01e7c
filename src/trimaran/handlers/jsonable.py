"""``jsonable_encoder``: a value as what ``json.loads`` would give for its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.handlers.shape import Shape
from trimaran.handlers.shaping import shaped
from trimaran.schema.hooks import encode_hook

if TYPE_CHECKING:
    from collections.abc import Callable

_LISTS = (list, tuple, set, frozenset)


def jsonable_encoder(
    obj: Any,
    include: Any = None,
    exclude: Any = None,
    by_alias: bool = True,
    exclude_unset: bool = False,
    exclude_defaults: bool = False,
    exclude_none: bool = False,
    custom_encoder: Mapping[type, Callable[[Any], Any]] | None = None,
) -> Any:
    """Return a value as dictionaries, lists, texts, numbers, booleans and None.

    What stands in the result is what an answer of the value would say: dates in ISO 8601, a Decimal
    as its exact text, an object without a type of its own as its attributes. The options mean what
    a route's ``response_model_...`` do.

    custom_encoder: class to what gives a plain value for it; looked for in dictionaries and lists

    Raises ``TypeError`` for a value that no JSON stands for.
    """
    shape = Shape(
        include=include,
        exclude=exclude,
        by_alias=by_alias,
        exclude_unset=exclude_unset,
        exclude_defaults=exclude_defaults,
        exclude_none=exclude_none,
    )
    value = _customized(obj, custom_encoder) if custom_encoder else obj
    return msgspec.json.decode(msgspec.json.encode(shaped(value, shape), enc_hook=_attributes))


def _customized(value: Any, encoders: Mapping[type, Callable[[Any], Any]]) -> Any:
    """Return a value with what the custom encoders give in place of what they know."""
    encoder = encoders.get(type(value))
    if encoder is None:
        known = (own for kind, own in encoders.items() if isinstance(value, kind))
        encoder = next(known, None)
    if encoder is not None:
        return encoder(value)
    if isinstance(value, Mapping):
        return {name: _customized(item, encoders) for name, item in value.items()}
    if isinstance(value, _LISTS):
        return [_customized(item, encoders) for item in value]
    return value


def _attributes(value: Any) -> Any:
    """Return an object's attributes where nothing else says how it is written."""
    try:
        return encode_hook(value)
    except TypeError:
        if isinstance(value, type) or not hasattr(value, "__dict__"):
            raise
        return {name: item for name, item in vars(value).items() if not name.startswith("_")}
