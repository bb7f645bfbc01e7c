"""The application: ``trimaran run atlas.app`` in this folder's parent."""

from datetime import date

import msgspec

from atlas import answers, inputs, places
from atlas.types import City
from trimaran import App, Router

app = App(
    title="Atlas",
    version="2.1.0",
    summary="Places, and everything that can be asked about them.",
    description="A **sample** that uses every feature of the typed HTTP layer.",
    terms_of_service="https://atlas.example/terms",
    contact={"name": "The cartographers", "email": "maps@atlas.example"},
    license_info={"name": "MIT", "identifier": "MIT"},
    servers=[{"url": "/", "description": "Here"}],
    openapi_tags=[
        {"name": "countries", "description": "By their two letters."},
        {"name": "cities", "description": "By their numbers."},
        {"name": "regions", "description": "Trees of regions."},
        {"name": "shapes", "description": "Circles, boxes and tracks."},
        {"name": "inputs", "description": "Values from everywhere."},
        {"name": "trips", "description": "Declared with Pydantic."},
        {
            "name": "answers",
            "description": "Answers of every kind.",
            "externalDocs": {"url": "https://atlas.example/answers"},
        },
        {"name": "secure", "description": "For those who show something."},
        {"name": "problems", "description": "Faults as problem details."},
        {"name": "subscriptions", "description": "What the atlas sends."},
    ],
    openapi_external_docs={"url": "https://atlas.example/guide", "description": "The guide"},
    swagger_ui_parameters={"defaultModelsExpandDepth": 0},
)
app.include_router(places.router)
app.include_router(inputs.router)
app.include_router(answers.router)


class Subscription(msgspec.Struct):
    """Where to send news of cities, and until when."""

    url: str
    until: date | None = None


callbacks = Router()


@callbacks.post("{$request.body#/url}")
def city_added(city: City) -> None:
    """Sent for every city that is added."""


@app.post("/subscriptions", status_code=201, tags=["subscriptions"], callbacks=callbacks.routes)
async def subscribe(subscription: Subscription) -> Subscription:
    """Ask for news of cities."""
    return subscription


@app.webhooks.post("atlas-renewed", tags=["subscriptions"])
def renewed(countries: list[str]) -> None:
    """Sent to every partner when the atlas has been renewed."""
