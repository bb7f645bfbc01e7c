"""What a server needs of an application: the other side of ``http.endpoint``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trimaran.http.endpoint import Endpoint


class Application(Protocol):
    """An application that a server can run; ``trimaran.App`` is one."""

    def resolve(self, method: str, path: str, /) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return the endpoint for a request and its path parameters.

        path: percent-decoded, begins with ``/``. There is an endpoint for every request: one that
        answers 404 or 405 where no route matches, and GET's own for HEAD. Never raises.
        """
        raise NotImplementedError

    async def startup(self) -> None:
        """Compile the routes and enter the lifespan; raises when it cannot start."""

    async def shutdown(self) -> None:
        """Leave the lifespan and close what was opened, once, after the last answer."""
