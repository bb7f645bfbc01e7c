"""Defaults of parameters: of their type, or refused when the application starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError
from trimaran.handlers.signature import where_of
from trimaran.schema import adapter_for

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = (bool, int, float, str, list, dict, set, tuple)
_WRONG = ("_type", "_parsing", "_error", "_from_float", "enum")


def typed_default(name: str, tp: Any, default: Any, call: Callable[..., Any]) -> Any:
    """Return a default as its type has it: ``"red"`` as ``Colour.RED``.

    None and objects of a class of one's own stand for themselves, as does a default beyond the
    type's limits. Raises ``ConfigurationError`` for a value of another type.
    """
    if type(default) not in _PLAIN:
        return default
    adapter = adapter_for(tp)
    fits = getattr(adapter, "fits", None)
    if fits is None or fits(default):
        return default
    try:
        return adapter.convert(default)
    except (ValueError, TypeError, ArithmeticError, LookupError):
        faults = adapter.errors(default)
    if not any(
        fault["type"].endswith(_WRONG) and fault["type"] != "value_error" for fault in faults
    ):
        return default
    shown = tp.__name__ if isinstance(tp, type) else str(tp)
    what = f"The default of {name!r} is {default!r}, which is not {shown}: {faults[0]['msg']}."
    mend = "Give it a default of its type, or annotate what the default is."
    raise ConfigurationError("TRI-ROUTE-013", what, mend, where=where_of(call))
