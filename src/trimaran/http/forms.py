"""Forms: their fields and files by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from trimaran.http.body_limits import DEFAULT_MAX_UPLOAD
from trimaran.http.upload import UploadFile

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
    from types import TracebackType


class FormLimits(NamedTuple):
    """What one form may hold; the size of the whole is the route's ``max_body``.

    max_part_size: bytes of a field that is no file
    max_inflated:  bytes of a body that came compressed
    """

    max_files: int = 1000
    max_fields: int = 1000
    max_part_size: int = 1024 * 1024
    max_inflated: int = DEFAULT_MAX_UPLOAD


class FormData(Mapping[str, "str | UploadFile"]):
    """The fields and files of a form by name; of a repeated one the last stands.

    ``form["tag"]`` is the last ``tag``, ``form.getlist("tag")`` all of them.
    """

    __slots__ = ("_items", "_last")

    def __init__(self, items: Iterable[tuple[str, str | UploadFile]] = ()) -> None:
        self._items = list(items)
        self._last = dict(self._items)

    def __getitem__(self, name: str) -> str | UploadFile:
        return self._last[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def getlist(self, name: str) -> list[str | UploadFile]:
        """Return every value of this name, in order."""
        return [value for key, value in self._items if key == name]

    def multi_items(self) -> list[tuple[str, str | UploadFile]]:
        """Return every field and file, repeated names included."""
        return list(self._items)

    async def close(self) -> None:
        """Close every file."""
        for _, value in self._items:
            if isinstance(value, UploadFile):
                await value.close()

    def __repr__(self) -> str:
        return f"FormData({self._items!r})"


class FormReading:
    """A form on its way: ``await`` it, or ``async with`` it to have its files closed."""

    __slots__ = ("_form", "_read")

    def __init__(self, read: Callable[[], Coroutine[Any, Any, FormData]]) -> None:
        self._read = read

    def __await__(self) -> Generator[Any, None, FormData]:
        return self._read().__await__()

    async def __aenter__(self) -> FormData:
        self._form: FormData = await self._read()
        return self._form

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._form.close()
