"""Models declared wrongly: each message names the place, the rule and the mend."""

from __future__ import annotations

import enum
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trimaran.db import Create, Field, ForeignKey, Index, Model, registry
from trimaran.errors import ConfigurationError, QueryError


class Mixed(enum.Enum):
    ONE = 1
    TWO = "two"


class FaultTarget(Model):
    name: str


def _unsupported() -> Any:
    class Fault(Model):
        value: complex


def _unknown_name() -> Any:
    class Fault(Model):
        value: Nowhere  # type: ignore[name-defined]  # noqa: F821  not defined on purpose


def _mixed_enum() -> Any:
    class Fault(Model):
        value: Mixed


def _no_annotation() -> Any:
    class Fault(Model):
        value = Field()


def _two_keys() -> Any:
    class Fault(Model):
        a: str = Field(primary_key=True)
        b: str = Field(primary_key=True)


def _null_key() -> Any:
    class Fault(Model):
        a: str | None = Field(primary_key=True)


def _plain_id() -> Any:
    class Fault(Model):
        id: int


def _bad_name() -> Any:
    class Fault(Model):
        a__b: int


def _reserved() -> Any:
    class Fault(Model):
        save: int  # type: ignore[assignment]  # a method's name on purpose


def _on_delete() -> Any:
    class Fault(Model):
        a: ForeignKey[FaultTarget] = Field(on_delete="cascad")  # type: ignore[arg-type]  # wrong on purpose


def _option() -> Any:
    class Fault(Model):
        a: int = Field(max_length=3)


def _bad_default() -> Any:
    class Fault(Model):
        a: Decimal = Field(default=-1, ge=0)


def _shared_default() -> Any:
    class Fault(Model):
        a: list[int] = [1]  # noqa: RUF012  the fault under test


def _none_default() -> Any:
    class Fault(Model):
        a: int = Field(default=None)


def _set_null() -> Any:
    class Fault(Model):
        a: ForeignKey[FaultTarget] = Field(on_delete="set_null")


def _bare_relation() -> Any:
    class Fault(Model):
        a: ForeignKey  # type: ignore[type-arg]  # the fault under test


def _meta_option() -> Any:
    class Fault(Model):
        class Meta:
            odering = ("a",)


def _meta_index() -> Any:
    class Fault(Model):
        class Meta:
            indexes = ("a",)


def _meta_field() -> Any:
    class Fault(Model):
        class Meta:
            indexes = (Index("nothing"),)


def _meta_order() -> Any:
    class Fault(Model):
        class Meta:
            ordering = ("-nothing",)


def _derived() -> Any:
    class Fault(FaultTarget):
        extra: int


def _taken() -> Any:
    class Fault(Model):
        a: ForeignKey[FaultTarget] = Field(related_name="name")


CASES: list[tuple[Callable[[], Any], str]] = [
    (_unsupported, r"Fault\.value cannot be a column: no column holds complex\. Columns hold int"),
    (_unknown_name, r"the name 'Nowhere' is not defined here; import it outside TYPE_CHECKING"),
    (_mixed_enum, r"no column holds Mixed"),
    (_no_annotation, r"Fault\.value has no annotation\. Write its type"),
    (_two_keys, r"Fault\.a, b are several primary keys\. Choose one"),
    (_null_key, r"Fault\.a is a key that may be NULL"),
    (
        _plain_id,
        r"Fault\.id stands where the automatic key would\. Write Field\(primary_key=True\)",
    ),
    (_bad_name, r"Fault\.a__b is not a name for a field"),
    (_reserved, r"Fault\.save is not a name for a field"),
    (_on_delete, r"on_delete='cascad' is none of cascade, restrict, .*Mend the option"),
    (_option, r"Fault\.a cannot be a column: max_length does not fit the type int"),
    (_bad_default, r"the default -1 is not valid: Input should be greater than or equal to 0"),
    (_shared_default, r"a default of this type is shared by all rows; give default_factory"),
    (_none_default, r"the default None needs '\| None' in the annotation"),
    (_set_null, r"on_delete='set_null' needs a relation that may be NULL"),
    (_bare_relation, r"a ForeignKey needs the model it points to"),
    (_meta_option, r"Fault\.Meta has no option 'odering'\. Did you mean 'ordering'\?"),
    (_meta_index, r"Fault\.Meta holds 'a' where a Index belongs"),
    (_meta_field, r"Fault has no field 'nothing'\. It has: id, pk"),
    (_meta_order, r"Fault has no field 'nothing'\. It has: id, pk"),
    (_derived, r"Fault derives from FaultTarget, which has a table of its own"),
    (_taken, r"Fault\.a would appear as FaultTarget\.name, which is the field 'name'"),
]


@pytest.mark.parametrize(
    ("declare", "message"), CASES, ids=lambda value: getattr(value, "__name__", "")
)
def test_fault(declare: Callable[[], Any], message: str) -> None:
    """A fault of a declaration is told where it stands, with its mend."""
    with pytest.raises((ConfigurationError, QueryError), match=message) as caught:
        declare()
    assert f"{Path(__file__).name}:" in str(caught.value)


def test_a_relation_to_nowhere() -> None:
    """A relation to a model that is never declared says so when it is used."""

    class FaultLost(Model):
        other: ForeignKey["FaultNowhere"]  # type: ignore[name-defined]  # noqa: F821, UP037  not defined on purpose

    with pytest.raises(ConfigurationError, match=r"FaultLost\.other points to 'FaultNowhere'"):
        FaultLost.objects.filter(other__name="x")
    with pytest.raises(ConfigurationError, match="Import the module that declares it"):
        registry.metadata()
    registry.remove(FaultLost)


def test_two_tables_of_one_name() -> None:
    """Two models that can both be imported may not have the same table."""

    class FaultSame(Model):
        class Meta:
            table = "fault_target"

    globals()["FaultSame"] = FaultSame
    try:
        with pytest.raises(ConfigurationError, match="both have the table 'fault_target'"):
            registry.metadata()
    finally:
        del globals()["FaultSame"]
        registry.remove(FaultSame)
    assert "fault_target" in registry.metadata().tables


def test_derived_types_need_a_model() -> None:
    """Create and Patch are of a model and of nothing else."""
    with pytest.raises(ConfigurationError, match=r"Create\[\.\.\.\] needs a model, not 'int'"):
        Create[int]


def test_columns_cannot_be_assigned_on_the_class() -> None:
    """Assigning a column on the class is a mistake for assigning it on a row."""
    with pytest.raises(AttributeError, match=r"FaultTarget\.name is a column"):
        FaultTarget.name = "x"
