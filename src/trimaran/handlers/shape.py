"""``response_model_include`` and its like, as a route declares them."""

from __future__ import annotations

from typing import Any

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What of an answer is sent, as a route's ``response_model_...`` options say.

    include, exclude: names of fields, ``{"title"}``, or nested: ``{"author": {"name"}}``,
                      ``{"tags": {"__all__": {"id"}}}``
    """

    include: Any = None
    exclude: Any = None
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False
    by_alias: bool = True


_PREFIX = "response_model_"
_DEFAULT = Shape()


def take_shape(options: dict[str, Any]) -> Shape | None:
    """Take the ``response_model_...`` options out; None where none says anything."""
    names = [name for name in Shape.__struct_fields__ if _PREFIX + name in options]
    given = {name: options.pop(_PREFIX + name) for name in names}
    said = {name: value for name, value in given.items() if value != getattr(_DEFAULT, name)}
    return Shape(**said) if said else None
