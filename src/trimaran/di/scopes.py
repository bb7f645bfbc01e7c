"""``SecurityScopes``: the OAuth2 scopes that a chain of dependencies asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SecurityScopes:
    """The scopes asked for by everything between the route and this dependency.

    A parameter annotated with it is given them: those of ``Security(..., scopes=[...])`` along
    the chain, the outermost first, each once.
    """

    __slots__ = ("_scopes", "scope_str")

    def __init__(self, scopes: Iterable[str] | None = None) -> None:
        self._scopes = tuple(scopes or ())
        self.scope_str = " ".join(self._scopes)
        """The scopes with spaces between, as OAuth2 writes them."""

    @property
    def scopes(self) -> list[str]:
        """The scopes; a list of the caller's own."""
        return list(self._scopes)

    def __repr__(self) -> str:
        return f"SecurityScopes({self.scopes})"
