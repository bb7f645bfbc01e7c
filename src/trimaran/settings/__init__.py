"""Typed settings from the environment, ``.env`` and ``trimaran.toml``."""

from trimaran.settings.declaration import Env, Settings
from trimaran.settings.loading import load_settings
from trimaran.settings.secret import Secret

__all__ = ["Env", "Secret", "Settings", "load_settings"]
