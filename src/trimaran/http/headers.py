"""Header fields: a read-only view of a request's, a checked one of a response's."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from trimaran.errors import InvalidHeaderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimaran.types import RawHeaders

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# RFC 9110, 5.5, takes visible characters, space and tab. Other controls are refused beside CR, LF
# and NUL, since proxies disagree about them.
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

SERVER_OWNED = frozenset({b"content-length", b"transfer-encoding", b"date"})
"""Headers that the server writes itself: a second one would break the message's framing."""


class Headers(Mapping[str, str]):
    """Header fields by name, in any case. Values are decoded as Latin-1.

    ``headers["accept"]`` is the first field of that name, ``headers.getlist("accept")`` all of
    them. ``headers.raw`` is the list itself. ``MutableHeaders(scope=message)`` changes those of an
    ASGI message.
    """

    __slots__ = ("raw",)

    def __init__(
        self,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        *,
        raw: RawHeaders | None = None,
        scope: MutableMapping[str, Any] | None = None,
    ) -> None:
        if scope is not None:  # ASGI's, or a message of it: what is changed here is changed there
            raw = scope["headers"] = list(scope["headers"])
        self.raw: RawHeaders = [] if raw is None else raw
        if headers is not None:
            self.raw += encode_headers(headers)

    def __getitem__(self, name: str) -> str:
        wanted = _lower(name)
        for key, value in self.raw:
            if key.lower() == wanted:
                return value.decode("latin-1")
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        wanted = _lower(name)
        return any(key.lower() == wanted for key, _ in self.raw)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.decode("latin-1").lower() for key, _ in self.raw))

    def __len__(self) -> int:
        return len({key.lower() for key, _ in self.raw})

    def getlist(self, name: str) -> list[str]:
        """Return the values of every field of this name, in order."""
        wanted = _lower(name)
        return [value.decode("latin-1") for key, value in self.raw if key.lower() == wanted]

    def multi_items(self) -> list[tuple[str, str]]:
        """Return every field, repeated names included; names in lower case."""
        return [(key.decode("latin-1").lower(), val.decode("latin-1")) for key, val in self.raw]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.multi_items()!r})"


class MutableHeaders(Headers, MutableMapping[str, str]):
    """A response's header fields: checked when they are set, kept in lower case.

    ``headers["x"] = "1"`` replaces, ``headers.add("x", "2")`` adds one more field. Setting
    ``content-length``, ``transfer-encoding`` or ``date`` is refused: the server writes those.
    """

    __slots__ = ()

    def __setitem__(self, name: str, value: str) -> None:
        field = encode_header(name, value)
        if field[0] in SERVER_OWNED:
            what = f"Header {name!r} belongs to the server, which writes it from the body it sends."
            raise InvalidHeaderError("TRI-HTTP-004", what, "Leave it out.")
        fields = self.raw
        places = [at for at, (key, _) in enumerate(fields) if key.lower() == field[0]]
        if not places:
            fields.append(field)
            return
        fields[places[0]] = field
        for at in reversed(places[1:]):
            del fields[at]

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        wanted = _lower(name)
        self.raw[:] = [field for field in self.raw if field[0].lower() != wanted]

    def add(self, name: str, value: str) -> None:
        """Add a field, beside those that already have its name."""
        self.raw.append(encode_header(name, value))

    append = add

    def add_vary_header(self, vary: str) -> None:
        """Add a name to ``Vary``, unless it stands there."""
        present = self.get("vary", "")
        names = [name.strip().lower() for name in present.split(",")]
        if vary.lower() not in names:
            self["vary"] = f"{present}, {vary}" if present else vary


def encode_header(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header field for the wire, its name in lower case.

    Raises ``InvalidHeaderError`` for a name that is no token (RFC 9110, 5.6.2) and for a value
    with control characters or characters outside Latin-1.
    """
    if _TOKEN.fullmatch(name) is None:
        what = f"Header name {name!r} is not a token."
        mend = "Use letters, digits and hyphens."
        raise InvalidHeaderError("TRI-HTTP-003", what, mend)
    if _VALUE.fullmatch(value) is None:
        what = f"The value of header {name!r} holds characters that a header cannot carry."
        mend = "Strip line ends and control characters; percent-encode what is not Latin-1."
        raise InvalidHeaderError("TRI-HTTP-003", what, mend)
    return name.lower().encode("ascii"), value.encode("latin-1")


def encode_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> RawHeaders:
    """Return header fields for the wire, without those that the server writes."""
    pairs: Any = headers.items() if isinstance(headers, Mapping) else headers
    fields = [encode_header(name, value) for name, value in pairs]
    return [field for field in fields if field[0] not in SERVER_OWNED]


def _lower(name: str) -> bytes:
    return name.lower().encode("latin-1", "replace")
