"""A multipart form as a client sends it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from trimaran.http.files import guess_media_type

if TYPE_CHECKING:
    from collections.abc import Iterable


def multipart_body(fields: Iterable[tuple[str, str]], files: Any) -> tuple[bytes, str]:
    """Return a ``multipart/form-data`` body and its content type.

    files: a mapping or pairs; a list as a value gives several files of one name, ``(None, text)``
           a field that is no file
    """
    boundary = os.urandom(16).hex()
    parts = [_part(boundary, name, text.encode()) for name, text in fields]
    for name, value in files.items() if isinstance(files, Mapping) else files:
        for file in value if isinstance(value, list) else [value]:
            if isinstance(file, tuple) and file[0] is None:
                parts.append(_field(boundary, name, file))
                continue
            filename, content, kind = _file(file)
            more = f'; filename="{_quoted(filename)}"\r\nContent-Type: {kind}'
            parts.append(_part(boundary, name, content, more))
    body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, name: str, content: bytes, more: str = "") -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def _field(boundary: str, name: str, value: tuple[Any, ...]) -> bytes:
    """Return the part of ``(None, text)`` or ``(None, text, media type)``."""
    content = value[1].encode() if isinstance(value[1], str) else value[1]
    return _part(boundary, name, content, f"\r\nContent-Type: {value[2]}" if value[2:] else "")


def _file(value: Any) -> tuple[str, bytes, str]:
    """Return name, content and media type of a file however it was given."""
    given = value if isinstance(value, tuple) else (None, value)
    name, content = given[0], given[1]
    if not isinstance(content, str | bytes):
        if name is None:
            name = PurePath(str(getattr(content, "name", "upload"))).name
        content = content.read()
    name = "upload" if name is None else name
    kind = given[2] if len(given) > 2 and given[2] else guess_media_type(name)
    return name, content.encode() if isinstance(content, str) else content, kind


def _quoted(text: str) -> str:
    """Return a name as browsers write it (HTML Living Standard, 4.10.21.8)."""
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
