"""``Query``, ``Path``, ``Header``, ``Cookie``, ``Body``: where a value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from trimaran.handlers.route import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from trimaran.schema import Limits


class ParameterMarker(msgspec.Struct, frozen=True, kw_only=True):
    """What ``Query()`` and its like return.

    limits:    ``ge``, ``max_length`` and so on, as they were given
    underscores: whether ``user_agent`` is ``user-agent`` on the wire; of headers
    """

    place: Literal["path", "query", "header", "cookie"]
    default: Any = UNSET
    default_factory: Callable[[], Any] | None = None
    alias: str | None = None
    title: str | None = None
    description: str | None = None
    examples: Sequence[Any] = ()
    openapi_examples: Mapping[str, Any] = msgspec.field(default_factory=dict)
    deprecated: bool = False
    include_in_schema: bool = True
    limits: Limits = msgspec.field(default_factory=dict)  # type: ignore[assignment]  # an empty one
    underscores: bool = False


class BodyMarker(msgspec.Struct, frozen=True, kw_only=True):
    """What ``Body()`` returns.

    embed: the body is an object that holds the value under the parameter's name
    """

    default: Any = UNSET
    default_factory: Callable[[], Any] | None = None
    embed: bool = False
    media_type: str = "application/json"
    alias: str | None = None
    title: str | None = None
    description: str | None = None
    examples: Sequence[Any] = ()
    openapi_examples: Mapping[str, Any] = msgspec.field(default_factory=dict)
    deprecated: bool = False
    include_in_schema: bool = True
    limits: Limits = msgspec.field(default_factory=dict)  # type: ignore[assignment]  # an empty one


_LIMITS = frozenset(
    {
        "gt",
        "ge",
        "lt",
        "le",
        "multiple_of",
        "min_length",
        "max_length",
        "pattern",
        "max_digits",
        "decimal_places",
    }
)


def checked_limits(limits: Limits) -> Limits:
    """Return the limits; raise as a call with a misspelt keyword does."""
    unknown = set(limits) - _LIMITS
    if unknown:
        known = ", ".join(sorted(_LIMITS))
        message = f"unexpected keyword argument {min(unknown)!r}; the limits are {known}"
        raise TypeError(message)
    return limits


def Query(  # noqa: N802  FastAPI's name
    default: Any = UNSET,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    title: str | None = None,
    description: str | None = None,
    examples: Sequence[Any] | None = None,
    openapi_examples: Mapping[str, Any] | None = None,
    deprecated: bool | None = None,
    include_in_schema: bool = True,
    **limits: Unpack[Limits],
) -> Any:
    """Take a parameter from the query, with a default, limits and a description.

    Limits: ``gt ge lt le multiple_of min_length max_length pattern max_digits decimal_places``.
    A ``list[...]`` collects every value of a repeated name.
    """
    return ParameterMarker(
        place="query",
        default=UNSET if default is ... else default,
        default_factory=default_factory,
        alias=alias,
        title=title,
        description=description,
        examples=examples or (),
        openapi_examples=openapi_examples or {},
        deprecated=bool(deprecated),
        include_in_schema=include_in_schema,
        limits=checked_limits(limits),
    )


def Path(  # noqa: N802  FastAPI's name
    default: Any = UNSET,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    title: str | None = None,
    description: str | None = None,
    examples: Sequence[Any] | None = None,
    openapi_examples: Mapping[str, Any] | None = None,
    deprecated: bool | None = None,
    include_in_schema: bool = True,
    **limits: Unpack[Limits],
) -> Any:
    """Take a parameter from the path, with limits and a description."""
    return ParameterMarker(
        place="path",
        default=UNSET if default is ... else default,
        default_factory=default_factory,
        alias=alias,
        title=title,
        description=description,
        examples=examples or (),
        openapi_examples=openapi_examples or {},
        deprecated=bool(deprecated),
        include_in_schema=include_in_schema,
        limits=checked_limits(limits),
    )


def Header(  # noqa: N802  FastAPI's name
    default: Any = UNSET,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    title: str | None = None,
    description: str | None = None,
    examples: Sequence[Any] | None = None,
    openapi_examples: Mapping[str, Any] | None = None,
    deprecated: bool | None = None,
    include_in_schema: bool = True,
    convert_underscores: bool = True,
    **limits: Unpack[Limits],
) -> Any:
    """Take a parameter from a header.

    convert_underscores: ``user_agent`` is the header ``user-agent``
    """
    return ParameterMarker(
        place="header",
        default=UNSET if default is ... else default,
        default_factory=default_factory,
        alias=alias,
        title=title,
        description=description,
        examples=examples or (),
        openapi_examples=openapi_examples or {},
        deprecated=bool(deprecated),
        include_in_schema=include_in_schema,
        limits=checked_limits(limits),
        underscores=convert_underscores,
    )


def Cookie(  # noqa: N802  FastAPI's name
    default: Any = UNSET,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    title: str | None = None,
    description: str | None = None,
    examples: Sequence[Any] | None = None,
    openapi_examples: Mapping[str, Any] | None = None,
    deprecated: bool | None = None,
    include_in_schema: bool = True,
    **limits: Unpack[Limits],
) -> Any:
    """Take a parameter from a cookie."""
    return ParameterMarker(
        place="cookie",
        default=UNSET if default is ... else default,
        default_factory=default_factory,
        alias=alias,
        title=title,
        description=description,
        examples=examples or (),
        openapi_examples=openapi_examples or {},
        deprecated=bool(deprecated),
        include_in_schema=include_in_schema,
        limits=checked_limits(limits),
    )


def Body(  # noqa: N802  FastAPI's name
    default: Any = UNSET,
    *,
    embed: bool = False,
    media_type: str = "application/json",
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    title: str | None = None,
    description: str | None = None,
    examples: Sequence[Any] | None = None,
    openapi_examples: Mapping[str, Any] | None = None,
    deprecated: bool | None = None,
    include_in_schema: bool = True,
    **limits: Unpack[Limits],
) -> Any:
    """Take a parameter from the body.

    embed: the body is an object that holds the value under the parameter's name; always so where
           several parameters come from the body
    """
    return BodyMarker(
        embed=embed,
        media_type=media_type,
        default=UNSET if default is ... else default,
        default_factory=default_factory,
        alias=alias,
        title=title,
        description=description,
        examples=examples or (),
        openapi_examples=openapi_examples or {},
        deprecated=bool(deprecated),
        include_in_schema=include_in_schema,
        limits=checked_limits(limits),
    )
