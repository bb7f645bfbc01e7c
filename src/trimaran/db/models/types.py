"""Annotations of fields that say more than a plain type: ``email: Email``."""

from __future__ import annotations

import secrets
import time
from typing import Annotated, TypeAlias
from uuid import UUID

from trimaran.db.models.fields import FieldInfo


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562): later ones are larger."""
    milliseconds = time.time_ns() // 1_000_000
    chance = secrets.randbits(74)
    number = milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62
    return UUID(int=number | chance & (1 << 62) - 1)


SmallInt: TypeAlias = Annotated[int, FieldInfo(bits=16)]
"""A whole number of 16 bits."""
Int32: TypeAlias = Annotated[int, FieldInfo(bits=32)]
"""A whole number of 32 bits; a plain ``int`` has 64."""
PositiveSmallInt: TypeAlias = Annotated[int, FieldInfo(bits=16, ge=0)]
"""A whole number of 16 bits, 0 or more."""
PositiveInt: TypeAlias = Annotated[int, FieldInfo(bits=32, ge=0)]
"""A whole number of 32 bits, 0 or more."""
PositiveBigInt: TypeAlias = Annotated[int, FieldInfo(ge=0)]
"""A whole number of 64 bits, 0 or more."""
Email: TypeAlias = Annotated[str, FieldInfo(format="email", max_length=254)]
"""An e-mail address."""
Url: TypeAlias = Annotated[str, FieldInfo(format="url", max_length=200)]
"""An address of the web, or of FTP."""
Slug: TypeAlias = Annotated[str, FieldInfo(format="slug", max_length=50)]
"""Letters, digits, hyphens and underscores."""
IPAddress: TypeAlias = Annotated[str, FieldInfo(format="ip", max_length=39)]
"""An address of IPv4 or IPv6, in its shortest form."""
FileName: TypeAlias = Annotated[str, FieldInfo(format="file", max_length=100)]
"""The name of a stored file, relative to where files are stored."""
ImageName: TypeAlias = Annotated[str, FieldInfo(format="image", max_length=100)]
"""The name of a stored picture."""
UUIDKey: TypeAlias = Annotated[UUID, FieldInfo(primary_key=True, default_factory=uuid7)]
"""A key that Python makes, later ones larger: ``id: UUIDKey``."""
