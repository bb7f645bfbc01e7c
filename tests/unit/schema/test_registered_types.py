"""Classes of one's own, registered to be read, written and described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from trimaran import App, Header, register_type
from trimaran.schema import adapter_for, components, hooks
from trimaran.testing import TestClient


class Money:
    """An amount with its currency; no dataclass, no Struct."""

    def __init__(self, cents: int, currency: str) -> None:
        self.cents, self.currency = cents, currency

    @classmethod
    def parse(cls, text: Any) -> Money:
        """Read ``12.50 EUR``."""
        if not isinstance(text, str) or len(parts := text.split(" ")) != 2:
            raise ValueError("expected an amount and a currency")
        return cls(round(float(parts[0]) * 100), parts[1])

    def __str__(self) -> str:
        return f"{self.cents / 100:.2f} {self.currency}"


class Price(msgspec.Struct):
    net: Money
    others: list[Money] = []


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """Money is known while a test runs."""
    register_type(Money, decode=Money.parse, schema={"type": "string", "format": "money"})
    yield
    hooks._REGISTERED.pop(Money)


def test_a_registered_class_is_read_written_and_described() -> None:
    """In fields, lists, unions, and where text is read."""
    price = adapter_for(Price).decode_json(b'{"net": "1.50 EUR", "others": ["2.00 CHF"]}')
    assert (price.net.cents, price.others[0].currency) == (150, "CHF")
    assert adapter_for(Price).encode(price) == b'{"net":"1.50 EUR","others":["2.00 CHF"]}'
    reader = adapter_for(Money | None).convert_str
    assert reader is not None
    assert reader("3 USD").cents == 300
    [schema], _ = components([Money], mode="input")
    assert schema == {"type": "string", "format": "money"}


def test_its_faults_stand_at_their_places() -> None:
    """In the words of the function that read it."""
    faults = adapter_for(Price).errors({"net": 3, "others": ["1 EUR", "x"]})
    assert [(fault["loc"], fault["msg"]) for fault in faults] == [
        (["net"], "Value error, expected an amount and a currency"),
        (["others", 1], "Value error, expected an amount and a currency"),
    ]


def test_it_is_a_parameter_as_well() -> None:
    """Of the query and of headers."""
    app = App(debug=False)

    @app.get("/")
    async def show(price: Money, x_fee: Money = Header()) -> list[Money]:
        return [price, x_fee]

    with TestClient(app) as client:
        answer = client.get("/?price=1+EUR", headers={"x-fee": "2 EUR"})
        assert answer.json() == ["1.00 EUR", "2.00 EUR"]
        [fault] = client.get("/?price=1", headers={"x-fee": "2 EUR"}).json()["detail"]
    assert fault["loc"] == ["query", "price"]
    assert fault["msg"] == "Value error, expected an amount and a currency"


def test_only_classes_are_registered() -> None:
    """An alias has no values of its own."""
    with pytest.raises(TypeError, match="register_type takes a class"):
        register_type(list[int], decode=list)  # type: ignore[arg-type]  # on purpose
