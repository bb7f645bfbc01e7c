"""The media types of forms."""

from __future__ import annotations

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
