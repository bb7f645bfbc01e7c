"""Coroutines that cannot suspend, run in one step without a task of their own."""

from __future__ import annotations

from types import coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

    from trimaran.types import AnyCoroutine


class _Raised:
    """What a coroutine raised, on its way out of the driver."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException | None = error


@coroutine
def _drive() -> Generator[Any, Any, None]:
    """Yield the result of each coroutine that is sent in.

    ``yield from`` takes a coroutine's result in C; ``coroutine.send`` makes and raises a
    StopIteration for it, which costs as much again as a small handler.
    """
    current: Any = yield
    while True:
        try:
            while True:
                current = yield (yield from current)
        except GeneratorExit:  # the interpreter ends
            return
        except BaseException as error:  # noqa: BLE001  it is raised again where it belongs
            raised = _Raised(error)
        out, raised = raised, None  # type: ignore[assignment]  # keeps no traceback alive
        current = yield out


def _make_driver() -> Any:
    driver: Any = _drive()
    driver.send(None)
    return driver.send


_send = _make_driver()


def step(current: AnyCoroutine) -> Any:
    """Return the result of a coroutine that never suspends, or raise what it raises."""
    try:
        result = _send(current)
    except (ValueError, StopIteration):
        # The driver is running, in another thread or further up this stack, or it has ended.
        return _step_alone(current)
    if type(result) is _Raised:
        error, result.error = result.error, None
        assert error is not None  # noqa: S101  set where it was made, for the type checker
        raise error
    return result


def _step_alone(current: AnyCoroutine) -> Any:
    try:
        current.send(None)
    except StopIteration as stop:
        return stop.value
    current.close()
    message = "a coroutine without a single await has suspended"
    raise RuntimeError(message)
