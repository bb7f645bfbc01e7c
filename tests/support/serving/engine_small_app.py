"""The engine with the small application, on the port that the arguments name."""

from __future__ import annotations

import sys

from serving.small_app import SmallApp
from trimaran.server import ServerConfig, serve

app = SmallApp()

if __name__ == "__main__":
    serve(app, ServerConfig(port=int(sys.argv[1])))
