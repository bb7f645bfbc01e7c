"""``Content-Type`` taken apart (RFC 9110, 8.3)."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_ESSENCE = re.compile(rf"[ \t]*({_WORD}/{_WORD})[ \t]*(?:;|$)")
_PARAMETER = re.compile(rf"[ \t]*({_WORD})=(?:({_WORD})|\"((?:[^\"\\]|\\.)*)\")[ \t]*(?:;|$)")
_ESCAPED = re.compile(r"\\(.)")


class MediaType(NamedTuple):
    """A media type: ``essence`` in lower case, its parameters by name in lower case."""

    essence: str
    params: Mapping[str, str]


_NONE = MediaType("", MappingProxyType({}))


@lru_cache(maxsize=256)
def parse_media_type(value: str) -> MediaType:
    """Return the media type of a ``Content-Type``; an empty one for what is malformed.

    Of a repeated parameter the first stands.
    """
    found = _ESSENCE.match(value)
    if found is None:
        return _NONE
    params: dict[str, str] = {}
    place = found.end()
    while place < len(value):
        parameter = _PARAMETER.match(value, place)
        if parameter is None:
            return _NONE
        name, token, quoted = parameter.groups()
        params.setdefault(name.lower(), _ESCAPED.sub(r"\1", quoted) if token is None else token)
        place = parameter.end()
    return MediaType(found[1].lower(), MappingProxyType(params))
