"""How large a body may be where a route does not say it."""

DEFAULT_MAX_BODY = 4 * 1024 * 1024

DEFAULT_MAX_UPLOAD = 64 * 1024 * 1024
"""Of routes that take files: those are on disk, not in memory."""
