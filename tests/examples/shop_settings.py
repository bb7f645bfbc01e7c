from typing import Annotated

from trimaran import App, Settings
from trimaran.settings import Env, Secret, load_settings


class Shop(Settings):
    stripe_key: Annotated[Secret[str], Env("STRIPE_KEY")]
    page_size: int = 20


def make_app() -> App:
    return App(settings=load_settings(kind=Shop))
