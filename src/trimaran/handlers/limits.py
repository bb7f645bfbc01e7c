"""A time limit around an endpoint, for the routes that ask for one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from trimaran.errors import HTTPException
from trimaran.http import Response

if TYPE_CHECKING:
    from trimaran.handlers.fault_handlers import FaultHandlers
    from trimaran.http import Endpoint, Request


def timed(inner: Endpoint, seconds: float, faults: FaultHandlers) -> Endpoint:
    """Return an endpoint that answers 504 where another takes too many seconds.

    What the other waits for is cancelled; a function in a thread goes on, and nobody waits for it.
    """

    async def within(request: Request, answer: Any) -> bytes | Response:
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await answer  # type: ignore[no-any-return]  # as an endpoint's run returns
        except TimeoutError:
            if not limit.expired():
                raise
        late = HTTPException(504, "The answer took too long.")
        settled = faults.answer(request, late)
        return settled if isinstance(settled, Response) else await settled

    def run(request: Request) -> Any:
        answer = inner.run(request)
        return answer if isinstance(answer, bytes | Response) else within(request, answer)

    return inner.around(run)
