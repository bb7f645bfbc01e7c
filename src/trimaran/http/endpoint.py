"""A compiled route, as a server sees it: the seam between servers and handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from trimaran.http.body_limits import DEFAULT_MAX_BODY
from trimaran.http.wire import encode_head

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from trimaran.http.request import Request
    from trimaran.http.response import Response
    from trimaran.types import RawHeaders

    Run: TypeAlias = Callable[[Request], bytes | Response | Coroutine[Any, Any, bytes | Response]]

BodyMode: TypeAlias = Literal["none", "whole", "stream"]


class Endpoint:
    """One compiled route.

    ``run(request)``, called in a context of the request's own, returns one of three things, and
    never raises but ``CancelledError``:

    - ``bytes``: the whole body of an answer whose status and headers are the route's own constants
      (``status``, ``headers``, or ``head`` ready for the wire);
    - a ``Response``;
    - a coroutine that returns one of the two. The server runs it in a task of its own.

    A route that cannot suspend returns its answer at once, so that no task is made for it.

    body_mode: ``none``: the handler takes no body; the server reads it and drops it.
               ``whole``: the server collects the body first; ``request.body_bytes`` is set.
               ``stream``: the handler is started when the headers are complete; a request that
               announces a body gets a ``BodyStream``, any other gets ``b""``.
    max_body:  bytes; a larger body is answered 413
    head:      status line and headers up to and including ``content-length: ``
    label:     ``GET /films/{id}``, for logs and metrics
    route:     what was declared; None for what no route answers
    cancel_on_disconnect: whether what waits for an answer is cancelled when its client leaves
    """

    __slots__ = (
        "body_mode",
        "cancel_on_disconnect",
        "head",
        "headers",
        "label",
        "max_body",
        "route",
        "run",
        "status",
    )

    def __init__(
        self,
        run: Run,
        *,
        status: int = 200,
        headers: RawHeaders | None = None,
        body_mode: BodyMode = "none",
        max_body: int = DEFAULT_MAX_BODY,
        label: str = "",
        cancel_on_disconnect: bool = False,
        route: Any = None,
    ) -> None:
        self.run = run
        self.route = route
        self.status = status
        self.headers = headers if headers is not None else [(b"content-type", b"application/json")]
        self.head = encode_head(status, self.headers) + b"content-length: "
        self.body_mode: BodyMode = body_mode
        self.max_body = max_body
        self.label = label
        self.cancel_on_disconnect = cancel_on_disconnect

    def around(self, run: Run, *, body_mode: BodyMode | None = None) -> Endpoint:
        """Return an endpoint like this one that runs something else, which calls this one."""
        return Endpoint(
            run,
            status=self.status,
            headers=self.headers,
            body_mode=self.body_mode if body_mode is None else body_mode,
            max_body=self.max_body,
            label=self.label,
            cancel_on_disconnect=self.cancel_on_disconnect,
            route=self.route,
        )
