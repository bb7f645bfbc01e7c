"""A middleware class with its options, as ``App(middleware=[...])`` takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Middleware:
    """A middleware of an application to be made; Starlette's form.

    ``App(middleware=[Middleware(CORSMiddleware, allow_origins=["*"])])``

    cls: a class of this framework's middleware or of ASGI's
    """

    def __init__(self, cls: Any, *args: Any, **kwargs: Any) -> None:
        self.cls = cls
        self.args = args
        self.kwargs = kwargs

    def __iter__(self) -> Iterator[Any]:
        return iter((self.cls, self.args, self.kwargs))

    def __repr__(self) -> str:
        given = [
            *map(repr, self.args),
            *(f"{name}={value!r}" for name, value in self.kwargs.items()),
        ]
        return f"Middleware({', '.join([getattr(self.cls, '__name__', repr(self.cls)), *given])})"
