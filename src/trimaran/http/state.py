"""A place for whatever an application wants to hang on a request or on itself."""

from __future__ import annotations

from typing import Any


class State:
    """An object that takes any attribute: ``request.state.user = user``."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    @classmethod
    def of(cls, values: dict[str, Any]) -> State:
        """Return the state that a dictionary holds: what one is given, the other has."""
        state = cls()
        object.__setattr__(state, "__dict__", values)
        return state

    def __getattr__(self, name: str) -> Any:
        present = ", ".join(sorted(self.__dict__)) or "nothing"
        message = f"The state has no {name!r}; it holds {present}."
        raise AttributeError(message, name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__

    def __repr__(self) -> str:
        return f"State({', '.join(sorted(self.__dict__))})"
