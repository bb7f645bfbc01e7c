"""Read, check, write and describe values: msgspec's, Pydantic's, dataclasses."""

from __future__ import annotations

from trimaran.schema.adapter import Adapter, adapter_for
from trimaran.schema.components import components
from trimaran.schema.constraints import Bounds, Limits, constrained
from trimaran.schema.faults import Fault, Loc
from trimaran.schema.msgspec_adapter import encode_any

__all__ = [
    "Adapter",
    "Bounds",
    "Fault",
    "Limits",
    "Loc",
    "adapter_for",
    "components",
    "constrained",
    "encode_any",
]
