"""FastAPI's "OpenAPI Webhooks"."""

from datetime import datetime

import pydantic

from trimaran import App, Router
from trimaran.testing import TestClient


class Subscription(pydantic.BaseModel):
    username: str
    monthly_fee: float
    start_date: datetime


def test_a_webhook_is_described_by_its_name() -> None:
    """``@app.webhooks.post("new-subscription")``; there is no route."""
    app = App()

    @app.webhooks.post("new-subscription")
    def new_subscription(body: Subscription) -> None:
        """Tell of a new subscriber."""

    app.get("/users/")(lambda: ["Rick"])
    document = app.openapi()
    operation = document["webhooks"]["new-subscription"]["post"]
    assert operation["description"] == "Tell of a new subscriber."
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Subscription"
    }
    assert set(operation["responses"]) == {"200", "422"}
    assert list(document["paths"]) == ["/users/"]
    assert TestClient(app).post("/new-subscription").status_code == 404


def test_a_router_of_webhooks_is_given() -> None:
    """``App(webhooks=router)``."""
    webhooks = Router()
    webhooks.post("paid")(lambda: None)
    assert list(App(webhooks=webhooks).openapi()["webhooks"]) == ["paid"]


def test_without_webhooks_nothing_is_said() -> None:
    """The document has no such part."""
    assert "webhooks" not in App().openapi()
