"""Full-text search and likeness, on PostgreSQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trimaran.db.sql import kinds
from trimaran.db.sql.conditions import resolve_term
from trimaran.db.sql.expressions import Computed, Test
from trimaran.db.sql.functions.base import MISUSE, Func, Value, argument_term, refused
from trimaran.db.sql.terms import Call, Compare

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Node, Term

_CONFIG = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_TYPES = ("plain", "phrase", "raw", "websearch")
_SETTINGS = {
    "start_sel": "StartSel",
    "stop_sel": "StopSel",
    "max_words": "MaxWords",
    "min_words": "MinWords",
    "short_word": "ShortWord",
    "highlight_all": "HighlightAll",
    "max_fragments": "MaxFragments",
    "fragment_delimiter": "FragmentDelimiter",
}


def _config(config: str) -> str:
    if not _CONFIG.fullmatch(config):
        raise refused(
            MISUSE, f"{config!r:.40} is no search configuration.", "Give 'english', 'simple', ..."
        )
    return config


class SearchVector(Func):
    """Fields as one text to search: ``SearchVector("title", "body", weight="A")``.

    Join several by ``+``. Without an index it is computed for every row.
    """

    __slots__ = ("config", "weight")
    name = "search_vector"

    def __init__(self, *expressions: Any, config: str = "english", weight: str = "") -> None:
        super().__init__(*expressions)
        if weight not in ("", "A", "B", "C", "D"):
            raise refused(MISUSE, f"{weight!r:.20} is no weight.", "Give A, B, C or D.")
        self.config = _config(config)
        self.weight = weight

    def __add__(self, other: Any) -> SearchVectors:  # type: ignore[override]  # vectors are joined
        return SearchVectors("search_vectors", self, other)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the vector."""
        terms = [argument_term(scope, argument) for argument in self.arguments]
        return Call(self.name, terms, kinds.SEARCH, option=(self.config, self.weight))


class SearchVectors(Computed[Any]):
    """Vectors, or queries, joined."""

    __slots__ = ("left", "operation", "right")

    def __init__(self, operation: str, left: Any, right: Any) -> None:
        self.operation = operation
        self.left = left
        self.right = right

    def __add__(self, other: Any) -> SearchVectors:  # type: ignore[override]  # vectors are joined
        return SearchVectors("search_vectors", self, other)

    def __and__(self, other: Any) -> SearchVectors:
        return SearchVectors("search_and", self, other)

    def __or__(self, other: Any) -> SearchVectors:
        return SearchVectors("search_or", self, other)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return both, joined."""
        sides = [resolve_term(scope, self.left), resolve_term(scope, self.right)]
        return Call(self.operation, sides, kinds.SEARCH)


class SearchQuery(Func):
    """What is searched for: ``SearchQuery("greek OR odd", search_type="raw")``.

    Join several by ``&`` and ``|``.
    """

    __slots__ = ("config", "search_type")
    name = "search_query"

    def __init__(self, value: Any, *, config: str = "english", search_type: str = "plain") -> None:
        super().__init__(Value(value) if isinstance(value, str) else value)
        if search_type not in _TYPES:
            raise refused(
                MISUSE, f"{search_type!r:.40} is no type.", f"Give one of: {', '.join(_TYPES)}."
            )
        self.config = _config(config)
        self.search_type = search_type

    def __and__(self, other: Any) -> SearchVectors:
        return SearchVectors("search_and", self, other)

    def __or__(self, other: Any) -> SearchVectors:
        return SearchVectors("search_or", self, other)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the query."""
        terms = [resolve_term(scope, self.arguments[0], kinds.TEXT)]
        return Call(self.name, terms, kinds.SEARCH, option=(self.config, self.search_type))


class SearchRank(Computed[float]):
    """How well a text answers a query, a larger number being better."""

    __slots__ = ("option", "query", "vector")

    def __init__(
        self, vector: Any, query: Any, *, cover_density: bool = False, normalization: int = 0
    ) -> None:
        if type(normalization) is not int or not 0 <= normalization <= 63:
            raise refused(MISUSE, f"{normalization!r:.20} is no normalization.", "Give 0 to 63.")
        self.vector = SearchVector(vector) if isinstance(vector, str) else vector
        self.query = SearchQuery(query) if isinstance(query, str) else query
        self.option = (bool(cover_density), normalization)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the rank."""
        sides = [resolve_term(scope, self.vector), resolve_term(scope, self.query)]
        return Call("search_rank", sides, kinds.FLOAT, option=self.option)


class SearchHeadline(Computed[str]):
    """A text with what was found marked: ``SearchHeadline("body", query)``."""

    __slots__ = ("config", "expression", "query", "settings")

    def __init__(
        self, expression: Any, query: Any, *, config: str = "english", **settings: Any
    ) -> None:
        parts = []
        for name, value in settings.items():
            plain = str(value)
            if name not in _SETTINGS or re.search(r'["\\\0]', plain) or len(plain) > 100:
                raise refused(
                    MISUSE,
                    f"SearchHeadline takes no {name[:30]}={plain[:30]!r}.",
                    f"It takes {', '.join(_SETTINGS)}, without quotes and backslashes.",
                )
            parts.append(f'{_SETTINGS[name]}="{plain}"')
        self.expression = expression
        self.query = SearchQuery(query) if isinstance(query, str) else query
        self.config = _config(config)
        self.settings = ", ".join(parts)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the headline."""
        sides = [argument_term(scope, self.expression), resolve_term(scope, self.query)]
        return Call("search_headline", sides, kinds.TEXT, option=(self.config, self.settings))


class Search(Test):
    """Whether a vector answers a query: ``filter(Search("body", "greek"))``."""

    __slots__ = ("query", "vector")

    def __init__(self, vector: Any, query: Any) -> None:
        self.vector = SearchVector(vector) if isinstance(vector, str) else vector
        self.query = SearchQuery(query) if isinstance(query, str) else query

    def resolved(self, scope: Scope) -> Node:
        """Return the condition."""
        return Compare("matches", resolve_term(scope, self.vector), resolve_term(scope, self.query))


class TrigramSimilarity(Computed[float]):
    """How alike two texts are, 0 to 1 (the extension pg_trgm)."""

    __slots__ = ("expression", "string")
    function = "similarity"
    call = "trigram_similarity"

    def __init__(self, expression: Any, string: Any) -> None:
        self.expression = expression
        self.string = Value(string) if isinstance(string, str) else string

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        sides = [argument_term(scope, self.expression), resolve_term(scope, self.string)]
        return Call(self.call, self.ordered(sides), kinds.FLOAT, option=self.function)

    def ordered(self, sides: list[Term]) -> list[Term]:
        """Return the field and the text in the order that the function takes."""
        return sides


class TrigramDistance(TrigramSimilarity):
    """How unlike two texts are, 0 to 1 (the extension pg_trgm)."""

    __slots__ = ()
    call = "trigram_distance"


class TrigramWordSimilarity(TrigramSimilarity):
    """How alike a text is to the most similar part of a field (pg_trgm)."""

    __slots__ = ()
    function = "word_similarity"

    def ordered(self, sides: list[Term]) -> list[Term]:
        """Return the text first."""
        return sides[::-1]
