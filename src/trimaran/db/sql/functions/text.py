"""Functions of texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.db.sql import kinds
from trimaran.db.sql.functions.base import (
    MISUSE,
    Func,
    One,
    Value,
    argument_term,
    checked_count,
    refused,
)
from trimaran.db.sql.terms import Call, Literal

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term


_COLLATION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,62}")


class _TextFunc(One):
    __slots__ = ()

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return text."""
        return kinds.TEXT


class Lower(_TextFunc):
    """A text in lower case; SQLite changes ASCII letters only."""

    __slots__ = ()
    name = "lower"


class Upper(_TextFunc):
    """A text in upper case; SQLite changes ASCII letters only."""

    __slots__ = ()
    name = "upper"


class Trim(_TextFunc):
    """A text without blanks at both ends."""

    __slots__ = ()
    name = "trim"


class LTrim(_TextFunc):
    """A text without blanks at its beginning."""

    __slots__ = ()
    name = "ltrim"


class RTrim(_TextFunc):
    """A text without blanks at its end."""

    __slots__ = ()
    name = "rtrim"


class Length(_TextFunc):
    """How many characters a text has."""

    __slots__ = ()
    name = "length"

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class Concat(Func):
    """Texts joined, NULL as an empty one: ``Concat("first", Value(" "), "last")``."""

    __slots__ = ()
    name = "concat"
    least = 2

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return text."""
        return kinds.TEXT


class Substr(Func):
    """A part of a text: from a position, the first being 1, and at most so long."""

    __slots__ = ()
    name = "substr"

    def __init__(self, expression: Any, position: int, length: int | None = None) -> None:
        if type(position) is not int or position < 1:
            raise refused(MISUSE, f"Substr begins at {position!r:.40}.", "Positions begin at 1.")
        if length is not None and (type(length) is not int or length < 0):
            raise refused(MISUSE, f"Substr is {length!r:.40} long.", "Give 0 or more.")
        super().__init__(expression, position, *(() if length is None else (length,)))

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        text, *numbers = self.arguments
        places = [Literal(number, kinds.INT) for number in numbers]
        return Call(self.name, [argument_term(scope, text), *places], kinds.TEXT)


class Replace(Func):
    """A text with every occurrence of one part replaced by another."""

    __slots__ = ()
    name = "replace"

    def __init__(self, expression: Any, text: str, replacement: str = "") -> None:
        super().__init__(expression, Value(text), Value(replacement))

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return text."""
        return kinds.TEXT


class Reverse(_TextFunc):
    """A text, its last character first."""

    __slots__ = ()
    name = "reverse"


class Ord(_TextFunc):
    """The number of a text's first character (its Unicode code point)."""

    __slots__ = ()
    name = "ord"

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class Chr(_TextFunc):
    """The character of a number (a Unicode code point)."""

    __slots__ = ()
    name = "chr"


class _Sized(_TextFunc):
    """A function of a text and of a number that is part of it."""

    __slots__ = ("length",)

    def __init__(self, expression: Any, length: int) -> None:
        super().__init__(expression)
        self.length = checked_count(self, length)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        terms = [argument_term(scope, argument) for argument in self.arguments]
        return Call(self.name, terms, kinds.TEXT, option=self.length)


class Left(_Sized):
    """The first so many characters of a text."""

    __slots__ = ()
    name = "left"


class Right(_Sized):
    """The last so many characters of a text."""

    __slots__ = ()
    name = "right"


class Repeat(_Sized):
    """A text so many times."""

    __slots__ = ()
    name = "repeat"


class LPad(_Sized):
    """A text filled up on the left, or cut, to so many characters."""

    __slots__ = ()
    name = "lpad"

    def __init__(self, expression: Any, length: int, fill_text: Any = " ") -> None:
        super().__init__(expression, length)
        fill = Value(fill_text) if isinstance(fill_text, str) else fill_text
        self.arguments = (expression, fill)


class RPad(LPad):
    """A text filled up on the right, or cut, to so many characters."""

    __slots__ = ()
    name = "rpad"


class StrIndex(Func):
    """The place of a text inside another, the first being 1; 0 where it is not there."""

    __slots__ = ()
    name = "str_index"

    def __init__(self, string: Any, substring: Any) -> None:
        super().__init__(string, substring)

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class _Hash(_TextFunc):
    __slots__ = ()
    name = "hash"
    algorithm: ClassVar[str]

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term = argument_term(scope, self.arguments[0])
        return Call(self.name, [term], kinds.TEXT, option=self.algorithm)


class MD5(_Hash):
    """The MD5 hash of a text, as hexadecimal digits."""

    __slots__ = ()
    algorithm = "md5"


class SHA1(_Hash):
    """The SHA1 hash of a text, as hexadecimal digits."""

    __slots__ = ()
    algorithm = "sha1"


class SHA224(_Hash):
    """The SHA224 hash of a text, as hexadecimal digits."""

    __slots__ = ()
    algorithm = "sha224"


class SHA256(_Hash):
    """The SHA256 hash of a text, as hexadecimal digits."""

    __slots__ = ()
    algorithm = "sha256"


class SHA384(_Hash):
    """The SHA384 hash of a text, as hexadecimal digits."""

    __slots__ = ()
    algorithm = "sha384"


class SHA512(_Hash):
    """The SHA512 hash of a text, as hexadecimal digits."""

    __slots__ = ()
    algorithm = "sha512"


class Collate(One):
    """A text that compares by the rules of a collation: ``Collate("name", "nocase")``."""

    __slots__ = ("collation",)
    name = "collate"

    def __init__(self, expression: Any, collation: str) -> None:
        super().__init__(expression)
        if not _COLLATION.fullmatch(collation):
            raise refused(
                MISUSE,
                f"Collate was given the collation {collation!r:.80}.",
                "Give its name: letters, digits, '_', '-', '.'.",
            )
        self.collation = collation

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term = argument_term(scope, self.arguments[0])
        return Call(self.name, [term], kinds.TEXT, option=self.collation)
