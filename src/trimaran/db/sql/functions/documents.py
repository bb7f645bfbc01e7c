"""Documents made by the database, and texts inside documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.db.sql import kinds
from trimaran.db.sql.conditions import column_of
from trimaran.db.sql.documents import Part
from trimaran.db.sql.expressions import Computed
from trimaran.db.sql.functions.base import MISUSE, Func, argument_term, refused
from trimaran.db.sql.terms import Call

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term


_LONGEST_KEY = 200


class JSONObject(Computed[Any]):
    """A document made of values: ``JSONObject(name="name", upper=Upper("name"))``."""

    __slots__ = ("fields",)

    def __init__(self, **fields: Any) -> None:
        for name in fields:
            if "\\" in name or "\0" in name or len(name) > _LONGEST_KEY:
                raise refused(
                    MISUSE, f"JSONObject has no key {name[:40]!r}.", "Use letters and digits."
                )
        self.fields = fields

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        terms = [argument_term(scope, value) for value in self.fields.values()]
        return Call("json_object", terms, kinds.JSON, option=tuple(self.fields))


class JSONArray(Func):
    """A list made of values: ``JSONArray("price", "pages")``."""

    __slots__ = ()
    name = "json_array"

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return a document."""
        return kinds.JSON

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        terms = [argument_term(scope, argument) for argument in self.arguments]
        return Call(self.name, terms, kinds.JSON)


class KT(Computed[str]):
    """The text that stands in a document: ``KT("data__owner__name")``."""

    __slots__ = ("name",)

    def __init__(self, lookup: str) -> None:
        self.name = lookup

    def __repr__(self) -> str:
        return f"KT({self.name!r})"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the part of the document, as a text."""
        found = column_of(scope, self.name, plain=False)
        if found.column.kind.sql != "json" or not found.path:
            raise refused(
                MISUSE,
                f"KT({self.name[:60]!r}) names no part of a document.",
                "Name a JSON field and a key of it: KT('data__owner').",
            )
        return Part(found, as_text=True)
