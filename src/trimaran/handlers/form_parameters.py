"""``Form`` and ``File``: parameters that a form fills."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from trimaran.handlers.parameters import BodyMarker, MarkerOptions, make_marker
from trimaran.handlers.plan import FileKind
from trimaran.handlers.route import UNSET
from trimaran.http.form_types import MULTIPART, URLENCODED
from trimaran.schema import adapter_for

if TYPE_CHECKING:
    from typing import Unpack

    from trimaran.handlers.plan import BodyField


class FormMarker(BodyMarker, frozen=True, kw_only=True):
    """What ``Form()`` and ``File()`` return.

    is_file: ``bytes`` is the content of a file, not of a field
    """

    is_file: bool = False


def Form(  # noqa: N802  FastAPI's name
    default: Any = UNSET, *, media_type: str = URLENCODED, **options: Unpack[MarkerOptions]
) -> Any:
    """Take a parameter from a form: a value, a list of them, or a class with fields.

    The fields of a class are the form's own. A field that is sent empty counts as not sent.
    """
    return make_marker(FormMarker, default, options, media_type=media_type)


def File(  # noqa: N802  FastAPI's name
    default: Any = UNSET, *, media_type: str = MULTIPART, **options: Unpack[MarkerOptions]
) -> Any:
    """Take a file from a form: ``UploadFile``, or whole as ``bytes``, or a list.

    A file input that was left empty counts as not sent. ``max_length`` limits the bytes of each
    file, ``min_length`` as well.
    """
    return make_marker(FormMarker, default, options, media_type=media_type, is_file=True)


def is_text(field: BodyField) -> bool:
    """Whether a field of a form is a value or a file rather than a class with fields."""
    return field.file is not None or adapter_for(field.type).convert_str is not None


def file_kind(tp: Any, *, contents: bool) -> FileKind | None:
    """Return what of a file a type takes; None for a type that takes none.

    contents: whether ``bytes`` is a file's content
    """
    origin = get_origin(tp)
    if origin is Annotated:
        return file_kind(get_args(tp)[0], contents=contents)
    if origin is Union or origin is types.UnionType:
        members = [member for member in get_args(tp) if member is not type(None)]
        kind = file_kind(members[0], contents=contents) if len(members) == 1 else None
        return kind and FileKind(many=kind.many, content=kind.content, optional=True)
    if origin in (list, set, tuple):
        kind = file_kind(get_args(tp)[0], contents=contents) if get_args(tp) else None
        return None if kind is None or origin is not list else FileKind(True, kind.content)
    if tp is bytes:
        return FileKind(content=True) if contents else None
    # Nobody can have named the class unless its module was imported.
    module = sys.modules.get("trimaran.http.upload")
    if module is not None and isinstance(tp, type) and issubclass(tp, module.UploadFile):
        return FileKind()
    return None
