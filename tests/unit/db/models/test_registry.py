"""The registry of models."""

from __future__ import annotations

import pytest

from trimaran.db import ForeignKey, Model, registry
from trimaran.errors import ConfigurationError


class RegistryTarget(Model):
    name: str


def test_two_classes_of_one_name_in_a_module() -> None:
    """The second replaces the first with a warning; the same lines run again do without one."""
    source = "from trimaran.db import Model\nclass RegTwin(Model):\n    a: int\n"
    names = {"__name__": "reg_twins"}
    with registry.isolated():
        for _ in range(2):
            exec(compile(source, "reg_twins.py", "exec"), names)  # noqa: S102  as an import does
        later = compile("\n\n\n" + source, "reg_twins.py", "exec")
        with pytest.warns(RuntimeWarning, match=r"RegTwin is declared twice, at .*:2 and .*:5;"):
            exec(later, names)  # noqa: S102


def test_an_isolated_registry_forgets() -> None:
    """Models declared in isolation are alone, and are forgotten with their relations."""
    with registry.isolated():

        class RegistryAlone(Model):
            target: ForeignKey["RegistryTarget"]  # noqa: UP037  a name that is not known here

        class RegistryNear(Model):
            target: ForeignKey[RegistryTarget]

        assert registry.models() == [RegistryAlone, RegistryNear]
        with pytest.raises(ConfigurationError, match="no such model"):
            registry.metadata()
    assert RegistryTarget in registry.models()
    assert not {RegistryAlone, RegistryNear} & set(registry.models())
    assert RegistryTarget.__table_info__.reverse == {}
    assert "registry_target" in registry.metadata().tables


def test_a_removed_model_leaves_nothing_behind() -> None:
    """A model that is removed is no longer found from its target."""

    class RegistryGone(Model):
        target: ForeignKey[RegistryTarget]

    assert "registry_gone_set" in RegistryTarget.__table_info__.reverse
    registry.remove(RegistryGone)
    assert "registry_gone_set" not in RegistryTarget.__table_info__.reverse
    assert "registry_gone" not in registry.metadata().tables
