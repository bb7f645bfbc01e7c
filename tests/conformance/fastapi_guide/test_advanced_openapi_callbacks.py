"""FastAPI's "OpenAPI Callbacks"."""

from typing import Any

import pydantic

from trimaran import App, Router
from trimaran.testing import TestClient


class Invoice(pydantic.BaseModel):
    id: str
    title: str | None = None
    total: float


class InvoiceEvent(pydantic.BaseModel):
    description: str
    paid: bool


class Received(pydantic.BaseModel):
    ok: bool


callbacks = Router()


@callbacks.post("{$callback_url}/invoices/{$request.body.id}", response_model=Received)
def invoice_notification(body: InvoiceEvent) -> None:
    """Describe what is sent; it is never called."""


app = App()


@app.post("/invoices/", callbacks=callbacks.routes)
def create_invoice(
    invoice: Invoice, callback_url: pydantic.HttpUrl | None = None
) -> dict[str, str]:
    return {"msg": "Invoice received"}


def described() -> Any:
    operation = app.openapi()["paths"]["/invoices/"]["post"]
    return operation["callbacks"]["invoice_notification"]


def test_the_route_itself_works_as_any_other() -> None:
    """The callback is only described."""
    invoice = {"id": "inv", "total": 5.3}
    client = TestClient(app)
    answer = client.post("/invoices/?callback_url=https://f.example", json=invoice)
    assert answer.json() == {"msg": "Invoice received"}
    assert client.post("/invoices/?callback_url=no url", json=invoice).status_code == 422
    assert list(app.openapi()["paths"]) == ["/invoices/"]


def test_the_path_is_an_expression() -> None:
    """Of the query and the body of the request that asked for it; its names are no parameters."""
    ((path, item),) = described().items()
    assert path == "{$callback_url}/invoices/{$request.body.id}"
    assert "parameters" not in item["post"]


def test_what_is_sent_and_what_should_be_answered() -> None:
    """By their models, which are components."""
    operation = next(iter(described().values()))["post"]
    assert operation["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/InvoiceEvent"}}},
    }
    content = operation["responses"]["200"]["content"]["application/json"]
    assert content == {"schema": {"$ref": "#/components/schemas/Received"}}
    assert set(operation["responses"]) == {"200", "422"}
    assert {"InvoiceEvent", "Received"} <= set(app.openapi()["components"]["schemas"])


def test_callbacks_of_an_application_and_of_a_router() -> None:
    """``App(callbacks=...)`` describes them with every route."""
    every = App(callbacks=callbacks.routes)
    every.get("/")(lambda: 1)
    assert "callbacks" in every.openapi()["paths"]["/"]["get"]
