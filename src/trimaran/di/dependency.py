"""``Depends``: what a parameter is given comes from calling something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Scope: TypeAlias = Literal["function", "request", "app"]
"""How long a value lives: until the handler has returned, until the answer is sent, until the
application ends."""


class Dependency(msgspec.Struct, frozen=True):
    """What ``Depends()`` and ``Security()`` return.

    dependency: None where the parameter's annotation is to be called
    use_cache:  False calls it again for each parameter, True once a request
    scope:      None: ``request`` for one that yields, else as long as what needs it
    scopes:     OAuth2 scopes that it asks for
    """

    dependency: Callable[..., Any] | None = None
    use_cache: bool = True
    scope: Scope | None = None
    scopes: tuple[str, ...] = ()


def Depends(  # noqa: N802  FastAPI's name, which its users know
    dependency: Callable[..., Any] | None = None,
    *,
    use_cache: bool = True,
    scope: Scope | None = None,
) -> Any:
    """Fill a parameter with what the dependency returns or yields.

    ``user: Annotated[User, Depends(current_user)]``, ``user: User = Depends(current_user)``, or
    in ``dependencies=[Depends(check)]`` of a route, a router or the application. The dependency
    has parameters of its own, like a handler. An exception in the handler is thrown in at its
    ``yield``.

    scope: what follows its ``yield`` runs after the answer is sent (``request``, the default),
           after the handler has returned and before the answer is sent (``function``), or when the
           application ends (``app``: made once, for all requests)
    """
    if scope is not None and scope not in get_args(Scope):
        message = f"scope is {scope!r}; it is 'function', 'request' or 'app'"
        raise ValueError(message)
    if scope == "app" and not use_cache:
        message = "what lives as long as the application is made once: use_cache=False has no place"
        raise ValueError(message)
    return Dependency(dependency, use_cache, scope)


def Security(  # noqa: N802  FastAPI's name, which its users know
    dependency: Callable[..., Any] | None = None,
    *,
    scopes: Sequence[str] | None = None,
    use_cache: bool = True,
) -> Any:
    """Fill a parameter as ``Depends`` does, and ask for OAuth2 scopes.

    A dependency further down the chain is told them by a parameter ``scopes: SecurityScopes``; the
    documentation lists them with the route's security scheme.
    """
    if isinstance(scopes, str):
        message = f"scopes is the text {scopes!r}; write [{scopes!r}]"
        raise TypeError(message)
    return Dependency(dependency, use_cache, None, tuple(scopes or ()))
