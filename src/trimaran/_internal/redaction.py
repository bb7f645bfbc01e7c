"""Keeping secrets out of messages, logs and error pages."""

from __future__ import annotations

import re

HIDDEN = "**********"

_SENSITIVE_NAME = re.compile(
    r"pass(word|wd|phrase)?($|[^a-z])|secret|token|api_?-?key|private_?-?key|credential|authori[sz]ation"
    r"|cookie|session_?-?(id|key)|signature|csrf|otp($|_)|(^|_)key$|dsn|database_url|auth($|_)",
    re.IGNORECASE,
)
_URL_CREDENTIALS = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/?#@'\"]*:[^\s/?#'\"]*@")


def is_sensitive(name: str) -> bool:
    """Tell whether a variable, header or key of this name is likely to hold a secret."""
    return _SENSITIVE_NAME.search(name) is not None


def redact_urls(text: str) -> str:
    """Hide the user and password of every URL in a text."""
    return _URL_CREDENTIALS.sub(rf"\g<scheme>{HIDDEN}@", text)
