"""``Query``, ``Path``, ``Header``, ``Cookie``, ``Body``: where a value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from trimaran.handlers.route import UNSET
from trimaran.schema import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack


class MarkerOptions(Limits, total=False):
    """What each of the markers takes beside its default: FastAPI's names.

    default_factory:  makes the default anew for each request
    alias:            the name on the wire; ``validation_alias`` is the same
    serialization_alias: for FastAPI's users; parameters are only read
    title, description, examples, openapi_examples, deprecated: for the documentation
    json_schema_extra: keywords put into the schema as they are
    include_in_schema: False hides a parameter from the documentation
    """

    default_factory: Callable[[], Any] | None
    alias: str | None
    validation_alias: str | None
    serialization_alias: str | None
    title: str | None
    description: str | None
    examples: Sequence[Any] | None
    openapi_examples: Mapping[str, Any] | None
    json_schema_extra: Mapping[str, Any] | None
    deprecated: bool | None
    include_in_schema: bool


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """What every marker holds.

    limits: ``ge``, ``max_length`` and so on, as they were given
    """

    default: Any = UNSET
    default_factory: Callable[[], Any] | None = None
    alias: str | None = None
    title: str | None = None
    description: str | None = None
    examples: Sequence[Any] = ()
    openapi_examples: Mapping[str, Any] = msgspec.field(default_factory=dict)
    json_schema_extra: Mapping[str, Any] = msgspec.field(default_factory=dict)
    deprecated: bool = False
    include_in_schema: bool = True
    limits: Limits = msgspec.field(default_factory=dict)  # type: ignore[assignment]  # an empty one


class ParameterMarker(Marker, frozen=True, kw_only=True):
    """What ``Query()`` and its like return.

    underscores: whether ``user_agent`` is ``user-agent`` on the wire; of headers
    """

    place: Literal["path", "query", "header", "cookie"]
    underscores: bool = False


class BodyMarker(Marker, frozen=True, kw_only=True):
    """What ``Body()`` returns.

    embed: the body is an object that holds the value under the parameter's name
    """

    embed: bool = False
    media_type: str = "application/json"


M = TypeVar("M", bound=Marker)

_LIMITS = Limits.__optional_keys__
_OWN = MarkerOptions.__optional_keys__ - _LIMITS


def make_marker(kind: type[M], default: Any, options: MarkerOptions, **own: Any) -> M:
    """Return a marker of a class; raise as a call with a misspelt keyword does."""
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    unknown = given.keys() - _OWN - _LIMITS
    if unknown:
        known = ", ".join(sorted(_LIMITS))
        message = f"unexpected keyword argument {min(unknown)!r}; the limits are {known}"
        raise TypeError(message)
    said = {name: given[name] for name in _OWN & given.keys()}
    said.pop("serialization_alias", None)
    wire = said.pop("validation_alias", None)
    if wire is not None:
        said["alias"] = wire
    limits: Any = {name: given[name] for name in _LIMITS & given.keys()}
    return kind(default=UNSET if default is ... else default, limits=limits, **said, **own)


def Query(default: Any = UNSET, **options: Unpack[MarkerOptions]) -> Any:  # noqa: N802  FastAPI's name
    """Take a parameter from the query, with a default, limits and a description.

    Limits: ``gt ge lt le multiple_of min_length max_length pattern max_digits decimal_places``.
    A ``list[...]`` collects every value of a repeated name; a class takes its fields from the
    query's, each by its own name.
    """
    return make_marker(ParameterMarker, default, options, place="query")


def Path(default: Any = UNSET, **options: Unpack[MarkerOptions]) -> Any:  # noqa: N802  FastAPI's name
    """Take a parameter from the path, with limits and a description."""
    return make_marker(ParameterMarker, default, options, place="path")


def Header(  # noqa: N802  FastAPI's name
    default: Any = UNSET, *, convert_underscores: bool = True, **options: Unpack[MarkerOptions]
) -> Any:
    """Take a parameter from a header, or a class from several.

    convert_underscores: ``user_agent`` is the header ``user-agent``
    """
    return make_marker(
        ParameterMarker, default, options, place="header", underscores=convert_underscores
    )


def Cookie(default: Any = UNSET, **options: Unpack[MarkerOptions]) -> Any:  # noqa: N802  FastAPI's name
    """Take a parameter from a cookie, or a class from several."""
    return make_marker(ParameterMarker, default, options, place="cookie")


def Body(  # noqa: N802  FastAPI's name
    default: Any = UNSET,
    *,
    embed: bool = False,
    media_type: str = "application/json",
    **options: Unpack[MarkerOptions],
) -> Any:
    """Take a parameter from the body.

    embed: the body is an object that holds the value under the parameter's name; always so where
           several parameters come from the body
    """
    return make_marker(BodyMarker, default, options, embed=embed, media_type=media_type)
