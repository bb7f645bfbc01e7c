"""From method and path to what stands there, and back from a name to a path."""

from trimaran.routing.converters import Converter
from trimaran.routing.table import RouteTable

__all__ = ["Converter", "RouteTable"]
