"""The example of docs/topics/settings.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.examples.shop_settings import Shop, make_app


def test_an_application_has_settings_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The subclass is filled from the environment and kept by the application."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STRIPE_KEY", "sk_1")
    settings = make_app().settings
    assert isinstance(settings, Shop)
    assert (settings.stripe_key.reveal(), settings.page_size) == ("sk_1", 20)
    assert "sk_1" not in repr(settings)
