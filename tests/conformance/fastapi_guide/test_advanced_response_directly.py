"""FastAPI's "Return a Response Directly"."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pydantic

from trimaran import App, JSONResponse, Response
from trimaran.testing import TestClient


class Screening(pydantic.BaseModel):
    title: str
    begins: datetime
    price: Decimal


class Seat(msgspec.Struct):
    row: int
    letter: str = "A"


RAN = Screening(title="Ran", begins=datetime(1985, 5, 31, 20, tzinfo=UTC), price=Decimal("12.50"))


def test_a_response_is_passed_on_as_it_is() -> None:
    """Nothing is validated, converted or filtered, whatever the annotation says."""
    app = App()

    @app.get("/seat", response_model=Seat)
    async def seat() -> Response:
        return JSONResponse({"row": "not a number", "extra": True})

    assert TestClient(app).get("/seat").json() == {"row": "not a number", "extra": True}


def test_a_json_response_takes_models_dates_and_decimals() -> None:
    """Whatever encodes to JSON, also within a dictionary.

    Better: FastAPI's needs ``jsonable_encoder`` first.
    """
    app = App()

    @app.get("/screening")
    async def screening() -> JSONResponse:
        return JSONResponse({"screening": RAN, "seats": [Seat(3)], "at": RAN.begins})

    assert TestClient(app).get("/screening").json() == {
        "screening": {"title": "Ran", "begins": "1985-05-31T20:00:00Z", "price": "12.50"},
        "seats": [{"row": 3, "letter": "A"}],
        "at": "1985-05-31T20:00:00Z",
    }


def test_a_custom_response_of_another_media_type() -> None:
    """Such as XML in a string, with its content type."""
    app = App()

    @app.get("/legacy")
    async def legacy() -> Response:
        return Response(content="<film>Ran</film>", media_type="application/xml")

    answer = TestClient(app).get("/legacy")
    assert answer.headers["content-type"] == "application/xml"
    assert answer.text == "<film>Ran</film>"


def test_a_declared_model_writes_the_json_itself() -> None:
    """The response model filters and encodes; the media type is JSON's."""
    app = App()

    @app.get("/seat", response_model=Seat)
    async def seat() -> dict[str, object]:
        return {"row": 4, "letter": "C", "price": 12}

    answer = TestClient(app).get("/seat")
    assert answer.json() == {"row": 4, "letter": "C"}
    assert answer.headers["content-type"] == "application/json"
