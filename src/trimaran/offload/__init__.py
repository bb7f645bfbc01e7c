"""What keeps the event loop free: the guard that names what blocks it."""

from trimaran.offload.guard import LoopGuard, LoopLag, loop_lag

__all__ = ["LoopGuard", "LoopLag", "loop_lag"]
