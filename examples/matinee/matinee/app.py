"""The application: ``trimaran run matinee.app``, or ``make demo`` from nothing."""

from matinee import api, pages
from trimaran import App

app = App(
    title="Matinee",
    version="1.0.0",
    description="A film shop: 3,200 real films to list, search, filter, page, add and change.",
    license_info={"name": "MIT", "identifier": "MIT"},
    servers=[{"url": "/", "description": "Where this document came from"}],
)
app.include_router(api.router)
app.include_router(pages.router)
